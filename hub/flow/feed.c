/*
 * feed.c: the ring, its subscribers and their places in it. What a line becomes is push.c's work.
 *
 * A subscriber is live (it has what is before `done`, and hangs on the topics of its bodies) or
 * behind: it has a place of its own and is served alone, no faster than it reads, until it has
 * caught up; from the store while its place is older than the ring. One slice is under way at a
 * time, so the order of a body's messages is the stream's. A slice ends before a line that cannot
 * be given now; nothing is passed over.
 */
#include "flow/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "flow/feed_ring.h"
#include "flow/feed_subs.h"
#include "flow/figures.h"
#include "flow/push.h"

#define SLICE 256
/* While Redis is away, or somebody behind reads slowly. Asked rather than told: both ends of the
 * wire would have to tell. */
#define AWAY_PAUSE_MS 200
#define ROOM_PAUSE_MS 5

struct feed {
	struct flow *flow;
	struct feed_ring ring;
	int64_t done; /* the live ones have every line of the ring before it */
	struct cursor done_at;
	bool ready, busy, freed, live_last;
	struct feed_subs subs;
	void (*on_name)(void *arg, const char *name);
	void *name_arg;
	struct loop_deferred turn;
	struct loop_timer *pause;
	bool is_away;
	/* The slice under way: [from, to) of the ring, or of the lines read for one who is further
	 * back. */
	struct push_batch *batch;
	struct feed_sub *one; /* whom it is for; NULL: all the live ones */
	struct feed_line *old;
	struct cursor old_end; /* the ring's newest when they were asked for */
	int64_t from, to;
	bool is_narrow; /* one line at a time, after a slice that the cache could not hold */
};

static void destroy(struct feed *d)
{
	feed_subs_clear(&d->subs);
	feed_ring_clear(&d->ring);
	loop_timer_free(d->pause);
	free(d);
}

/* --- choosing what is served next --- */

static int64_t slice_end(const struct feed *d, int64_t limit)
{
	int64_t end = d->from + (d->is_narrow ? 1 : SLICE);

	return end < limit ? end : limit;
}

static bool choose_live(struct feed *d)
{
	if (d->done < d->ring.first) { /* the ring has gone over what they have not had */
		while (d->subs.live)
			feed_sub_fall_behind(&d->subs, d->subs.live, &d->done_at);
		d->done = d->ring.head;
		d->done_at = d->ring.newest;
	}
	d->from = d->done;
	d->to = slice_end(d, d->ring.head);
	return d->from < d->to;
}

static bool has_room(const struct feed_sub *s)
{
	return !s->dead && s->wish.has_room(s->wish.arg);
}

static bool choose_behind(struct feed *d)
{
	bool is_waiting = false;

	for (struct feed_sub *s = d->subs.behind, *next; s; s = next) {
		enum where where;
		int skip;

		next = s->next;
		if (s->dead || s->ended)
			continue;
		where = feed_ring_find(&d->ring, &s->at, &d->from, &skip);
		if (where == WHERE_RING && d->from == d->done && !skip) {
			feed_sub_go_live(&d->subs, s);
			continue;
		}
		/* What is newer than the live ones have waits for them, or it would come twice. */
		if (where == WHERE_AHEAD || (where == WHERE_RING && d->from >= d->done))
			continue;
		if (!has_room(s)) {
			is_waiting = true;
			continue;
		}
		d->one = s;
		d->to = slice_end(d, d->done);
		if (where == WHERE_OLDER)
			d->from = d->to = 0;
		return true;
	}
	if (is_waiting)
		loop_timer_start(d->pause, ROOM_PAUSE_MS, 0);
	return false;
}

/* The live ones and those behind take turns, so that neither keeps the other waiting. */
static bool choose(struct feed *d)
{
	bool live_first = !d->live_last;

	d->one = NULL;
	d->live_last = live_first;
	if (live_first)
		return choose_live(d) || choose_behind(d);
	return choose_behind(d) || choose_live(d);
}

/* --- serving it --- */

static bool is_wanted(const struct feed *d, const struct feed_line *l)
{
	for (int k = 0; k < l->topic_count; k++) {
		if (d->one ? feed_sub_listens(d->one, l->topics[k]) : l->topics[k]->count > 0)
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

static void tell_all(struct feed *d, const struct feed_line *l)
{
	for (int k = 0; k < l->topic_count; k++) {
		for (int i = 0; i < l->topics[k]->count; i++)
			tell(d, l, k, l->topics[k]->subs[i]);
	}
}

/* False: there is no room for all of it now. */
static bool tell_one(struct feed *d, const struct feed_line *l)
{
	struct feed_sub *s = d->one;
	int order = cursor_compare(&l->at, &s->at);

	for (int k = order > 0 ? 0 : s->at.part + 1; order >= 0 && k < l->topic_count; k++) {
		if (!feed_sub_listens(s, l->topics[k]))
			continue;
		if (!has_room(s))
			return false;
		tell(d, l, k, s);
		s->at = l->at;
		s->at.part = k;
	}
	if (order >= 0)
		s->at = feed_whole_line(&l->at);
	return true;
}

/* NULL: the ring has gone over it in the meantime. */
static struct feed_line *slice_line(struct feed *d, int64_t i)
{
	return d->old ? &d->old[i] : feed_ring_line(&d->ring, i);
}

/* Up to the first line that cannot be given now; where that is. */
static int64_t serve(struct feed *d)
{
	int64_t i;

	for (i = d->from; i < d->to; i++) {
		const struct feed_line *l = slice_line(d, i);

		if (!l)
			break;
		if (l->kind == 'E' && is_wanted(d, l) &&
		    !push_has(d->batch, l->seq, l->topic_count)) {
			if (i > d->from || d->to - d->from > 1)
				break;
			log_at(LOG_ERROR, "",
			       "event=e%lld: cannot be read, so nobody is told of it",
			       (long long)l->seq);
		}
		if (!d->one)
			tell_all(d, l);
		else if (!tell_one(d, l))
			break;
		if (!d->one) {
			d->done = i + 1;
			d->done_at = feed_whole_line(&l->at);
		}
	}
	return i;
}

static void end_slice(struct feed *d)
{
	for (int64_t i = 0; d->old && i < d->to; i++)
		feed_line_clear(&d->old[i]);
	free(d->old);
	d->old = NULL;
	push_batch_free(d->batch);
	d->batch = NULL;
	d->busy = false;
	loop_defer(d->flow->loop, &d->turn);
}

static void wait_for_store(struct feed *d)
{
	d->is_away = true;
	loop_timer_start(d->pause, AWAY_PAUSE_MS, 0);
}

static void on_loaded(void *arg, bool ok)
{
	struct feed *d = arg;

	if (!ok)
		wait_for_store(d);
	else if (!d->freed)
		d->is_narrow = serve(d) == d->from && (!d->one || has_room(d->one));
	end_slice(d);
}

static void load_slice(struct feed *d)
{
	d->batch = push_batch_new(d->flow);
	for (int64_t i = d->from; i < d->to; i++) {
		const struct feed_line *l = slice_line(d, i);

		if (l && l->kind == 'E' && is_wanted(d, l))
			push_need(d->batch, l->seq, l->topic_count);
	}
	push_load(d->batch, on_loaded, d);
}

static void sub_gap(struct feed *d, struct feed_sub *s)
{
	if (s->live)
		feed_sub_fall_behind(&d->subs, s, &d->done_at);
	s->ended = true;
	if (!s->dead)
		s->wish.on_gap(s->wish.arg);
}

/* The lines of which the one has not all parts. Nothing: then the ring has nothing newer for it
 * either. */
static void take_old(struct feed *d, const struct feed_piece *piece)
{
	struct feed_sub *s = d->one;

	d->old = mem_zalloc(sizeof(*d->old) * (size_t)(piece->count + 1));
	for (int i = 0; i < piece->count && !(d->is_narrow && d->to == 1); i++) {
		struct feed_line *l = &d->old[d->to];
		int order;

		feed_ring_read(&d->ring, piece->entries[i].cursor, piece->entries[i].line, l);
		order = cursor_compare(&l->at, &s->at);
		if (order > 0 || (order == 0 && s->at.part + 1 < l->topic_count))
			d->to++;
		else
			feed_line_clear(l);
	}
	if (!d->to)
		s->at = d->old_end;
}

/* A slice of the stream for the one who is further back than the ring. */
static void on_old(void *arg, enum err e, const struct feed_piece *piece)
{
	struct feed *d = arg;

	if (e != ERR_OK)
		wait_for_store(d);
	else if (!piece->is_known)
		sub_gap(d, d->one);
	if (e != ERR_OK || !piece->is_known || d->freed) {
		end_slice(d);
		return;
	}
	take_old(d, piece);
	load_slice(d);
}

static void read_old(struct feed *d)
{
	char entry[CURSOR_BYTES];

	snprintf(entry, sizeof(entry), "%lld-%lld", (long long)d->one->at.ms,
		 (long long)d->one->at.seq);
	d->old_end = d->ring.newest;
	store_feed_read(d->flow->store, entry, on_old, d);
}

static void turn(void *arg)
{
	struct feed *d = arg;

	if (d->freed && !d->busy) {
		destroy(d);
		return;
	}
	if (d->busy || d->is_away || !d->ready)
		return;
	feed_subs_bury(&d->subs);
	if (!choose(d))
		return;
	d->busy = true;
	if (d->one && d->from == d->to)
		read_old(d);
	else
		load_slice(d);
}

static void on_pause_over(void *arg)
{
	struct feed *d = arg;

	d->is_away = false;
	loop_defer(d->flow->loop, &d->turn);
}

struct feed *feed_new(struct flow *f, int64_t ring_entries)
{
	struct feed *d = mem_zalloc(sizeof(*d));

	d->flow = f;
	feed_ring_init(&d->ring, ring_entries);
	d->turn.fn = turn;
	d->turn.arg = d;
	d->pause = loop_timer_new(f->loop, on_pause_over, d);
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

/* What changed under which name is not known, so all of it has. */
static void tell_all_names(struct feed *d)
{
	static const char *const kinds[] = {"contacts:", "optouts", "user:"};

	for (size_t i = 0; d->on_name && i < sizeof(kinds) / sizeof(*kinds); i++)
		d->on_name(d->name_arg, kinds[i]);
}

/* The stream was trimmed away behind our back: nobody's place can be trusted any more, and neither
 * can the ring. */
static void gap(struct feed *d, const char *newest)
{
	while (d->subs.live)
		sub_gap(d, d->subs.live);
	for (struct feed_sub *s = d->subs.behind; s; s = s->next) {
		if (!s->ended)
			sub_gap(d, s);
	}
	feed_ring_forget(&d->ring, newest);
	figures_forget(d->flow->figures);
	tell_all_names(d);
	d->done = d->ring.head;
	d->done_at = d->ring.newest;
}

static void on_entries(void *arg, const struct feed_entry *entries, int count)
{
	struct feed *d = arg;

	if (d->freed)
		return;
	if (count < 0)
		gap(d, entries[0].cursor);
	for (int i = 0; i < count; i++) {
		const char *line = entries[i].line;

		feed_ring_add(&d->ring, entries[i].cursor, line);
		if (line[0] != 'X' && strlen(line) > 2)
			figures_touch(d->flow->figures, digits_at(line + 2));
		if (line[0] == 'X' && d->ready && d->on_name && strlen(line) > 2)
			d->on_name(d->name_arg, line + 2);
	}
	if (!d->ready) {
		d->ready = true;
		d->ring.older_exist = count > 0;
		d->done = d->ring.head;
		d->done_at = d->ring.newest;
	}
	loop_defer(d->flow->loop, &d->turn);
}

void feed_start(struct feed *d)
{
	store_feed_start(d->flow->store, (int)d->ring.size, on_entries, d);
}

/* --- subscribing --- */

struct lookup {
	feed_found_fn *fn;
	void *arg;
};

static void on_found(void *arg, enum err e, const struct feed_piece *piece)
{
	struct lookup *f = arg;

	f->fn(f->arg, e, piece->is_known);
	free(f);
}

void feed_now(const struct feed *d, char ret_cursor[CURSOR_BYTES])
{
	cursor_print(&d->ring.newest, ret_cursor);
}

void feed_find(struct feed *d, const char *since, feed_found_fn *fn, void *arg)
{
	struct cursor at;
	int64_t i;
	int skip;

	if (!cursor_parse(since, &at)) {
		fn(arg, ERR_OK, false);
	} else if (feed_ring_find(&d->ring, &at, &i, &skip) == WHERE_RING) {
		fn(arg, ERR_OK, true);
	} else {
		struct lookup *f = mem_zalloc(sizeof(*f));
		char entry[CURSOR_BYTES];

		f->fn = fn;
		f->arg = arg;
		snprintf(entry, sizeof(entry), "%lld-%lld", (long long)at.ms, (long long)at.seq);
		store_feed_read(d->flow->store, entry, on_found, f);
	}
}

struct feed_sub *feed_subscribe(struct feed *d, const struct feed_wish *wish, const char *since,
				char ret_cursor[CURSOR_BYTES])
{
	struct feed_sub *s = mem_zalloc(sizeof(*s));

	s->wish = *wish;
	s->topics = mem_alloc(sizeof(struct feed_topic *) * (size_t)(wish->body_count + 1));
	for (int i = 0; i < wish->body_count; i++)
		s->topics[i] = feed_ring_topic(&d->ring, wish->bodies[i], strlen(wish->bodies[i]));
	if (!since || !cursor_parse(since, &s->at))
		s->at = d->ring.newest;
	cursor_print(&s->at, ret_cursor);
	feed_sub_add(&d->subs, s);
	loop_defer(d->flow->loop, &d->turn);
	return s;
}

void feed_unsubscribe(struct feed *d, struct feed_sub *s)
{
	s->dead = true;
	d->subs.dead_count++;
	loop_defer(d->flow->loop, &d->turn);
}
