/* An explanation as text for people and as JSON. */
#include <string.h>

#include "explain_in.h"
#include "timefmt.h"

#define DAYS_BYTES_MAX 32768

static const char *why_name(enum why why)
{
	static const char *const names[] = {"names-it", "overridden", "conditions", "elsewhere"};

	return names[why];
}

static const char *rule_text(const struct explaining *x, int rule, int column)
{
	return sheet_cell(&x->pack->sheets[SHEET_RULES], rule, column)->text;
}

static const char *rule_id(const struct explaining *x, int rule)
{
	return x->pack->view.rules[rule].id;
}

static const char *body_id(const struct explaining *x, seat s)
{
	return s == SEAT_NONE ? NULL : x->pack->view.bodies[seat_body(s)].id;
}

static const char *cell_of(struct explaining *x, int rule, const struct column *c)
{
	static const int fixed[] = {
		[COLUMN_EVENT] = RULE_EVENT,   [COLUMN_ITEM] = RULE_ITEM,
		[COLUMN_SECTOR] = RULE_SECTOR, [COLUMN_DEVOLUTION] = RULE_DEVOLUTION,
		[COLUMN_REGION] = RULE_REGION,
	};
	const struct sheet *s = &x->pack->sheets[SHEET_RULES];
	int i;

	if (c->kind == COLUMN_DAY)
		return arena_printf(&x->arena, "%s..%s", rule_text(x, rule, RULE_FROM),
				    rule_text(x, rule, RULE_UNTIL));
	if (c->kind != COLUMN_WHEN)
		return rule_text(x, rule, fixed[c->kind]);
	for (i = 0; i < s->when_count && s->when_names[i] != c->attribute; i++)
		;
	return rule_text(x, rule, RULE_KNOWN_COUNT + i);
}

/* The matching rows that this one has removed. */
static int removed_by(const struct explaining *x, int rule, int at)
{
	const struct rule_row *r = &x->pack->rule_rows[rule];

	while (at < r->override_count && !explain_matches(x, r->overrides[at]))
		at++;
	return at;
}

static void text_conditions(struct explaining *x, const struct reason *r, struct buf *out)
{
	const struct column *c = &x->pack->table.columns[r->columns[0]];
	const char *value = explain_value(x, c);

	buf_printf(out, "would name it, but does not match: %s has to be %s and is %s", c->name,
		   cell_of(x, r->rule, c), value ? value : "missing");
	if (r->column_count > 1)
		buf_printf(out, " (and %d more)", r->column_count - 1);
}

static void text_basis(const struct explaining *x, int rule, struct buf *out)
{
	const char *from = rule_text(x, rule, RULE_FROM), *until = rule_text(x, rule, RULE_UNTIL);
	const char *basis = x->pack->view.rules[rule].basis;

	if (*basis)
		buf_add_str(out, "; basis: ");
	for (; *basis; basis++) /* a quoted cell may hold line ends; the reason is one line */
		buf_add_char(out, *basis == '\n' || *basis == '\r' ? ' ' : *basis);
	if (*from || *until)
		buf_printf(out, "; in force %s..%s", from, until);
}

static void text_climbs(struct explaining *x, int rule, struct buf *out)
{
	struct climb *climbs;
	int count = explain_climbs(x, rule, &climbs), i, j;

	for (i = 0; i < count; i++) {
		buf_printf(out, "    looks for %s:",
			   climbs[i].what ? climbs[i].what : "a sector, but the item has none");
		for (j = 0; j < climbs[i].step_count; j++) {
			const struct climb_step *s = &climbs[i].steps[j];
			const char *found = body_id(x, s->found);

			if (s->region < 0)
				buf_printf(out, "%s no region of that level above", j ? "," : "");
			else
				buf_printf(out, "%s %s %s", j ? "," : "",
					   x->pack->view.regions[s->region].code,
					   found ? found : "has nobody");
			if (seat_is_ambiguous(s->found))
				buf_add_str(out, " (the first of several)");
		}
		buf_add_char(out, '\n');
	}
}

static void text_reason(struct explaining *x, const struct reason *r, struct buf *out)
{
	const struct rule_row *row = &x->pack->rule_rows[r->rule];
	int i;

	buf_printf(out, "  %s (%s, %s): ", rule_id(x, r->rule),
		   role_name(x->pack->view.rules[r->rule].role), rule_text(x, r->rule, RULE_TO));
	switch (r->why) {
	case WHY_NAMES:
		buf_add_str(out, "matches and names it");
		break;
	case WHY_OVERRIDDEN:
		buf_printf(out, "matches and would name it, but %s overrides the rule",
			   rule_id(x, r->overridden_by));
		break;
	case WHY_ELSEWHERE:
		buf_add_str(out, "matches, but its recipient is not this body");
		break;
	case WHY_CONDITIONS:
		text_conditions(x, r, out);
		break;
	}
	if (r->why != WHY_CONDITIONS)
		text_basis(x, r->rule, out);
	for (i = removed_by(x, r->rule, 0); r->why != WHY_CONDITIONS && i < row->override_count;
	     i = removed_by(x, r->rule, i + 1))
		buf_printf(out, "; overrides %s", rule_id(x, row->overrides[i]));
	buf_add_char(out, '\n');
	text_climbs(x, r->rule, out);
}

/* The days of a deadline a line each; of a very long one only the first. */
static void days_find(struct explaining *x, struct duration duration, struct buf *days)
{
	static const char more[] = "and so on\n";

	buf_init(days, DAYS_BYTES_MAX);
	calendar_explain(x->pack->calendar, x->in->at_ms, duration, days);
	if (!days->overflow)
		return;
	days->overflow = false;
	days->len -= sizeof(more);
	while (days->len && days->data[days->len - 1] != '\n')
		days->len--;
	buf_add_str(days, more);
}

static void text_due(struct explaining *x, bool feedback, struct buf *out)
{
	const struct deadline *d = feedback ? &x->told->feedback_due : &x->told->due;
	struct duration duration;
	int rule = explain_due_rule(x, feedback, &duration);
	char text[TIMEFMT_BYTES];
	const char *line;
	struct buf days;

	if (rule < 0)
		return;
	time_format(d->at_ms, SHANGHAI_MIN, text);
	buf_printf(out, "  %s %s, by %s (%s)%s\n", feedback ? "feedback due" : "due", text,
		   rule_id(x, rule), rule_text(x, rule, feedback ? RULE_FEEDBACK : RULE_DUE),
		   d->provisional ? ", provisional" : "");
	days_find(x, duration, &days);
	for (line = buf_cstr(&days); *line; line += strcspn(line, "\n") + 1)
		buf_printf(out, "    %.*s\n", (int)strcspn(line, "\n"), line);
	buf_clear(&days);
}

static void text_facts(struct explaining *x, struct buf *out)
{
	const struct pack_view *v = &x->pack->view;
	const struct region *r = &v->regions[x->facts.region];

	if (x->item < 0)
		buf_printf(out, "  item %s is in no row of items.csv for this region\n",
			   *x->facts.item ? x->facts.item : "(none)");
	else
		buf_printf(out, "  item %s %s: sector %s, devolution %s (items.csv:%d)\n",
			   x->facts.item, v->items[x->item].name,
			   *v->items[x->item].sector ? v->items[x->item].sector : "(none)",
			   x->facts.devolution
				   ? devolution_name((enum devolution)x->facts.devolution)
				   : "(none)",
			   sheet_cell(&x->pack->sheets[SHEET_ITEMS], x->item, 0)->line);
	buf_printf(out, "  region %s %s%s\n", r->code, r->name,
		   x->region_known ? "" : ", which stands in for one that is not known");
}

void explain_text(struct explaining *x, struct buf *out)
{
	const struct body *b = &x->pack->view.bodies[x->body];
	int i;

	buf_printf(out, "%s %s: %s %s%s\n", x->event->source, x->event->id, b->id,
		   x->told ? "is told as " : "is not told",
		   x->told ? role_name(x->told->role) : "");
	text_facts(x, out);
	for (i = 0; i < x->reason_count; i++)
		text_reason(x, &x->reasons[i], out);
	if (!x->reason_count)
		buf_add_str(out,
			    "  no rule matches, and none would name it for this item and region\n");
	if (!x->told)
		return;
	text_due(x, false, out);
	text_due(x, true, out);
}

static void json_member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_add_json(out, value);
}

static void json_fails(struct explaining *x, const struct reason *r, struct buf *out)
{
	int i;

	buf_add_str(out, ",\"fails\":[");
	for (i = 0; i < r->column_count; i++) {
		const struct column *c = &x->pack->table.columns[r->columns[i]];

		buf_add_str(out, i ? ",{\"column\":" : "{\"column\":");
		buf_add_json(out, c->name);
		json_member(out, "cell", cell_of(x, r->rule, c));
		json_member(out, "value", explain_value(x, c));
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

static void json_climbs(struct explaining *x, int rule, struct buf *out)
{
	struct climb *climbs;
	int count = explain_climbs(x, rule, &climbs), i, j;

	buf_add_str(out, ",\"climbs\":[");
	for (i = 0; i < count; i++) {
		buf_add_str(out, i ? ",{\"for\":" : "{\"for\":");
		buf_add_json(out, climbs[i].what);
		buf_add_str(out, ",\"steps\":[");
		for (j = 0; j < climbs[i].step_count; j++) {
			const struct climb_step *s = &climbs[i].steps[j];

			buf_add_str(out, j ? ",{\"region\":" : "{\"region\":");
			buf_add_json(out,
				     s->region < 0 ? NULL : x->pack->view.regions[s->region].code);
			json_member(out, "body", body_id(x, s->found));
			buf_printf(out, ",\"several\":%s}",
				   seat_is_ambiguous(s->found) ? "true" : "false");
		}
		buf_add_str(out, "]}");
	}
	buf_add_char(out, ']');
}

static void json_reason(struct explaining *x, const struct reason *r, struct buf *out)
{
	const struct rule_row *row = &x->pack->rule_rows[r->rule];
	bool holds = r->why != WHY_CONDITIONS;
	const char *comma = "";
	int i;

	buf_add_str(out, "{\"rule\":");
	buf_add_json(out, rule_id(x, r->rule));
	json_member(out, "role", role_name(x->pack->view.rules[r->rule].role));
	json_member(out, "to", rule_text(x, r->rule, RULE_TO));
	json_member(out, "basis", x->pack->view.rules[r->rule].basis);
	json_member(out, "from", rule_text(x, r->rule, RULE_FROM));
	json_member(out, "until", rule_text(x, r->rule, RULE_UNTIL));
	json_member(out, "why", why_name(r->why));
	json_member(out, "overridden_by",
		    r->overridden_by < 0 ? NULL : rule_id(x, r->overridden_by));
	buf_add_str(out, ",\"overrides\":[");
	for (i = removed_by(x, r->rule, 0); holds && i < row->override_count;
	     i = removed_by(x, r->rule, i + 1)) {
		buf_add_str(out, comma);
		buf_add_json(out, rule_id(x, row->overrides[i]));
		comma = ",";
	}
	buf_add_char(out, ']');
	json_fails(x, r, out);
	json_climbs(x, r->rule, out);
	buf_add_char(out, '}');
}

static void json_due(struct explaining *x, bool feedback, struct buf *out)
{
	const struct deadline *d;
	struct duration duration;
	int rule = explain_due_rule(x, feedback, &duration);
	char text[TIMEFMT_BYTES];
	const char *line, *comma = "";
	struct buf days;

	buf_printf(out, ",\"%s\":", feedback ? "feedback_due" : "due");
	if (rule < 0) {
		buf_add_str(out, "null");
		return;
	}
	d = feedback ? &x->told->feedback_due : &x->told->due;
	time_format(d->at_ms, SHANGHAI_MIN, text);
	buf_printf(out, "{\"at\":\"%s\"", text);
	json_member(out, "rule", rule_id(x, rule));
	json_member(out, "duration", rule_text(x, rule, feedback ? RULE_FEEDBACK : RULE_DUE));
	buf_printf(out, ",\"provisional\":%s,\"days\":[", d->provisional ? "true" : "false");
	days_find(x, duration, &days);
	for (line = buf_cstr(&days); *line; line += strcspn(line, "\n") + 1) {
		buf_add_str(out, comma);
		buf_add_jsonn(out, line, strcspn(line, "\n"));
		comma = ",";
	}
	buf_clear(&days);
	buf_add_str(out, "]}");
}

static void json_facts(struct explaining *x, struct buf *out)
{
	const struct pack_view *v = &x->pack->view;
	int i;

	buf_add_str(out, ",\"facts\":{\"region_known\":");
	buf_add_str(out, x->region_known ? "true" : "false");
	json_member(out, "item_name", x->item < 0 ? NULL : v->items[x->item].name);
	for (i = 0; i < x->pack->table.column_count; i++) {
		const struct column *c = &x->pack->table.columns[i];

		buf_add_char(out, ',');
		buf_add_json(out, c->name);
		buf_add_char(out, ':');
		buf_add_json(out, explain_value(x, c));
	}
	buf_add_char(out, '}');
}

void explain_json(struct explaining *x, struct buf *out)
{
	int i;

	buf_add_str(out, "{\"event\":{\"source\":");
	buf_add_json(out, x->event->source);
	json_member(out, "id", x->event->id);
	buf_add_char(out, '}');
	json_member(out, "policy", x->pack->view.version);
	json_member(out, "body", x->pack->view.bodies[x->body].id);
	json_member(out, "role", x->told ? role_name(x->told->role) : NULL);
	json_facts(x, out);
	buf_add_str(out, ",\"rules\":[");
	for (i = 0; i < x->reason_count; i++) {
		if (i)
			buf_add_char(out, ',');
		json_reason(x, &x->reasons[i], out);
	}
	buf_add_char(out, ']');
	json_due(x, false, out);
	json_due(x, true, out);
	buf_add_char(out, '}');
}
