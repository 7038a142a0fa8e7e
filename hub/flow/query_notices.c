/*
 * query_notices.c: a body's list, newest first. Open work comes from the set of what is still to be done, other states from the
 * list of all, looked through a slice at a time; the cursor is the place in it.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/query.h"
#include "flow/row.h"

#define SLICE 128
#define SLICES_MAX 24

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	char *body, *role, *due, *q;
	enum notice_state state;
	bool has_state, todo_only;
	int limit, found, slices;
	int64_t offset, total, open_total;
	struct ref refs[SLICE];
	int ref_count;
	struct buf out;
};

static void call_end(struct call *c, enum err e)
{
	if (e == ERR_OK) {
		struct reply r = { .err = ERR_OK, .status = 200, .etag = "" };

		buf_printf(&c->out, "],\"total\":%lld,\"open\":%lld,\"next\":", (long long)c->total,
			   (long long)c->open_total);
		if (c->offset < c->total)
			buf_printf(&c->out, "\"%lld\"}", (long long)c->offset);
		else
			buf_add_str(&c->out, "null}");
		r.json = buf_cstr(&c->out);
		r.len = c->out.len;
		c->fn(c->arg, &r);
	} else {
		reply_problem(c->fn, c->arg, e, err_title(e));
	}
	principal_unref(c->who);
	free(c->body);
	free(c->role);
	free(c->due);
	free(c->q);
	buf_clear(&c->out);
	free(c);
}

static bool due_matches(const struct call *c, const struct notice *n, int64_t now_ms)
{
	const char *lamp = view_lamp(n, now_ms);

	if (!*c->due)
		return true;
	return !strcmp(c->due, "overdue") ? !strcmp(lamp, "red") : !strcmp(lamp, "yellow");
}

static bool text_matches(const struct call *c, const struct event *e)
{
	return !*c->q || strstr(e->applicant_name, c->q) || strstr(e->case_id, c->q) ||
	       (e->permit_number && strstr(e->permit_number, c->q)) || (e->applicant_code && strstr(e->applicant_code, c->q));
}

static bool row_matches(const struct call *c, const struct row *row, int i)
{
	const struct notice *n;

	if (i >= row->record.notice_count)
		return false;
	n = &row->record.notices[i];
	if (principal_sees_notice(c->who, c->flow->pack, n, &row->event, &row->record) == SIGHT_NONE)
		return false;
	if (c->has_state && n->state != c->state)
		return false;
	if (*c->role && strcmp(c->role, role_name(n->role)) != 0)
		return false;
	return !strcmp(n->body, c->body) && due_matches(c, n, row->view.now_ms) && text_matches(c, &row->event);
}

static void put_row(struct call *c, struct row *row, int i)
{
	struct buf common;

	row->view.masked = principal_sees_notice(c->who, c->flow->pack, &row->record.notices[i], &row->event,
						 &row->record) == SIGHT_MASKED;
	buf_init(&common, 64 << 10);
	view_common(&row->view, &common);
	if (c->found)
		buf_add_char(&c->out, ',');
	view_notice(&row->view, i, (struct bytes){ common.data, common.len }, &c->out);
	buf_clear(&common);
	c->found++;
}

static void next_slice(struct call *c);

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct call *c = arg;
	int i;

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	for (i = 0; i < count && c->found < c->limit; i++) {
		struct row row;

		c->offset++;
		if (row_open(c->flow, c->who, &items[i], &row) != ERR_OK)
			continue;
		if (row_matches(c, &row, c->refs[i].notice))
			put_row(c, &row, c->refs[i].notice);
		row_close(&row);
	}
	if (c->found >= c->limit || c->ref_count < SLICE || ++c->slices >= SLICES_MAX)
		call_end(c, ERR_OK);
	else
		next_slice(c);
}

static void on_refs(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	struct call *c = arg;
	int64_t seqs[SLICE];

	c->total = total;
	if (c->todo_only)
		c->open_total = total;
	if (e != ERR_OK || !count) {
		c->offset = total;
		call_end(c, e);
		return;
	}
	c->ref_count = count < SLICE ? count : SLICE;
	for (int i = 0; i < c->ref_count; i++) {
		c->refs[i] = refs[i];
		seqs[i] = refs[i].seq;
	}
	store_load(c->flow->store, seqs, c->ref_count, true, on_loaded, c);
}

static void next_slice(struct call *c)
{
	store_body_list(c->flow->store,
			&(struct list_in){ .body = c->body, .todo_only = c->todo_only, .offset = c->offset, .limit = SLICE },
			on_refs, c);
}

static void on_open_total(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	struct call *c = arg;

	(void)refs;
	(void)count;
	c->open_total = total;
	if (e != ERR_OK)
		call_end(c, e);
	else
		next_slice(c);
}

static const char *own_body(const struct principal *who)
{
	for (int i = 0; i < who->grant_count; i++) {
		if (who->grants[i].who == WHO_SUPERVISOR)
			return who->grants[i].body;
	}
	return "";
}

static bool filters_are_good(const struct query_notices *q, enum notice_state *ret_state)
{
	if (*q->state && strcmp(q->state, "todo") != 0 && !notice_state_parse(q->state, ret_state))
		return false;
	return !*q->due || !strcmp(q->due, "overdue") || !strcmp(q->due, "soon");
}

void query_notices(struct flow *f, struct principal *who, const struct query_notices *q, reply_fn *fn, void *arg)
{
	enum notice_state state = STATE_OPEN;
	struct call *c;

	if (!filters_are_good(q, &state)) {
		reply_problem(fn, arg, ERR_INVALID, "state or due is none that exists");
		return;
	}
	c = mem_zalloc(sizeof(*c));
	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->body = mem_strdup(*q->body ? q->body : own_body(who));
	c->role = mem_strdup(q->role);
	c->due = mem_strdup(q->due);
	c->q = mem_strdup(q->q);
	c->state = state;
	c->has_state = *q->state && strcmp(q->state, "todo") != 0;
	c->todo_only = (*q->state && (!c->has_state || state == STATE_OPEN)) || *q->due;
	c->limit = q->limit;
	c->offset = strtoll(*q->cursor ? q->cursor : "0", NULL, 10);
	buf_init(&c->out, 32 << 20);
	buf_add_str(&c->out, "{\"items\":[");
	if (c->todo_only)
		next_slice(c);
	else
		store_body_list(f->store, &(struct list_in){ .body = c->body, .todo_only = true, .limit = 1 },
				on_open_total, c);
}
