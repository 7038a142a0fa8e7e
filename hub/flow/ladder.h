/*
 * ladder.h: when something must happen next to a notice, and what: the next channel of its rule,
 * the next step of the pack's escalation ladder, the mark that it is late. The ladder runs twice:
 * until somebody has taken the matter on, and then, where feedback has a deadline, until
 * supervision has reported. Each step is counted in the record by the commit that takes it, so none
 * comes twice, also after a restart and with several hubs.
 */
#ifndef TANDEM_LADDER_H
#define TANDEM_LADDER_H

#include "flow/change.h"

#define MORNING_MS (INT64_C(9) * 3600000) /* of a day: nobody is woken */

/* sets next_ms; n is one of r's */
void notice_schedule(const struct flow *f, const struct record *r, struct notice *n);
/* The next channel of its rule that nothing has gone over yet, used from then on; CHANNEL_COUNT
 * when none is left. */
enum channel ladder_take_channel(struct notice *n);
/* does what has come due; whether there was anything */
bool ladder_due(struct change *c, int notice);

/* For the watchdog: what should have been said by a moment, and how much of that was. */
struct rungs {
	int64_t should, did;
};
/* adds */
void ladder_compare(const struct flow *f, const struct record *r, int notice, int64_t limit_ms,
		    struct rungs *sum);

#endif
