/*
 * turns.h: events of one case or of one permit are decided in the order in which they came, though
 * for some of them the store has to be asked first. An event that ends a permit is about what came
 * before it and not about what came behind it.
 *
 * turn_take calls go, at once or when all that it has to wait for have ended; turn_end, once it is
 * decided or refused, lets those behind it go. Others are not held up.
 */
#ifndef TANDEM_TURNS_H
#define TANDEM_TURNS_H

#include <stdbool.h>

#include "loop.h"

#define TURN_SLOTS 1024

struct turn;
/* In the row of one case or one permit: only the last one of a row is looked up, by its key. */
struct turn_place {
	struct turn *turn;
	const char *key; /* NULL: in no row */
	struct turn_place *behind, *chain;
};
struct turn { /* the caller's memory, until it has ended */
	struct turn_place of_case, of_permit;
	loop_fn *go;
	void *arg;
	int waits; /* for so many others */
	struct turn *next;
};
struct turn_list {
	struct turn_place *slots[TURN_SLOTS];
	struct turn *ready, *last_ready;
	int64_t count; /* of those that have not ended */
	bool running;
};
/* The texts are borrowed until it has ended; a permit that is NULL or "" is none. */
void turn_take(struct turn_list *all, struct turn *t, const char *case_id, const char *permit);
void turn_end(struct turn_list *all, struct turn *t);

#endif
