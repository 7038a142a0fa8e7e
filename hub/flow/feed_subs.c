/* feed_subs.c: see feed_subs.h. */
#include "flow/feed_subs.h"

#include <stdlib.h>

static void topic_add(struct feed_topic *t, struct feed_sub *s)
{
	if (t->count == t->capacity) {
		t->capacity = t->capacity ? t->capacity * 2 : 4;
		t->subs = mem_realloc(t->subs, sizeof(struct feed_sub *) * (size_t)t->capacity);
	}
	t->subs[t->count++] = s;
}

static void topic_remove(struct feed_topic *t, const struct feed_sub *s)
{
	for (int i = 0; i < t->count; i++) {
		if (t->subs[i] == s) {
			t->subs[i] = t->subs[--t->count];
			return;
		}
	}
}

static struct feed_sub **list_of(struct feed_subs *l, const struct feed_sub *s)
{
	return s->live ? &l->live : &l->behind;
}

void feed_sub_add(struct feed_subs *l, struct feed_sub *s)
{
	struct feed_sub **first = list_of(l, s);

	s->prev = NULL;
	s->next = *first;
	if (*first)
		(*first)->prev = s;
	*first = s;
}

static void take_out(struct feed_subs *l, struct feed_sub *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		*list_of(l, s) = s->next;
	if (s->next)
		s->next->prev = s->prev;
}

void feed_sub_go_live(struct feed_subs *l, struct feed_sub *s)
{
	take_out(l, s);
	s->live = true;
	feed_sub_add(l, s);
	for (int i = 0; i < s->wish.body_count; i++)
		topic_add(s->topics[i], s);
}

void feed_sub_fall_behind(struct feed_subs *l, struct feed_sub *s, const struct cursor *at)
{
	for (int i = 0; i < s->wish.body_count; i++)
		topic_remove(s->topics[i], s);
	take_out(l, s);
	s->live = false;
	feed_sub_add(l, s);
	s->at = *at;
}

bool feed_sub_listens(const struct feed_sub *s, const struct feed_topic *t)
{
	for (int i = 0; i < s->wish.body_count; i++) {
		if (s->topics[i] == t)
			return true;
	}
	return false;
}

static void sub_free(struct feed_subs *l, struct feed_sub *s)
{
	if (s->live)
		feed_sub_fall_behind(l, s, &s->at);
	take_out(l, s);
	l->dead_count -= s->dead;
	free(s->topics);
	free(s);
}

static void bury_in(struct feed_subs *l, struct feed_sub *first)
{
	for (struct feed_sub *s = first, *next; s && l->dead_count; s = next) {
		next = s->next;
		if (s->dead)
			sub_free(l, s);
	}
}

void feed_subs_bury(struct feed_subs *l)
{
	bury_in(l, l->live);
	bury_in(l, l->behind);
}

void feed_subs_clear(struct feed_subs *l)
{
	while (l->live)
		sub_free(l, l->live);
	while (l->behind)
		sub_free(l, l->behind);
}
