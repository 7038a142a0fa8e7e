/* Why, and why not, one body is told: the same rows, columns and seats as a decision goes through.
 */
#include "decide_in.h"

enum why { WHY_NAMES, WHY_OVERRIDDEN, WHY_CONDITIONS, WHY_ELSEWHERE };
struct reason {
	int rule;
	enum why why;
	int *columns; /* that do not hold */
	int column_count;
	int overridden_by; /* a rule, -1 for none */
};
/* The explanation while it is made. */
struct making {
	const struct pack *pack;
	const struct event *event;
	const struct decide_in *in;
	struct arena arena;
	struct facts facts;
	int item, body;
	struct rows rows;
	const struct decided_notice *told; /* NULL: not told */
	struct reason *reasons;
	int reason_count;
};

static const char *why_name(enum why why)
{
	static const char *const names[] = {"names-it", "overridden", "conditions", "elsewhere"};

	return names[why];
}

static bool is_in(const uint64_t *set, int row)
{
	return set[row >> 6] >> (row & 63) & 1;
}

/* Whether the rule would name the body, were its conditions to hold. */
static bool names_body(const struct making *m, int rule)
{
	const struct pack *p = m->pack;
	const struct selector *to = &p->rule_rows[rule].to;
	int i;

	if (to->kind == TO_ASSIST) {
		const struct item_row *ir = m->item < 0 ? NULL : &p->item_rows[m->item];

		for (i = 0; ir && i < ir->assist_count; i++) {
			if (seat_body(seat_find(p, ir->assist[i], to->level, m->facts.region)) ==
			    m->body)
				return true;
		}
		return false;
	}
	return seat_body(selector_seat(p, m->event, &m->facts, to, m->in->holder)) == m->body;
}

static int overrider_of(const struct making *m, int rule)
{
	const struct pack *p = m->pack;
	int row, i;

	for (row = 0; row < p->view.rule_count; row++) {
		if (!is_in(m->rows.matching, row))
			continue;
		for (i = 0; i < p->rule_rows[row].override_count; i++) {
			if (p->rule_rows[row].overrides[i] == rule)
				return row;
		}
	}
	return -1;
}

static void find_columns(struct making *m, struct reason *r)
{
	const struct table *t = &m->pack->table;
	int i;

	r->columns = arena_alloc(&m->arena, (size_t)t->column_count * sizeof(int));
	for (i = 0; i < t->column_count; i++) {
		if (!rowset_has(column_class(&t->columns[i], &m->facts), r->rule))
			r->columns[r->column_count++] = i;
	}
}

/* A matching row that names others, and a row of others that does not match, say nothing about this
 * body. */
static void look_at_rule(struct making *m, int rule)
{
	struct reason r = {.rule = rule, .overridden_by = -1};
	bool matches = is_in(m->rows.matching, rule), names = names_body(m, rule);

	if (!names && !matches)
		return;
	if (m->pack->view.rules[rule].role >= ROLE_APPLICANT)
		return;
	r.overridden_by = matches ? overrider_of(m, rule) : -1;
	if (!names)
		r.why = WHY_ELSEWHERE;
	else if (!matches)
		r.why = WHY_CONDITIONS;
	else
		r.why = r.overridden_by >= 0 ? WHY_OVERRIDDEN : WHY_NAMES;
	if (r.why == WHY_CONDITIONS)
		find_columns(m, &r);
	m->reasons[m->reason_count++] = r;
}

static const char *cell_of(const struct pack *p, int rule, const struct column *c)
{
	static const int fixed[] = {
		[COLUMN_EVENT] = RULE_EVENT,   [COLUMN_ITEM] = RULE_ITEM,
		[COLUMN_SECTOR] = RULE_SECTOR, [COLUMN_DEVOLUTION] = RULE_DEVOLUTION,
		[COLUMN_REGION] = RULE_REGION, [COLUMN_DAY] = RULE_FROM,
	};
	const struct sheet *s = &p->sheets[SHEET_RULES];
	int i;

	if (c->kind != COLUMN_WHEN)
		return sheet_cell(s, rule, fixed[c->kind])->text;
	for (i = 0; i < s->when_count && s->when_names[i] != c->attribute; i++)
		;
	return sheet_cell(s, rule, RULE_KNOWN_COUNT + i)->text;
}

static void add_cell(struct buf *out, const struct pack *p, int rule, const struct column *c)
{
	buf_add_str(out, cell_of(p, rule, c));
	if (c->kind == COLUMN_DAY)
		buf_printf(out, "..%s",
			   sheet_cell(&p->sheets[SHEET_RULES], rule, RULE_UNTIL)->text);
}

static void text_reason(const struct making *m, const struct reason *r, struct buf *out)
{
	const struct pack *p = m->pack;
	int i;

	buf_printf(out, "  %s (%s, %s): ", p->view.rules[r->rule].id,
		   role_name(p->view.rules[r->rule].role),
		   sheet_cell(&p->sheets[SHEET_RULES], r->rule, RULE_TO)->text);
	switch (r->why) {
	case WHY_NAMES:
		buf_printf(out, "matches and names it; basis: %s", p->view.rules[r->rule].basis);
		break;
	case WHY_OVERRIDDEN:
		buf_printf(out, "matches and would name it, but %s overrides the rule",
			   p->view.rules[r->overridden_by].id);
		break;
	case WHY_ELSEWHERE:
		buf_add_str(out, "matches, but its recipient is not this body");
		break;
	case WHY_CONDITIONS:
		buf_add_str(out, "would name it, but does not match:");
		for (i = 0; i < r->column_count; i++) {
			const struct column *c = &p->table.columns[r->columns[i]];

			buf_printf(out, "%s %s has to be ", i ? "," : "", c->name);
			add_cell(out, p, r->rule, c);
		}
		break;
	}
	buf_add_char(out, '\n');
}

static void text_all(const struct making *m, struct buf *out)
{
	const struct body *b = &m->pack->view.bodies[m->body];
	int i;

	buf_printf(out, "%s %s: %s %s%s\n", m->event->source, m->event->id, b->id,
		   m->told ? "is told as " : "is not told",
		   m->told ? role_name(m->told->role) : "");
	for (i = 0; i < m->reason_count; i++)
		text_reason(m, &m->reasons[i], out);
	if (!m->reason_count)
		buf_add_str(out,
			    "  no rule matches, and none would name it for this item and region\n");
}

static void json_reason(const struct making *m, const struct reason *r, struct buf *out)
{
	const struct pack *p = m->pack;
	struct buf cell;
	int i;

	buf_add_str(out, "{\"rule\":");
	buf_add_json(out, p->view.rules[r->rule].id);
	buf_add_str(out, ",\"role\":");
	buf_add_json(out, role_name(p->view.rules[r->rule].role));
	buf_add_str(out, ",\"basis\":");
	buf_add_json(out, p->view.rules[r->rule].basis);
	buf_add_str(out, ",\"why\":");
	buf_add_json(out, why_name(r->why));
	buf_add_str(out, ",\"overridden_by\":");
	buf_add_json(out, r->overridden_by < 0 ? NULL : p->view.rules[r->overridden_by].id);
	buf_add_str(out, ",\"fails\":[");
	for (i = 0; i < r->column_count; i++) {
		const struct column *c = &p->table.columns[r->columns[i]];

		buf_init(&cell, 1 << 17);
		add_cell(&cell, p, r->rule, c);
		buf_add_str(out, i ? ",{\"column\":" : "{\"column\":");
		buf_add_json(out, c->name);
		buf_add_str(out, ",\"cell\":");
		buf_add_json(out, buf_cstr(&cell));
		buf_add_char(out, '}');
		buf_clear(&cell);
	}
	buf_add_str(out, "]}");
}

static void json_all(const struct making *m, struct buf *out)
{
	int i;

	buf_add_str(out, "{\"event\":{\"source\":");
	buf_add_json(out, m->event->source);
	buf_add_str(out, ",\"id\":");
	buf_add_json(out, m->event->id);
	buf_add_str(out, "},\"policy\":");
	buf_add_json(out, m->pack->view.version);
	buf_add_str(out, ",\"body\":");
	buf_add_json(out, m->pack->view.bodies[m->body].id);
	buf_add_str(out, ",\"role\":");
	buf_add_json(out, m->told ? role_name(m->told->role) : NULL);
	buf_add_str(out, ",\"rules\":[");
	for (i = 0; i < m->reason_count; i++) {
		if (i)
			buf_add_char(out, ',');
		json_reason(m, &m->reasons[i], out);
	}
	buf_add_str(out, "]}");
}

static void find_told(struct making *m, struct decision *d)
{
	int i;

	decide(m->pack, m->event, m->in, &m->arena, d);
	for (i = 0; i < d->notice_count; i++) {
		if (d->notices[i].body == m->body)
			m->told = &d->notices[i];
	}
}

enum err explain_one_for_body(const struct pack *p, const struct event *e,
			      const struct explain_ask *ask, struct buf *out)
{
	struct making m = {
		.pack = p, .event = e, .in = ask->in, .body = pack_find_body(p, ask->body_id)};
	struct decision d;
	bool known;
	int rule;

	if (m.body < 0)
		return ERR_NOT_FOUND;
	arena_init(&m.arena);
	find_told(&m, &d);
	facts_find(p, e, &m.facts, &m.item, &known);
	rows_find(p, &m.facts, &m.arena, &m.rows);
	m.reasons = arena_alloc(&m.arena, (size_t)(p->view.rule_count + 1) * sizeof(*m.reasons));
	for (rule = 0; rule < p->view.rule_count; rule++)
		look_at_rule(&m, rule);
	if (ask->json)
		json_all(&m, out);
	else
		text_all(&m, out);
	arena_clear(&m.arena);
	return ERR_OK;
}
