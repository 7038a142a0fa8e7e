/*
 * sources.h: sources that number their events, by the CloudEvents attribute `sequence` of digits:
 * what is missing, what bore a number that another event bore before, and who is silent for longer
 * than usual. Who does not number is not watched, and costs nothing.
 */
#ifndef TANDEM_SOURCES_H
#define TANDEM_SOURCES_H

#include "event.h"
#include "flow/flow.h"

/* false: the event has none that counts */
bool sources_number(const struct event *e, int64_t *ret);
struct source_note {
	const struct event *event;
	int64_t number;
	bool is_repeat;
};
typedef void sources_noted_fn(void *arg, enum err e);
/* Before the event is answered for: one that was taken and whose number was lost would be missed
 * for ever. */
void sources_note(struct flow *f, const struct source_note *in, sources_noted_fn *fn, void *arg);
void sources_look(struct flow *f); /* counts the silent ones, for the metrics */
/* 200 {items, next}: bureaus see the sources of their cases, keys their own, coordinators and
 * auditors those of their regions. */
void query_sources(struct flow *f, struct principal *who, reply_fn *fn, void *arg);

#endif
