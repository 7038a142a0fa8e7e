/* reconcile.c: see reconcile.h. Out of the same facts as the board, so that no figure here can be
 * another than there. */
#include "flow/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/figures.h"
#include "flow/reconcile_in.h"
#include "flow/respond_in.h"
#include "flow/view.h"
#include "timefmt.h"

static const enum figure counted[COUNTED] = {
	FIGURE_SENT,	     FIGURE_LEAD_SENT,	   FIGURE_DELIVERED, FIGURE_ACKNOWLEDGED_EVER,
	FIGURE_CLAIMED_EVER, FIGURE_RETURNED_EVER, FIGURE_FED_BACK,  FIGURE_OVERDUE,
	FIGURE_WITHDRAWN,    FIGURE_SUPERSEDED};
const char *const statement_figures[COUNTED] = {
	"told",	    "leads",	"delivered", "acknowledged", "claimed",
	"returned", "fed_back", "overdue",   "withdrawn",    "superseded"};
const char *const statement_sides[SIDES] = {"bureau", "department"};

/* --- whose --- */

static int bureau_of(struct statement *c, const char *id)
{
	for (int i = 0; i < c->bureau_count; i++) {
		if (!strcmp(c->bureaus[i].id, id))
			return i;
	}
	if (c->bureau_count == c->bureau_room) {
		c->bureau_room = c->bureau_room ? c->bureau_room * 2 : 64;
		c->bureaus = mem_realloc(c->bureaus, sizeof(*c->bureaus) * (size_t)c->bureau_room);
	}
	c->bureaus[c->bureau_count] =
		(struct bureau){.id = id, .is_own = principal_answers(c->who, id)};
	return c->bureau_count++;
}

static const struct bureaus_of *bureaus_of(struct statement *c, int32_t approvers)
{
	struct bureaus_of *b = &c->of[approvers];
	const char *at = figures_name(c->flow->figures, approvers);

	for (size_t len; !b->is_known && *at && b->count < BUREAUS_OF_CASE;
	     at += len + (at[len] == '|')) {
		len = strcspn(at, "|");
		b->at[b->count++] = bureau_of(c, arena_strndup(&c->arena, at, len));
	}
	b->is_known = true;
	return b;
}

static struct cell *cell_of(struct statement *c, struct cells *t, int bureau, int32_t name)
{
	for (int i = t->heads[name] - 1; i >= 0; i = t->list[i].next) {
		if (t->list[i].bureau == bureau)
			return &t->list[i];
	}
	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 256;
		t->list = mem_realloc(t->list, sizeof(*t->list) * (size_t)t->room);
	}
	t->list[t->count] = (struct cell){.bureau = bureau,
					  .name = figures_name(c->flow->figures, name),
					  .next = t->heads[name] - 1};
	t->heads[name] = ++t->count;
	return &t->list[t->count - 1];
}

/* --- adding up --- */

static bool add_event(void *arg, const struct event_fact *x)
{
	struct statement *c = arg;
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
	struct statement *c = arg;
	const struct bureaus_of *b = bureaus_of(c, x->approvers);

	if (x->cause == CAUSE_LETTER)
		/* between its two bodies, and no part of what a bureau's cases led to */
		return true;
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

/* --- the way of the question --- */

static void statement_end(struct statement *c, enum err e)
{
	reply_built(c->fn, c->arg, e, "", &c->out);
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
	struct statement *c = arg;

	for (int i = 0; e == ERR_OK && i < count; i++) {
		if (items[i].value.data)
			c->departments.list[i / SIDES].agreed[i % SIDES] =
				arena_strndup(&c->arena, items[i].value.data, items[i].value.len);
	}
	if (e == ERR_OK)
		statement_put(c);
	statement_end(c, e);
}

static const char *agreed_name(struct statement *c, const struct cell *x, int side)
{
	return arena_printf(&c->arena, "%s|%s|%s|%s", c->month, c->bureaus[x->bureau].id, x->name,
			    statement_sides[side]);
}

static void read_agreed(struct statement *c)
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

static const struct cell *cell_to_agree(const struct statement *c)
{
	for (int i = 0; i < c->departments.count; i++) {
		const struct cell *x = &c->departments.list[i];

		if (!strcmp(x->name, c->agree_body) &&
		    !strcmp(c->bureaus[x->bureau].id, c->agree_bureau))
			return x;
	}
	return NULL;
}

static void agree_next(struct statement *c);

static void on_agreed_put(void *arg, enum err e, const char *text)
{
	struct statement *c = arg;

	(void)text;
	if (e != ERR_OK) {
		statement_end(c, e);
		return;
	}
	c->side++;
	agree_next(c);
}

/* Each side that the person is of; usually one. */
static void agree_next(struct statement *c)
{
	const struct cell *x = cell_to_agree(c);
	const char *name;
	struct buf out, line;

	while (c->side < SIDES && !statement_has_side(c, x, c->side))
		c->side++;
	if (c->side == SIDES) {
		read_agreed(c);
		return;
	}
	name = agreed_name(c, x, c->side);
	buf_init_brief(&out, 1024);
	buf_add_str(&out, "{\"by\":");
	buf_add_json(&out, c->who->name);
	buf_add_str(&out, ",\"at\":");
	view_time(&out, c->now_ms);
	statement_put_counts(x, &out);
	buf_add_char(&out, '}');
	buf_init(&line, 8192);
	audit_line(&(struct audited){.at_ms = c->now_ms,
				     .who = c->who->name,
				     .act = "agree",
				     .notice = -1,
				     .body = c->agree_body,
				     .channel = "http",
				     .detail = name},
		   &line);
	store_write_named(c->flow->store,
			  &(struct named_write){.table = TABLE_AGREED,
						.name = name,
						.value = {out.data, out.len},
						.replaces = true,
						.told = "",
						.audit = buf_cstr(&line)},
			  on_agreed_put, c);
	buf_clear(&line);
	buf_clear(&out);
}

static void agree(struct statement *c)
{
	const struct cell *x = cell_to_agree(c);
	bool is_as_seen = true;

	for (int k = 0; x && k < COUNTED; k++)
		is_as_seen = is_as_seen && (c->seen[k] < 0 || c->seen[k] == x->counts[k]);
	if (!x || (!statement_has_side(c, x, 0) && !statement_has_side(c, x, 1)))
		statement_end(c, x ? ERR_FORBIDDEN : ERR_NOT_FOUND);
	else if (!is_as_seen)
		statement_end(c, ERR_CONFLICT);
	else
		agree_next(c);
}

static void look_at_names(struct statement *c)
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
	struct statement *c = arg;

	if (e != ERR_OK) {
		statement_end(c, e);
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

static struct statement *statement_new(struct flow *f, struct principal *who, const char *month,
				       const struct period *period)
{
	struct statement *c = mem_zalloc(sizeof(*c));

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
		const json_t *v = json_object_get(seen, statement_figures[k]);

		ret[k] = json_is_integer(v) ? json_integer_value(v) : -1;
		if (v && ret[k] < 0)
			diag_add(diag, arena_printf(diag->arena, "/seen/%s", statement_figures[k]),
				 "must be a number of 0 or more");
	}
}

void reconcile_agree(struct flow *f, struct principal *who, const json_t *said, reply_fn *fn,
		     void *arg)
{
	const char *month, *bureau, *body;
	struct period period = {0};
	int64_t seen[COUNTED];
	struct arena arena;
	struct diag diag;
	struct statement *c;

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
		c = statement_new(f, who, month, &period);
		c->fn = fn;
		c->arg = arg;
		c->agree_bureau = arena_strdup(&c->arena, bureau);
		c->agree_body = arena_strdup(&c->arena, body);
		memcpy(c->seen, seen, sizeof(c->seen));
		figures_read(f->figures, period.from_day, on_read, c);
	}
	arena_clear(&arena);
}

void query_reconciliation(struct flow *f, struct principal *who, const char *month, reply_fn *fn,
			  void *arg)
{
	char now[TIMEFMT_BYTES];
	struct period period;
	struct statement *c;

	date_format(day_of_ms(clock_now_ms(&f->clock), SHANGHAI_MIN), now);
	now[7] = '\0';
	month = *month ? month : now;
	if (!month_read(month, &period)) {
		reply_invalid(fn, arg, "month", "must be a month like 2026-11");
		return;
	}
	c = statement_new(f, who, month, &period);
	c->fn = fn;
	c->arg = arg;
	figures_read(f->figures, period.from_day, on_read, c);
}
