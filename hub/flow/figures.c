/*
 * figures.c: the facts, in chunks of events, read when they are asked for and again when one of
 * their events was touched. Questions are worked off one after the other; each begins at the newest
 * event and stops at the first chunk that lies before its period.
 */
#include "flow/figures_in.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_EVENTS 1024
#define SLICE	     256
#define CHUNKS_KEPT  256
#define NAME_SLOTS   4096

struct event_facts {
	struct event_fact event;
	struct fact *facts; /* NULL: it has not been read, or is not there */
	int count;
};
struct chunk {
	struct event_facts events[CHUNK_EVENTS];
	bool stale[CHUNK_EVENTS];
	int stale_count;
	int32_t last_day; /* INT32_MIN: nothing is there */
	uint64_t used;
};
struct name {
	char *text;
	int32_t number;
	struct name *chain;
};
struct reading { /* one question */
	int32_t from_day;
	figures_read_fn *fn;
	void *arg;
	struct reading *next;
};
struct figures {
	struct flow *flow;
	struct chunk **chunks;
	int64_t chunk_count; /* room in the array */
	int kept;
	uint64_t changes, uses;
	struct name *slots[NAME_SLOTS];
	const char **names;
	int32_t name_count;
	struct reading *first, **last;
	int64_t at; /* chunk under work */
	int64_t asked[SLICE];
	int asked_count;
	bool busy;
};

/* --- names --- */

static struct name **name_slot(const struct figures *g, const char *text)
{
	uint32_t h = 2166136261u;

	for (const char *s = text; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return (struct name **)(uintptr_t)&g->slots[h % NAME_SLOTS];
}

int32_t figures_find(const struct figures *g, const char *text)
{
	for (const struct name *n = *name_slot(g, text); n; n = n->chain) {
		if (!strcmp(n->text, text))
			return n->number;
	}
	return -1;
}

int32_t figures_intern(struct figures *g, const char *text)
{
	struct name **at = name_slot(g, text), *n;
	int32_t known = figures_find(g, text);

	if (known >= 0)
		return known;
	n = mem_zalloc(sizeof(*n));
	n->text = mem_strdup(text);
	n->number = g->name_count;
	n->chain = *at;
	*at = n;
	if (!(g->name_count & (g->name_count - 1)))
		g->names = mem_realloc(g->names,
				       sizeof(*g->names) *
					       (size_t)(g->name_count ? g->name_count * 2 : 1));
	g->names[g->name_count++] = n->text;
	return n->number;
}

const char *figures_name(const struct figures *g, int32_t number)
{
	return g->names[number];
}

int32_t figures_name_count(const struct figures *g)
{
	return g->name_count;
}

/* --- chunks --- */

static void chunk_free(struct figures *g, int64_t k)
{
	struct chunk *c = g->chunks[k];

	for (int i = 0; i < CHUNK_EVENTS; i++)
		free(c->events[i].facts);
	free(c);
	g->chunks[k] = NULL;
	g->kept--;
}

static struct chunk *chunk_at(struct figures *g, int64_t k)
{
	if (k >= g->chunk_count) {
		int64_t room = k + 64;

		g->chunks = mem_realloc(g->chunks, sizeof(struct chunk *) * (size_t)room);
		memset(g->chunks + g->chunk_count, 0,
		       sizeof(struct chunk *) * (size_t)(room - g->chunk_count));
		g->chunk_count = room;
	}
	if (!g->chunks[k]) {
		g->chunks[k] = mem_zalloc(sizeof(struct chunk));
		memset(g->chunks[k]->stale, true, sizeof(g->chunks[k]->stale));
		g->chunks[k]->stale_count = CHUNK_EVENTS;
		g->chunks[k]->last_day = INT32_MIN;
		g->kept++;
	}
	return g->chunks[k];
}

/* What has not been asked for longest goes, until no more are kept than may be. */
static void trim(struct figures *g)
{
	while (g->kept > CHUNKS_KEPT) {
		int64_t oldest = -1;

		for (int64_t k = 0; k < g->chunk_count; k++) {
			if (g->chunks[k] &&
			    (oldest < 0 || g->chunks[k]->used < g->chunks[oldest]->used))
				oldest = k;
		}
		chunk_free(g, oldest);
	}
}

void figures_touch(struct figures *g, int64_t seq)
{
	int64_t k = seq / CHUNK_EVENTS;
	struct chunk *c = k < g->chunk_count ? g->chunks[k] : NULL;

	g->changes++;
	if (!c || c->stale[seq % CHUNK_EVENTS])
		return;
	c->stale[seq % CHUNK_EVENTS] = true;
	c->stale_count++;
}

void figures_forget(struct figures *g)
{
	g->changes++;
	for (int64_t k = 0; k < g->chunk_count; k++) {
		struct chunk *c = g->chunks[k];

		if (!c)
			continue;
		memset(c->stale, true, sizeof(c->stale));
		c->stale_count = CHUNK_EVENTS;
	}
}

uint64_t figures_changes(const struct figures *g)
{
	return g->changes;
}

static void keep_event(struct figures *g, const struct loaded *x)
{
	struct chunk *c = chunk_at(g, x->seq / CHUNK_EVENTS);
	struct event_facts *e = &c->events[x->seq % CHUNK_EVENTS];
	struct arena arena;
	struct record r;

	arena_init(&arena);
	if (x->record.data && record_decode(x->record.data, x->record.len, &arena, &r) == ERR_OK) {
		const struct fact_source s = {
			.figures = g, .pack = g->flow->pack, .record = &r, .seq = x->seq};

		free(e->facts);
		e->event = fact_of_event(&s);
		e->count = r.notice_count;
		e->facts = mem_alloc(sizeof(*e->facts) * (size_t)(e->count + 1));
		for (int i = 0; i < e->count; i++)
			fact_of(&s, i, &e->facts[i]);
		if (e->event.day > c->last_day)
			c->last_day = e->event.day;
	}
	arena_clear(&arena);
}

/* --- questions --- */

static void work(struct figures *g);

static void reading_done(struct figures *g, enum err e)
{
	struct reading *r = g->first;

	g->first = r->next;
	if (!g->first)
		g->last = &g->first;
	g->busy = false;
	r->fn(r->arg, e);
	free(r);
	trim(g);
	work(g);
}

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct figures *g = arg;

	if (e != ERR_OK) {
		for (int i = 0; i < g->asked_count; i++)
			figures_touch(g, g->asked[i]);
		reading_done(g, e);
		return;
	}
	for (int i = 0; i < count; i++)
		keep_event(g, &items[i]);
	work(g);
}

/* Whether something of the chunk had to be asked for; what is touched while the answer is on its
 * way is the next question's. */
static bool ask(struct figures *g, struct chunk *c)
{
	g->asked_count = 0;
	for (int i = 0; i < CHUNK_EVENTS && c->stale_count && g->asked_count < SLICE; i++) {
		if (!c->stale[i])
			continue;
		c->stale[i] = false;
		c->stale_count--;
		if (g->at || i)
			g->asked[g->asked_count++] = g->at * CHUNK_EVENTS + i;
	}
	if (g->asked_count)
		store_load(g->flow->store, g->asked, g->asked_count, false, on_loaded, g);
	return g->asked_count > 0;
}

static void on_newest(void *arg, enum err e, const struct loaded *items, int count, int64_t next)
{
	struct figures *g = arg;

	(void)next;
	if (e != ERR_OK || !count) {
		reading_done(g, e);
		return;
	}
	g->at = items[0].seq / CHUNK_EVENTS;
	/* Events that came after the chunk was last read are simply not there yet. */
	for (int64_t seq = items[0].seq; seq >= g->at * CHUNK_EVENTS; seq--) {
		if (chunk_at(g, g->at)->events[seq % CHUNK_EVENTS].facts)
			break;
		figures_touch(g, seq);
	}
	work(g);
}

static void work(struct figures *g)
{
	static const struct scan_in newest = {.need = "", .limit = 1, .budget = 1};

	if (!g->first)
		return;
	if (!g->busy) {
		g->busy = true;
		store_scan(g->flow->store, &newest, on_newest, g);
		return;
	}
	while (g->at >= 0) {
		struct chunk *c = chunk_at(g, g->at);

		c->used = ++g->uses;
		if (ask(g, c))
			return;
		if (c->last_day != INT32_MIN && c->last_day < g->first->from_day)
			break;
		g->at--;
	}
	reading_done(g, ERR_OK);
}

void figures_read(struct figures *g, int32_t from_day, figures_read_fn *fn, void *arg)
{
	struct reading *r = mem_zalloc(sizeof(*r));

	r->from_day = from_day;
	r->fn = fn;
	r->arg = arg;
	*g->last = r;
	g->last = &r->next;
	if (!g->busy)
		work(g);
}

void figures_each(const struct figures *g, int32_t from_day, int32_t to_day, figures_each_fn *fn,
		  void *arg)
{
	for (int64_t k = g->chunk_count - 1; k >= 0; k--) {
		const struct chunk *c = g->chunks[k];

		if (!c || c->last_day < from_day)
			continue;
		for (int i = CHUNK_EVENTS - 1; i >= 0; i--) {
			const struct event_facts *e = &c->events[i];

			for (int n = e->count - 1; n >= 0; n--) {
				const struct fact *x = &e->facts[n];

				if (x->day >= from_day && x->day <= to_day && !fn(arg, x))
					return;
			}
		}
	}
}

void figures_each_event(const struct figures *g, int32_t from_day, int32_t to_day,
			figures_event_fn *fn, void *arg)
{
	for (int64_t k = g->chunk_count - 1; k >= 0; k--) {
		const struct chunk *c = g->chunks[k];

		for (int i = CHUNK_EVENTS - 1; c && c->last_day >= from_day && i >= 0; i--) {
			const struct event_facts *e = &c->events[i];

			if (e->facts && e->event.day >= from_day && e->event.day <= to_day &&
			    !fn(arg, &e->event))
				return;
		}
	}
}

struct figures *figures_new(struct flow *f)
{
	struct figures *g = mem_zalloc(sizeof(*g));

	g->flow = f;
	g->last = &g->first;
	return g;
}

void figures_free(struct figures *g)
{
	for (int64_t k = 0; k < g->chunk_count; k++) {
		if (g->chunks[k])
			chunk_free(g, k);
	}
	for (int i = 0; i < NAME_SLOTS; i++) {
		for (struct name *n = g->slots[i], *next; n; n = next) {
			next = n->chain;
			free(n->text);
			free(n);
		}
	}
	free(g->chunks);
	free(g->names);
	free(g);
}
