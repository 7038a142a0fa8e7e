/*
 * agenda.c: what waits for the joint meeting, put together when it is asked for: first the lists
 * that there are anyway, as they answer by themselves, then what the period's facts add up to, then
 * what earlier meetings decided and nobody has done.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/board.h"
#include "flow/figures.h"
#include "flow/filter.h"
#include "flow/meeting_in.h"
#include "flow/view.h"
#include "timefmt.h"

#define LISTED_MAX 100 /* disputes, and notices; their cursors say whether there are more */
#define TOP_MAX	   20  /* items, and bodies */
#define OPEN_SLICE 64  /* meetings that are looked at together for decisions not done */

struct tally { /* of an item, or of a body */
	int32_t name;
	int64_t sent, counted;
};
struct pending {
	const struct meeting *meeting;
	int decision;
	int32_t due_day;
};
struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	struct arena arena;
	const char *region, *from, *to;
	struct period period;
	int64_t numbers[OPEN_SLICE]; /* the last one is where the next slice begins */
	struct pending *pending;
	int pending_count;
	struct buf out;
};

static void call_free(struct call *c)
{
	principal_unref(c->who);
	arena_clear(&c->arena);
	buf_clear(&c->out);
	free(c);
}

static void refuse(struct call *c, enum err e)
{
	reply_problem(c->fn, c->arg, e, err_title(e));
	call_free(c);
}

/* The answer of a list as a member of this one; false after a list's refusal has become the
 * agenda's. */
static bool take_list(struct call *c, const char *name, const struct reply *r)
{
	if (r->err != ERR_OK) {
		c->fn(c->arg, r);
		call_free(c);
		return false;
	}
	buf_printf(&c->out, ",\"%s\":", name);
	buf_add(&c->out, r->json, r->len);
	return true;
}

static void member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_add_json(out, value);
}

/* --- what earlier meetings decided --- */

static int by_due(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;

	if (x->due_day != y->due_day)
		return x->due_day < y->due_day ? -1 : 1;
	return x->meeting->number < y->meeting->number ? -1
						       : x->meeting->number > y->meeting->number;
}

static void find_pending(struct call *c, const struct meeting *m)
{
	const struct pack *pack = c->flow->pack;

	if (meeting_sight(c->who, pack, m) != SIGHT_FULL ||
	    !region_covers(pack, pack_find_region(pack, c->region, strlen(c->region)), m->region))
		return;
	for (int i = 0; i < m->decision_count; i++) {
		if (m->decisions[i].done_ms)
			continue;
		c->pending =
			arena_grow(&c->arena, c->pending, c->pending_count, sizeof(*c->pending));
		c->pending[c->pending_count++] = (struct pending){m, i, m->decisions[i].due_day};
	}
}

static void put_pending(struct call *c)
{
	const struct meeting_view v = {c->flow->pack, c->who,
				       day_of_ms(clock_now_ms(&c->flow->clock), SHANGHAI_MIN)};
	char day[TIMEFMT_BYTES];

	if (c->pending_count)
		qsort(c->pending, (size_t)c->pending_count, sizeof(*c->pending), by_due);
	buf_add_str(&c->out, ",\"decisions\":[");
	for (int i = 0; i < c->pending_count; i++) {
		const struct pending *p = &c->pending[i];

		date_format(p->meeting->day, day);
		buf_printf(&c->out, "%s{\"meeting\":\"m%lld\",\"date\":\"%s\",", i ? "," : "",
			   (long long)p->meeting->number, day);
		resolution_print(&v, p->meeting, p->decision, &c->out);
		buf_add_char(&c->out, '}');
	}
	buf_add_char(&c->out, ']');
}

static void finish(struct call *c)
{
	put_pending(c);
	buf_add_char(&c->out, '}');
	reply_built(c->fn, c->arg, ERR_OK, "", &c->out);
	call_free(c);
}

static void next_open(struct call *c, int64_t below);

static void on_meetings(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct call *c = arg;

	(void)total;
	if (e != ERR_OK) {
		refuse(c, e);
		return;
	}
	for (int i = 0; i < count; i++) {
		struct meeting *m = arena_alloc(&c->arena, sizeof(*m));

		if (meeting_decode(c->numbers[i], lines[i], &c->arena, m))
			find_pending(c, m);
	}
	if (count == OPEN_SLICE)
		next_open(c, c->numbers[count - 1]);
	else
		finish(c);
}

static void on_open(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct call *c = arg;

	(void)total;
	for (int i = 0; i < count; i++)
		c->numbers[i] = strtoll(lines[i].data, NULL, 10);
	if (e != ERR_OK)
		refuse(c, e);
	else if (count)
		store_meetings(c->flow->store, c->numbers, count, on_meetings, c);
	else
		finish(c);
}

/* To the oldest, whose decisions are the most overdue. */
static void next_open(struct call *c, int64_t below)
{
	store_meetings_open(c->flow->store, below, OPEN_SLICE, on_open, c);
}

/* --- what the facts add up to --- */

struct adding {
	struct call *call;
	struct fact_scope *scope;
	struct tally *items, *bodies;
	int64_t now_ms;
	int region;
};

static bool add_fact(void *arg, const struct fact *x)
{
	struct adding *a = arg;
	const struct figures *g = a->call->flow->figures;

	if (!fact_in_scope(a->scope, x) ||
	    !region_covers(a->call->flow->pack, a->region, figures_name(g, x->region)))
		return true;
	a->items[x->item].counted += figure_counts(FIGURE_NO_LEAD, x, a->now_ms);
	a->bodies[x->body].sent += figure_counts(FIGURE_SENT, x, a->now_ms);
	a->bodies[x->body].counted += figure_counts(FIGURE_RETURNED_EVER, x, a->now_ms);
	return true;
}

/* The most first; as many of fewer notices before as many of more. */
static int by_count(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->counted != y->counted)
		return x->counted > y->counted ? -1 : 1;
	if (x->sent != y->sent)
		return x->sent < y->sent ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static void put_item(struct call *c, const struct tally *t)
{
	const struct pack *pack = c->flow->pack;
	const char *code = figures_name(c->flow->figures, t->name);
	int at = pack_find_item(pack, code);

	buf_add_str(&c->out, "{\"item\":{\"code\":");
	buf_add_json(&c->out, *code ? code : NULL);
	member(&c->out, "name", at < 0 ? NULL : pack_view(pack)->items[at].name);
	buf_printf(&c->out, "},\"events\":%lld}", (long long)t->counted);
}

static void put_body(struct call *c, const struct tally *t)
{
	const struct pack *pack = c->flow->pack;
	const char *id = figures_name(c->flow->figures, t->name);
	int at = pack_find_body(pack, id);

	buf_add_str(&c->out, "{\"body\":{\"id\":");
	buf_add_json(&c->out, id);
	member(&c->out, "name", at < 0 ? NULL : pack_view(pack)->bodies[at].name);
	buf_printf(&c->out, "},\"sent\":%lld,\"returned\":%lld}", (long long)t->sent,
		   (long long)t->counted);
}

static void put_top(struct call *c, const char *name, struct tally *list,
		    void (*put)(struct call *c, const struct tally *t))
{
	int32_t count = figures_name_count(c->flow->figures);

	qsort(list, (size_t)count, sizeof(*list), by_count);
	buf_printf(&c->out, ",\"%s\":[", name);
	for (int32_t i = 0; i < count && i < TOP_MAX && list[i].counted; i++) {
		if (i)
			buf_add_char(&c->out, ',');
		put(c, &list[i]);
	}
	buf_add_char(&c->out, ']');
}

static struct tally *tallies_new(struct call *c)
{
	int32_t count = figures_name_count(c->flow->figures);
	struct tally *list = arena_zalloc(&c->arena, sizeof(*list) * (size_t)(count + 1));

	for (int32_t i = 0; i < count; i++)
		list[i].name = i;
	return list;
}

static void on_facts(void *arg, enum err e)
{
	struct call *c = arg;
	const struct pack *pack = c->flow->pack;
	struct figures *g = c->flow->figures;
	struct adding a = {.call = c, .now_ms = clock_now_ms(&c->flow->clock)};

	if (e != ERR_OK) {
		refuse(c, e);
		return;
	}
	a.items = tallies_new(c);
	a.bodies = tallies_new(c);
	a.region = pack_find_region(pack, c->region, strlen(c->region));
	a.scope = fact_scope_new(g, c->who, pack);
	figures_each(g, c->period.from_day, c->period.to_day, add_fact, &a);
	fact_scope_free(a.scope);
	put_top(c, "unmatched", a.items, put_item);
	put_top(c, "returns", a.bodies, put_body);
	next_open(c, 0);
}

/* --- the lists --- */

static void on_notices(void *arg, const struct reply *r)
{
	struct call *c = arg;

	if (take_list(c, "overdue", r))
		figures_read(c->flow->figures, c->period.from_day, on_facts, c);
}

static void on_disputes(void *arg, const struct reply *r)
{
	struct call *c = arg;
	const struct query_notices q = {.body = "",
					.state = "",
					.role = "",
					.cause = "",
					.due = "overdue",
					.q = "",
					.cursor = "",
					.figure = "",
					.region = c->region,
					.item = "",
					.from = c->from,
					.to = c->to,
					.limit = LISTED_MAX};

	if (take_list(c, "disputes", r))
		query_facts(c->flow, c->who, &q, on_notices, c);
}

/* The first region that the person oversees; "" none that the policy knows. */
static const char *own_region(const struct principal *who, const struct pack *pack)
{
	const struct pack_view *p = pack_view(pack);

	for (int i = 0; i < who->grant_count; i++) {
		const struct grant *g = &who->grants[i];
		int b = g->who == WHO_COORDINATOR || g->who == WHO_AUDITOR
				? pack_find_body(pack, g->body)
				: -1;

		if (b >= 0)
			return p->regions[p->bodies[b].region].code;
	}
	return "";
}

static void begin(struct call *c)
{
	const struct query_disputes q = {
		.state = "agenda", .region = c->region, .cursor = "", .limit = LISTED_MAX};
	char from[TIMEFMT_BYTES], to[TIMEFMT_BYTES];

	date_format(c->period.from_day, from);
	date_format(c->period.to_day, to);
	c->from = arena_strdup(&c->arena, from);
	c->to = arena_strdup(&c->arena, to);
	buf_add_str(&c->out, "{\"region\":");
	buf_add_json(&c->out, c->region);
	member(&c->out, "from", from);
	member(&c->out, "to", to);
	buf_add_str(&c->out, ",\"at\":");
	view_time(&c->out, clock_now_ms(&c->flow->clock));
	query_disputes(c->flow, c->who, &q, on_disputes, c);
}

void query_agenda(struct flow *f, struct principal *who, const struct agenda_in *in, reply_fn *fn,
		  void *arg)
{
	const char *region = *in->region ? in->region : own_region(who, f->pack);
	struct filters filters;
	struct period period;
	struct call *c;

	filters_init(&filters, f->pack);
	period = filter_period(&filters, in->from, in->to, clock_now_ms(&f->clock));
	if (!filters_end(&filters, fn, arg))
		return;
	if (!principal_oversees(who, f->pack, region, WHO_COORDINATOR) &&
	    !principal_oversees(who, f->pack, region, WHO_AUDITOR)) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	c = mem_zalloc(sizeof(*c));
	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->period = period;
	arena_init(&c->arena);
	c->region = arena_strdup(&c->arena, region);
	buf_init(&c->out, 64u << 20);
	begin(c);
}
