/*
 * term.h: the clocks of an event beside those of its notices: what the applicant promised until a
 * day (告知承诺, 容缺), and the end of the permit. Those concerned are told ahead and when the day
 * is over, each counted in the record by the commit that does it, so none comes twice, also after a
 * restart and with several hubs.
 *
 * The supervisor is whoever claimed the matter, else its lead; that body's notice shows the clocks
 * and its reminders.
 */
#ifndef TANDEM_TERM_H
#define TANDEM_TERM_H

#include "flow/ladder.h"

void terms_at_decision(const struct pack *pack, const struct event *e, struct record *r,
		       struct arena *arena);
bool terms_due(struct change *c); /* what the clock brings; whether anything changed */
/* For the watchdog: adds what should have been said by a moment, and how much of that was. */
void terms_compare(const struct pack *pack, const struct record *r, int64_t limit_ms,
		   struct rungs *sum);
int term_notice(const struct record *r);    /* whose reminders they are, -1 nobody's */
bool term_is_promise(const struct term *t); /* can be fulfilled, and overdue */
bool term_may_be_fulfilled(const struct record *r, int notice); /* whether one shown there can be */
/* Supervision has looked: what was promised and had to be checked, has been. */
void terms_checked(struct change *c, int notice, const char *by);
/* Events that end a permit (撤销, 撤回, 注销 …), and with it all that was promised for it; a
 * renewal ends its term alone. */
bool term_permit_ends_by(enum event_type type);
bool term_is_ended_by(enum event_type type);
/* Ends the clocks of an earlier event of the case or the permit that event `by` overtakes; whether
 * any ran. */
bool terms_overtaken(struct change *c, enum event_type type, int64_t by);

#endif
