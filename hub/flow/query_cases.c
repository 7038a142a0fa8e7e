/*
 * query_cases.c: cases found by number, permit, code or any part of a name. The store looks through
 * the documents from the newest down, a bounded slice at a time; what only looks alike is sorted
 * out here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/strmap.h"
#include "flow/filter.h"
#include "flow/query.h"
#include "flow/row.h"
#include "flow/scan_walk.h"
#include "timefmt.h"

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	char *q, *region, *body;
	char item[ITEM_CODE_LEN + 1];
	int state; /* -1 any */
	struct period period;
	struct scan_walk walk;
	struct arena arena;
	struct strmap shown; /* cases that stand on the page already, by a newer event */
	struct buf out;
};

static void call_free(struct call *c)
{
	principal_unref(c->who);
	scan_walk_clear(&c->walk);
	free(c->q);
	free(c->region);
	free(c->body);
	arena_clear(&c->arena);
	buf_clear(&c->out);
	free(c);
}

static void call_end(void *arg, enum err e)
{
	struct call *c = arg;

	page_end(&c->out, "", c->walk.before);
	reply_built(c->fn, c->arg, e, "", &c->out);
	call_free(c);
}

static bool place_matches(const struct call *c, const struct row *row)
{
	const struct pack *pack = row->view.pack;
	int region = pack_find_region(pack, row->record.region, strlen(row->record.region));
	int wanted = pack_find_region(pack, c->region, strlen(c->region));
	int32_t day = day_of_ms(row->record.accepted_ms, SHANGHAI_MIN);

	if (*c->region && (region < 0 || wanted < 0 || !region_within(pack, region, wanted)))
		return false;
	return day >= c->period.from_day && day <= c->period.to_day;
}

/* Only what the principal may see can match, or the filter would tell of other bodies' notices. */
static bool notices_match(const struct call *c, const struct row *row)
{
	if (c->state < 0 && !*c->body)
		return true;
	for (int i = 0; i < row->record.notice_count; i++) {
		const struct notice *n = &row->record.notices[i];

		if ((c->state < 0 || (int)n->state == c->state) &&
		    (!*c->body || !strcmp(n->body, c->body)) &&
		    principal_sees_notice(c->who, c->flow->pack, n, &row->event, &row->record) !=
			    SIGHT_NONE)
			return true;
	}
	return false;
}

/* A case stands once on a page, by the newest of its events that fits. */
static bool is_shown(struct call *c, const char *case_id)
{
	size_t len = strlen(case_id);

	if (strmap_find(&c->shown, case_id, len) >= 0)
		return true;
	strmap_add(&c->shown, arena_strdup(&c->arena, case_id), len, c->walk.found);
	return false;
}

static void take(void *arg, const struct loaded *x)
{
	struct call *c = arg;
	struct row row;
	enum sight sight;

	if (row_open(c->flow, c->who, x, &row) != ERR_OK)
		return;
	sight = principal_sees_event(c->who, c->flow->pack, &row.event, &row.record);
	row.view.masked = sight == SIGHT_MASKED;
	if (sight != SIGHT_NONE && row_holds_text(&row, c->q) && place_matches(c, &row) &&
	    notices_match(c, &row) && (!*c->item || row_is_of_item(&row, c->item)) &&
	    !is_shown(c, row.event.case_id)) {
		if (c->walk.found++)
			buf_add_char(&c->out, ',');
		view_case_row(&row.view, &c->out);
		if (page_is_full(&c->out, c->walk.found, c->walk.limit))
			c->walk.limit = c->walk.found;
	}
	row_close(&row);
}

static bool cursor_read(const char *s, int64_t *ret)
{
	*ret = strtoll(*s ? s : "0", NULL, 10);
	return !*s || (strspn(s, "0123456789") == strlen(s) && strlen(s) < 16 && *ret > 0);
}

static bool filters_read(struct call *c, const struct query_cases *q)
{
	struct filters f;

	filters_init(&f, c->flow->pack);
	filter_limit(&f, q->limit);
	filter_region(&f, q->region);
	filter_item(&f, q->item, c->item);
	c->state = filter_state(&f, q->state, NULL);
	c->period.from_day = filter_day(&f, "from", q->from, INT32_MIN);
	c->period.to_day = filter_day(&f, "to", q->to, INT32_MAX);
	if (!cursor_read(q->cursor, &c->walk.before))
		filter_fault(&f, "cursor", FILTER_BAD_CURSOR);
	return filters_end(&f, c->fn, c->arg);
}

void query_cases(struct flow *f, struct principal *who, const struct query_cases *q, reply_fn *fn,
		 void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->q = mem_strdup(q->q);
	c->region = mem_strdup(q->region);
	c->body = mem_strdup(q->body);
	arena_init(&c->arena);
	strmap_init(&c->shown, &c->arena, q->limit);
	buf_init(&c->out, REPLY_PAGE_BYTES);
	scan_walk_init(&c->walk, f, who, c->q);
	c->walk.take = take;
	c->walk.end = call_end;
	c->walk.arg = c;
	c->walk.limit = q->limit;
	if (!filters_read(c, q)) {
		call_free(c);
		return;
	}
	buf_add_str(&c->out, "{\"items\":[");
	scan_walk_start(&c->walk);
}
