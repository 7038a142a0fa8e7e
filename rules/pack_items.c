/* The catalogue of a pack: items and the scope phrases that imply them. */
#include <string.h>

#include "item_code.h"
#include "pack_in.h"

#define PLACED_MAX 1000000 /* codes times regions */

static const char *text_of(const struct sheet *s, int row, int column)
{
	return sheet_cell(s, row, column)->text;
}

/* Names in a region cell become indexes; prefixes stay. */
bool pack_read_region_cond(struct pack *p, const struct sheet *s, int row, int column,
			   struct cond *ret)
{
	const char *what = cond_parse(text_of(s, row, column), CELL_NAMES, &p->arena, ret);
	bool good = !what;
	int i;

	if (what)
		sheet_fault(s, row, column, "%s", what);
	for (i = 0; !what && i < ret->count; i++) {
		struct elem *e = &ret->elems[i];

		if (e->kind != ELEM_TEXT)
			continue;
		e->kind = ELEM_REGION;
		e->index = pack_find_region(p, e->text, e->len);
		if (e->index >= 0)
			continue;
		sheet_fault(s, row, column, "there is no such region in regions.csv");
		good = false;
	}
	if (!good)
		*ret = (struct cond){.any = true};
	return good;
}

static int read_sector(struct pack *p, int row, int column, const char *name)
{
	const struct sheet *s = &p->sheets[SHEET_ITEMS];
	int trade;

	if (strpbrk(name, "|@")) {
		sheet_fault(s, row, column, "a sector's name cannot have | or @");
		return -1;
	}
	trade = trade_add(p, name, strlen(name));
	if (trade < 0)
		sheet_fault(s, row, column, "more sectors than a pack may have");
	return trade;
}

static void read_assist(struct pack *p, int row, struct item *item, struct item_row *ir)
{
	const struct sheet *s = &p->sheets[SHEET_ITEMS];
	const char *what = list_parse(text_of(s, row, ITEM_ASSIST), &p->arena, &item->assist,
				      &item->assist_count);
	int *trades, i;

	if (what)
		sheet_fault(s, row, ITEM_ASSIST, "%s", what);
	trades = arena_alloc(&p->arena, (size_t)(item->assist_count + 1) * sizeof(*trades));
	for (i = 0; i < item->assist_count; i++)
		trades[i] = read_sector(p, row, ITEM_ASSIST, item->assist[i]);
	ir->assist = trades;
	ir->assist_count = item->assist_count;
}

static enum devolution read_devolution(const struct sheet *s, int row)
{
	const char *word = text_of(s, row, ITEM_DEVOLUTION);
	int v;

	for (v = DEV_NONE; v < DEV_COUNT; v++) {
		if (strcmp(devolution_name((enum devolution)v), word) == 0)
			return (enum devolution)v;
	}
	sheet_fault(s, row, ITEM_DEVOLUTION,
		    "must be direct, review, window, full, partial, entrusted, retained or blank");
	return DEV_NONE;
}

static void read_item(struct pack *p, int row, struct item *item, struct item_row *ir)
{
	const struct sheet *s = &p->sheets[SHEET_ITEMS];
	char basic[ITEM_CODE_LEN + 1];

	item->code = text_of(s, row, ITEM_CODE);
	item->name = text_of(s, row, ITEM_NAME);
	item->name_json = buf_json_text(&p->arena, item->name);
	item->sector = text_of(s, row, ITEM_SECTOR);
	item->basis = text_of(s, row, ITEM_BASIS);
	if (strlen(item->code) != ITEM_CODE_LEN ||
	    !item_code_basic(item->code, ITEM_CODE_LEN, basic))
		sheet_fault(s, row, ITEM_CODE, "must be a basic code of 12 letters and digits");
	if (!*item->name)
		sheet_fault(s, row, ITEM_NAME, "must not be blank");
	ir->sector = *item->sector ? read_sector(p, row, ITEM_SECTOR, item->sector) : -1;
	read_assist(p, row, item, ir);
	item->devolution = read_devolution(s, row);
	pack_read_region_cond(p, s, row, ITEM_REGIONS, &ir->regions);
}

void pack_read_items(struct pack *p)
{
	const struct sheet *s = &p->sheets[SHEET_ITEMS];
	int count = s->row_count, row, first;
	struct item *items = arena_zalloc(&p->arena, (size_t)(count + 1) * sizeof(*items));
	int *last = arena_alloc(&p->arena, (size_t)(count + 1) * sizeof(*last));

	p->item_rows = arena_zalloc(&p->arena, (size_t)(count + 1) * sizeof(*p->item_rows));
	strmap_init(&p->items, &p->arena, count);
	for (row = 0; row < count; row++) {
		read_item(p, row, &items[row], &p->item_rows[row]);
		first = strmap_add(&p->items, items[row].code, strlen(items[row].code), row);
		if (first != row)
			p->item_rows[last[first]].next = row;
		last[first] = row;
		p->item_rows[row].next = -1;
	}
	p->view.items = items;
	p->view.item_count = count;
}

static int first_row(const struct pack *p, const char *code)
{
	char parent[ITEM_CODE_LEN + 1];
	int row = strmap_find(&p->items, code, strlen(code));

	if (row >= 0 || strlen(code) != ITEM_CODE_LEN)
		return row;
	memcpy(parent, code, ITEM_STEM_LEN);
	memcpy(parent + ITEM_STEM_LEN, "00Y", 4);
	return strmap_find(&p->items, parent, ITEM_CODE_LEN);
}

bool item_is_known(const struct pack *p, const char *code)
{
	return first_row(p, code) >= 0;
}

static int deepest_row(const struct pack *p, int row, int region)
{
	int depth, best = -1, best_depth = -2;

	for (; row >= 0; row = p->item_rows[row].next) {
		if (!region_cond_matches(p, &p->item_rows[row].regions, region, &depth) ||
		    depth <= best_depth)
			continue;
		best = row;
		best_depth = depth;
	}
	return best;
}

void pack_place_items(struct pack *p)
{
	int count = p->view.region_count, room = PLACED_MAX, row, region;

	for (row = 0; row < p->view.item_count && count <= room; row++) {
		int *at;

		if (pack_find_item(p, p->view.items[row].code) != row)
			continue;
		at = arena_alloc(&p->arena, (size_t)count * sizeof(*at));
		for (region = 0; region < count; region++)
			at[region] = deepest_row(p, row, region);
		p->item_rows[row].at = at;
		room -= count;
	}
}

int item_row_find(const struct pack *p, const char *code, int region)
{
	int row = first_row(p, code);

	if (row < 0)
		return -1;
	return p->item_rows[row].at ? p->item_rows[row].at[region] : deepest_row(p, row, region);
}

void pack_read_scope(struct pack *p)
{
	const struct sheet *s = &p->sheets[SHEET_SCOPE];
	struct scope_phrase *phrases =
		arena_alloc(&p->arena, (size_t)(s->row_count + 1) * sizeof(*phrases));
	char normal[CSV_CELL_BYTES_MAX + 1];
	int row;

	for (row = 0; row < s->row_count; row++) {
		const char *phrase = text_of(s, row, SCOPE_PHRASE),
			   *item = text_of(s, row, SCOPE_ITEM);

		if (!scope_normalise(phrase, strlen(phrase), normal))
			sheet_fault(s, row, SCOPE_PHRASE, "must not be blank");
		if (!item_is_known(p, item))
			sheet_fault(s, row, SCOPE_ITEM, "there is no such item in items.csv");
		phrases[row] = (struct scope_phrase){phrase, item};
	}
	p->scope = scope_table_new(phrases, s->row_count, &p->arena);
}
