#include "pack_ruling.h"

#include <stdio.h>
#include <string.h>

#include "decide_in.h"
#include "timefmt.h"

#define CANONICAL_BYTES_MAX ((size_t)256 << 20)

struct making {
	const struct pack *was;
	const struct event *event;
	const struct ruling *ruling;
	struct arena *arena;
	struct diag *diag;
	struct facts facts;   /* of the event, as if it were decided on the ruling's day */
	struct facts *inside; /* the same in the event's region and each one inside it */
	int inside_count;
	int *leads; /* the rows that name its leads */
	int lead_count;
	struct sheet sheet; /* the rules, with one more */
};

static enum err refuse(struct making *m, const char *why)
{
	diag_add(m->diag, "", "%s", why);
	return ERR_CONFLICT;
}

static const char *old_cell(const struct making *m, int row, int column)
{
	return sheet_cell(&m->was->sheets[SHEET_RULES], row, column)->text;
}

/* --- what decides such events now --- */

static struct facts facts_in(const struct making *m, const char *region)
{
	struct event at = *m->event;
	struct facts f;
	bool known;
	int item;

	at.region = region;
	facts_find(m->was, &at, &f, &item, &known);
	f.day = m->ruling->day;
	f.item = m->event->item_code; /* and not the copy's */
	return f;
}

static void find_facts(struct making *m)
{
	const struct pack_view *v = &m->was->view;

	m->facts = facts_in(m, m->event->region);
	m->inside = arena_alloc(m->arena, (size_t)v->region_count * sizeof(*m->inside));
	for (int r = 0; r < v->region_count; r++) {
		if (region_within(m->was, r, m->facts.region))
			m->inside[m->inside_count++] = facts_in(m, v->regions[r].code);
	}
}

static void find_leads(struct making *m)
{
	struct rows rows;

	rows_find(m->was, &m->facts, m->arena, &rows);
	m->leads = arena_alloc(m->arena, (size_t)(rows.count + 1) * sizeof(int));
	for (int i = 0; i < rows.count; i++) {
		if (m->was->view.rules[rows.list[i]].role == ROLE_LEAD)
			m->leads[m->lead_count++] = rows.list[i];
	}
}

static bool takes(const struct making *m, const struct facts *f, int row)
{
	const struct table *t = &m->was->table;

	for (int i = 0; i < t->column_count; i++) {
		const struct column *c = &t->columns[i];

		if (c->kind != COLUMN_WHEN && c->kind != COLUMN_DAY &&
		    !rowset_has(column_class(c, f), row))
			return false;
	}
	return m->was->view.rules[row].until_day >= m->ruling->day;
}

/* Whether a row can hold for an event like this one, whatever its attributes are. */
static bool can_meet(const struct making *m, int row)
{
	for (int i = 0; i < m->inside_count; i++) {
		if (takes(m, &m->inside[i], row))
			return true;
	}
	return false;
}

static bool overrides(const struct making *m, int row, int other)
{
	const struct rule_row *r = &m->was->rule_rows[row];

	for (int i = 0; i < r->override_count; i++) {
		if (r->overrides[i] == other)
			return true;
	}
	return false;
}

/* Where nobody led, whoever a row names leads, and a row that says nobody on purpose goes on saying
 * it. */
static bool sets_aside(const struct making *m, int row)
{
	const enum role role = m->was->view.rules[row].role;

	for (int i = 0; i < m->lead_count; i++) {
		if (!overrides(m, row, m->leads[i]))
			return false;
	}
	return (m->lead_count || role == ROLE_LEAD || role == ROLE_NONE) && can_meet(m, row);
}

/* --- the row --- */

static const char *longer(struct making *m, const char *list, const char *id)
{
	return *list ? arena_printf(m->arena, "%s|%s", list, id) : id;
}

static void copy_rows(struct making *m)
{
	const struct sheet *from = &m->was->sheets[SHEET_RULES];
	size_t columns = (size_t)(from->known_count + from->when_count),
	       count = columns * (size_t)from->row_count;

	m->sheet = *from;
	m->sheet.row_count++;
	m->sheet.cells = arena_zalloc(m->arena, (count + columns) * sizeof(*m->sheet.cells));
	if (count)
		memcpy(m->sheet.cells, from->cells, count * sizeof(*from->cells));
	for (size_t i = 0; i < columns; i++)
		m->sheet.cells[count + i].text = "";
	for (int row = 0; row < from->row_count; row++) {
		struct csv_cell *cell = &m->sheet.cells[(size_t)row * columns + RULE_OVERRIDES];

		if (sets_aside(m, row))
			cell->text = longer(m, cell->text, m->ruling->id);
	}
}

static struct csv_cell *new_cells(const struct making *m)
{
	size_t columns = (size_t)(m->sheet.known_count + m->sheet.when_count);

	return &m->sheet.cells[columns * (size_t)(m->sheet.row_count - 1)];
}

/* The conditions that all those rows have together; two that differ about one attribute are no one
 * cell. */
static bool put_conditions(struct making *m, struct csv_cell *cells)
{
	for (int i = 0; i < m->sheet.when_count; i++) {
		struct csv_cell *to = &cells[m->sheet.known_count + i];

		for (int k = 0; k < m->lead_count; k++) {
			const char *text = old_cell(m, m->leads[k], m->sheet.known_count + i);

			if (!*text || !strcmp(text, "*"))
				continue;
			if (*to->text && strcmp(to->text, text) != 0)
				return false;
			to->text = text;
		}
	}
	return true;
}

static void put_where(struct making *m, struct csv_cell *cells)
{
	const struct pack_view *v = &m->was->view;
	char day[TIMEFMT_BYTES];

	date_format(m->ruling->day, day);
	cells[RULE_FROM].text = arena_strdup(m->arena, day);
	cells[RULE_EVENT].text = event_type_name(m->event->type);
	cells[RULE_ITEM].text = m->event->item_code;
	if (m->facts.sector >= 0)
		cells[RULE_SECTOR].text = m->was->trade_names[m->facts.sector];
	cells[RULE_DEVOLUTION].text = devolution_name(m->facts.devolution);
	cells[RULE_REGION].text = v->regions[m->facts.region].code;
}

static void put_who(struct making *m, struct csv_cell *cells)
{
	const struct ruling *r = m->ruling;

	cells[RULE_ID].text = r->id;
	cells[RULE_BASIS].text = r->basis;
	for (int i = 0; i < m->lead_count; i++)
		cells[RULE_OVERRIDES].text =
			longer(m, cells[RULE_OVERRIDES].text, m->was->view.rules[m->leads[i]].id);
	cells[RULE_ROLE].text = role_name(*r->body ? ROLE_LEAD : ROLE_NONE);
	if (!*r->body)
		return;
	cells[RULE_TO].text = arena_printf(m->arena, "body:%s", r->body);
	cells[RULE_DUE].text = m->was->view.settings.pool_due;
	cells[RULE_VIA].text = "push|sms";
	if (!m->lead_count)
		return;
	cells[RULE_DUE].text = old_cell(m, m->leads[0], RULE_DUE);
	cells[RULE_FEEDBACK].text = old_cell(m, m->leads[0], RULE_FEEDBACK);
	cells[RULE_VIA].text = old_cell(m, m->leads[0], RULE_VIA);
}

/* --- the pack --- */

static enum err rebuilt(const struct making *m, struct pack **ret)
{
	/* only to be written out: what it was compiled to is the old one's */
	struct pack changed = *m->was;
	struct buf canonical;
	enum err e;

	changed.sheets[SHEET_RULES] = m->sheet;
	buf_init(&canonical, CANONICAL_BYTES_MAX);
	pack_canonical(&changed, &canonical);
	e = canonical.overflow ? ERR_TOO_LARGE
			       : pack_read_canonical(canonical.data, canonical.len, ret, m->diag);
	buf_clear(&canonical);
	return e;
}

/* Whether the pack says from that day on what was ruled, and nothing besides. */
static bool is_decided(const struct making *m, const struct pack *p)
{
	struct event at = *m->event;
	struct decision d;
	int leads = 0, body = pack_find_body(p, m->ruling->body);

	at.decision_day = m->ruling->day;
	decide_one(p, &at, &(struct decide_in){.at_ms = at.time_ms}, m->arena, &d);
	for (int i = 0; i < d.problem_count; i++) {
		if (d.problems[i].code == PROBLEM_NO_LEAD)
			return false;
	}
	for (int i = 0; i < d.notice_count && d.notices[i].role == ROLE_LEAD; i++) {
		leads++;
		if (d.notices[i].body != body)
			return false;
	}
	return leads == (*m->ruling->body ? 1 : 0);
}

/* NULL, or why there is nothing to be made. */
static const char *why_not(const struct making *m)
{
	bool known;

	if (!*m->event->item_code)
		return "The event names no item, so that a row would stand for every event of its kind in the region";
	if (region_resolve(m->was, m->event->region, &known) == m->was->view.jurisdiction && !known)
		return "The policy in force does not know the event's region";
	if (pack_find_rule(m->was, m->ruling->id) >= 0)
		return "The policy in force has a row of this ruling already";
	if (!decide_one_needs_holder(m->was, m->event) && is_decided(m, m->was))
		return "The policy in force decides such events so already";
	return NULL;
}

static enum err make(struct making *m, struct pack **ret)
{
	const char *why = why_not(m);
	struct csv_cell *cells;
	struct pack *made = NULL;
	enum err e;

	if (why)
		return refuse(m, why);
	find_facts(m);
	find_leads(m);
	copy_rows(m);
	cells = new_cells(m);
	put_where(m, cells);
	put_who(m, cells);
	if (!put_conditions(m, cells))
		return refuse(
			m,
			"Two rows that name leads ask for one attribute in different ways; one row cannot stand for both");
	e = rebuilt(m, &made);
	if (e == ERR_OK && !is_decided(m, made))
		e = refuse(m, "Another row of the policy in force keeps this one from deciding");
	if (e == ERR_OK)
		*ret = pack_ref(made);
	pack_unref(made);
	return e;
}

enum err pack_with_ruling(const struct pack *was, const struct event *e,
			  const struct ruling *ruling, struct pack **ret, struct diag *diag)
{
	struct arena arena;
	struct making m = {.was = was, .event = e, .ruling = ruling, .arena = &arena, .diag = diag};
	enum err err;

	arena_init(&arena);
	err = make(&m, ret);
	arena_clear(&arena);
	return err;
}

/* --- shown --- */

static void put_member(const char *prefix, const char *name, const char *text, struct buf *out)
{
	char member[CSV_CELLS_MAX * 4];

	if (!*text)
		return;
	snprintf(member, sizeof(member), "%s%s", prefix, name);
	if (out->data[out->len - 1] != '{')
		buf_add_char(out, ',');
	buf_add_json(out, member);
	buf_add_char(out, ':');
	buf_add_json(out, text);
}

void pack_ruling_to_json(const struct pack *p, const char *id, struct buf *out)
{
	const struct sheet *s = &p->sheets[SHEET_RULES];
	const int row = pack_find_rule(p, id);
	const char *comma = "";

	buf_add_str(out, "\"row\":{");
	for (int i = 0; i < s->known_count; i++)
		put_member("", s->spec->columns[i], sheet_cell(s, row, i)->text, out);
	for (int i = 0; i < s->when_count; i++)
		put_member("when:", s->when_names[i], sheet_cell(s, row, s->known_count + i)->text,
			   out);
	buf_add_str(out, "},\"set_aside_by\":[");
	for (int r = 0; r < s->row_count; r++) {
		for (int i = 0; i < p->rule_rows[r].override_count; i++) {
			if (p->rule_rows[r].overrides[i] != row)
				continue;
			buf_add_str(out, comma);
			buf_add_json(out, p->view.rules[r].id);
			comma = ",";
		}
	}
	buf_add_char(out, ']');
}
