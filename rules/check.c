/* The proof of a pack: what is set up for it, and the way through all codes and regions. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "check_in.h"

#define PLACES_MAX     ((size_t)16 << 20)
#define MEMO_ROOM      65536
#define MEMO_BYTES_MAX ((size_t)96 << 20)

static void memo_init(struct memo *m)
{
	arena_init(&m->arena);
	strmap_init(&m->map, &m->arena, MEMO_ROOM);
	m->values = arena_alloc(&m->arena, MEMO_ROOM * sizeof(*m->values));
	m->count = 0;
}

static void memo_clear(struct memo *m)
{
	arena_clear(&m->arena);
}

void *memo_get(struct memo *m, const int *rows, int count, uint32_t types, struct memo_key *ret_key)
{
	size_t bytes = (size_t)count * sizeof(int);
	char *key;
	int at;

	if (m->count == MEMO_ROOM || m->arena.total_bytes > MEMO_BYTES_MAX) {
		memo_clear(m);
		memo_init(m);
	}
	key = arena_alloc(&m->arena, bytes + sizeof(types));
	memcpy(key, &types, sizeof(types));
	if (count)
		memcpy(key + sizeof(types), rows, bytes);
	*ret_key = (struct memo_key){key, bytes + sizeof(types)};
	at = strmap_find(&m->map, key, ret_key->len);
	return at < 0 ? NULL : m->values[at];
}

void memo_put(struct memo *m, const struct memo_key *key, void *value)
{
	m->values[m->count] = value;
	strmap_add(&m->map, key->data, key->len, m->count++);
}

static void find_overriders(struct check *c)
{
	const struct pack *p = c->pack;
	int rows = p->view.rule_count, row, i;

	c->overriders = arena_zalloc(&c->arena, ((size_t)rows + 1) * sizeof(*c->overriders));
	c->overrider_count = arena_zalloc(&c->arena, ((size_t)rows + 1) * sizeof(int));
	for (row = 0; row < rows; row++) {
		for (i = 0; i < p->rule_rows[row].override_count; i++)
			c->overrider_count[p->rule_rows[row].overrides[i]]++;
	}
	for (row = 0; row < rows; row++) {
		if (c->overrider_count[row])
			c->overriders[row] = arena_alloc(
				&c->arena, (size_t)c->overrider_count[row] * sizeof(int));
		c->overrider_count[row] = 0;
	}
	for (row = 0; row < rows; row++) {
		for (i = 0; i < p->rule_rows[row].override_count; i++) {
			int to = p->rule_rows[row].overrides[i];

			c->rows[row].overrides_itself |= to == row;
			c->overriders[to][c->overrider_count[to]++] = row;
		}
	}
}

/* Who leads hangs on the rows that lead or silence, and on those that override such a row. */
static void find_what_leads(struct check *c)
{
	const struct pack *p = c->pack;
	int rows = p->view.rule_count, row, i;

	c->leads_matter = arena_zalloc(&c->arena, (size_t)rows + 1);
	for (row = 0; row < rows; row++) {
		enum role role = p->view.rules[row].role;

		if (role != ROLE_LEAD && role != ROLE_NONE)
			continue;
		c->leads_matter[row] = true;
		for (i = 0; i < c->overrider_count[row]; i++)
			c->leads_matter[c->overriders[row][i]] = true;
	}
}

static size_t places_of(const struct check *c)
{
	size_t places = (size_t)c->code_count * (size_t)c->pack->view.region_count;

	return places <= PLACES_MAX ? places : 0;
}

static void prepare(struct check *c)
{
	const struct pack_view *v = &c->pack->view;
	size_t assists = 1;
	int i;

	c->rows = arena_zalloc(&c->arena, ((size_t)v->rule_count + 1) * sizeof(*c->rows));
	c->item_places =
		arena_zalloc(&c->arena, ((size_t)v->item_count + 1) * sizeof(*c->item_places));
	c->item_used = arena_zalloc(&c->arena, (size_t)v->item_count + 1);
	c->item_spoken = arena_zalloc(&c->arena, (size_t)v->item_count + 1);
	c->body_told = arena_zalloc(&c->arena, (size_t)v->body_count + 1);
	c->marks = arena_zalloc(&c->arena, (size_t)v->rule_count + 1);
	for (i = 0; i < v->item_count; i++)
		assists += (size_t)v->items[i].assist_count;
	c->seats = arena_alloc(&c->arena, assists * sizeof(*c->seats));
	find_overriders(c);
	find_what_leads(c);
	c->space = (struct space){
		.arena = &c->arena, .packs = {c->pack}, .pack_count = 1, .today = c->today};
	space_build(&c->space);
	check_codes_find(c);
	c->cells = arena_zalloc(&c->arena, places_of(c) + 1);
	c->plain_path = arena_alloc(&c->arena, (size_t)c->space.axis_count * sizeof(int));
	for (i = 0; i < c->space.axis_count; i++)
		c->plain_path[i] = ~c->space.axes[i].first;
}

int rows_at_place(const struct pack *p, const struct facts *f, uint64_t *set, int *ret)
{
	const struct table *t = &p->table;
	int i, w, count = 0;

	memset(set, 0xff, (size_t)t->word_count * sizeof(*set));
	for (i = 0; i < t->column_count; i++) {
		const struct column *col = &t->columns[i];
		rowset one;

		if (col->kind == COLUMN_EVENT || col->kind == COLUMN_DAY ||
		    col->kind == COLUMN_WHEN)
			continue;
		one = column_class(col, f);
		for (w = 0; one && w < t->word_count; w++)
			set[w] &= one[w];
	}
	for (w = 0; w < t->word_count; w++) {
		for (; set[w]; set[w] &= set[w] - 1) {
			int row = w * 64 + __builtin_ctzll(set[w]);

			if (row < t->row_count)
				ret[count++] = row;
		}
	}
	return count;
}

struct facts facts_at_place(const struct pack *p, const char *code, int region, int *ret_item)
{
	int item = *code ? item_row_find(p, code, region) : -1;

	*ret_item = item;
	return (struct facts){.sector = item < 0 ? -1 : p->item_rows[item].sector,
			      .devolution = item < 0 ? DEV_NONE : p->view.items[item].devolution,
			      .region = region,
			      .item = code};
}

static void spot_make(struct check *c, int code, int region, struct spot *s)
{
	const struct pack *p = c->pack;
	const struct code *k = &c->codes[code];

	*s = (struct spot){
		.code = code,
		.types = k->kind == CODE_NONE ? TYPES_REGISTRATION : TYPES_ALL,
		.inside = region_within(p, region, p->view.jurisdiction),
	};
	s->facts = facts_at_place(p, k->text, region, &s->item);
}

static double combinations_of(const struct check *c, const struct spot *s)
{
	double count = __builtin_popcount(s->types);
	int i;

	for (i = AXIS_DAY; i < c->space.axis_count; i++)
		count *= c->space.axes[i].class_count;
	return count;
}

static void look_at(struct check *c, struct spot *s)
{
	const struct code *k = &c->codes[s->code];
	unsigned char *cell = check_cell(c, s->code, s->facts.region);

	if (s->inside) {
		*cell |= CELL_INSIDE | (s->item >= 0 ? CELL_LISTED : 0);
		c->sums.combination_count += combinations_of(c, s);
	}
	if (s->item >= 0) {
		if (!c->item_used[s->item])
			c->item_places[s->item] = (struct check_place){s->code, s->facts.region};
		c->item_used[s->item] = true;
	} else if (s->inside && k->kind <= CODE_CHILD)
		check_report(c,
			     &(struct report){.code = CHECK_UNCOVERED,
					      .severity = CHECK_NOTE,
					      .sheet = SHEET_ITEMS,
					      .subject = pack_find_item(c->pack, k->text),
					      .other = -1,
					      .types = TYPES_ALL,
					      .path = c->plain_path},
			     (struct check_place){s->code, s->facts.region});
	if (s->inside)
		check_leads(c, s);
	check_rows(c, s);
	check_effects(c, s);
}

static void look_everywhere(struct check *c)
{
	const struct pack_view *v = &c->pack->view;
	uint64_t *set =
		arena_alloc(&c->arena, ((size_t)c->pack->table.word_count + 1) * sizeof(*set));
	int *rows = arena_alloc(&c->arena, ((size_t)v->rule_count + 1) * sizeof(*rows));
	int code, region;
	struct spot s;

	if (!places_of(c)) {
		check_report(c,
			     &(struct report){.code = CHECK_TOO_COMPLEX,
					      .severity = CHECK_ERROR,
					      .sheet = SHEET_RULES,
					      .subject = -1,
					      .other = -1,
					      .detail = "items times regions are too many"},
			     (struct check_place){-1, -1});
		return;
	}
	for (code = 0; code < c->code_count; code++) {
		for (region = 0; region < v->region_count; region++) {
			spot_make(c, code, region, &s);
			s.rows = rows;
			s.row_count = rows_at_place(c->pack, &s.facts, set, rows);
			look_at(c, &s);
			arena_reset(&c->scratch);
		}
	}
}

static void add_up(struct check *c)
{
	const struct pack_view *v = &c->pack->view;
	size_t at;
	int i, region;

	c->sums.item_count = v->item_count;
	for (i = 0; i < c->code_count; i++)
		c->sums.code_count += c->codes[i].kind == CODE_LISTED;
	for (region = 0; region < v->region_count; region++)
		c->sums.region_count += region_within(c->pack, region, v->jurisdiction);
	for (at = 0; at < places_of(c); at++) {
		c->sums.gap_places += (c->cells[at] & CELL_GAP) != 0;
		c->sums.overlap_places += (c->cells[at] & CELL_OVERLAP) != 0;
	}
	for (i = 0; i < c->space.axis_count; i++)
		c->sums.class_count += c->space.axes[i].class_count;
}

struct check *check_pack(const struct pack *p, const struct check_options *o)
{
	struct check *c = mem_zalloc(sizeof(*c));

	c->pack = p;
	c->today = o->today;
	arena_init(&c->arena);
	arena_init(&c->scratch);
	memo_init(&c->leads);
	memo_init(&c->paths);
	prepare(c);
	look_everywhere(c);
	check_rows_end(c);
	check_static(c);
	add_up(c);
	check_finish(c);
	memo_clear(&c->leads);
	memo_clear(&c->paths);
	arena_clear(&c->scratch);
	arena_init(&c->scratch);
	return c;
}

void check_free(struct check *c)
{
	if (!c)
		return;
	arena_clear(&c->arena);
	free(c);
}

const struct check_sums *check_sums(const struct check *c)
{
	return &c->sums;
}

const char *check_item_code(const struct check *c, int code)
{
	return c->codes[code].text;
}
