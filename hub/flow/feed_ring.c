/* feed_ring.c: see feed_ring.h. */
#include "flow/feed_ring.h"

#include <stdlib.h>
#include <string.h>

static struct feed_line *line_at(struct feed_ring *r, int64_t i)
{
	return &r->lines[i % r->size];
}

void feed_ring_init(struct feed_ring *r, int64_t size)
{
	memset(r, 0, sizeof(*r));
	r->size = size;
	r->lines = mem_zalloc(sizeof(*r->lines) * (size_t)size);
}

static void drop_first(struct feed_ring *r)
{
	feed_line_clear(line_at(r, r->first));
	r->first++;
	r->older_exist = true;
}

void feed_ring_clear(struct feed_ring *r)
{
	while (r->first < r->head)
		drop_first(r);
	for (int i = 0; i < FEED_TOPIC_SLOTS; i++) {
		for (struct feed_topic *t = r->topics[i], *next; t; t = next) {
			next = t->chain;
			free(t->subs);
			free(t->body);
			free(t);
		}
	}
	free(r->lines);
}

struct feed_topic *feed_ring_topic(struct feed_ring *r, const char *body, size_t len)
{
	size_t h = 5381;
	struct feed_topic **at, *t;

	for (size_t i = 0; i < len; i++)
		h = h * 33 + (unsigned char)body[i];
	at = &r->topics[h % FEED_TOPIC_SLOTS];
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

static struct feed_topic *topic_of(void *arg, const char *body, size_t len)
{
	return feed_ring_topic(arg, body, len);
}

void feed_ring_read(struct feed_ring *r, const char *cursor, const char *line,
		    struct feed_line *ret)
{
	feed_line_set(ret, cursor, line, topic_of, r);
}

void feed_ring_add(struct feed_ring *r, const char *cursor, const char *line)
{
	if (r->head - r->first == r->size)
		drop_first(r);
	feed_ring_read(r, cursor, line, line_at(r, r->head));
	r->newest = feed_whole_line(&line_at(r, r->head)->at);
	r->head++;
}

void feed_ring_forget(struct feed_ring *r, const char *newest)
{
	while (r->first < r->head)
		drop_first(r);
	r->older_exist = true;
	if (!cursor_parse(newest, &r->newest))
		r->newest = (struct cursor){0};
	r->newest.line = INT32_MAX;
	r->newest = feed_whole_line(&r->newest);
}

struct feed_line *feed_ring_line(struct feed_ring *r, int64_t i)
{
	return i >= r->first ? line_at(r, i) : NULL;
}

struct cursor feed_whole_line(const struct cursor *at)
{
	struct cursor c = *at;

	c.part = RECORD_NOTICES_MAX;
	return c;
}

enum where feed_ring_find(struct feed_ring *r, const struct cursor *at, int64_t *ret, int *ret_skip)
{
	int64_t lo = r->first, hi = r->head;
	const struct feed_line *l;

	*ret_skip = 0;
	if (cursor_compare(at, &r->newest) > 0)
		return WHERE_AHEAD;
	while (lo < hi) {
		int64_t mid = lo + (hi - lo) / 2;

		if (cursor_compare(&line_at(r, mid)->at, at) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*ret = lo;
	l = lo < r->head ? line_at(r, lo) : NULL;
	if (l && !cursor_compare(&l->at, at)) {
		bool has_all = at->part + 1 >= l->topic_count;

		*ret = has_all ? lo + 1 : lo;
		*ret_skip = has_all ? 0 : at->part + 1;
		return WHERE_RING;
	}
	return lo == r->first && r->older_exist && cursor_compare(at, &r->newest) != 0 ? WHERE_OLDER
										       : WHERE_RING;
}
