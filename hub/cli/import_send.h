/*
 * import_send.h: events to a running hub, in batches, over HTTP.
 *
 * import_send runs a loop of its own until all is answered or given up. A batch that gets no
 * answer, 429 or 503 is sent again, a bounded number of times and not before the hub's Retry-After;
 * sending an event twice is a repeat there and does no harm. What the hub refuses is told with the
 * event's place; the rest goes on.
 */
#ifndef TANDEM_CLI_IMPORT_SEND_H
#define TANDEM_CLI_IMPORT_SEND_H

#include "base/arena.h"

struct send_event {
	const char *where, *json;
	size_t len;
};
struct send_counts {
	int created, repeated, refused;
};
struct send_job {
	const char *url; /* of the hub, without /api/v1 */
	const char *key;
	const struct send_event *events;
	int count;
	/* what is refused, and why it was given up */
	void (*say)(void *arg, const char *where, const char *what);
	void *arg;
};
/* 0; 3 when the hub cannot be reached or does not take the key, which was said: counts tell how far
 * it came. */
int import_send(const struct send_job *job, struct send_counts *ret);

#endif
