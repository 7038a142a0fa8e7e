/* The grid item x region: who leads when the event says nothing special, and where that is not all.
 */
#include <string.h>

#include "check_in.h"

struct grid {
	const struct check *check;
	const struct check_grid_ask *ask;
	int region; /* the narrowing one */
	struct arena arena;
	struct buf *out;
};

struct cell_state {
	const char *word;
	char letter;
};

static const struct cell_state *state_of(const struct check *c, int code, int region)
{
	static const struct cell_state unlisted = {"unlisted", '-'}, gap = {"gap", 'G'},
				       overlap = {"overlap", 'O'}, maybe = {"maybe", '?'},
				       ok = {"ok", '.'};
	unsigned char cell = *check_cell(c, code, region);

	if (!(cell & CELL_LISTED))
		return &unlisted;
	if (cell & CELL_GAP)
		return &gap;
	if (cell & CELL_OVERLAP)
		return &overlap;
	return cell & CELL_MAYBE ? &maybe : &ok;
}

/* A plain grant, decided today: who leads, by which rows, and how the item's power was handed down
 * there. */
struct lead {
	struct outcome told; /* with the rows in the grid's arena, until it is reset */
	int count, item;
	struct rows rows;
};

static bool leads(const struct told *t)
{
	return t->role == ROLE_LEAD && t->who >= 0;
}

static void lead_find(struct grid *g, int code, int region, struct lead *ret)
{
	const struct check *c = g->check;
	const struct pack *p = c->pack;
	struct facts facts = facts_at_place(p, c->codes[code].text, region, &ret->item);
	const struct outcome_ask ask = {.pack = p, .facts = &facts, .item = ret->item};
	int i;

	facts.type = EVENT_GRANTED;
	facts.day = c->today;
	rows_find(p, &facts, &g->arena, &ret->rows);
	outcome_make(&ask, ret->rows.list, ret->rows.count, &g->arena, &ret->told);
	ret->count = 0;
	for (i = 0; i < ret->told.count; i++)
		ret->count += leads(&ret->told.list[i]);
}

static bool shows_code(const struct grid *g, int code)
{
	const struct code *k = &g->check->codes[code];

	return k->kind <= CODE_CHILD && (!g->ask->item || strcmp(g->ask->item, k->text) == 0);
}

static bool shows_region(const struct grid *g, int region)
{
	return region_within(g->check->pack, region, g->region);
}

/* The one who leads; several are named beside it, so that who reads `lead` takes none for all. */
static void json_lead(struct grid *g, const struct lead *lead)
{
	const struct body *bodies = g->check->pack->view.bodies;
	const struct told *t = lead->told.list, *end = t + lead->told.count;
	const char *between = "";

	if (lead->count > 1)
		buf_add_str(g->out, "null,\"leads\":[");
	else if (!lead->count)
		buf_add_str(g->out, "null");
	for (; lead->count && t < end; t++) {
		if (!leads(t))
			continue;
		buf_add_str(g->out, between);
		buf_add_json(g->out, bodies[t->who].id);
		between = ",";
	}
	if (lead->count > 1)
		buf_add_char(g->out, ']');
}

static void json_cell(struct grid *g, int code, int region)
{
	const struct pack_view *v = &g->check->pack->view;
	const char *between = "";
	struct lead lead;
	int i;

	lead_find(g, code, region, &lead);
	buf_printf(g->out, "{\"state\":\"%s\",\"lead\":", state_of(g->check, code, region)->word);
	json_lead(g, &lead);
	buf_add_str(g->out, ",\"devolution\":");
	buf_add_json(g->out, lead.item < 0 || v->items[lead.item].devolution == DEV_NONE
				     ? NULL
				     : devolution_name(v->items[lead.item].devolution));
	buf_add_str(g->out, ",\"rules\":[");
	for (i = 0; i < lead.rows.count; i++) {
		const struct rule *rule = &v->rules[lead.rows.list[i]];

		if (rule->role != ROLE_LEAD && rule->role != ROLE_NONE)
			continue;
		buf_add_str(g->out, between);
		buf_add_json(g->out, rule->id);
		between = ",";
	}
	buf_add_str(g->out, "]}");
	arena_reset(&g->arena);
}

static void json_grid(struct grid *g)
{
	const struct check *c = g->check;
	const struct pack_view *v = &c->pack->view;
	const char *between = "";
	int code, i;

	buf_add_str(g->out, "{\"policy\":");
	buf_add_json(g->out, v->version);
	buf_add_str(g->out, ",\"regions\":[");
	for (i = 0; i < v->region_count; i++) {
		if (!shows_region(g, i))
			continue;
		buf_printf(g->out, "%s{\"code\":", between);
		buf_add_json(g->out, v->regions[i].code);
		buf_add_str(g->out, ",\"name\":");
		buf_add_json(g->out, v->regions[i].name);
		buf_add_char(g->out, '}');
		between = ",";
	}
	buf_add_str(g->out, "],\"items\":[");
	between = "";
	for (code = 0; code < c->code_count; code++) {
		const char *comma = "";
		int row = pack_find_item(c->pack, c->codes[code].text);

		if (!shows_code(g, code))
			continue;
		buf_printf(g->out, "%s{\"code\":\"%s\",\"name\":", between, c->codes[code].text);
		buf_add_json(g->out, row < 0 ? NULL : v->items[row].name);
		buf_add_str(g->out, ",\"cells\":[");
		for (i = 0; i < v->region_count; i++) {
			if (!shows_region(g, i))
				continue;
			buf_add_str(g->out, comma);
			json_cell(g, code, i);
			comma = ",";
		}
		buf_add_str(g->out, "]}");
		between = ",";
	}
	buf_add_str(g->out, "]}");
}

static void text_grid(struct grid *g)
{
	const struct check *c = g->check;
	const struct pack_view *v = &c->pack->view;
	int code, i, number = 0;

	buf_add_str(g->out, ". one leads  G gap  O overlap  ? only when the event says so, or "
			    "past  - no row of the item there\n");
	for (i = 0; i < v->region_count; i++) {
		if (shows_region(g, i))
			buf_printf(g->out, "column %d: %s %s\n", ++number, v->regions[i].code,
				   v->regions[i].name);
	}
	for (code = 0; code < c->code_count; code++) {
		int row = pack_find_item(c->pack, c->codes[code].text);

		if (!shows_code(g, code))
			continue;
		buf_printf(g->out, "%s ", c->codes[code].text);
		for (i = 0; i < v->region_count; i++) {
			if (shows_region(g, i))
				buf_add_char(g->out, state_of(c, code, i)->letter);
		}
		buf_printf(g->out, " %s\n", row < 0 ? "" : v->items[row].name);
	}
}

enum err check_grid(const struct check *c, const struct check_grid_ask *ask, struct buf *out)
{
	struct grid g = {.check = c, .ask = ask, .region = c->pack->view.jurisdiction, .out = out};

	if (ask->region)
		g.region = pack_find_region(c->pack, ask->region, strlen(ask->region));
	if (g.region < 0 || (ask->item && pack_find_item(c->pack, ask->item) < 0) ||
	    !region_within(c->pack, g.region, c->pack->view.jurisdiction))
		return ERR_NOT_FOUND;
	arena_init(&g.arena);
	if (ask->json)
		json_grid(&g);
	else
		text_grid(&g);
	arena_clear(&g.arena);
	return ERR_OK;
}
