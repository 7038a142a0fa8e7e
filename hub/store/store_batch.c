/* store_batch.c: what accepts and commits share: the queues, and the grouping of a batch by body.
 */
#include <stdlib.h>
#include <string.h>

#include "store/store_in.h"

void queue_put(struct store *s, struct queue *q, struct item *it)
{
	if (q->count >= STORE_WAITING_MAX)
		q = &s->refused;
	it->next = NULL;
	it->due_ms = loop_mono_ms(s->loop) + s->limit_ms;
	*q->last = it;
	q->last = &it->next;
	q->count++;
	store_pump_soon(s);
}

struct item *queue_take(struct queue *q)
{
	struct item *it = q->first;

	if (!it)
		return NULL;
	q->first = it->next;
	if (!q->first)
		q->last = &q->first;
	q->count--;
	return it;
}

void item_look_ahead(const struct item *far, const struct item *next)
{
	if (far) {
		__builtin_prefetch(far);
		__builtin_prefetch((const char *)far + 64);
	}
	for (size_t k = 0; next && k < sizeof(next->near->at) / sizeof(next->near->at[0]); k++)
		__builtin_prefetch(next->near->at[k], 1);
}

void store_batch_done(struct store *s)
{
	s->batches--;
	store_pump_soon(s);
}

void groups_init(struct groups *g, struct arena *arena, int room)
{
	*g = (struct groups){0};
	g->places = arena_alloc(arena, sizeof(*g->places) * (size_t)(room + 1));
	g->groups = arena_alloc(arena, sizeof(*g->groups) * (size_t)(room + 1));
	strmap_init(&g->by_body, arena, room + 1);
}

void groups_add(struct groups *g, const struct place *p)
{
	int at = g->place_count++;
	int which = strmap_add(&g->by_body, p->body, strlen(p->body), g->group_count);
	struct group *group = &g->groups[which];

	g->places[at] = *p;
	g->places[at].next = -1;
	if (which == g->group_count) {
		*group = (struct group){.body = p->body, .first = at};
		g->group_count++;
	} else {
		g->places[group->last].next = at;
	}
	group->last = at;
	group->count++;
}

char *place_number(char *to, int v)
{
	*to++ = (char)(v >> 8 & 0xff);
	*to++ = (char)(v & 0xff);
	return to;
}
