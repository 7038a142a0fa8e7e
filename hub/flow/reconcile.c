/* reconcile.c: see reconcile.h. Out of the same facts as the board, so that no figure here can be another than there. */
#include "flow/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/board.h"
#include "flow/figures.h"
#include "flow/respond_in.h"
#include "flow/view.h"
#include "timefmt.h"

#define BUREAUS_OF_CASE 3 /* that accepts, reviews, decides */

static const enum figure counted[] = { FIGURE_SENT, FIGURE_LEAD_SENT, FIGURE_DELIVERED, FIGURE_ACKNOWLEDGED_EVER, FIGURE_CLAIMED_EVER,
				       FIGURE_RETURNED_EVER, FIGURE_FED_BACK, FIGURE_OVERDUE, FIGURE_WITHDRAWN, FIGURE_SUPERSEDED };
static const char *const counted_names[] = { "told", "leads", "delivered", "acknowledged", "claimed",
					     "returned", "fed_back", "overdue", "withdrawn", "superseded" };
#define COUNTED ((int)(sizeof(counted) / sizeof(counted[0])))

#define SIDES 2
static const char *const side_names[SIDES] = { "bureau", "department" };

struct cell { /* of a bureau and a department, or a bureau and who sent its cases: then only counts[0], events */
	int bureau;
	const char *name;
	int next; /* of the same name, -1 the last */
	int64_t counts[COUNTED];
	const char *agreed[SIDES]; /* who confirmed it when, in JSON, NULL nobody */
};
struct cells {
	struct cell *list;
	int count, room;
	int *heads; /* by number of the name: 1 + the first */
};
struct bureau {
	const char *id;
	bool is_own;
	int64_t taken;
};
struct bureaus_of { /* a case's, by number of the name that lists them */
	bool is_known;
	int count, at[BUREAUS_OF_CASE];
};
struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	struct arena arena;
	char month[8];
	struct period period;
	int64_t now_ms;
	struct bureau *bureaus;
	int bureau_count, bureau_room;
	struct bureaus_of *of;
	bool *oversees, *is_own; /* by number of the name: the region's, the body's */
	struct cells departments, senders;
	const char *agree_bureau, *agree_body; /* the row that is being confirmed, NULL none */
	int64_t seen[COUNTED];		       /* with these figures; -1 whatever it is now */
	int side;
	struct buf out;
};

/* --- whose --- */

static int bureau_of(struct call *c, const char *id)
{
	for (int i = 0; i < c->bureau_count; i++) {
		if (!strcmp(c->bureaus[i].id, id))
			return i;
	}
	if (c->bureau_count == c->bureau_room) {
		c->bureau_room = c->bureau_room ? c->bureau_room * 2 : 64;
		c->bureaus = mem_realloc(c->bureaus, sizeof(*c->bureaus) * (size_t)c->bureau_room);
	}
	c->bureaus[c->bureau_count] = (struct bureau){ .id = id, .is_own = principal_answers(c->who, id) };
	return c->bureau_count++;
}

static const struct bureaus_of *bureaus_of(struct call *c, int32_t approvers)
{
	struct bureaus_of *b = &c->of[approvers];
	const char *at = figures_name(c->flow->figures, approvers);

	for (size_t len; !b->is_known && *at && b->count < BUREAUS_OF_CASE; at += len + (at[len] == '|')) {
		len = strcspn(at, "|");
		b->at[b->count++] = bureau_of(c, arena_strndup(&c->arena, at, len));
	}
	b->is_known = true;
	return b;
}

static struct cell *cell_of(struct call *c, struct cells *t, int bureau, int32_t name)
{
	for (int i = t->heads[name] - 1; i >= 0; i = t->list[i].next) {
		if (t->list[i].bureau == bureau)
			return &t->list[i];
	}
	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 256;
		t->list = mem_realloc(t->list, sizeof(*t->list) * (size_t)t->room);
	}
	t->list[t->count] = (struct cell){ .bureau = bureau, .name = figures_name(c->flow->figures, name), .next = t->heads[name] - 1 };
	t->heads[name] = ++t->count;
	return &t->list[t->count - 1];
}

/* --- adding up --- */

static bool add_event(void *arg, const struct event_fact *x)
{
	struct call *c = arg;
	const struct bureaus_of *b = bureaus_of(c, x->approvers);

	for (int i = 0; i < b->count; i++) {
		if (!c->oversees[x->region] && !c->bureaus[b->at[i]].is_own)
			continue;
		c->bureaus[b->at[i]].taken++;
		cell_of(c, &c->senders, b->at[i], x->by)->counts[0]++;
	}
	return true;
}

static bool add_notice(void *arg, const struct fact *x)
{
	struct call *c = arg;
	const struct bureaus_of *b = bureaus_of(c, x->approvers);

	if (x->cause == CAUSE_LETTER)
		return true; /* between its two bodies, and no part of what a bureau's cases led to */
	for (int i = 0; i < b->count; i++) {
		struct cell *cell;

		if (!c->oversees[x->region] && !c->is_own[x->body] && !c->bureaus[b->at[i]].is_own)
			continue;
		cell = cell_of(c, &c->departments, b->at[i], x->body);
		for (int k = 0; k < COUNTED; k++)
			cell->counts[k] += figure_counts(counted[k], x, c->now_ms);
	}
	return true;
}

/* --- JSON --- */

static const char *name_of(const struct pack *pack, const char *id)
{
	const struct pack_view *p = pack_view(pack);
	int b = pack_find_body(pack, id), r = notice_is_pool(id) ? pack_find_region(pack, id + 5, strlen(id + 5)) : -1;

	if (b >= 0)
		return p->bodies[b].name;
	return r < 0 ? NULL : p->regions[r].name;
}

static void put_body(struct call *c, const char *name, const char *id)
{
	buf_printf(&c->out, "\"%s\":{\"id\":", name);
	buf_add_json(&c->out, id);
	buf_add_str(&c->out, ",\"name\":");
	buf_add_json(&c->out, name_of(c->flow->pack, id));
	buf_add_char(&c->out, '}');
}

static void put_sender(struct call *c, const struct cell *x)
{
	buf_add_str(&c->out, "{\"name\":");
	buf_add_json(&c->out, x->name);
	buf_printf(&c->out, ",\"taken\":%lld}", (long long)x->counts[0]);
}

static void put_counts(const struct cell *x, struct buf *out)
{
	for (int k = 0; k < COUNTED; k++)
		buf_printf(out, ",\"%s\":%lld", counted_names[k], (long long)x->counts[k]);
}

static bool has_side(const struct call *c, const struct cell *x, int side)
{
	return side ? principal_answers(c->who, x->name) : c->bureaus[x->bureau].is_own;
}

static void put_department(struct call *c, const struct cell *x)
{
	buf_add_char(&c->out, '{');
	put_body(c, "body", x->name);
	put_counts(x, &c->out);
	for (int s = 0; s < SIDES; s++)
		buf_printf(&c->out, "%s\"%s\":%s", s ? "," : ",\"agreed\":{", side_names[s], x->agreed[s] ? x->agreed[s] : "null");
	buf_printf(&c->out, "},\"allowed\":[%s]}", has_side(c, x, 0) || has_side(c, x, 1) ? "\"agree\"" : "");
}

static void put_cells(struct call *c, const struct cells *t, int bureau, void (*put)(struct call *c, const struct cell *x))
{
	const char *comma = "";

	buf_add_char(&c->out, '[');
	for (int i = 0; i < t->count; i++) {
		if (t->list[i].bureau != bureau)
			continue;
		buf_add_str(&c->out, comma);
		put(c, &t->list[i]);
		comma = ",";
	}
	buf_add_char(&c->out, ']');
}

static bool has_cell(const struct cells *t, int bureau)
{
	for (int i = 0; i < t->count; i++) {
		if (t->list[i].bureau == bureau)
			return true;
	}
	return false;
}

/* What it took in all is not for a department to see. */
static void put_bureau(struct call *c, int bureau)
{
	const struct bureau *b = &c->bureaus[bureau];

	buf_add_char(&c->out, '{');
	put_body(c, "bureau", b->id);
	if (b->is_own || has_cell(&c->senders, bureau)) {
		buf_printf(&c->out, ",\"taken\":%lld,\"senders\":", (long long)b->taken);
		put_cells(c, &c->senders, bureau, put_sender);
	} else {
		buf_add_str(&c->out, ",\"taken\":null,\"senders\":[]");
	}
	buf_add_str(&c->out, ",\"departments\":");
	put_cells(c, &c->departments, bureau, put_department);
	buf_add_char(&c->out, '}');
}

static int by_name(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void cells_sort(struct cells *t)
{
	if (t->count)
		qsort(t->list, (size_t)t->count, sizeof(*t->list), by_name);
}

static void put_all(struct call *c)
{
	char from[TIMEFMT_BYTES], to[TIMEFMT_BYTES];
	const char *comma = "";

	date_format(c->period.from_day, from);
	date_format(c->period.to_day, to);
	buf_printf(&c->out, "{\"month\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"at\":", c->month, from, to);
	view_time(&c->out, c->now_ms);
	buf_add_str(&c->out, ",\"items\":[");
	for (int i = 0; i < c->bureau_count; i++) {
		if (!has_cell(&c->departments, i) && !has_cell(&c->senders, i))
			continue;
		buf_add_str(&c->out, comma);
		put_bureau(c, i);
		comma = ",";
	}
	buf_add_str(&c->out, "],\"next\":null}");
}

/* --- the way of the question --- */

static void call_end(struct call *c, enum err e)
{
	struct reply r = { .err = ERR_OK, .status = 200, .etag = "" };

	if (e == ERR_OK) {
		r.json = buf_cstr(&c->out);
		r.len = c->out.len;
		c->fn(c->arg, &r);
	} else {
		reply_problem(c->fn, c->arg, e, err_title(e));
	}
	principal_unref(c->who);
	arena_clear(&c->arena);
	free(c->bureaus);
	free(c->departments.list);
	free(c->senders.list);
	buf_clear(&c->out);
	free(c);
}

/* --- what both sides have confirmed --- */

static void on_agreed(void *arg, enum err e, const struct named *items, int count)
{
	struct call *c = arg;

	for (int i = 0; e == ERR_OK && i < count; i++) {
		if (items[i].value.data)
			c->departments.list[i / SIDES].agreed[i % SIDES] = arena_strndup(&c->arena, items[i].value.data, items[i].value.len);
	}
	if (e == ERR_OK)
		put_all(c);
	call_end(c, c->out.overflow ? ERR_TOO_LARGE : e);
}

static const char *agreed_name(struct call *c, const struct cell *x, int side)
{
	return arena_printf(&c->arena, "%s|%s|%s|%s", c->month, c->bureaus[x->bureau].id, x->name, side_names[side]);
}

static void read_agreed(struct call *c)
{
	int count = c->departments.count * SIDES;
	const char **names = arena_alloc(&c->arena, sizeof(*names) * (size_t)(count + 1));

	for (int i = 0; i < count; i++)
		names[i] = agreed_name(c, &c->departments.list[i / SIDES], i % SIDES);
	if (count)
		store_get_some(c->flow->store, TABLE_AGREED, names, count, on_agreed, c);
	else
		on_agreed(c, ERR_OK, NULL, 0);
}

static const struct cell *cell_to_agree(const struct call *c)
{
	for (int i = 0; i < c->departments.count; i++) {
		const struct cell *x = &c->departments.list[i];

		if (!strcmp(x->name, c->agree_body) && !strcmp(c->bureaus[x->bureau].id, c->agree_bureau))
			return x;
	}
	return NULL;
}

static void agree_next(struct call *c);

static void on_agreed_put(void *arg, enum err e, const char *text)
{
	struct call *c = arg;

	(void)text;
	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	audit_act(c->flow, &(struct audited){ .at_ms = c->now_ms, .who = c->who->name, .act = "agree", .notice = -1, .body = c->agree_body,
					      .channel = "http", .detail = agreed_name(c, cell_to_agree(c), c->side) });
	c->side++;
	agree_next(c);
}

/* Each side that the person is of; usually one. */
static void agree_next(struct call *c)
{
	const struct cell *x = cell_to_agree(c);
	struct buf line;

	while (c->side < SIDES && !has_side(c, x, c->side))
		c->side++;
	if (c->side == SIDES) {
		read_agreed(c);
		return;
	}
	buf_init_brief(&line, 1024);
	buf_add_str(&line, "{\"by\":");
	buf_add_json(&line, c->who->name);
	buf_add_str(&line, ",\"at\":");
	view_time(&line, c->now_ms);
	put_counts(x, &line);
	buf_add_char(&line, '}');
	store_put(c->flow->store, TABLE_AGREED, agreed_name(c, x, c->side), (struct bytes){ line.data, line.len }, on_agreed_put, c);
	buf_clear(&line);
}

static void agree(struct call *c)
{
	const struct cell *x = cell_to_agree(c);
	bool is_as_seen = true;

	for (int k = 0; x && k < COUNTED; k++)
		is_as_seen = is_as_seen && (c->seen[k] < 0 || c->seen[k] == x->counts[k]);
	if (!x || (!has_side(c, x, 0) && !has_side(c, x, 1)))
		call_end(c, x ? ERR_FORBIDDEN : ERR_NOT_FOUND);
	else if (!is_as_seen)
		call_end(c, ERR_CONFLICT);
	else
		agree_next(c);
}

static void look_at_names(struct call *c)
{
	const struct figures *g = c->flow->figures;
	size_t count = (size_t)figures_name_count(g) + 1;

	c->of = arena_zalloc(&c->arena, sizeof(*c->of) * count);
	c->oversees = arena_zalloc(&c->arena, count);
	c->is_own = arena_zalloc(&c->arena, count);
	c->departments.heads = arena_zalloc(&c->arena, sizeof(int) * count);
	c->senders.heads = arena_zalloc(&c->arena, sizeof(int) * count);
	for (int32_t i = 0; i < figures_name_count(g); i++) {
		const char *name = figures_name(g, i);

		c->oversees[i] = principal_oversees(c->who, c->flow->pack, name, WHO_COORDINATOR) ||
				 principal_oversees(c->who, c->flow->pack, name, WHO_AUDITOR);
		c->is_own[i] = principal_answers(c->who, name);
	}
}

static void on_read(void *arg, enum err e)
{
	struct call *c = arg;

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	c->now_ms = clock_now_ms(&c->flow->clock);
	look_at_names(c);
	figures_each_event(c->flow->figures, c->period.from_day, c->period.to_day, add_event, c);
	figures_each(c->flow->figures, c->period.from_day, c->period.to_day, add_notice, c);
	cells_sort(&c->departments);
	cells_sort(&c->senders);
	(c->agree_body ? agree : read_agreed)(c);
}

static struct call *call_new(struct flow *f, struct principal *who, const char *month, const struct period *period)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->who = principal_ref(who);
	c->period = *period;
	memcpy(c->month, month, sizeof(c->month));
	arena_init(&c->arena);
	buf_init(&c->out, 32 << 20);
	return c;
}

static void read_seen(const json_t *seen, int64_t ret[COUNTED], struct diag *diag)
{
	if (seen && !json_is_object(seen))
		diag_add(diag, "/seen", "must be an object of figures");
	for (int k = 0; k < COUNTED; k++) {
		const json_t *v = json_object_get(seen, counted_names[k]);

		ret[k] = json_is_integer(v) ? json_integer_value(v) : -1;
		if (v && ret[k] < 0)
			diag_add(diag, arena_printf(diag->arena, "/seen/%s", counted_names[k]), "must be a number of 0 or more");
	}
}

void reconcile_agree(struct flow *f, struct principal *who, const json_t *said, reply_fn *fn, void *arg)
{
	const char *month, *bureau, *body;
	struct period period = { 0 };
	int64_t seen[COUNTED];
	struct arena arena;
	struct diag diag;
	struct call *c;

	arena_init(&arena);
	diag_init(&diag, &arena);
	month = act_text(said, "month", true, &diag);
	bureau = act_text(said, "bureau", true, &diag);
	body = act_text(said, "body", true, &diag);
	read_seen(json_object_get(said, "seen"), seen, &diag);
	if (!month_read(month, &period))
		diag_add(&diag, "/month", "must be a month like 2026-11");
	if (diag.count) {
		reply_faults(fn, arg, "What is to be confirmed has faults", &diag);
	} else {
		c = call_new(f, who, month, &period);
		c->fn = fn;
		c->arg = arg;
		c->agree_bureau = arena_strdup(&c->arena, bureau);
		c->agree_body = arena_strdup(&c->arena, body);
		memcpy(c->seen, seen, sizeof(c->seen));
		figures_read(f->figures, period.from_day, on_read, c);
	}
	arena_clear(&arena);
}

void query_reconciliation(struct flow *f, struct principal *who, const char *month, reply_fn *fn, void *arg)
{
	char now[TIMEFMT_BYTES];
	struct period period;
	struct call *c;

	date_format(day_of_ms(clock_now_ms(&f->clock), SHANGHAI_MIN), now);
	now[7] = '\0';
	month = *month ? month : now;
	if (!month_read(month, &period)) {
		reply_invalid(fn, arg, "month", "must be a month like 2026-11");
		return;
	}
	c = call_new(f, who, month, &period);
	c->fn = fn;
	c->arg = arg;
	figures_read(f->figures, period.from_day, on_read, c);
}
