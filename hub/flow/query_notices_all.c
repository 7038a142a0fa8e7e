/*
 * query_notices_all.c: the notices of the events one may see, for those who have no body of their own: found by looking through
 * the events from the newest down.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/notice_filter.h"
#include "flow/scan_walk.h"

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	struct notice_filter filter;
	struct scan_walk walk;
	int skip; /* of the next event, that many notices are behind us */
	struct buf out;
};

static void call_free(struct call *c)
{
	principal_unref(c->who);
	notice_filter_clear(&c->filter);
	scan_walk_clear(&c->walk);
	buf_clear(&c->out);
	free(c);
}

static void call_end(void *arg, enum err e)
{
	struct call *c = arg;
	struct reply r = { .err = ERR_OK, .status = 200, .etag = "" };

	if (e != ERR_OK) {
		reply_problem(c->fn, c->arg, e, err_title(e));
		call_free(c);
		return;
	}
	buf_add_str(&c->out, "],\"next\":");
	if (c->walk.before > 0)
		buf_printf(&c->out, "\"s%lld.%d\"}", (long long)c->walk.before, c->skip);
	else
		buf_add_str(&c->out, "null}");
	r.json = buf_cstr(&c->out);
	r.len = c->out.len;
	c->fn(c->arg, &r);
	call_free(c);
}

/* Takes an event's notices; when the page is full inside of it, the next one goes on there. */
static void take(void *arg, const struct loaded *x)
{
	struct call *c = arg;
	struct row row;
	int i = c->skip;

	c->skip = 0;
	if (row_open(c->flow, c->who, x, &row) != ERR_OK)
		return;
	for (; i < row.record.notice_count && c->walk.found < c->walk.limit; i++) {
		enum sight sight = principal_sees_notice(c->who, c->flow->pack, &row.record.notices[i], &row.event,
							 &row.record);

		if (sight == SIGHT_NONE || !notice_filter_wants(&c->filter, &row, i))
			continue;
		if (c->walk.found++)
			buf_add_char(&c->out, ',');
		notice_row_put(&row, i, sight, &c->out);
	}
	if (i < row.record.notice_count) {
		c->walk.before = x->seq + 1;
		c->walk.stays = true;
		c->skip = i;
	}
	row_close(&row);
}

static bool cursor_read(struct call *c, const char *s)
{
	char *end;

	if (!*s)
		return true;
	if (*s != 's' || strspn(s + 1, "0123456789") > 15)
		return false;
	c->walk.before = strtoll(s + 1, &end, 10);
	if (*end != '.' || end == s + 1 || strspn(end + 1, "0123456789") > 5 || !end[1])
		return false;
	c->skip = (int)strtol(end + 1, &end, 10);
	return !*end && c->walk.before > 0;
}

void query_scan(struct flow *f, struct principal *who, const struct query_notices *q, reply_fn *fn, void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	if (!notice_filter_read(q, &c->filter, fn, arg)) {
		free(c);
		return;
	}
	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	scan_walk_init(&c->walk, f, who, q->q);
	c->walk.take = take;
	c->walk.end = call_end;
	c->walk.arg = c;
	c->walk.limit = q->limit;
	buf_init(&c->out, 32 << 20);
	if (!cursor_read(c, q->cursor)) {
		reply_invalid(fn, arg, "cursor", QUERY_BAD_CURSOR);
		call_free(c);
		return;
	}
	buf_add_str(&c->out, "{\"items\":[");
	scan_walk_start(&c->walk);
}
