/*
 * backlog.h: what waits for those who read slowly, for each and for all of them together:
 * WebSockets and event streams of a process count into one. Pure: no sockets.
 */
#ifndef TANDEM_BACKLOG_H
#define TANDEM_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

struct backlog {
	size_t each_bytes; /* the most that may wait for one */
	size_t all_bytes;  /* past this together, who does not read keeps no more than a little */
	size_t bytes;	   /* what waits now */
};
/* What may wait for one whose socket takes nothing just now, or does: only the former pays for what
 * waits for all. */
size_t backlog_most(const struct backlog *b, bool is_stuck);
/* What is counted of one was *counted so far, and is `bytes` now. */
void backlog_count(struct backlog *b, size_t *counted, size_t bytes);

#endif
