/*
 * reconcile_cases.c: a bureau's own list of a month's cases held against what the hub took of them.
 * The facts say which events those are; their documents, read a slice at a time, say which cases.
 */
#include <stdlib.h>
#include <string.h>

#include "base/strmap.h"
#include "flow/board.h"
#include "flow/figures.h"
#include "flow/reconcile.h"
#include "flow/view.h"
#include "timefmt.h"

#define SLICE	   128
#define LISTED_MAX 1000
#define ID_BYTES   128

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	struct arena arena;
	const char *month, *body;
	struct period period;
	bool is_own; /* the bureau's own people; else who oversees part of its cases */
	struct strmap said, unsaid;
	const char **said_cases, **unsaid_cases;
	bool *is_taken; /* of those said */
	int said_count, unsaid_count, taken_count;
	int64_t *seqs;
	int seq_count, seq_room, at;
};

static void call_free(struct call *c)
{
	principal_unref(c->who);
	arena_clear(&c->arena);
	free(c->seqs);
	free(c);
}

static void refuse(struct call *c, enum err e)
{
	reply_problem(c->fn, c->arg, e, err_title(e));
	call_free(c);
}

/* --- the answer --- */

static void put_list(struct buf *out, const char *name, const char *const *cases,
		     const bool *left_out, int count)
{
	int listed = 0;

	buf_printf(out, ",\"%s\":[", name);
	for (int i = 0; i < count && listed < LISTED_MAX; i++) {
		if (left_out && left_out[i])
			continue;
		if (listed++)
			buf_add_char(out, ',');
		buf_add_json(out, cases[i]);
	}
	buf_add_char(out, ']');
}

static void finish(struct call *c)
{
	const struct pack *pack = c->flow->pack;
	int b = pack_find_body(pack, c->body);
	struct buf out;

	buf_init(&out, 4u << 20);
	buf_add_str(&out, "{\"month\":");
	buf_add_json(&out, c->month);
	buf_add_str(&out, ",\"body\":{\"id\":");
	buf_add_json(&out, c->body);
	buf_add_str(&out, ",\"name\":");
	buf_add_json(&out, b < 0 ? NULL : pack_view(pack)->bodies[b].name);
	buf_printf(&out, "},\"said\":%d,\"taken\":%d,\"missing_count\":%d,\"unsaid_count\":%d",
		   c->said_count, c->taken_count + c->unsaid_count, c->said_count - c->taken_count,
		   c->unsaid_count);
	put_list(&out, "missing", c->said_cases, c->is_taken, c->said_count);
	put_list(&out, "unsaid", c->unsaid_cases, NULL, c->unsaid_count);
	buf_add_char(&out, '}');
	reply_built(c->fn, c->arg, ERR_OK, "", &out);
	buf_clear(&out);
	call_free(c);
}

/* --- what was taken --- */

static void take_case(struct call *c, const char *id)
{
	int at = strmap_find(&c->said, id, strlen(id));

	if (at >= 0) {
		c->taken_count += !c->is_taken[at];
		c->is_taken[at] = true;
	} else if (strmap_find(&c->unsaid, id, strlen(id)) < 0) {
		id = arena_strdup(&c->arena, id);
		strmap_add(&c->unsaid, id, strlen(id), c->unsaid_count);
		c->unsaid_cases[c->unsaid_count++] = id;
	}
}

static void next_slice(struct call *c);

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct call *c = arg;

	if (e != ERR_OK) {
		refuse(c, e);
		return;
	}
	for (int i = 0; i < count; i++) {
		struct arena arena;
		struct event event;
		struct diag diag;

		arena_init(&arena);
		diag_init(&diag, &arena);
		if (items[i].doc.data && event_parse(items[i].doc.data, items[i].doc.len,
						     &c->flow->limits, &event, &diag) == ERR_OK) {
			take_case(c, event.case_id);
			event_clear(&event);
		}
		arena_clear(&arena);
	}
	c->at += count;
	next_slice(c);
}

static void next_slice(struct call *c)
{
	int count = c->seq_count - c->at < SLICE ? c->seq_count - c->at : SLICE;

	if (count)
		store_load(c->flow->store, c->seqs + c->at, count, true, on_loaded, c);
	else
		finish(c);
}

static bool add_event(void *arg, const struct event_fact *x)
{
	struct call *c = arg;
	const struct figures *g = c->flow->figures;
	const char *region = figures_name(g, x->region);

	if (!bars_hold(figures_name(g, x->approvers), c->body))
		return true;
	if (!c->is_own && !principal_oversees(c->who, c->flow->pack, region, WHO_COORDINATOR) &&
	    !principal_oversees(c->who, c->flow->pack, region, WHO_AUDITOR))
		return true;
	if (c->seq_count == c->seq_room) {
		c->seq_room = c->seq_room ? c->seq_room * 2 : 1024;
		c->seqs = mem_realloc(c->seqs, sizeof(*c->seqs) * (size_t)c->seq_room);
	}
	c->seqs[c->seq_count++] = x->seq;
	return true;
}

static void on_read(void *arg, enum err e)
{
	struct call *c = arg;

	if (e != ERR_OK) {
		refuse(c, e);
		return;
	}
	figures_each_event(c->flow->figures, c->period.from_day, c->period.to_day, add_event, c);
	strmap_init(&c->unsaid, &c->arena, c->seq_count);
	c->unsaid_cases =
		arena_alloc(&c->arena, sizeof(*c->unsaid_cases) * (size_t)(c->seq_count + 1));
	next_slice(c);
}

/* --- what is said --- */

bool month_read(const char *month, struct period *ret)
{
	char day[TIMEFMT_BYTES];
	int32_t next;

	if (strlen(month) != 7)
		return false;
	snprintf(day, sizeof(day), "%s-01", month);
	if (!date_parse(day, 10, &ret->from_day))
		return false;
	next = ret->from_day + 31; /* in the month that follows, or on the first of it */
	date_format(next, day);
	memcpy(day + 8, "01", 2);
	if (!date_parse(day, 10, &next))
		return false;
	ret->to_day = next - 1;
	return true;
}

static void read_cases(struct call *c, const json_t *list, struct diag *diag)
{
	size_t count = json_array_size(list);

	if (!json_is_array(list) || count > RECONCILE_CASES_MAX) {
		diag_add(diag, "/cases", "must be a list of at most %d", RECONCILE_CASES_MAX);
		return;
	}
	strmap_init(&c->said, &c->arena, (int)count);
	c->said_cases = arena_alloc(&c->arena, sizeof(*c->said_cases) * (count + 1));
	c->is_taken = arena_zalloc(&c->arena, count + 1);
	for (size_t i = 0; i < count; i++) {
		const char *id = json_string_value(json_array_get(list, i));

		if (!id || !*id || strlen(id) > ID_BYTES) {
			diag_add(diag, arena_printf(&c->arena, "/cases/%zu", i),
				 "must be a case's number of 1 to %d bytes", ID_BYTES);
		} else if (strmap_find(&c->said, id, strlen(id)) < 0) {
			id = arena_strdup(&c->arena, id);
			strmap_add(&c->said, id, strlen(id), c->said_count);
			c->said_cases[c->said_count++] = id;
		}
	}
}

static void read_said(struct call *c, const json_t *said, struct diag *diag)
{
	const char *month = json_string_value(json_object_get(said, "month"));
	const char *body = json_string_value(json_object_get(said, "body"));

	if (!month || !month_read(month, &c->period))
		diag_add(diag, "/month", "must be a month like 2026-11");
	if (!body)
		diag_add(diag, "/body", "must name the bureau whose cases they are");
	c->month = arena_strdup(&c->arena, month ? month : "");
	c->body = arena_strdup(&c->arena, body ? body : "");
	read_cases(c, json_object_get(said, "cases"), diag);
}

static bool may_ask(struct call *c)
{
	const struct pack_view *p = pack_view(c->flow->pack);
	int b = pack_find_body(c->flow->pack, c->body);
	const char *region = b < 0 ? "" : p->regions[p->bodies[b].region].code;

	c->is_own = principal_answers(c->who, c->body);
	return b >= 0 && p->bodies[b].kind == BODY_APPROVAL &&
	       (c->is_own || principal_oversees(c->who, c->flow->pack, region, WHO_COORDINATOR) ||
		principal_oversees(c->who, c->flow->pack, region, WHO_AUDITOR));
}

void reconcile_cases(struct flow *f, struct principal *who, const json_t *said, reply_fn *fn,
		     void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));
	struct diag diag;

	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	arena_init(&c->arena);
	diag_init(&diag, &c->arena);
	read_said(c, said, &diag);
	if (diag.count) {
		reply_faults(fn, arg, "The list of cases has faults", &diag);
		call_free(c);
	} else if (!may_ask(c)) {
		refuse(c, ERR_NOT_FOUND);
	} else {
		figures_read(f->figures, c->period.from_day, on_read, c);
	}
}
