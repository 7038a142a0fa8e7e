/*
 * correct.h: what an event does to the earlier ones of its case and of its permit. A higher version
 * takes the place of the lower ones: their notices are superseded. An event that ends a permit
 * (撤销, 撤回, 注销) ends the clocks of what gave it, and withdraws its notices that nobody has
 * claimed: whoever claimed keeps the matter and has the new event's own notice. Those who had them
 * are told by the change.
 */
#ifndef TANDEM_CORRECT_H
#define TANDEM_CORRECT_H

#include "flow/flow.h"

typedef void correct_done_fn(void *arg, enum err e);
/* Whether there may be something to do: the record is then accepted with the mark that it is, which
 * falls due at once. */
bool correct_is_needed(const struct event *e);
/* The number by which a later event may ask for this one; NULL when none would. */
const char *correct_permit(const struct event *e);
/*
 * Does it to each of them, then takes the mark off; what a crash, or Redis away, leaves half done
 * is done again, because the mark stands. Calls back once; fn may be NULL.
 */
void correct_earlier(struct flow *f, int64_t seq, const struct event *e, correct_done_fn *fn,
		     void *arg);

/*
 * The other way round: an event that comes after a higher version of its case is superseded as soon
 * as it is taken, before anybody is answered. `list` is what the store knows of the case. Calls
 * back once, at once when nothing is higher.
 */
struct outdated {
	int64_t seq;
	const struct event *event;
	const char *list;
};
void correct_outdated(struct flow *f, const struct outdated *o, correct_done_fn *fn, void *arg);

#endif
