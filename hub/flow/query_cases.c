/*
 * query_cases.c: cases found by number, permit, code or any part of a name. The store looks through the documents from the newest
 * down, a bounded slice at a time; what only looks alike is sorted out here.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/query.h"
#include "flow/row.h"
#include "timefmt.h"

#define BUDGET 2048
#define ROUNDS_MAX 512

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	char *q, *region, *item, *body;
	enum notice_state state;
	bool has_state;
	int32_t from_day, to_day;
	char *any[64];
	int any_count, limit, found, rounds;
	int64_t before;
	struct buf out;
};

static void call_free(struct call *c)
{
	for (int i = 0; i < c->any_count; i++)
		free(c->any[i]);
	principal_unref(c->who);
	free(c->q);
	free(c->region);
	free(c->item);
	free(c->body);
	buf_clear(&c->out);
	free(c);
}

static void call_end(struct call *c, enum err e)
{
	if (e == ERR_OK) {
		struct reply r = { .err = ERR_OK, .status = 200, .etag = "" };

		buf_add_str(&c->out, "],\"next\":");
		if (c->before > 0)
			buf_printf(&c->out, "\"%lld\"}", (long long)c->before);
		else
			buf_add_str(&c->out, "null}");
		r.json = buf_cstr(&c->out);
		r.len = c->out.len;
		c->fn(c->arg, &r);
	} else {
		reply_problem(c->fn, c->arg, e, err_title(e));
	}
	call_free(c);
}

static bool holds(const char *text, const char *part)
{
	return text && strstr(text, part);
}

static bool text_matches(const struct call *c, const struct event *e)
{
	return !*c->q || holds(e->applicant_name, c->q) || holds(e->case_id, c->q) || holds(e->permit_number, c->q) ||
	       holds(e->applicant_code, c->q);
}

static bool place_matches(const struct call *c, const struct row *row)
{
	const struct pack *pack = row->view.pack;
	int region = pack_find_region(pack, row->record.region, strlen(row->record.region));
	int wanted = pack_find_region(pack, c->region, strlen(c->region));
	int32_t day = day_of_ms(row->record.accepted_ms, SHANGHAI_MIN);

	if (*c->region && (region < 0 || wanted < 0 || !region_within(pack, region, wanted)))
		return false;
	return day >= c->from_day && day <= c->to_day;
}

static bool notices_match(const struct call *c, const struct row *row)
{
	if (!c->has_state && !*c->body)
		return true;
	for (int i = 0; i < row->record.notice_count; i++) {
		const struct notice *n = &row->record.notices[i];

		if ((!c->has_state || n->state == c->state) && (!*c->body || !strcmp(n->body, c->body)))
			return true;
	}
	return false;
}

static void take(struct call *c, const struct loaded *x)
{
	struct row row;
	enum sight sight;

	if (row_open(c->flow, c->who, x, &row) != ERR_OK)
		return;
	sight = principal_sees_event(c->who, c->flow->pack, &row.event, &row.record);
	if (sight != SIGHT_NONE && text_matches(c, &row.event) && place_matches(c, &row) && notices_match(c, &row) &&
	    (!*c->item || !strcmp(c->item, row.record.item_code))) {
		row.view.masked = sight == SIGHT_MASKED;
		if (c->found++)
			buf_add_char(&c->out, ',');
		view_case_row(&row.view, &c->out);
	}
	row_close(&row);
}

static void next_round(struct call *c);

static void on_scanned(void *arg, enum err e, const struct loaded *items, int count, int64_t next)
{
	struct call *c = arg;
	int i;

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	for (i = 0; i < count && c->found < c->limit; i++)
		take(c, &items[i]);
	c->before = i < count ? items[i - 1].seq : next;
	if (!c->before || c->found >= c->limit || ++c->rounds >= ROUNDS_MAX)
		call_end(c, ERR_OK);
	else
		next_round(c);
}

static void next_round(struct call *c)
{
	struct scan_in in = { .before = c->before, .need = c->q, .any = (const char *const *)c->any,
			      .any_count = c->any_count, .limit = c->limit - c->found, .budget = BUDGET };

	store_scan(c->flow->store, &in, on_scanned, c);
}

static void add_any(struct call *c, const char *before, const char *text, const char *behind)
{
	struct buf b;

	if (c->any_count >= 64)
		return;
	buf_init(&b, 4096);
	buf_printf(&b, "%s%s%s", before, text, behind);
	c->any[c->any_count++] = mem_strdup(buf_cstr(&b));
	buf_clear(&b);
}

/* What the store may pass over without the hub looking: events that name none of the principal's bodies or sources. */
static void narrow(struct call *c)
{
	for (int i = 0; i < c->who->grant_count; i++) {
		const struct grant *g = &c->who->grants[i];

		if (g->who == WHO_SUPERVISOR)
			add_any(c, "\t", g->body, "\t");
		else if (g->who == WHO_APPROVER)
			add_any(c, "\"", g->body, "\"");
	}
	if (principal_is(c->who, WHO_COORDINATOR) || principal_is(c->who, WHO_AUDITOR) || principal_is(c->who, WHO_SYSTEM)) {
		while (c->any_count)
			free(c->any[--c->any_count]);
	} else if (c->any_count) {
		add_any(c, "\t", c->who->name, "\t");
	}
}

static bool read_filters(struct call *c, const struct query_cases *q)
{
	int32_t day;

	c->from_day = INT32_MIN;
	c->to_day = INT32_MAX;
	if (*q->from) {
		if (!date_parse(q->from, strlen(q->from), &day))
			return false;
		c->from_day = day;
	}
	if (*q->to) {
		if (!date_parse(q->to, strlen(q->to), &day))
			return false;
		c->to_day = day;
	}
	c->has_state = *q->state != '\0';
	return !c->has_state || notice_state_parse(q->state, &c->state);
}

void query_cases(struct flow *f, struct principal *who, const struct query_cases *q, reply_fn *fn, void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->q = mem_strdup(q->q);
	c->region = mem_strdup(q->region);
	c->item = mem_strdup(q->item);
	c->body = mem_strdup(q->body);
	c->limit = q->limit;
	c->before = strtoll(*q->cursor ? q->cursor : "0", NULL, 10);
	buf_init(&c->out, 32 << 20);
	if (!read_filters(c, q)) {
		reply_problem(fn, arg, ERR_INVALID, "state, from or to cannot be read");
		call_free(c);
		return;
	}
	narrow(c);
	buf_add_str(&c->out, "{\"items\":[");
	next_round(c);
}
