/*
 * case_walk.h: the events of a case that somebody may see, oldest first, read and opened a few at a
 * time, so that a long case does not hold up the loop. Internal to the queries.
 *
 * case_walk_start calls take for each and then end, once: ERR_NOT_FOUND when there was none to see.
 * The walk is freed by itself.
 */
#ifndef TANDEM_CASE_WALK_H
#define TANDEM_CASE_WALK_H

#include "flow/row.h"

struct case_walk {
	struct flow *flow;
	struct principal *who; /* as long as the walk goes on */
	const char *case_id;
	void (*take)(void *arg, const struct row *row); /* its view knows what has to be masked */
	void (*end)(void *arg, enum err e);
	void *arg;
};
void case_walk_start(const struct case_walk *w);

#endif
