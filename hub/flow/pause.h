/*
 * pause.h: a notice's clocks standing still. While a pause lasts the notice has no due moment, so
 * nothing about it falls due and it is not late; afterwards each paused clock goes on, later by the
 * working time that was paused.
 *
 * Clocks that end with a day move by whole working days: the office hours paused in all, rounded up
 * once, so that many short pauses give no more than one long one. Clocks of hours move by exactly
 * as long.
 */
#ifndef TANDEM_PAUSE_H
#define TANDEM_PAUSE_H

#include "flow/change.h"

struct pausing {
	int notice;
	const char *by, *reason;
	int64_t until_ms; /* -1: until somebody says so */
};
void pause_begin(struct change *c, const struct pausing *p);
/* Ends the one that lasts, if any, with a receipt. by: "" when it ended by itself. */
void pause_end(struct change *c, int notice, const char *by, const char *channel);
bool pause_due(struct change *c, int notice); /* ends it when its time has come */
/* A due moment that was computed anew, moved as the notice's pauses have moved it, those of the
 * notice it came from included. */
int64_t pause_moved(const struct change *c, int notice, int64_t due_ms);

#endif
