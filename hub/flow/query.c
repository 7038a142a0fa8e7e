/* query.c: one notice, one event, one case. Lists are in query_notices.c and query_cases.c. */
#include "flow/query.h"

#include <stdlib.h>
#include <string.h>

#include "flow/case_walk.h"
#include "flow/decided.h"
#include "flow/liaison.h"

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	int64_t seq;
	int notice;
	char *name; /* case id or body id */
	struct buf out;
	char etag[16];
};

static struct call *call_new(struct flow *f, struct principal *who, reply_fn *fn, void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	buf_init(&c->out, 32 << 20);
	return c;
}

static void call_end(struct call *c, enum err e)
{
	reply_built(c->fn, c->arg, e, c->etag, &c->out);
	principal_unref(c->who);
	free(c->name);
	buf_clear(&c->out);
	free(c);
}

static enum err put_notice(struct call *c, struct row *row)
{
	struct view *v = &row->view;
	struct buf common;
	enum sight sight;

	if (c->notice >= row->record.notice_count)
		return ERR_NOT_FOUND;
	sight = principal_sees_notice(c->who, c->flow->pack, &row->record.notices[c->notice],
				      &row->event, &row->record);
	if (sight == SIGHT_NONE)
		return ERR_NOT_FOUND;
	v->masked = sight == SIGHT_MASKED;
	snprintf(c->etag, sizeof(c->etag), "%d", row->record.notices[c->notice].version);
	buf_init(&common, VIEW_COMMON_BYTES);
	view_common(v, &common);
	buf_add_str(&c->out, "{\"notice\":");
	view_notice(v, c->notice, (struct bytes){common.data, common.len}, &c->out);
	buf_add_str(&c->out, ",\"event\":");
	view_event_document(v, &c->out);
	buf_add_str(&c->out, ",\"deliveries\":");
	view_deliveries(v, c->notice, &c->out);
	buf_add_str(&c->out, ",\"receipts\":");
	view_receipts(v, c->notice, &c->out);
	buf_add_str(&c->out, ",\"contacts\":");
	liaison_put(c->flow, v, c->notice, &c->out);
	buf_add_char(&c->out, '}');
	buf_clear(&common);
	return ERR_OK;
}

static void on_notice(void *arg, enum err e, const struct loaded *items, int count)
{
	struct call *c = arg;
	struct row row;

	if (e == ERR_OK)
		e = count == 1 ? row_open(c->flow, c->who, &items[0], &row) : ERR_NOT_FOUND;
	if (e == ERR_OK) {
		e = put_notice(c, &row);
		row_close(&row);
	}
	call_end(c, e);
}

void query_notice(struct flow *f, struct principal *who, const char *id, reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, who, fn, arg);

	if (id_parse_notice(id, &c->seq, &c->notice))
		rows_load(f, &(struct rows_wanted){&c->seq, 1}, on_notice, c);
	else
		call_end(c, ERR_NOT_FOUND);
}

static enum err put_event(struct call *c, struct row *row)
{
	enum sight sight = principal_sees_event(c->who, c->flow->pack, &row->event, &row->record);

	if (sight == SIGHT_NONE)
		return ERR_NOT_FOUND;
	row->view.masked = sight == SIGHT_MASKED;
	buf_add_str(&c->out, "{\"document\":");
	view_event_document(&row->view, &c->out);
	buf_add_str(&c->out, ",\"decided\":");
	view_case_event(&row->view, &c->out);
	buf_add_char(&c->out, '}');
	return ERR_OK;
}

static void on_event(void *arg, enum err e, const struct loaded *items, int count)
{
	struct call *c = arg;
	struct row row;

	if (e == ERR_OK)
		e = count == 1 ? row_open(c->flow, c->who, &items[0], &row) : ERR_NOT_FOUND;
	if (e == ERR_OK) {
		e = put_event(c, &row);
		row_close(&row);
	}
	call_end(c, e);
}

void query_event(struct flow *f, struct principal *who, const char *id, reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, who, fn, arg);

	if (id_parse_event(id, &c->seq))
		rows_load(f, &(struct rows_wanted){&c->seq, 1}, on_event, c);
	else
		call_end(c, ERR_NOT_FOUND);
}

static enum err put_explanation(struct call *c, struct row *row)
{
	struct decide_in in = {.at_ms = row->record.accepted_ms,
			       .holder = decided_holder(row->view.pack, &row->record, &row->arena)};

	if (principal_sees_event(c->who, c->flow->pack, &row->event, &row->record) == SIGHT_NONE)
		return ERR_NOT_FOUND;
	if (!*c->name) {
		struct decision d;

		decide(row->view.pack, &row->event, &in, &row->arena, &d);
		decision_to_json(row->view.pack, &row->event, &d, &c->out);
		return ERR_OK;
	}
	return explain_body(row->view.pack, &row->event, &in, c->name, true, &c->out);
}

static void on_explained(void *arg, enum err e, const struct loaded *items, int count)
{
	struct call *c = arg;
	struct row row;

	if (e == ERR_OK)
		e = count == 1 ? row_open(c->flow, c->who, &items[0], &row) : ERR_NOT_FOUND;
	if (e == ERR_OK) {
		e = put_explanation(c, &row);
		row_close(&row);
	}
	call_end(c, e);
}

void query_explain(struct flow *f, struct principal *who, const char *id, const char *body,
		   reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, who, fn, arg);

	c->name = mem_strdup(body);
	if (id_parse_event(id, &c->seq))
		rows_load(f, &(struct rows_wanted){&c->seq, 1}, on_explained, c);
	else
		call_end(c, ERR_NOT_FOUND);
}

static void put_case_event(void *arg, const struct row *row)
{
	struct call *c = arg;

	if (c->out.data[c->out.len - 1] != '[')
		buf_add_char(&c->out, ',');
	view_case_event(&row->view, &c->out);
}

static void on_case_read(void *arg, enum err e)
{
	struct call *c = arg;

	buf_add_str(&c->out, "]}");
	call_end(c, e);
}

void query_case(struct flow *f, struct principal *who, const char *case_id, reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, who, fn, arg);

	c->name = mem_strdup(case_id);
	buf_add_str(&c->out, "{\"case\":");
	buf_add_json(&c->out, c->name);
	buf_add_str(&c->out, ",\"events\":[");
	case_walk_start(&(struct case_walk){f, c->who, c->name, put_case_event, on_case_read, c});
}
