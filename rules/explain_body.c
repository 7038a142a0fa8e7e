/* Why, and why not, one body is told: the same rows, columns and seats as a decision goes through.
 */
#include <stdlib.h>
#include <string.h>

#include "explain_in.h"
#include "timefmt.h"

/* Whether the rule would name the body, were its conditions to hold. */
static bool names_body(const struct explaining *x, int rule)
{
	const struct pack *p = x->pack;
	const struct selector *to = &p->rule_rows[rule].to;
	int i;

	if (to->kind == TO_ASSIST) {
		const struct item_row *ir = x->item < 0 ? NULL : &p->item_rows[x->item];

		for (i = 0; ir && i < ir->assist_count; i++) {
			if (seat_body(seat_find(p, ir->assist[i], to->level, x->facts.region)) ==
			    x->body)
				return true;
		}
		return false;
	}
	return seat_body(selector_seat(p, x->event, &x->facts, to, x->in->holder)) == x->body;
}

static int overrider_of(const struct explaining *x, int rule)
{
	const struct pack *p = x->pack;
	int row, i;

	for (row = 0; row < p->view.rule_count; row++) {
		if (!explain_matches(x, row))
			continue;
		for (i = 0; i < p->rule_rows[row].override_count; i++) {
			if (p->rule_rows[row].overrides[i] == rule)
				return row;
		}
	}
	return -1;
}

static void find_columns(struct explaining *x, struct reason *r)
{
	const struct table *t = &x->pack->table;
	int i;

	r->columns = arena_alloc(&x->arena, (size_t)t->column_count * sizeof(int));
	for (i = 0; i < t->column_count; i++) {
		if (!rowset_has(column_class(&t->columns[i], &x->facts), r->rule))
			r->columns[r->column_count++] = i;
	}
}

/* A matching row that names others, and a row of others that does not match, say nothing about this
 * body; the first is told all the same, because it says who was meant instead. */
static void look_at_rule(struct explaining *x, int rule)
{
	struct reason r = {.rule = rule, .overridden_by = -1};
	bool matches = explain_matches(x, rule), names = names_body(x, rule);

	if (!names && !matches)
		return;
	if (x->pack->view.rules[rule].role >= ROLE_APPLICANT)
		return;
	r.overridden_by = matches ? overrider_of(x, rule) : -1;
	if (!names)
		r.why = WHY_ELSEWHERE;
	else if (!matches)
		r.why = WHY_CONDITIONS;
	else
		r.why = r.overridden_by >= 0 ? WHY_OVERRIDDEN : WHY_NAMES;
	if (r.why == WHY_CONDITIONS)
		find_columns(x, &r);
	x->reasons[x->reason_count++] = r;
}

static const char *text_or_null(const char *s)
{
	return s && *s ? s : NULL;
}

static const char *attribute_value(struct explaining *x, const char *name)
{
	const struct node *v = node_member(x->facts.attributes, name);
	struct buf text;
	char *copy;

	if (node_is_missing(v))
		return NULL;
	buf_init(&text, 1 << 20);
	node_canonical(v, &text);
	copy = arena_strndup(&x->arena, text.data, text.len);
	buf_clear(&text);
	return copy;
}

const char *explain_value(struct explaining *x, const struct column *c)
{
	const struct pack_view *v = &x->pack->view;
	char date[TIMEFMT_BYTES];

	switch (c->kind) {
	case COLUMN_EVENT:
		return event_type_name(x->event->type);
	case COLUMN_ITEM:
		return text_or_null(x->facts.item);
	case COLUMN_SECTOR:
		return x->item < 0 ? NULL : text_or_null(v->items[x->item].sector);
	case COLUMN_DEVOLUTION:
		return text_or_null(devolution_name((enum devolution)x->facts.devolution));
	case COLUMN_REGION:
		return v->regions[x->facts.region].code;
	case COLUMN_DAY:
		date_format(x->facts.day, date);
		return arena_strdup(&x->arena, date);
	case COLUMN_WHEN:
		return attribute_value(x, c->attribute);
	}
	return NULL;
}

/* The same regions in the same order as the seats were worked out from: the region itself, then up,
 * but to nothing above the jurisdiction. */
static void climb_here(const struct pack *p, int trade, int region, struct climb *c)
{
	const struct seats *s = &p->seats;
	int at = region;

	while (at >= 0 && c->step_count < REGION_DEPTH_MAX + 2) {
		seat found = s->at[(size_t)trade * (size_t)s->region_count + (size_t)at];

		c->steps[c->step_count++] = (struct climb_step){at, found};
		at = p->view.regions[at].parent;
		if (found != SEAT_NONE || at < 0 ||
		    (at != p->view.jurisdiction && region_within(p, p->view.jurisdiction, at)))
			return;
	}
}

static void climb_make(const struct explaining *x, int trade, int level, struct climb *c)
{
	const struct pack *p = x->pack;
	int region = x->facts.region;

	*c = (struct climb){.what = trade == TRADE_ENFORCEMENT	  ? "enforcement"
				    : trade == TRADE_COORDINATION ? "coordination"
				    : trade < 0			  ? NULL
								  : p->trade_names[trade]};
	if (trade < 0)
		return;
	if (level < 0)
		climb_here(p, trade, region, c);
	else
		c->steps[c->step_count++] = (struct climb_step){p->seats.up[level][region],
								seat_find(p, trade, level, region)};
}

int explain_climbs(struct explaining *x, int rule, struct climb **ret)
{
	const struct pack *p = x->pack;
	const struct selector *to = &p->rule_rows[rule].to;
	const struct item_row *ir = x->item < 0 ? NULL : &p->item_rows[x->item];
	int count = 1, i;

	if (to->kind == TO_ASSIST)
		count = ir ? ir->assist_count : 0;
	else if (to->kind != TO_TRADE && to->kind != TO_SECTOR && to->kind != TO_HOLDER)
		count = 0;
	if (to->kind == TO_HOLDER && x->in->holder && pack_find_body(p, x->in->holder) >= 0)
		count = 0;
	*ret = arena_alloc(&x->arena, ((size_t)count + 1) * sizeof(**ret));
	for (i = 0; i < count; i++)
		climb_make(x,
			   to->kind == TO_ASSIST  ? ir->assist[i]
			   : to->kind == TO_TRADE ? to->index
						  : x->facts.sector,
			   to->level, &(*ret)[i]);
	return count;
}

int explain_due_rule(const struct explaining *x, bool feedback, struct duration *ret)
{
	const struct pack *p = x->pack;
	int i;

	for (i = 0; x->told && i < x->told->rule_count; i++) {
		const struct rule_row *r = &p->rule_rows[x->told->rules[i]];
		int duration = feedback ? r->feedback : r->due;
		bool provisional;

		if (duration < 0)
			continue;
		*ret = p->durations[duration];
		if (calendar_due_ms(p->calendar, x->in->at_ms, *ret, &provisional) ==
		    (feedback ? x->told->feedback_due : x->told->due).at_ms)
			return x->told->rules[i];
	}
	return -1;
}

static void find_told(struct explaining *x, struct decision *d)
{
	int i;

	decide(x->pack, x->event, x->in, &x->arena, d);
	for (i = 0; i < d->notice_count; i++) {
		if (d->notices[i].body == x->body)
			x->told = &d->notices[i];
	}
}

enum err explain_one_for_body(const struct pack *p, const struct event *e,
			      const struct explain_ask *ask, struct buf *out)
{
	struct explaining x = {
		.pack = p, .event = e, .in = ask->in, .body = pack_find_body(p, ask->body_id)};
	struct decision d;
	int rule;

	if (x.body < 0)
		return ERR_NOT_FOUND;
	arena_init(&x.arena);
	find_told(&x, &d);
	facts_find(p, e, &x.facts, &x.item, &x.region_known);
	rows_find(p, &x.facts, &x.arena, &x.rows);
	x.reasons = arena_alloc(&x.arena, (size_t)(p->view.rule_count + 1) * sizeof(*x.reasons));
	for (rule = 0; rule < p->view.rule_count; rule++)
		look_at_rule(&x, rule);
	if (ask->json)
		explain_json(&x, out);
	else
		explain_text(&x, out);
	arena_clear(&x.arena);
	return ERR_OK;
}
