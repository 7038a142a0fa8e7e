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

struct turn {			      /* the caller's memory, until it has ended */
	const char *case_id, *permit; /* permit NULL: none */
	loop_fn *go;
	void *arg;
	struct turn *older, *newer, *first_behind, *last_behind, *next;
};
struct turn_list {
	struct turn *newest, *ready, *last_ready;
	bool running;
};
void turn_take(struct turn_list *all, struct turn *t);
void turn_end(struct turn_list *all, struct turn *t);

#endif
