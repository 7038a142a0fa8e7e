/*
 * correct.h: a higher version of a case's event takes the place of the lower ones: their notices are superseded, and the
 * bodies that had them are told by the change.
 */
#ifndef TANDEM_CORRECT_H
#define TANDEM_CORRECT_H

#include "flow/flow.h"

/* Supersedes every earlier event of the same case and type with a lower version, then marks the correction done. */
void correct_earlier(struct flow *f, int64_t seq, const struct event *e);

/*
 * The other way round: an event that comes after a higher version of its case is superseded as soon as it is taken, before anybody is
 * answered. `list` is what the store knows of the case. Calls back once, at once when nothing is higher.
 */
struct outdated {
	int64_t seq;
	const struct event *event;
	const char *list;
};
typedef void correct_done_fn(void *arg, enum err e);
void correct_outdated(struct flow *f, const struct outdated *o, correct_done_fn *fn, void *arg);

#endif
