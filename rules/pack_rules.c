/* The decision table of a pack: each row's cells read and checked, then compiled into columns. */
#include <string.h>

#include "event.h"
#include "pack_in.h"
#include "timefmt.h"

#define ID_BYTES_MAX 128
#define CELLS_FIRST  64 /* different cells of a column, to begin with */

/* Of one column, a condition each row; cells that say the same are read once. */
struct conds {
	struct cond *list;
	struct strmap seen; /* a cell's text, to the first row that has it */
};
/* The conditions of the columns that every table has, beside the when: columns; they live until the
 * table is compiled. */
struct conditions {
	struct arena arena;
	struct conds event, item, sector, devolution, region, day;
	struct conds *when;
};

static const struct sheet *rules_sheet(const struct pack *p)
{
	return &p->sheets[SHEET_RULES];
}

static const char *text_of(const struct pack *p, int row, int column)
{
	return sheet_cell(rules_sheet(p), row, column)->text;
}

static int32_t read_date(const struct pack *p, int row, int column, int32_t when_blank)
{
	const char *text = text_of(p, row, column);
	int32_t day = when_blank;

	if (*text && !date_parse(text, strlen(text), &day))
		sheet_fault(rules_sheet(p), row, column, "not a date like 2026-01-31");
	return day;
}

static void read_dates(struct pack *p, int row, struct rule *r, struct conds *to)
{
	struct cond *day = &to->list[row];
	struct elem *e;

	r->from_day = read_date(p, row, RULE_FROM, INT32_MIN);
	r->until_day = read_date(p, row, RULE_UNTIL, INT32_MAX);
	if (r->from_day > r->until_day)
		sheet_fault(rules_sheet(p), row, RULE_UNTIL, "the row ends before it begins");
	*day = (struct cond){.any = r->from_day == INT32_MIN && r->until_day == INT32_MAX};
	if (day->any)
		return;
	e = arena_zalloc(to->seen.arena, sizeof(*e));
	e->kind = ELEM_RANGE;
	e->lo = r->from_day == INT32_MIN ? -__builtin_inf() : r->from_day;
	e->hi = r->until_day == INT32_MAX ? __builtin_inf() : r->until_day;
	day->elems = e;
	day->count = 1;
}

/* Whether a name of a condition cell means anything; NULL, or what to say when it does not. */
typedef const char *name_check_fn(const struct pack *p, const char *name);

static const char *check_event(const struct pack *p, const char *name)
{
	int t;

	(void)p;
	for (t = 0; t < EVENT_TYPE_COUNT; t++) {
		if (strcmp(event_type_name((enum event_type)t), name) == 0)
			return NULL;
	}
	return "not a type of event";
}

/* Items and sectors that nothing else names are findings of pack_find_dangling. */
static const char *check_nothing(const struct pack *p, const char *name)
{
	(void)p, (void)name;
	return NULL;
}

static const char *check_devolution(const struct pack *p, const char *name)
{
	int v;

	(void)p;
	for (v = DEV_NONE + 1; v < DEV_COUNT; v++) {
		if (strcmp(devolution_name((enum devolution)v), name) == 0)
			return NULL;
	}
	return "not a way of devolution";
}

/* Whether an earlier row has the same cell. While there are faults each cell is read, so that each
 * of them is told. */
static bool is_read_already(const struct pack *p, int row, int column, struct conds *c)
{
	const char *text = text_of(p, row, column);
	int first;

	if (!*text || rules_sheet(p)->diag->count > p->faults_before)
		return false;
	first = strmap_add(&c->seen, text, strlen(text), row);
	c->list[row] = c->list[first];
	return first != row;
}

static void read_names(struct pack *p, int row, int column, name_check_fn *check, struct conds *to)
{
	struct cond *ret = &to->list[row];
	const char *what;
	int i;

	if (is_read_already(p, row, column, to))
		return;
	what = cond_parse(text_of(p, row, column), CELL_NAMES, to->seen.arena, ret);
	for (i = 0; !what && i < ret->count; i++) {
		const struct elem *e = &ret->elems[i];

		if (e->kind == ELEM_TEXT)
			what = check(p, arena_strndup(to->seen.arena, e->text, e->len));
	}
	if (what)
		sheet_fault(rules_sheet(p), row, column, "%s", what);
}

static void read_values(struct pack *p, int row, int column, struct conds *to)
{
	const char *what;

	if (is_read_already(p, row, column, to))
		return;
	what = cond_parse(text_of(p, row, column), CELL_VALUES, to->seen.arena, &to->list[row]);
	if (what)
		sheet_fault(rules_sheet(p), row, column, "%s", what);
}

static void read_conditions(struct pack *p, int row, struct conditions *c)
{
	const struct sheet *s = rules_sheet(p);
	int i;

	read_names(p, row, RULE_EVENT, check_event, &c->event);
	read_names(p, row, RULE_ITEM, check_nothing, &c->item);
	read_names(p, row, RULE_SECTOR, check_nothing, &c->sector);
	read_names(p, row, RULE_DEVOLUTION, check_devolution, &c->devolution);
	if (!is_read_already(p, row, RULE_REGION, &c->region))
		pack_read_region_cond(p, s, row, RULE_REGION, &c->region.list[row]);
	for (i = 0; i < s->when_count; i++)
		read_values(p, row, RULE_KNOWN_COUNT + i, &c->when[i]);
}

static int duration_add(struct pack *p, struct duration d)
{
	int i;

	for (i = 0; i < p->duration_count; i++) {
		if (p->durations[i].count == d.count && p->durations[i].unit == d.unit)
			return i;
	}
	if (i == DURATIONS_MAX)
		return -1;
	p->durations[p->duration_count++] = d;
	return i;
}

static int read_duration(struct pack *p, int row, int column)
{
	const char *text = text_of(p, row, column);
	struct duration d;
	int at;

	if (!*text)
		return -1;
	if (!duration_parse(text, &d)) {
		sheet_fault(rules_sheet(p), row, column, "not a duration like 2wd, 7d, 24h or 30m");
		return -1;
	}
	at = duration_add(p, d);
	if (at < 0)
		sheet_fault(rules_sheet(p), row, column, "more than %d different durations",
			    DURATIONS_MAX);
	return at;
}

static void read_via(struct pack *p, int row, struct rule_row *rr)
{
	const char *const *names, *what;
	int count, i, v;

	what = list_parse(text_of(p, row, RULE_VIA), &p->arena, &names, &count);
	for (i = 0; !what && i < count; i++) {
		for (v = 0; v < CHANNEL_COUNT; v++) {
			if (strcmp(channel_name((enum channel)v), names[i]) == 0)
				break;
		}
		if (v == CHANNEL_COUNT)
			what = "a channel is push, sms, email, webhook or chat";
		else
			rr->via[rr->via_count++] = (enum channel)v;
	}
	if (what)
		sheet_fault(rules_sheet(p), row, RULE_VIA, "%s", what);
	if (!rr->via_count)
		rr->via[rr->via_count++] = CHANNEL_PUSH;
}

static enum role read_role(struct pack *p, int row)
{
	int v;

	for (v = 0; v < ROLE_COUNT; v++) {
		if (strcmp(role_name((enum role)v), text_of(p, row, RULE_ROLE)) == 0)
			return (enum role)v;
	}
	sheet_fault(rules_sheet(p), row, RULE_ROLE,
		    "must be lead, assist, copy, applicant or none");
	return ROLE_NONE;
}

static void read_recipient(struct pack *p, int row, enum role role, struct rule_row *rr)
{
	const char *text = text_of(p, row, RULE_TO), *what;

	rr->to = (struct selector){.kind = role == ROLE_APPLICANT ? TO_APPLICANT : TO_NOBODY};
	if (!*text && (role == ROLE_NONE || role == ROLE_APPLICANT))
		return;
	what = *text ? selector_parse(p, text, &rr->to) : "must name a recipient";
	if (!what && role != ROLE_NONE && (rr->to.kind == TO_APPLICANT) != (role == ROLE_APPLICANT))
		what = "the role applicant and the recipient applicant belong together";
	if (what)
		sheet_fault(rules_sheet(p), row, RULE_TO, "%s", what);
	if (role == ROLE_NONE)
		rr->to.kind = TO_NOBODY;
	p->has_holder |= rr->to.kind == TO_HOLDER;
}

static void read_rule(struct pack *p, int row, struct rule *r)
{
	struct rule_row *rr = &p->rule_rows[row];
	size_t len;

	r->id = text_of(p, row, RULE_ID);
	r->basis = text_of(p, row, RULE_BASIS);
	r->basis_json = buf_json_text(&p->arena, r->basis);
	len = strlen(r->id);
	if (!len || len > ID_BYTES_MAX || strchr(r->id, '|'))
		sheet_fault(rules_sheet(p), row, RULE_ID, "must be 1 to 128 bytes without |");
	else if (strmap_add(&p->rules, r->id, len, row) != row)
		sheet_fault(rules_sheet(p), row, RULE_ID, "a rule of this id is there already");
	r->role = read_role(p, row);
	read_recipient(p, row, r->role, rr);
	rr->due = read_duration(p, row, RULE_DUE);
	rr->feedback = read_duration(p, row, RULE_FEEDBACK);
	read_via(p, row, rr);
}

static void read_overrides(struct pack *p, int row)
{
	struct rule_row *rr = &p->rule_rows[row];
	const char *const *ids, *what;
	int count, i, *rows;

	what = list_parse(text_of(p, row, RULE_OVERRIDES), &p->arena, &ids, &count);
	if (what)
		sheet_fault(rules_sheet(p), row, RULE_OVERRIDES, "%s", what);
	rows = arena_alloc(&p->arena, (size_t)(count + 1) * sizeof(*rows));
	for (i = 0; i < count; i++) {
		rows[i] = strmap_find(&p->rules, ids[i], strlen(ids[i]));
		if (rows[i] < 0)
			sheet_fault(rules_sheet(p), row, RULE_OVERRIDES,
				    "there is no rule of this id");
	}
	rr->overrides = rows;
	rr->override_count = count;
}

static void conds_init(struct conds *c, const struct pack *p, struct arena *arena)
{
	c->list = arena_zalloc(arena, (size_t)(rules_sheet(p)->row_count + 1) * sizeof(*c->list));
	strmap_init(&c->seen, arena, CELLS_FIRST);
}

static struct column *column_next(struct pack *p, enum column_kind kind, const char *name)
{
	struct column *c = &p->table.columns[p->table.column_count++];

	c->kind = kind;
	c->name = name;
	return c;
}

static void compile_names(struct pack *p, const struct conditions *c)
{
	const char *events[EVENT_TYPE_COUNT], *devolutions[DEV_COUNT];
	struct table *t = &p->table;
	int i;

	for (i = 0; i < EVENT_TYPE_COUNT; i++)
		events[i] = event_type_name((enum event_type)i);
	for (i = 0; i < DEV_COUNT; i++)
		devolutions[i] = devolution_name((enum devolution)i);
	column_texts(t, column_next(p, COLUMN_EVENT, "event"), c->event.list, events,
		     EVENT_TYPE_COUNT);
	column_texts(t, column_next(p, COLUMN_ITEM, "item"), c->item.list, NULL, 0);
	column_texts(t, column_next(p, COLUMN_SECTOR, "sector"), c->sector.list, p->trade_names,
		     p->trade_count);
	column_texts(t, column_next(p, COLUMN_DEVOLUTION, "devolution"), c->devolution.list,
		     devolutions, DEV_COUNT);
}

static void compile(struct pack *p, const struct conditions *c)
{
	const struct sheet *s = rules_sheet(p);
	struct table *t = &p->table;
	int i;

	table_init(t, &p->arena, s->row_count, 6 + s->when_count);
	compile_names(p, c);
	column_regions(t, column_next(p, COLUMN_REGION, "region"), c->region.list, p->view.regions,
		       p->view.region_count);
	column_values(t, column_next(p, COLUMN_DAY, "from/until"), c->day.list);
	for (i = 0; i < s->when_count; i++) {
		struct column *w = column_next(
			p, COLUMN_WHEN, arena_printf(&p->arena, "when:%s", s->when_names[i]));

		w->attribute = s->when_names[i];
		column_values(t, w, c->when[i].list);
	}
}

static void conditions_init(struct conditions *c, const struct pack *p)
{
	struct conds *const known[] = {&c->event,      &c->item,   &c->sector,
				       &c->devolution, &c->region, &c->day};
	const int when_count = rules_sheet(p)->when_count;
	size_t i;

	arena_init(&c->arena);
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		conds_init(known[i], p, &c->arena);
	c->when = arena_alloc(&c->arena, (size_t)(when_count + 1) * sizeof(*c->when));
	for (i = 0; i < (size_t)when_count; i++)
		conds_init(&c->when[i], p, &c->arena);
}

void pack_read_rules(struct pack *p)
{
	const struct sheet *s = rules_sheet(p);
	struct conditions c;
	struct rule *rules = arena_zalloc(&p->arena, (size_t)(s->row_count + 1) * sizeof(*rules));
	int row;

	conditions_init(&c, p);
	p->rule_rows = arena_zalloc(&p->arena, (size_t)(s->row_count + 1) * sizeof(*p->rule_rows));
	strmap_init(&p->rules, &p->arena, s->row_count);
	for (row = 0; row < s->row_count; row++) {
		read_rule(p, row, &rules[row]);
		read_dates(p, row, &rules[row], &c.day);
		read_conditions(p, row, &c);
	}
	for (row = 0; row < s->row_count; row++)
		read_overrides(p, row);
	p->view.rules = rules;
	p->view.rule_count = s->row_count;
	if (s->diag->count == p->faults_before)
		compile(p, &c);
	arena_clear(&c.arena);
	if (p->table.bytes > TABLE_BYTES_MAX && s->row_count)
		sheet_fault(s, 0, RULE_ID, "the table grows beyond %zu bytes when compiled",
			    TABLE_BYTES_MAX);
}
