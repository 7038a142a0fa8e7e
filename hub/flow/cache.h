/*
 * cache.h: the events this hub has had in hand lately: the part of a notice's JSON that comes from
 * the document, and the record as Redis has it. Bounded in bytes; losing an entry costs one read of
 * the store, nothing else.
 *
 * `tip` is a record that is on its way to Redis: the next change is built on it, but it is shown to
 * nobody before it is committed.
 */
#ifndef TANDEM_CACHE_H
#define TANDEM_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

struct cache;
struct cached {
	int64_t seq;
	/* what came never changes: it lies behind the entry, or is NULL */
	char *doc;
	size_t doc_len;
	char *common;
	size_t common_len; /* view.h: view_common */
	char *record;
	size_t record_len;
	char *tip;
	size_t tip_len; /* NULL: none on its way */
	int tips;	/* commits under way */
	int record_version;
	uint64_t moved_at; /* puts until then */
	struct cached *prev, *next, *chain;
};
struct cache *cache_new(size_t max_bytes);
void cache_free(struct cache *c);
struct cached *cache_find(struct cache *c, int64_t seq); /* NULL: not there; marks it as used */
/* Puts, or replaces what is not the document; the bytes are copied. */
struct cached *cache_put(struct cache *c, int64_t seq, struct bytes doc, struct bytes common);
/* an older version than it has is left out */
void cache_set_record(struct cache *c, struct cached *e, struct bytes record);
/* data NULL: dropped */
void cache_set_tip(struct cache *c, struct cached *e, struct bytes record);
/* the tip is what Redis has now; there must be one */
void cache_settle_tip(struct cache *c, struct cached *e);

#endif
