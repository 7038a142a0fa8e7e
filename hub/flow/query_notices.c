/*
 * query_notices.c: the lists of one's bodies one after the other, each newest first. Open work comes from the set of what is still to be
 * done, other states from the list of all, looked through a slice at a time; the cursor is the list and the place in it.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/query.h"
#include "flow/row.h"

#define SLICE 128
#define SLICES_MAX 24
#define LISTS_MAX 512

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	char *role, *due, *q;
	char *lists[LISTS_MAX]; /* bodies, pools, and what came back to a bureau */
	int list_count, list, counted;
	enum notice_state state;
	bool has_state, todo_only;
	int limit, found, slices;
	int64_t offset, list_total, total, open_total;
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
		if (c->list < c->list_count)
			buf_printf(&c->out, "\"%d.%lld\"}", c->list, (long long)c->offset);
		else
			buf_add_str(&c->out, "null}");
		r.json = buf_cstr(&c->out);
		r.len = c->out.len;
		c->fn(c->arg, &r);
	} else {
		reply_problem(c->fn, c->arg, e, err_title(e));
	}
	principal_unref(c->who);
	for (int i = 0; i < c->list_count; i++)
		free(c->lists[i]);
	free(c->role);
	free(c->due);
	free(c->q);
	buf_clear(&c->out);
	free(c);
}

static bool due_matches(const struct call *c, const struct notice *n, int64_t now_ms)
{
	const char *lamp = view_lamp(c->flow->pack, n, now_ms);

	if (!*c->due)
		return true;
	return !strcmp(c->due, "overdue") ? !strcmp(lamp, "red") : !strcmp(lamp, "yellow");
}

static bool text_matches(const struct call *c, const struct event *e)
{
	return !*c->q || strstr(e->applicant_name, c->q) || strstr(e->case_id, c->q) ||
	       (e->permit_number && strstr(e->permit_number, c->q)) || (e->applicant_code && strstr(e->applicant_code, c->q));
}

static bool is_split(const char *list)
{
	return !strncmp(list, "split:", 6);
}

/* A body's list keeps what the body has given away; that is told by the notice. */
static bool is_on_list(const struct call *c, const struct notice *n)
{
	return is_split(c->lists[c->list]) || !strcmp(n->body, c->lists[c->list]);
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
	return is_on_list(c, n) && due_matches(c, n, row->view.now_ms) && text_matches(c, &row->event);
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

static void next_list(struct call *c)
{
	c->list++;
	c->offset = 0;
	if (c->list >= c->list_count || c->found >= c->limit || c->slices >= SLICES_MAX)
		call_end(c, ERR_OK);
	else
		next_slice(c);
}

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct call *c = arg;

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	for (int i = 0; i < count && c->found < c->limit; i++) {
		struct row row;

		c->offset++;
		if (row_open(c->flow, c->who, &items[i], &row) != ERR_OK)
			continue;
		if (row_matches(c, &row, c->refs[i].notice))
			put_row(c, &row, c->refs[i].notice);
		row_close(&row);
	}
	c->slices++;
	if (c->offset >= c->list_total)
		next_list(c);
	else if (c->found >= c->limit || c->slices >= SLICES_MAX)
		call_end(c, ERR_OK);
	else
		next_slice(c);
}

static void on_refs(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	struct call *c = arg;
	int64_t seqs[SLICE];

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	c->list_total = total;
	c->ref_count = count < SLICE ? count : SLICE;
	for (int i = 0; i < c->ref_count; i++) {
		c->refs[i] = refs[i];
		seqs[i] = refs[i].seq;
	}
	if (count)
		store_load(c->flow->store, seqs, c->ref_count, true, on_loaded, c);
	else
		next_list(c);
}

static bool reads_open_set(const struct call *c, int list)
{
	return c->todo_only || is_split(c->lists[list]);
}

static void next_slice(struct call *c)
{
	const struct list_in in = { .body = c->lists[c->list], .todo_only = reads_open_set(c, c->list), .offset = c->offset,
				    .limit = SLICE };

	store_body_list(c->flow->store, &in, on_refs, c);
}

/* How long each list is, and how much of it is still to do: two questions a list, one where what is to do is all that is asked for. */
static void count_next(struct call *c);

static void on_counted(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	struct call *c = arg;
	bool of_open = c->counted % 2 == 0;

	(void)refs;
	(void)count;
	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	if (of_open)
		c->open_total += total;
	if (of_open == reads_open_set(c, c->counted / 2))
		c->total += total;
	c->counted += of_open && c->todo_only ? 2 : 1;
	count_next(c);
}

static void count_next(struct call *c)
{
	struct list_in in = { .limit = 1, .todo_only = c->counted % 2 == 0 };

	if (c->counted == 2 * c->list_count) {
		if (c->list < c->list_count)
			next_slice(c);
		else
			call_end(c, ERR_OK);
		return;
	}
	in.body = c->lists[c->counted / 2];
	store_body_list(c->flow->store, &in, on_counted, c);
}

static void add_list(struct call *c, const char *prefix, const char *body)
{
	struct buf name;

	if (c->list_count == LISTS_MAX || !*body)
		return;
	buf_init(&name, 4096);
	buf_printf(&name, "%s%s", prefix, body);
	for (int i = 0; i < c->list_count; i++) {
		if (!strcmp(c->lists[i], buf_cstr(&name))) {
			buf_clear(&name);
			return;
		}
	}
	c->lists[c->list_count++] = mem_strdup(buf_cstr(&name));
	buf_clear(&name);
}

/* What a bureau asks for as returned is what came back to it, not what it returned itself. */
static void add_lists(struct call *c, const char *body)
{
	bool returned = c->has_state && c->state == STATE_RETURNED;

	for (int i = 0; i < c->who->grant_count; i++) {
		const struct grant *g = &c->who->grants[i];

		if (*body && strcmp(g->body, body) != 0)
			continue;
		if (g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER)
			add_list(c, g->who == WHO_APPROVER && returned ? "split:" : "", g->body);
	}
	if (*body && !c->list_count)
		add_list(c, "", body);
}

static void read_cursor(struct call *c, const char *cursor)
{
	char *end;

	c->list = (int)strtol(cursor, &end, 10);
	c->offset = *end == '.' ? strtoll(end + 1, NULL, 10) : 0;
	if (c->list < 0 || c->offset < 0)
		c->list = (int)(c->offset = 0);
}

static bool filters_are_good(const struct query_notices *q, enum notice_state *ret_state)
{
	if (*q->state && strcmp(q->state, "todo") != 0 && !notice_state_parse(q->state, ret_state))
		return false;
	return !*q->due || !strcmp(q->due, "overdue") || !strcmp(q->due, "soon");
}

static struct call *call_new(struct flow *f, struct principal *who, const struct query_notices *q, reply_fn *fn, void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->role = mem_strdup(q->role);
	c->due = mem_strdup(q->due);
	c->q = mem_strdup(q->q);
	c->limit = q->limit;
	read_cursor(c, q->cursor);
	buf_init(&c->out, 32 << 20);
	buf_add_str(&c->out, "{\"items\":[");
	return c;
}

void query_notices(struct flow *f, struct principal *who, const struct query_notices *q, reply_fn *fn, void *arg)
{
	enum notice_state state = STATE_OPEN;
	struct call *c;

	if (!filters_are_good(q, &state)) {
		reply_problem(fn, arg, ERR_INVALID, "state or due is none that exists");
		return;
	}
	c = call_new(f, who, q, fn, arg);
	c->state = state;
	c->has_state = *q->state && strcmp(q->state, "todo") != 0;
	c->todo_only = (*q->state && (!c->has_state || state == STATE_OPEN)) || *q->due;
	add_lists(c, q->body);
	count_next(c);
}

/* A supervisor takes from the pools of its bodies' own regions; a coordinator watches those of its region's subtree. */
static void add_pools(struct call *c, const struct grant *g)
{
	const struct pack *pack = c->flow->pack;
	const struct pack_view *p = pack_view(pack);
	int b = pack_find_body(pack, g->body);

	if (b < 0)
		return;
	for (int r = 0; r < p->region_count; r++) {
		if (r == p->bodies[b].region || (g->who == WHO_COORDINATOR && region_within(pack, r, p->bodies[b].region)))
			add_list(c, "pool:", p->regions[r].code);
	}
}

void query_pool(struct flow *f, struct principal *who, const struct query_notices *q, reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, who, q, fn, arg);

	c->state = STATE_OPEN;
	c->has_state = c->todo_only = true;
	if (*q->body)
		add_list(c, "pool:", q->body);
	for (int i = 0; !*q->body && i < who->grant_count; i++)
		add_pools(c, &who->grants[i]);
	count_next(c);
}
