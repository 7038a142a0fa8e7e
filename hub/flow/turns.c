/* turns.c: see turns.h. */
#include "flow/turns.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Where a case stands, or a permit: one text can be both. */
static struct turn_place **slot_of(struct turn_list *all, const struct turn_place *p)
{
	uint32_t h = p == &p->turn->of_case ? 2166136261u : 16777619u;

	for (const char *s = p->key; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return &all->slots[(h >> 16 ^ h) % TURN_SLOTS];
}

static bool is_same_row(const struct turn_place *a, const struct turn_place *b)
{
	return (a == &a->turn->of_case) == (b == &b->turn->of_case) && !strcmp(a->key, b->key);
}

static void take_place(struct turn_list *all, struct turn_place *p)
{
	struct turn_place **at = slot_of(all, p), *before;

	while (*at && !is_same_row(*at, p))
		at = &(*at)->chain;
	before = *at;
	p->behind = NULL;
	p->chain = before ? before->chain : NULL;
	*at = p;
	if (before) {
		before->behind = p;
		p->turn->waits++;
	}
}

/* Who ends is the first of its rows. */
static void leave_place(struct turn_list *all, struct turn_place *p)
{
	struct turn_place **at = slot_of(all, p);
	struct turn *t = p->behind ? p->behind->turn : NULL;

	if (!t) {
		while (*at != p)
			at = &(*at)->chain;
		*at = p->chain;
		return;
	}
	if (--t->waits)
		return;
	t->next = NULL;
	*(all->ready ? &all->last_ready->next : &all->ready) = t;
	all->last_ready = t;
}

void turn_take(struct turn_list *all, struct turn *t, const char *case_id, const char *permit)
{
	t->of_case = (struct turn_place){.turn = t, .key = case_id};
	t->of_permit = (struct turn_place){.turn = t, .key = permit && *permit ? permit : NULL};
	t->waits = 0;
	all->count++;
	take_place(all, &t->of_case);
	if (t->of_permit.key)
		take_place(all, &t->of_permit);
	if (!t->waits)
		t->go(t->arg);
}

/* Those that end in their turn find it running, so a long row does not nest. */
void turn_end(struct turn_list *all, struct turn *t)
{
	struct turn *next;

	all->count--;
	leave_place(all, &t->of_case);
	if (t->of_permit.key)
		leave_place(all, &t->of_permit);
	if (all->running)
		return;
	all->running = true;
	while ((next = all->ready)) {
		all->ready = next->next;
		next->go(next->arg);
	}
	all->running = false;
}
