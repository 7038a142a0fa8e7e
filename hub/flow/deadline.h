/*
 * deadline.h: the one clock. What is due is claimed from the store with a lease, so that one hub
 * works on it: the next rung of a notice's channels, an overdue mark, a delivery's attempt, a
 * correction's consequences. Losing the race to an acknowledgement means there is nothing to do. A
 * text that finds its connector busy waits here, at most until its lease ends and any hub may claim
 * it again; until its turn comes nothing is written.
 */
#ifndef TANDEM_DEADLINE_H
#define TANDEM_DEADLINE_H

#include "flow/flow.h"

struct due_clock;
struct due_clock *deadline_new(struct flow *f);
void deadline_start(struct due_clock *d);
void deadline_stop(struct due_clock *d); /* claims nothing more */
void deadline_free(struct due_clock *d);
/* a connector has a place again: what waits for one goes on */
void deadline_room(struct due_clock *d);
/* something falls due then: look sooner than the next tick would */
void deadline_kick(struct due_clock *d, int64_t due_ms);

#endif
