/*
 * correct.h: what an event does to the earlier ones of its case. A higher version takes the place of the lower ones: their notices are
 * superseded, and the bodies that had them are told by the change. An event that ends a permit, or its term, ends their clocks.
 */
#ifndef TANDEM_CORRECT_H
#define TANDEM_CORRECT_H

#include "flow/flow.h"

/* Whether there may be something to do: the record is then accepted with the mark that it is, which falls due at once. */
bool correct_is_needed(const struct event *e);
/* Does it to each of them, then takes the mark off; what a crash leaves half done is done again, because the mark stands. */
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
