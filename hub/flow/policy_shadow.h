/*
 * policy_shadow.h: a second policy decides every live event silently; what differs is counted, and
 * the last of it kept, for all hubs together in Redis. Nothing is sent, and when it is off it costs
 * a look at a pointer.
 *
 * policies_shadow for each event that was taken; shadow_flush now and then writes what has come
 * together.
 */
#ifndef TANDEM_POLICY_SHADOW_H
#define TANDEM_POLICY_SHADOW_H

#include "decide.h"
#include "flow/policies.h"

struct shadow;
struct shadow *shadow_new(struct policies *ps);
void shadow_free(struct shadow *s);
void shadow_flush(struct shadow *s);
/* pack: that has decided it; in: as it was decided. */
struct shadow_event {
	struct pack *pack;
	const struct event *event;
	struct decide_in in;
	int64_t seq;
};
void policies_shadow(struct policies *ps, const struct shadow_event *e);

#endif
