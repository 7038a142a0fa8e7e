/* The organisation of a pack: its regions, its bodies and, where a pack has them, its contacts. */
#include <limits.h>
#include <string.h>

#include "event.h"
#include "pack_in.h"

#define ID_BYTES_MAX 128

static bool is_id(const char *s)
{
	size_t len = strlen(s), i;

	if (!len || len > ID_BYTES_MAX)
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] < 0x21 || s[i] > 0x7e || strchr(BODY_ID_WITHOUT, s[i]))
			return false;
	}
	return true;
}

static const char *text_of(const struct sheet *s, int row, int column)
{
	return sheet_cell(s, row, column)->text;
}

static void check_id(const struct sheet *s, int row, int column, struct strmap *map)
{
	const char *id = text_of(s, row, column);

	if (!is_id(id))
		sheet_fault(
			s, row, column,
			"must be 1 to 128 characters of visible ASCII without | * ! , and quotes");
	else if (strmap_add(map, id, strlen(id), row) != row)
		sheet_fault(s, row, column, "this one is there already");
}

static void check_name(const struct sheet *s, int row, int column)
{
	if (!*text_of(s, row, column))
		sheet_fault(s, row, column, "must not be blank");
}

/* The number of a word in a list of words; -1 when it is none of them. */
static int word_find(const char *word, const char *(*name_of)(int), int count)
{
	int i;

	for (i = 0; i < count; i++) {
		if (strcmp(name_of(i), word) == 0)
			return i;
	}
	return -1;
}

static int word_index(const struct sheet *s, int row, int column, const char *(*name_of)(int),
		      int count)
{
	int at = word_find(text_of(s, row, column), name_of, count);

	if (at < 0)
		sheet_fault(s, row, column, "not one of the words that this column knows");
	return at;
}

static const char *level_word(int v)
{
	return level_name((enum level)v);
}

static const char *kind_word(int v)
{
	return body_kind_name((enum body_kind)v);
}

static int name_find(const struct sheet *s, int row, int column, const struct strmap *map,
		     const char *what)
{
	const char *name = text_of(s, row, column);
	int at;

	if (!*name)
		return -1;
	at = strmap_find(map, name, strlen(name));
	if (at < 0)
		sheet_fault(s, row, column, "%s", what);
	return at;
}

/* Marks every member of a circle in a list of parents; -1 is none. */
static bool *circles_find(const int *parent, int count, struct arena *arena)
{
	bool *in_circle = arena_zalloc(arena, (size_t)count + 1);
	unsigned char *color = arena_zalloc(arena, (size_t)count + 1);
	int i, n, m;

	for (i = 0; i < count; i++) {
		for (n = i; n >= 0 && color[n] == 0; n = parent[n])
			color[n] = 1;
		for (m = n; m >= 0 && color[m] == 1 && !in_circle[m]; m = parent[m])
			in_circle[m] = true;
		for (n = i; n >= 0 && color[n] == 1; n = parent[n])
			color[n] = 2;
	}
	return in_circle;
}

/* Faults for circles; their members are cut loose, so that whoever climbs afterwards gets to an
 * end. */
static void cut_circles(const struct sheet *s, int column, int *parent, struct arena *arena)
{
	bool *in_circle = circles_find(parent, s->row_count, arena);
	int row;

	for (row = 0; row < s->row_count; row++) {
		if (!in_circle[row])
			continue;
		sheet_fault(s, row, column, "the parents go round in a circle");
		parent[row] = -1;
	}
}

static void measure_region(struct pack *p, struct region *regions, int row)
{
	const struct sheet *s = &p->sheets[SHEET_REGIONS];
	struct region *r = &regions[row];
	bool has_level = word_find(text_of(s, row, REGION_LEVEL), level_word, LEVEL_COUNT) >= 0;
	int up;

	if (has_level && r->parent >= 0 && regions[r->parent].level > r->level)
		sheet_fault(s, row, REGION_PARENT, "the parent is of a lower level");
	for (up = r->parent; up >= 0; up = regions[up].parent) {
		if (++r->depth <= REGION_DEPTH_MAX)
			continue;
		sheet_fault(s, row, REGION_PARENT, "more than %d regions above it",
			    REGION_DEPTH_MAX);
		return;
	}
}

void pack_read_regions(struct pack *p)
{
	const struct sheet *s = &p->sheets[SHEET_REGIONS];
	int count = s->row_count, row, level;
	struct region *regions = arena_zalloc(&p->arena, (size_t)(count + 1) * sizeof(*regions));
	int *parent = arena_alloc(&p->arena, (size_t)(count + 1) * sizeof(*parent));

	strmap_init(&p->regions, &p->arena, count);
	for (row = 0; row < count; row++) {
		check_id(s, row, REGION_CODE, &p->regions);
		check_name(s, row, REGION_NAME);
		level = word_index(s, row, REGION_LEVEL, level_word, LEVEL_COUNT);
		regions[row].code = text_of(s, row, REGION_CODE);
		regions[row].name = text_of(s, row, REGION_NAME);
		regions[row].name_json = buf_json_text(&p->arena, regions[row].name);
		regions[row].level = level < 0 ? LEVEL_PROVINCE : (enum level)level;
	}
	for (row = 0; row < count; row++)
		parent[row] = name_find(s, row, REGION_PARENT, &p->regions,
					"there is no such region in regions.csv");
	cut_circles(s, REGION_PARENT, parent, &p->arena);
	for (row = 0; row < count; row++)
		regions[row].parent = parent[row];
	for (row = 0; row < count; row++)
		measure_region(p, regions, row);
	p->view.regions = regions;
	p->view.region_count = count;
}

int trade_add(struct pack *p, const char *name, size_t len)
{
	int at = strmap_find(&p->trades, name, len);

	if (at >= 0)
		return at;
	if (p->trade_count == p->trade_room)
		return -1;
	p->trade_names[p->trade_count] = name;
	return strmap_add(&p->trades, name, len, p->trade_count++);
}

int trade_find(const struct pack *p, const char *name)
{
	return strmap_find(&p->trades, name, strlen(name));
}

static void read_sectors(struct pack *p, int row, struct body *b)
{
	const struct sheet *s = &p->sheets[SHEET_BODIES];
	const char *what = list_parse(text_of(s, row, COL_BODY_SECTORS), &p->arena, &b->sectors,
				      &b->sector_count);
	int i;

	if (what)
		sheet_fault(s, row, COL_BODY_SECTORS, "%s", what);
	for (i = 0; i < b->sector_count; i++) {
		if (strchr(b->sectors[i], '@'))
			sheet_fault(s, row, COL_BODY_SECTORS, "a sector's name cannot have an @");
		else if (trade_add(p, b->sectors[i], strlen(b->sectors[i])) < 0)
			sheet_fault(s, row, COL_BODY_SECTORS, "more sectors than a pack may have");
	}
}

static void read_body(struct pack *p, int row, struct body *b)
{
	const struct sheet *s = &p->sheets[SHEET_BODIES];
	int kind;

	check_id(s, row, COL_BODY_ID, &p->bodies);
	check_name(s, row, COL_BODY_NAME);
	check_name(s, row, COL_BODY_REGION);
	kind = word_index(s, row, COL_BODY_KIND, kind_word, BODY_KIND_COUNT);
	b->id = text_of(s, row, COL_BODY_ID);
	b->name = text_of(s, row, COL_BODY_NAME);
	b->name_json = buf_json_text(&p->arena, b->name);
	b->code = text_of(s, row, COL_BODY_CODE);
	b->kind = kind < 0 ? BODY_APPROVAL : (enum body_kind)kind;
	b->region = name_find(s, row, COL_BODY_REGION, &p->regions,
			      "there is no such region in regions.csv");
	read_sectors(p, row, b);
}

void pack_read_bodies(struct pack *p)
{
	const struct sheet *s = &p->sheets[SHEET_BODIES];
	int count = s->row_count, row;
	struct body *bodies = arena_zalloc(&p->arena, (size_t)(count + 1) * sizeof(*bodies));
	int *parent = arena_alloc(&p->arena, (size_t)(count + 1) * sizeof(*parent));

	strmap_init(&p->bodies, &p->arena, count);
	for (row = 0; row < count; row++)
		read_body(p, row, &bodies[row]);
	for (row = 0; row < count; row++)
		parent[row] = name_find(s, row, COL_BODY_PARENT, &p->bodies,
					"there is no such body in bodies.csv");
	cut_circles(s, COL_BODY_PARENT, parent, &p->arena);
	for (row = 0; row < count; row++)
		bodies[row].parent = parent[row];
	p->view.bodies = bodies;
	p->view.body_count = count;
}

void pack_read_contacts(struct pack *p)
{
	const struct sheet *s = &p->sheets[SHEET_CONTACTS];
	int row;
	struct pack_contact *all =
		arena_zalloc(&p->arena, (size_t)(s->row_count + 1) * sizeof(*all));

	for (row = 0; row < s->row_count; row++) {
		check_name(s, row, CONTACT_BODY);
		check_name(s, row, CONTACT_NAME);
		all[row].body = name_find(s, row, CONTACT_BODY, &p->bodies,
					  "there is no such body in bodies.csv");
		all[row].name = text_of(s, row, CONTACT_NAME);
		all[row].post = text_of(s, row, CONTACT_POST);
		all[row].phone = text_of(s, row, CONTACT_PHONE);
		all[row].email = text_of(s, row, CONTACT_EMAIL);
	}
	p->view.contacts = all;
	p->view.contact_count = s->row_count;
}
