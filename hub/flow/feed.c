/*
 * feed.c: the ring, its subscribers and their places in it. What a line becomes is push.c's work.
 *
 * A subscriber is live (its place is `done`, it hangs on the topics of its bodies) or behind (it has a place of its own and
 * is served alone until it has caught up). One slice is under way at a time, so the order of a body's messages is the ring's.
 */
#include "flow/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/push.h"

#define SLICE 256
#define TOPIC_SLOTS 1024

struct feed_sub {
	struct feed_wish wish;
	struct feed_topic **topics;
	int64_t pos;  /* when behind: next line */
	int skip;     /* parts of the line at pos that it has */
	bool live, dead;
	struct feed_sub *prev, *next;
};
struct feed {
	struct flow *flow;
	struct feed_line *ring;
	int64_t size, first, head; /* absolute indexes: [first, head) are in the ring */
	int64_t done;		   /* the live ones have everything before it */
	bool older_exist, ready, busy, freed;
	struct feed_topic *topics[TOPIC_SLOTS];
	struct feed_sub *subs;
	int behind_count, dead_count;
	void (*on_name)(void *arg, const char *name);
	void *name_arg;
	struct loop_deferred turn;
	struct push_batch *batch;
	struct feed_sub *one; /* whom the slice is for; NULL: all the live ones */
	int64_t from, to;
};

static struct feed_line *line_at(struct feed *d, int64_t i)
{
	return &d->ring[i % d->size];
}

static struct feed_topic *topic_of(void *arg, const char *body, size_t len)
{
	struct feed *d = arg;
	size_t h = 5381;
	struct feed_topic **at, *t;

	for (size_t i = 0; i < len; i++)
		h = h * 33 + (unsigned char)body[i];
	at = &d->topics[h % TOPIC_SLOTS];
	for (t = *at; t; t = t->chain) {
		if (strlen(t->body) == len && !memcmp(t->body, body, len))
			return t;
	}
	t = mem_zalloc(sizeof(*t));
	t->body = mem_zalloc(len + 1);
	memcpy(t->body, body, len);
	t->chain = *at;
	*at = t;
	return t;
}

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

static void go_live(struct feed *d, struct feed_sub *s)
{
	s->live = true;
	d->behind_count--;
	for (int i = 0; i < s->wish.body_count; i++)
		topic_add(s->topics[i], s);
}

static void sub_free(struct feed *d, struct feed_sub *s)
{
	if (s->live) {
		for (int i = 0; i < s->wish.body_count; i++)
			topic_remove(s->topics[i], s);
	} else {
		d->behind_count--;
	}
	d->dead_count -= s->dead;
	if (s->prev)
		s->prev->next = s->next;
	else
		d->subs = s->next;
	if (s->next)
		s->next->prev = s->prev;
	free(s->topics);
	free(s);
}

static void bury(struct feed *d)
{
	for (struct feed_sub *s = d->subs, *next; s && d->dead_count; s = next) {
		next = s->next;
		if (s->dead)
			sub_free(d, s);
	}
}

static void destroy(struct feed *d)
{
	while (d->subs)
		sub_free(d, d->subs);
	for (int64_t i = d->first; i < d->head; i++)
		feed_line_clear(line_at(d, i));
	for (int i = 0; i < TOPIC_SLOTS; i++) {
		for (struct feed_topic *t = d->topics[i], *next; t; t = next) {
			next = t->chain;
			free(t->subs);
			free(t->body);
			free(t);
		}
	}
	free(d->ring);
	free(d);
}

/* The next thing to serve, or NULL in *ret_one with from == to: the live ones first, then whoever is behind. */
static void choose(struct feed *d)
{
	d->one = NULL;
	d->from = d->to = d->done;
	if (d->done < d->head) {
		d->from = d->done > d->first ? d->done : d->first;
		d->to = d->from + SLICE < d->head ? d->from + SLICE : d->head;
		return;
	}
	for (struct feed_sub *s = d->subs; s && d->behind_count; s = s->next) {
		if (s->live || s->dead)
			continue;
		if (s->pos < d->first) {
			s->pos = d->head;
			s->wish.on_gap(s->wish.arg);
		}
		if (s->pos >= d->done) {
			go_live(d, s);
			continue;
		}
		d->one = s;
		d->from = s->pos;
		d->to = s->pos + SLICE < d->done ? s->pos + SLICE : d->done;
		return;
	}
}

static bool listens(const struct feed_sub *s, const struct feed_topic *t)
{
	for (int i = 0; i < s->wish.body_count; i++) {
		if (s->topics[i] == t)
			return true;
	}
	return false;
}

static bool is_wanted(const struct feed *d, const struct feed_line *l)
{
	for (int k = 0; k < l->topic_count; k++) {
		if (d->one ? listens(d->one, l->topics[k]) : l->topics[k]->count > 0)
			return true;
	}
	return false;
}

static void tell(struct feed *d, const struct feed_line *l, int part, struct feed_sub *s)
{
	struct feed_message m;

	if (!s->dead && push_render(d->batch, l, part, s->wish.masked, &m))
		s->wish.on_message(s->wish.arg, &m);
}

static void serve_line(struct feed *d, const struct feed_line *l, int skip)
{
	for (int k = skip; k < l->topic_count; k++) {
		struct feed_topic *t = l->topics[k];

		if (d->one) {
			if (listens(d->one, t))
				tell(d, l, k, d->one);
			continue;
		}
		for (int i = 0; i < t->count; i++)
			tell(d, l, k, t->subs[i]);
	}
}

static void on_loaded(void *arg)
{
	struct feed *d = arg;

	for (int64_t i = d->from; i < d->to && !d->freed; i++) {
		if (i >= d->first)
			serve_line(d, line_at(d, i), d->one && i == d->from ? d->one->skip : 0);
	}
	push_batch_free(d->batch);
	d->batch = NULL;
	d->busy = false;
	if (d->one) {
		d->one->pos = d->to;
		d->one->skip = 0;
	} else {
		d->done = d->to;
	}
	loop_defer(d->flow->loop, &d->turn);
}

static void turn(void *arg)
{
	struct feed *d = arg;

	if (d->freed && !d->busy) {
		destroy(d);
		return;
	}
	if (d->busy || !d->ready)
		return;
	bury(d);
	choose(d);
	if (d->from == d->to)
		return;
	d->busy = true;
	d->batch = push_batch_new(d->flow);
	for (int64_t i = d->from; i < d->to; i++) {
		struct feed_line *l = line_at(d, i);

		if (l->kind == 'E' && is_wanted(d, l))
			push_need(d->batch, l->seq);
	}
	push_load(d->batch, on_loaded, d);
}

struct feed *feed_new(struct flow *f, int64_t ring_entries)
{
	struct feed *d = mem_zalloc(sizeof(*d));

	d->flow = f;
	d->size = ring_entries;
	d->ring = mem_zalloc(sizeof(*d->ring) * (size_t)ring_entries);
	d->turn.fn = turn;
	d->turn.arg = d;
	return d;
}

void feed_free(struct feed *d)
{
	if (!d)
		return;
	d->freed = true;
	if (!d->busy && !d->turn.queued)
		destroy(d);
}

bool feed_is_ready(const struct feed *d)
{
	return d->ready;
}

void feed_on_names(struct feed *d, void (*fn)(void *arg, const char *name), void *arg)
{
	d->on_name = fn;
	d->name_arg = arg;
}

/* A line leaves the ring only when no slice under way still looks at it; slices are far smaller than the ring. */
static void append(struct feed *d, const struct feed_entry *e)
{
	if (d->head - d->first == d->size) {
		feed_line_clear(line_at(d, d->first));
		d->first++;
		d->older_exist = true;
	}
	feed_line_set(line_at(d, d->head), e->cursor, e->line, topic_of, d);
	d->head++;
	if (e->line[0] == 'X' && d->ready && d->on_name && strlen(e->line) > 2)
		d->on_name(d->name_arg, e->line + 2);
}

/* The stream was trimmed away behind our back: nobody's place can be trusted any more. */
static void gap(struct feed *d)
{
	d->older_exist = true;
	d->done = d->head;
	for (struct feed_sub *s = d->subs; s; s = s->next) {
		s->pos = d->head;
		if (!s->dead)
			s->wish.on_gap(s->wish.arg);
	}
}

static void on_entries(void *arg, const struct feed_entry *entries, int count)
{
	struct feed *d = arg;

	if (d->freed)
		return;
	if (count < 0)
		gap(d);
	for (int i = 0; i < count; i++)
		append(d, &entries[i]);
	if (!d->ready) {
		d->ready = true;
		d->older_exist = count >= d->size;
		d->done = d->head;
	}
	loop_defer(d->flow->loop, &d->turn);
}

void feed_start(struct feed *d)
{
	store_feed_start(d->flow->store, (int)d->size, on_entries, d);
}

/* The first line after the cursor (or the cursor's own, with parts left); false when that cannot be known. */
static bool place_after(struct feed *d, const struct cursor *since, int64_t *ret, int *ret_skip)
{
	int64_t lo = d->first, hi = d->head;

	while (lo < hi) {
		int64_t mid = lo + (hi - lo) / 2;

		if (cursor_compare(&line_at(d, mid)->at, since) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < d->head && !cursor_compare(&line_at(d, lo)->at, since)) {
		*ret = lo;
		*ret_skip = since->part + 1;
		return true;
	}
	if (lo == d->first && d->older_exist)
		return false;
	if (lo == d->head && (since->ms || since->seq))
		return false;
	*ret = lo;
	*ret_skip = 0;
	return true;
}

static void sub_place(struct feed *d, struct feed_sub *s, const char *since, char ret_cursor[CURSOR_BYTES],
		      bool *ret_recovered)
{
	struct cursor at;

	*ret_recovered = true;
	s->pos = d->head;
	if (since) {
		*ret_recovered = cursor_parse(since, &at) && place_after(d, &at, &s->pos, &s->skip);
		if (*ret_recovered) {
			snprintf(ret_cursor, CURSOR_BYTES, "%s", since);
			return;
		}
	}
	snprintf(ret_cursor, CURSOR_BYTES, "0-0.0.0");
	if (d->head > d->first) {
		at = line_at(d, d->head - 1)->at;
		at.part = RECORD_NOTICES_MAX;
		cursor_print(&at, ret_cursor);
	}
}

struct feed_sub *feed_subscribe(struct feed *d, const struct feed_wish *wish, const char *since,
				char ret_cursor[CURSOR_BYTES], bool *ret_recovered)
{
	struct feed_sub *s = mem_zalloc(sizeof(*s));

	s->wish = *wish;
	s->topics = mem_alloc(sizeof(struct feed_topic *) * (size_t)(wish->body_count + 1));
	for (int i = 0; i < wish->body_count; i++)
		s->topics[i] = topic_of(d, wish->bodies[i], strlen(wish->bodies[i]));
	sub_place(d, s, since, ret_cursor, ret_recovered);
	s->next = d->subs;
	if (d->subs)
		d->subs->prev = s;
	d->subs = s;
	d->behind_count++;
	loop_defer(d->flow->loop, &d->turn);
	return s;
}

void feed_unsubscribe(struct feed *d, struct feed_sub *s)
{
	s->dead = true;
	d->dead_count++;
	loop_defer(d->flow->loop, &d->turn);
}
