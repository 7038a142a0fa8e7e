/* again.c: see again.h. */
#include "flow/again.h"

#include <stdlib.h>

#include "base/arena.h"

#define WAIT_MS 1000

struct again {
	const struct store *store;
	struct loop_timer *timer;
	struct again_job *first;
	bool stopped;
};

static void on_timer(void *arg)
{
	struct again *g = arg;
	struct again_job *j = g->first, *next;

	if (!store_is_up(g->store)) {
		loop_timer_start(g->timer, WAIT_MS, 0);
		return;
	}
	g->first = NULL;
	for (; j; j = next) {
		next = j->next;
		j->waits = false;
		j->fn(j->arg);
	}
}

struct again *again_new(struct loop *l, const struct store *s)
{
	struct again *g = mem_zalloc(sizeof(*g));

	g->store = s;
	g->timer = loop_timer_new(l, on_timer, g);
	return g;
}

void again_later(struct again *g, struct again_job *j)
{
	if (g->stopped || j->waits)
		return;
	if (!g->first)
		loop_timer_start(g->timer, WAIT_MS, 0);
	j->waits = true;
	j->next = g->first;
	g->first = j;
}

void again_stop(struct again *g)
{
	g->stopped = true;
	loop_timer_stop(g->timer);
}

void again_free(struct again *g)
{
	loop_timer_free(g->timer);
	free(g);
}
