/* turns.c: see turns.h. */
#include "flow/turns.h"

#include <stddef.h>
#include <string.h>

static bool is_about_the_same(const struct turn *a, const struct turn *b)
{
	return !strcmp(a->case_id, b->case_id) ||
	       (a->permit && b->permit && *a->permit && !strcmp(a->permit, b->permit));
}

static void append(struct turn **first, struct turn **last, struct turn *t)
{
	t->next = NULL;
	if (*first)
		(*last)->next = t;
	else
		*first = t;
	*last = t;
}

/* The newest of those before it is behind all the others. */
void turn_take(struct turn_list *all, struct turn *t)
{
	struct turn *before = all->newest;

	while (before && !is_about_the_same(before, t))
		before = before->older;
	t->older = all->newest;
	if (all->newest)
		all->newest->newer = t;
	all->newest = t;
	if (before)
		append(&before->first_behind, &before->last_behind, t);
	else
		t->go(t->arg);
}

static void take_out(struct turn_list *all, struct turn *t)
{
	*(t->newer ? &t->newer->older : &all->newest) = t->older;
	if (t->older)
		t->older->newer = t->newer;
}

/* Those that end in their turn find it running, so a long row does not nest. */
void turn_end(struct turn_list *all, struct turn *t)
{
	struct turn *next;

	take_out(all, t);
	for (struct turn *b = t->first_behind; b; b = next) {
		next = b->next;
		append(&all->ready, &all->last_ready, b);
	}
	if (all->running)
		return;
	all->running = true;
	while ((next = all->ready)) {
		all->ready = next->next;
		next->go(next->arg);
	}
	all->running = false;
}
