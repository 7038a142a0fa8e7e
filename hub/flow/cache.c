/* cache.c: see cache.h. A chained hash over a list in order of use, roughly. */
#include "flow/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digits.h"

/* Numbers of events follow one another, so with more slots than the entries that fit no two share
   one: to look along a chain is to wait for memory that nobody has touched for long. */
#define CACHE_SLOTS 65536
/* An entry that so many puts have gone by since it was made or moved is moved to the newest when it
   is used. Moved each time, it would touch its neighbours too, and an event is used a dozen times
   in its first moments. */
#define PUTS_BETWEEN_MOVES 256

struct cache {
	struct cached *slots[CACHE_SLOTS];
	struct cached *newest, *oldest;
	size_t bytes, max_bytes;
	uint64_t puts;
};

struct cache *cache_new(size_t max_bytes)
{
	struct cache *c = mem_zalloc(sizeof(*c));

	c->max_bytes = max_bytes;
	return c;
}

static size_t entry_bytes(const struct cached *e)
{
	return sizeof(*e) + e->doc_len + e->common_len + e->record_len + e->tip_len;
}

static void unlink_use(struct cache *c, struct cached *e)
{
	if (e->prev)
		e->prev->next = e->next;
	else
		c->newest = e->next;
	if (e->next)
		e->next->prev = e->prev;
	else
		c->oldest = e->prev;
	e->prev = e->next = NULL;
}

static void link_newest(struct cache *c, struct cached *e)
{
	e->moved_at = c->puts;
	e->next = c->newest;
	if (c->newest)
		c->newest->prev = e;
	c->newest = e;
	if (!c->oldest)
		c->oldest = e;
}

static void entry_free(struct cached *e)
{
	free(e->common);
	free(e->record);
	free(e->tip);
	free(e);
}

static void evict(struct cache *c, struct cached *e)
{
	struct cached **at = &c->slots[(size_t)e->seq % CACHE_SLOTS];

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	unlink_use(c, e);
	c->bytes -= entry_bytes(e);
	entry_free(e);
}

/* Entries with a commit under way stay: their tip is still needed. */
static void shrink(struct cache *c, const struct cached *keep)
{
	struct cached *e = c->oldest;

	while (e && c->bytes > c->max_bytes) {
		struct cached *newer = e->prev;

		if (newer)
			/* nobody has touched it for long, and it goes with one of the next puts */
			__builtin_prefetch(newer->prev, 1);
		if (e != keep && !e->tips)
			evict(c, e);
		e = newer;
	}
}

void cache_free(struct cache *c)
{
	struct cached *e, *next;

	if (!c)
		return;
	for (e = c->newest; e; e = next) {
		next = e->next;
		entry_free(e);
	}
	free(c);
}

struct cached *cache_find(struct cache *c, int64_t seq)
{
	struct cached *e = c->slots[(size_t)seq % CACHE_SLOTS];

	while (e && e->seq != seq)
		e = e->chain;
	if (e && c->puts - e->moved_at > PUTS_BETWEEN_MOVES) {
		unlink_use(c, e);
		link_newest(c, e);
	}
	return e;
}

static void replace(struct cache *c, char **field, size_t *field_len, struct bytes b)
{
	c->bytes -= *field_len;
	free(*field);
	*field = NULL;
	*field_len = 0;
	if (!b.data)
		return;
	*field = mem_alloc(b.len + 1);
	memcpy(*field, b.data, b.len);
	(*field)[b.len] = '\0';
	*field_len = b.len;
	c->bytes += b.len;
}

struct cached *cache_put(struct cache *c, int64_t seq, struct bytes doc, struct bytes common)
{
	struct cached *e = cache_find(c, seq);

	if (!e) {
		e = mem_alloc(sizeof(*e) + doc.len + 1);
		*e = (struct cached){.seq = seq, .doc_len = doc.len};
		if (doc.data) {
			e->doc = memcpy(e + 1, doc.data, doc.len);
			e->doc[doc.len] = '\0';
		}
		e->chain = c->slots[(size_t)seq % CACHE_SLOTS];
		c->slots[(size_t)seq % CACHE_SLOTS] = e;
		c->puts++;
		link_newest(c, e);
		c->bytes += sizeof(*e) + doc.len;
	}
	replace(c, &e->common, &e->common_len, common);
	shrink(c, e);
	return e;
}

void cache_set_record(struct cache *c, struct cached *e, struct bytes record)
{
	int version = (int)digits_at(record.data);

	if (e->record && version < e->record_version)
		return;
	replace(c, &e->record, &e->record_len, record);
	e->record_version = version;
	shrink(c, e);
}

void cache_set_tip(struct cache *c, struct cached *e, struct bytes record)
{
	replace(c, &e->tip, &e->tip_len, record);
}

void cache_settle_tip(struct cache *c, struct cached *e)
{
	int version = (int)digits_at(e->tip);

	if (e->record && version < e->record_version) {
		cache_set_tip(c, e, (struct bytes){0}); /* another hub's came in between */
		return;
	}
	c->bytes -= e->record_len;
	free(e->record);
	e->record = e->tip;
	e->record_len = e->tip_len;
	e->record_version = version;
	e->tip = NULL;
	e->tip_len = 0;
}
