/* Names that dangle without making a pack unreadable. */
#include <stdio.h>
#include <string.h>

#include "decide.h"
#include "pack_in.h"

/* Of one row, with its place; what is past the bound is not kept. */
static struct pack_finding *finding(struct pack *p, enum sheet_id sheet, int row, int column,
				    const char *what)
{
	const struct sheet *s = &p->sheets[sheet];
	const struct csv_cell *c = sheet_cell(s, row, column);
	struct pack_finding *f = arena_alloc(&p->arena, sizeof(*f));

	*f = (struct pack_finding){
		.where = arena_printf(&p->arena, "%s:%d:%d", s->spec->file, c->line, c->column),
		.what = what,
		.rule = sheet == SHEET_RULES ? row : -1,
		.item = sheet == SHEET_ITEMS ? row : -1};
	if (p->finding_count < DIAG_MAX) {
		*p->findings_end = f;
		p->findings_end = &f->next;
		p->finding_count++;
	}
	return f;
}

/* Which trades some body is there for, anywhere. */
static bool *trades_with_body(struct pack *p)
{
	bool *has = arena_zalloc(&p->arena, (size_t)p->trade_count);
	int i, j, trade;

	for (i = 0; i < p->view.body_count; i++) {
		const struct body *b = &p->view.bodies[i];

		for (j = 0; j < b->sector_count; j++) {
			trade = trade_find(p, b->sectors[j]);
			has[trade] |= b->kind == BODY_SUPERVISION || b->kind == BODY_ENFORCEMENT;
		}
		has[TRADE_ENFORCEMENT] |= b->kind == BODY_ENFORCEMENT;
		has[TRADE_COORDINATION] |= b->kind == BODY_COORDINATION;
	}
	return has;
}

/* Of two rows that name one region neither is the deeper; the first is taken, so that the other
 * says nothing there. */
static void look_at_regions(struct pack *p, int row)
{
	const struct cond *named = &p->item_rows[row].regions;
	const char *code = p->view.items[row].code;
	int i;

	for (i = 0; i < named->count && !named->negate; i++) {
		if (named->elems[i].kind == ELEM_REGION &&
		    item_row_find(p, code, named->elems[i].index) != row)
			finding(p, SHEET_ITEMS, row, ITEM_REGIONS,
				"an earlier row of this item names the same region");
	}
}

static void look_at_items(struct pack *p, const bool *has)
{
	int row, i;

	for (row = 0; row < p->view.item_count; row++) {
		const struct item_row *ir = &p->item_rows[row];

		if (ir->sector >= 0 && !has[ir->sector])
			finding(p, SHEET_ITEMS, row, ITEM_SECTOR,
				"no supervising body has this sector");
		for (i = 0; i < ir->assist_count; i++) {
			if (!has[ir->assist[i]])
				finding(p, SHEET_ITEMS, row, ITEM_ASSIST,
					"no supervising body has one of these sectors");
		}
		look_at_regions(p, row);
	}
}

static bool sector_is_used(const struct pack *p, const bool *has, const char *name, size_t len)
{
	int trade = strmap_find(&p->trades, name, len), row;

	if (trade >= 0 && has[trade])
		return true;
	for (row = 0; trade >= 0 && row < p->view.item_count; row++) {
		if (p->item_rows[row].sector == trade)
			return true;
	}
	return false;
}

struct look {
	struct pack *pack;
	const bool *has; /* which trades have a body */
	struct arena scratch;
};

static void look_at_cond(struct look *l, int row, int column)
{
	struct pack *p = l->pack;
	const char *text, *cell = sheet_cell(&p->sheets[SHEET_RULES], row, column)->text;
	struct cond c;
	int i;

	arena_reset(&l->scratch);
	if (cond_parse(cell, CELL_NAMES, &l->scratch, &c))
		return;
	for (i = 0; i < c.count; i++) {
		const struct elem *e = &c.elems[i];

		if (e->kind != ELEM_TEXT)
			continue;
		text = arena_strndup(&l->scratch, e->text, e->len);
		if (column == RULE_ITEM && !item_is_known(p, text))
			finding(p, SHEET_RULES, row, column, "no row of items.csv has this item")
				->code = arena_strdup(&p->arena, text);
		if (column == RULE_SECTOR && !sector_is_used(p, l->has, e->text, e->len))
			finding(p, SHEET_RULES, row, column,
				"no item and no supervising body has this sector");
	}
}

void pack_find_dangling(struct pack *p)
{
	const bool *has = trades_with_body(p);
	struct look l = {.pack = p, .has = has};
	int row;

	look_at_items(p, has);
	for (row = 0; row < p->view.rule_count; row++) {
		const struct selector *to = &p->rule_rows[row].to;

		if (to->kind == TO_TRADE && !has[to->index])
			finding(p, SHEET_RULES, row, RULE_TO,
				"no body is there for this recipient in any region");
		look_at_cond(&l, row, RULE_ITEM);
		look_at_cond(&l, row, RULE_SECTOR);
	}
	arena_clear(&l.scratch);
}

bool pack_rule_time(const struct pack *p, int rule, bool feedback, struct duration *ret)
{
	const struct rule_row *r = &p->rule_rows[rule];
	int at = feedback ? r->feedback : r->due;

	if (at < 0)
		return false;
	*ret = p->durations[at];
	return true;
}
