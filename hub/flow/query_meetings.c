/* query_meetings.c: minutes read, newest first, a slice at a time; each person gets what is theirs
 * of each. */
#include <stdlib.h>
#include <string.h>

#include "flow/filter.h"
#include "flow/meeting_in.h"
#include "flow/query.h"
#include "timefmt.h"

#define SLICE	   64
#define SLICES_MAX 24

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	bool one;
	int64_t next; /* the number to look at next, going down; 0: all have been */
	int limit, found, slices;
	char etag[16];
	struct buf out;
};

static struct call *call_new(struct flow *f, struct principal *who, reply_fn *fn, void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	buf_init(&c->out, 64u << 20);
	return c;
}

static void call_end(struct call *c, enum err e)
{
	if (!c->one) {
		*c->etag = '\0';
		page_end(&c->out, "m", c->next);
	}
	reply_built(c->fn, c->arg, e, c->etag, &c->out);
	principal_unref(c->who);
	buf_clear(&c->out);
	free(c);
}

static void take(struct call *c, int64_t number, struct bytes text)
{
	const struct meeting_view v = {c->flow->pack, c->who,
				       day_of_ms(clock_now_ms(&c->flow->clock), SHANGHAI_MIN)};
	struct meeting m;
	struct arena arena;

	arena_init(&arena);
	if (meeting_decode(number, text, &arena, &m) &&
	    meeting_sight(c->who, c->flow->pack, &m) != SIGHT_NONE) {
		if (c->found++)
			buf_add_char(&c->out, ',');
		meeting_print(&v, &m, &c->out);
		snprintf(c->etag, sizeof(c->etag), "%d", m.version);
	}
	arena_clear(&arena);
}

static void next_slice(struct call *c);

static void on_loaded(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct call *c = arg;

	(void)total;
	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	for (int i = 0; i < count && c->found < c->limit; i++)
		take(c, c->next--, lines[i]);
	if (c->one)
		call_end(c, c->found ? ERR_OK : ERR_NOT_FOUND);
	else if (!c->next || c->found >= c->limit || ++c->slices >= SLICES_MAX)
		call_end(c, ERR_OK);
	else
		next_slice(c);
}

static void next_slice(struct call *c)
{
	int64_t numbers[SLICE];
	int count = 0;

	while (count < SLICE && !(c->one && count) && c->next > count) {
		numbers[count] = c->next - count;
		count++;
	}
	store_meetings(c->flow->store, numbers, count, on_loaded, c);
}

static void on_counted(void *arg, enum err e, int64_t count)
{
	struct call *c = arg;

	c->next = c->next && c->next < count ? c->next : count;
	if (e != ERR_OK || !count)
		call_end(c, e);
	else
		next_slice(c);
}

void query_meetings(struct flow *f, struct principal *who, const char *cursor, int limit,
		    reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, who, fn, arg);

	c->limit = limit;
	if (*cursor && !meeting_id_parse(cursor, &c->next)) {
		reply_invalid(fn, arg, "cursor", FILTER_BAD_CURSOR);
		principal_unref(c->who);
		buf_clear(&c->out);
		free(c);
		return;
	}
	buf_add_str(&c->out, "{\"items\":[");
	store_meeting_count(f->store, on_counted, c);
}

void query_meeting(struct flow *f, struct principal *who, const char *id, reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, who, fn, arg);

	c->one = true;
	c->limit = 1;
	if (meeting_id_parse(id, &c->next))
		next_slice(c);
	else
		call_end(c, ERR_NOT_FOUND);
}
