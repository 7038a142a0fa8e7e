/* What can be said of a pack without any event, and what is left over when all events have been
 * seen. */
#include <string.h>

#include "calendar_in.h"
#include "check_in.h"
#include "timefmt.h"

static void note(struct check *c, enum check_code code, enum sheet_id sheet, int row)
{
	check_report(c,
		     &(struct report){.code = code,
				      .severity = CHECK_NOTE,
				      .sheet = sheet,
				      .subject = row,
				      .other = -1},
		     (struct check_place){-1, -1});
}

static void warn(struct check *c, enum check_code code, enum sheet_id sheet, int row)
{
	check_report(c,
		     &(struct report){.code = code,
				      .severity = CHECK_WARNING,
				      .sheet = sheet,
				      .subject = row,
				      .other = -1},
		     (struct check_place){-1, -1});
}

static int code_find(const struct check *c, const char *text)
{
	int i;

	for (i = 0; i < c->code_count && strcmp(c->codes[i].text, text) != 0; i++)
		;
	return i < c->code_count ? i : -1;
}

/* An event about the name: of the item nobody lists, or for which the row holds. A sector that
 * nobody has is in no event. */
static void show_name(const struct check *c, const struct pack_finding *f, struct report *r,
		      struct check_place *place)
{
	const struct row_state *state = f->rule < 0 ? NULL : &c->rows[f->rule];

	r->path = c->plain_path;
	r->types = TYPES_ALL;
	if (f->item >= 0 && c->item_used[f->item])
		*place = c->item_places[f->item];
	if (f->code)
		*place = (struct check_place){code_find(c, f->code), c->pack->view.jurisdiction};
	if (!state || !state->reached)
		return;
	r->path = state->leaf.path;
	r->types = state->leaf.types;
	place->region = state->leaf_place.region;
	if (!f->code)
		place->code = state->leaf_place.code;
}

static void look_at_names(struct check *c)
{
	const struct pack_finding *f;

	for (f = pack_findings(c->pack); f; f = f->next) {
		struct report r = {.code = CHECK_DANGLING,
				   .severity = CHECK_WARNING,
				   .sheet = f->item < 0 ? SHEET_RULES : SHEET_ITEMS,
				   .subject = f->item < 0 ? f->rule : f->item,
				   .other = -1,
				   .where = f->where,
				   .detail = f->what};
		struct check_place place = {-1, -1};

		show_name(c, f, &r, &place);
		if (place.code < 0) {
			r.path = NULL;
			r.types = 0;
		}
		check_report(c, &r, place);
	}
}

/* Whether one gets back to the row by going from rows to those they override. */
static bool overrides_itself(const struct check *c, int row, int *list, unsigned char *seen)
{
	const struct pack *p = c->pack;
	int count = 0, at, i;

	memset(seen, 0, (size_t)p->view.rule_count);
	list[count++] = row;
	for (at = 0; at < count; at++) {
		const struct rule_row *r = &p->rule_rows[list[at]];

		for (i = 0; i < r->override_count; i++) {
			if (r->overrides[i] == row)
				return true;
			if (!seen[r->overrides[i]])
				list[count++] = r->overrides[i];
			seen[r->overrides[i]] = 1;
		}
	}
	return false;
}

static void look_at_circles(struct check *c)
{
	int rows = c->pack->view.rule_count, row;
	int *list = arena_alloc(&c->scratch, ((size_t)rows + 1) * sizeof(*list));
	unsigned char *seen = arena_alloc(&c->scratch, (size_t)rows + 1);

	for (row = 0; row < rows; row++) {
		if (c->pack->rule_rows[row].override_count && c->overrider_count[row] &&
		    overrides_itself(c, row, list, seen))
			warn(c, CHECK_CIRCLE, SHEET_RULES, row);
	}
}

static void look_at_rules(struct check *c)
{
	int row;

	for (row = 0; row < c->pack->view.rule_count; row++) {
		const struct rule *r = &c->pack->view.rules[row];

		if (!*r->basis)
			warn(c, CHECK_NO_BASIS, SHEET_RULES, row);
		if (r->until_day < c->today)
			note(c, CHECK_EXPIRED, SHEET_RULES, row);
		if (r->from_day > c->today)
			note(c, CHECK_NOT_YET, SHEET_RULES, row);
	}
}

static void look_at_items(struct check *c)
{
	int row;

	for (row = 0; row < c->pack->view.item_count; row++) {
		if (!*c->pack->view.items[row].basis)
			note(c, CHECK_NO_BASIS, SHEET_ITEMS, row);
		if (!c->item_used[row])
			warn(c, CHECK_ITEM_UNUSED, SHEET_ITEMS, row);
		else if (!c->item_spoken[row])
			warn(c, CHECK_ITEM_SILENT, SHEET_ITEMS, row);
	}
}

/* Approval bodies send events and coordination gets what nobody leads, without any row. */
static void look_at_bodies(struct check *c)
{
	const struct pack_view *v = &c->pack->view;
	bool *has_contact = arena_zalloc(&c->scratch, (size_t)v->body_count + 1);
	int i;

	for (i = 0; i < v->contact_count; i++)
		has_contact[v->contacts[i].body] = true;
	for (i = 0; i < v->body_count; i++) {
		enum body_kind kind = v->bodies[i].kind;

		if ((kind == BODY_SUPERVISION || kind == BODY_ENFORCEMENT) && !c->body_told[i])
			note(c, CHECK_BODY_IDLE, SHEET_BODIES, i);
		if (v->contact_count && c->body_told[i] && !has_contact[i])
			note(c, CHECK_NO_CONTACT, SHEET_BODIES, i);
	}
}

static void look_at_year(struct check *c, int year)
{
	if (calendar_lists_year(c->pack->calendar, year))
		return;
	check_report(c,
		     &(struct report){.code = CHECK_NO_YEAR,
				      .severity = CHECK_WARNING,
				      .sheet = SHEET_RULES,
				      .subject = -1,
				      .other = -1,
				      .where = "calendar.json:1",
				      .detail = arena_printf(&c->arena, "%d", year)},
		     (struct check_place){-1, -1});
}

/* As the hub does: two months before a year begins its days should be known. */
static void look_at_calendar(struct check *c)
{
	int year = year_of_day(c->today);

	look_at_year(c, year);
	if (c->today >= day_of_civil(year, 11, 1))
		look_at_year(c, year + 1);
}

void check_static(struct check *c)
{
	look_at_names(c);
	look_at_calendar(c);
	look_at_circles(c);
	look_at_rules(c);
	look_at_items(c);
	look_at_bodies(c);
}
