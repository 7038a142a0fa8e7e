/*
 * watchdog.h: whether the clock does its work. Once an hour the records of all events that can
 * still have one are read and what should have been said by now, counted from each deadline and the
 * pack, is compared with what the record says was said. Both are exported; a difference is logged,
 * and the event is put on the clock again, so that what was forgotten is said late rather than
 * never.
 */
#ifndef TANDEM_WATCHDOG_H
#define TANDEM_WATCHDOG_H

#include "flow/flow.h"

struct watchdog;
typedef void watchdog_fn(void *arg, int64_t should, int64_t did);
struct watchdog *watchdog_new(struct flow *f);
void watchdog_start(struct watchdog *w);
/* Looks now; fn is told what was found, unless the store went away meanwhile. NULL: nobody. */
void watchdog_look(struct watchdog *w, watchdog_fn *fn, void *arg);
void watchdog_stop(struct watchdog *w);
void watchdog_free(struct watchdog *w);

#endif
