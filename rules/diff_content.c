/* What two packs say, side by side: rows by their names, cells by their columns, days and settings.
 */
#include <string.h>

#include "calendar_in.h"
#include "diff_in.h"
#include "timefmt.h"

#define KEY_MAX 2

/* The columns that name a row; contacts are people, so their cells are not shown. */
static const struct naming {
	int columns[KEY_MAX], count;
	bool hidden, ordered;
} namings[SHEET_COUNT] = {
	[SHEET_REGIONS] = {{REGION_CODE}, 1, false, false},
	[SHEET_BODIES] = {{COL_BODY_ID}, 1, false, true},
	[SHEET_ITEMS] = {{ITEM_CODE, ITEM_REGIONS}, 2, false, false},
	[SHEET_RULES] = {{RULE_ID}, 1, false, true},
	[SHEET_SCOPE] = {{SCOPE_PHRASE, SCOPE_ITEM}, 2, false, false},
	[SHEET_CONTACTS] = {{CONTACT_BODY, CONTACT_NAME}, 2, true, false},
};

struct named_rows {
	struct strmap map;
	const char **keys;
};

static const char *text_of(const struct sheet *s, int row, int column)
{
	return sheet_cell(s, row, column)->text;
}

/* Rows of one name are told apart by counting. */
static void name_rows(struct diff *d, const struct sheet *s, const struct naming *n,
		      struct named_rows *ret)
{
	int row, times;

	strmap_init(&ret->map, &d->arena, s->row_count);
	ret->keys = arena_alloc(&d->arena, ((size_t)s->row_count + 1) * sizeof(*ret->keys));
	for (row = 0; row < s->row_count; row++) {
		const char *key = text_of(s, row, n->columns[0]);

		if (n->count > 1 && *text_of(s, row, n->columns[1]))
			key = arena_printf(&d->arena, "%s %s", key, text_of(s, row, n->columns[1]));
		ret->keys[row] = key;
		for (times = 2; strmap_find(&ret->map, ret->keys[row], strlen(ret->keys[row])) >= 0;
		     times++)
			ret->keys[row] = arena_printf(&d->arena, "%s #%d", key, times);
		strmap_add(&ret->map, ret->keys[row], strlen(ret->keys[row]), row);
	}
}

static const char *when_text(const struct sheet *s, int row, const char *name)
{
	int i;

	for (i = 0; i < s->when_count; i++) {
		if (strcmp(s->when_names[i], name) == 0)
			return text_of(s, row, s->known_count + i);
	}
	return "";
}

static bool means_same(const struct diff_line *line, bool knows_star)
{
	const char *was = knows_star && strcmp(line->was, "*") == 0 ? "" : line->was;
	const char *is = knows_star && strcmp(line->is, "*") == 0 ? "" : line->is;

	return strcmp(was, is) == 0;
}

static void compare_cell(struct diff *d, struct diff_line line, bool knows_star, bool hidden)
{
	if (means_same(&line, knows_star))
		return;
	line.kind = DIFF_CHANGED;
	if (hidden)
		line.was = line.is = NULL;
	diff_line_add(d, line);
}

static void compare_rows(struct diff *d, enum sheet_id id, const int rows[2], const char *key)
{
	const struct sheet *was = &d->packs[WAS]->sheets[id], *is = &d->packs[IS]->sheets[id];
	const struct sheet_spec *spec = &sheet_specs[id];
	struct diff_line line = {.file = spec->file, .name = namings[id].hidden ? NULL : key};
	int i;

	for (i = 0; i < SHEET_KNOWN_MAX && spec->columns[i]; i++) {
		line.column = spec->columns[i];
		line.was = text_of(was, rows[WAS], i);
		line.is = text_of(is, rows[IS], i);
		compare_cell(d, line, pack_column_knows_star(spec, i), namings[id].hidden);
	}
	for (i = 0; i < is->when_count; i++) {
		line.column = is->when_names[i];
		line.was = when_text(was, rows[WAS], line.column);
		line.is = text_of(is, rows[IS], is->known_count + i);
		compare_cell(d, line, true, namings[id].hidden);
	}
	for (i = 0; i < was->when_count; i++) {
		line.column = was->when_names[i];
		line.was = text_of(was, rows[WAS], was->known_count + i);
		line.is = "";
		if (!*when_text(is, rows[IS], line.column))
			compare_cell(d, line, true, namings[id].hidden);
	}
}

/* What a row says beside its name: "role: lead; to: sector@here". */
static const char *row_text(struct diff *d, enum sheet_id id, const struct sheet *s, int row)
{
	const struct naming *n = &namings[id];
	const char *text = "";
	int i;

	for (i = 0; i < s->known_count + s->when_count; i++) {
		bool is_known = i < s->known_count;
		const char *name =
			is_known ? sheet_specs[id].columns[i] : s->when_names[i - s->known_count];
		const char *cell = text_of(s, row, i);

		if (*cell && i != n->columns[0] && !(n->count > 1 && i == n->columns[1]))
			text = arena_printf(&d->arena, "%s%s%s: %s", text, *text ? "; " : "", name,
					    cell);
	}
	return *text ? text : NULL;
}

static void one_side(struct diff *d, enum sheet_id id, enum diff_kind kind, int row,
		     const char *key)
{
	struct diff_line line = {.kind = kind, .file = sheet_specs[id].file};
	const char *text = NULL;

	if (!namings[id].hidden) {
		line.name = key;
		text = row_text(d, id, &d->packs[kind == DIFF_ADDED ? IS : WAS]->sheets[id], row);
	}
	*(kind == DIFF_ADDED ? &line.is : &line.was) = text;
	diff_line_add(d, line);
}

static void compare_sheet(struct diff *d, enum sheet_id id)
{
	struct named_rows was, is;
	int row, last = -1;
	const char *moved = NULL;

	name_rows(d, &d->packs[WAS]->sheets[id], &namings[id], &was);
	name_rows(d, &d->packs[IS]->sheets[id], &namings[id], &is);
	for (row = 0; row < d->packs[WAS]->sheets[id].row_count; row++) {
		int now = strmap_find(&is.map, was.keys[row], strlen(was.keys[row]));

		if (now < 0) {
			one_side(d, id, DIFF_REMOVED, row, was.keys[row]);
			continue;
		}
		compare_rows(d, id, (int[2]){row, now}, was.keys[row]);
		if (now < last && !moved)
			moved = was.keys[row];
		last = now;
	}
	for (row = 0; row < d->packs[IS]->sheets[id].row_count; row++) {
		if (strmap_find(&was.map, is.keys[row], strlen(is.keys[row])) < 0)
			one_side(d, id, DIFF_ADDED, row, is.keys[row]);
	}
	if (moved && namings[id].ordered)
		diff_line_add(d, (struct diff_line){.kind = DIFF_CHANGED,
						    .file = sheet_specs[id].file,
						    .name = moved,
						    .column = "(order of rows)"});
}

static const char *day_word(const struct calendar *c, int i)
{
	return c->days[i].is_work ? "work" : "off";
}

static void day_line(struct diff *d, int32_t day, const char *was, const char *is)
{
	char text[TIMEFMT_BYTES];

	date_format(day, text);
	diff_line_add(d, (struct diff_line){.kind = !was  ? DIFF_ADDED
						    : !is ? DIFF_REMOVED
							  : DIFF_CHANGED,
					    .file = "calendar.json",
					    .name = arena_strdup(&d->arena, text),
					    .column = "day",
					    .was = was,
					    .is = is});
}

static void compare_days(struct diff *d)
{
	const struct calendar *was = d->packs[WAS]->calendar, *is = d->packs[IS]->calendar;
	int i = 0, j = 0;

	while (i < was->day_count || j < is->day_count) {
		int32_t a = i < was->day_count ? was->days[i].day : INT32_MAX;
		int32_t b = j < is->day_count ? is->days[j].day : INT32_MAX;
		const char *left = a <= b ? day_word(was, i) : NULL;
		const char *right = b <= a ? day_word(is, j) : NULL;

		if (!left || !right || strcmp(left, right) != 0)
			day_line(d, a < b ? a : b, left, right);
		i += a <= b;
		j += b <= a;
	}
}

static void compare_years(struct diff *d)
{
	int pack, i;

	for (pack = 0; pack < 2; pack++) {
		const struct calendar *c = d->packs[pack]->calendar;

		for (i = 0; i < c->year_count; i++) {
			if (!calendar_lists_year(d->packs[!pack]->calendar, c->years[i]))
				diff_line_add(
					d, (struct diff_line){.kind = pack == IS ? DIFF_ADDED
										 : DIFF_REMOVED,
							      .file = "calendar.json",
							      .name = arena_printf(&d->arena, "%d",
										   c->years[i])});
		}
	}
}

/* "lead -1wd liaison sms; lead +1wd section-head sms" */
static const char *ladder_text(struct diff *d, const struct pack_settings *s)
{
	const char *text = "";

	for (int i = 0; i < s->ladder_count; i++)
		text = arena_printf(&d->arena, "%s%s%s", text, i ? "; " : "", s->ladder[i].text);
	return text;
}

static void compare_settings(struct diff *d)
{
	const struct pack_settings *old = &d->packs[WAS]->view.settings,
				   *fresh = &d->packs[IS]->view.settings;
	const struct pack_view *was = &d->packs[WAS]->view, *is = &d->packs[IS]->view;
	const struct diff_line lines[] = {
		{.column = "id", .was = was->id, .is = is->id},
		{.column = "title", .was = was->title, .is = is->title},
		{.column = "jurisdiction",
		 .was = was->regions[was->jurisdiction].code,
		 .is = is->regions[is->jurisdiction].code},
		{.column = "pool_due", .was = old->pool_due, .is = fresh->pool_due},
		{.column = "alarm_due", .was = old->alarm_due, .is = fresh->alarm_due},
		{.column = "negotiate", .was = old->negotiate, .is = fresh->negotiate},
		{.column = "lamp_yellow", .was = old->lamp_yellow, .is = fresh->lamp_yellow},
		{.column = "permit_ahead", .was = old->permit_ahead, .is = fresh->permit_ahead},
		{.column = "letter_due", .was = old->letter_due, .is = fresh->letter_due},
		{.column = "ladder", .was = ladder_text(d, old), .is = ladder_text(d, fresh)},
		{.column = "quiet", .was = old->quiet, .is = fresh->quiet},
		{.column = "digest", .was = old->digest, .is = fresh->digest},
		{.column = "sms_join", .was = old->sms_join, .is = fresh->sms_join},
		{.column = "sms_sign", .was = old->sms_sign, .is = fresh->sms_sign},
		{.column = "sms_after (ms)",
		 .was = arena_printf(&d->arena, "%lld", (long long)old->sms_after_ms),
		 .is = arena_printf(&d->arena, "%lld", (long long)fresh->sms_after_ms)},
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct diff_line line = lines[i];

		line.file = "pack.json";
		compare_cell(d, line, false, false);
	}
}

static void compare_texts(struct diff *d)
{
	int pack, i;

	for (pack = 0; pack < 2; pack++) {
		const struct pack_view *v = &d->packs[pack]->view;

		for (i = 0; i < v->text_count; i++) {
			const char *other = pack_text_find(d->packs[!pack], v->texts[i].name);
			struct diff_line line = {.file = "texts", .name = v->texts[i].name};

			line.kind = other ? DIFF_CHANGED : pack == IS ? DIFF_ADDED : DIFF_REMOVED;
			if (!other || (pack == IS && strcmp(other, v->texts[i].text) != 0))
				diff_line_add(d, line);
		}
	}
}

void diff_content(struct diff *d)
{
	int id;

	compare_settings(d);
	for (id = 0; id < SHEET_COUNT; id++)
		compare_sheet(d, (enum sheet_id)id);
	compare_years(d);
	compare_days(d);
	compare_texts(d);
}
