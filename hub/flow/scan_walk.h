/*
 * scan_walk.h: looking through all events from the newest down, a slice at a time, until enough is
 * found.
 *
 * The store passes over documents that do not hold the text, and events that name none of the
 * principal's bodies. That only saves work: whoever takes a row still asks who may see it.
 * scan_walk_init, then before and limit, then scan_walk_start; take is called for each event that
 * looks right and counts in found; end is called once, and before then says where to go on, 0
 * nowhere.
 */
#ifndef TANDEM_SCAN_WALK_H
#define TANDEM_SCAN_WALK_H

#include "flow/flow.h"

#define SCAN_ANY_MAX 64

struct scan_walk {
	struct flow *flow;
	void (*take)(void *arg, const struct loaded *x);
	void (*end)(void *arg, enum err e);
	void *arg;
	int64_t before; /* events from here on are behind us; 0: begin with the newest */
	int64_t next;	/* where the slice that is being taken ends */
	int limit, found, rounds;
	char *need; /* the piece of the text that documents are looked through for, "" anything */
	char *any[SCAN_ANY_MAX];
	int any_count; /* 0: everything is looked at */
};
void scan_walk_init(struct scan_walk *w, struct flow *f, const struct principal *who,
		    const char *text);
void scan_walk_start(struct scan_walk *w);
void scan_walk_clear(struct scan_walk *w);

#endif
