#include "calendar_import.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "calendar_notice_in.h"
#include "jsonfile.h"
#include "timefmt.h"

#define YEAR_FIRST 1990
#define YEAR_LAST  2200

void notice_day_add(struct notice_reading *r, int32_t day, bool is_work, const char *where)
{
	struct calendar_notice *n = r->notice;
	char date[TIMEFMT_BYTES];
	int i;

	date_format(day, date);
	for (i = 0; i < n->count; i++) {
		if (n->days[i].day != day)
			continue;
		diag_add(r->diag, where, "%s is %s; at %s it is %s", date, is_work ? "work" : "off",
			 n->days[i].where,
			 n->days[i].is_work == is_work ? "the same already"
			 : is_work		       ? "off"
						       : "work");
		return;
	}
	if (year_of_day(day) < YEAR_FIRST || year_of_day(day) > YEAR_LAST)
		diag_add(r->diag, where, "%s is no day of these times", date);
	else if (n->count == CALENDAR_NOTICE_DAYS_MAX)
		diag_add(r->diag, where, "more than %d days", CALENDAR_NOTICE_DAYS_MAX);
	else
		n->days[n->count++] = (struct notice_day){day, is_work, where};
}

/* --- JSON --- */

static const char *place(struct notice_reading *r, const struct jsonfile *f, const char *pointer)
{
	int line = 1, column = 1;

	json_locate(f->data, f->len, pointer, &line, &column);
	return arena_printf(r->arena, "%.200s:%d", r->file, line);
}

static void add_text(struct notice_reading *r, struct jsonfile *f, const json_t *v,
		     const char *pointer, bool is_work)
{
	const char *text = json_string_value(v);
	int32_t day;

	if (text && date_parse(text, strlen(text), &day))
		notice_day_add(r, day, is_work, place(r, f, pointer));
	else
		jsonfile_fault(f, pointer, "not a date like 2026-01-31");
}

static void read_list(struct notice_reading *r, struct jsonfile *f, const json_t *list,
		      const char *pointer, bool is_work)
{
	char where[POINTER_BYTES];
	size_t at = strlen(pointer), i;

	if (!list)
		return;
	if (!json_is_array(list) || json_array_size(list) > 366) {
		jsonfile_fault(f, pointer, "must be a list of at most 366 dates");
		return;
	}
	memcpy(where, pointer, at + 1);
	for (i = 0; i < json_array_size(list); i++) {
		pointer_add_index(where, at, i);
		add_text(r, f, json_array_get(list, i), where, is_work);
	}
}

static void read_lists(struct notice_reading *r, struct jsonfile *f, const json_t *o,
		       const char *pointer)
{
	char where[POINTER_BYTES];
	size_t at = strlen(pointer);

	memcpy(where, pointer, at + 1);
	pointer_add(where, at, "off", 3);
	read_list(r, f, json_object_get(o, "off"), where, false);
	pointer_add(where, at, "work", 4);
	read_list(r, f, json_object_get(o, "work"), where, true);
}

/* [{"date":"2027-01-01","isOffDay":true}] */
static void read_days(struct notice_reading *r, struct jsonfile *f, const json_t *list)
{
	char where[POINTER_BYTES];
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i),
			     *off = json_object_get(one, "isOffDay");

		pointer_add_index(where, pointer_add(where, 0, "days", 4), i);
		if (json_is_boolean(off))
			add_text(r, f, json_object_get(one, "date"), where, json_is_false(off));
		else
			jsonfile_fault(f, where, "needs date and isOffDay");
	}
}

static void name_year(struct calendar_notice *n, int64_t year)
{
	if (year >= YEAR_FIRST && year <= YEAR_LAST && n->named_count < CALENDAR_YEARS_MAX)
		n->named[n->named_count++] = (int)year;
}

static void read_json(struct notice_reading *r, const char *data, size_t len)
{
	struct jsonfile f;
	const json_t *years;
	char where[POINTER_BYTES];
	void *it;

	if (!jsonfile_open(&f, r->file, data, len, r->diag))
		return;
	years = json_object_get(f.root, "years");
	name_year(r->notice, json_integer_value(json_object_get(f.root, "year")));
	if (json_is_object(years)) {
		for (it = json_object_iter((json_t *)(uintptr_t)years); it;
		     it = json_object_iter_next((json_t *)(uintptr_t)years, it)) {
			const char *name = json_object_iter_key(it);

			name_year(r->notice, strtol(name, NULL, 10));
			pointer_add(where, pointer_add(where, 0, "years", 5), name, strlen(name));
			read_lists(r, &f, json_object_iter_value(it), where);
		}
	} else if (json_is_array(json_object_get(f.root, "days"))) {
		read_days(r, &f, json_object_get(f.root, "days"));
	} else if (json_object_get(f.root, "off")) {
		read_lists(r, &f, f.root, "");
	} else {
		jsonfile_fault(&f, "", "needs years, off and work, or days");
	}
	jsonfile_close(&f);
}

/* Behind the mark of UTF-8 and blanks: what the text begins with. */
static const char *text_start(const struct calendar_source *from)
{
	const char *p = from->data, *end = from->data + from->len;

	if (from->len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

enum err calendar_notice_read(const struct calendar_source *from, struct arena *arena,
			      struct calendar_notice *ret, struct diag *diag)
{
	struct notice_reading r = {from->file, arena, diag, ret};
	const char *start = text_start(from);
	size_t left = (size_t)(from->data + from->len - start), before = diag->count;

	*ret = (struct calendar_notice){0};
	ret->days = arena_alloc(arena, CALENDAR_NOTICE_DAYS_MAX * sizeof(*ret->days));
	if (left > CALENDAR_NOTICE_BYTES_MAX)
		diag_add(diag, from->file, "longer than a yearly notice can be");
	else if (utf8_valid_bytes(start, left) < left)
		diag_add(diag, from->file, "these bytes are not UTF-8");
	else if (left && *start == '{')
		read_json(&r, from->data, from->len);
	else if (left >= 15 && memcmp(start, "BEGIN:VCALENDAR", 15) == 0)
		notice_read_ics(&r, from->data, from->len);
	else
		diag_add(diag, from->file, "neither iCalendar nor a JSON object");
	if (diag->count == before && !ret->count)
		diag_add(diag, from->file, "names no day");
	return diag->count > before ? ERR_INVALID : ERR_OK;
}

/* --- merging --- */

struct merge {
	const struct calendar_notice *notice;
	json_t *root, *years;
	struct buf *said;
	struct diag *diag;
};

static int days_off(const struct calendar_notice *n, int year)
{
	int i, count = 0;

	for (i = 0; i < n->count; i++)
		count += !n->days[i].is_work && year_of_day(n->days[i].day) == year;
	return count;
}

static const char *state_in(const json_t *year, const char *date)
{
	static const char *const lists[] = {"off", "work"};
	size_t i, k;

	for (i = 0; i < 2; i++) {
		const json_t *list = json_object_get(year, lists[i]);

		for (k = 0; k < json_array_size(list); k++) {
			const char *have = json_string_value(json_array_get(list, k));

			if (have && strcmp(have, date) == 0)
				return lists[i];
		}
	}
	return NULL;
}

static int text_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *list_of(const struct calendar_notice *n, int year, bool is_work)
{
	char dates[366][TIMEFMT_BYTES];
	const char *sorted[366];
	json_t *list = json_array();
	int i, count = 0;

	for (i = 0; i < n->count && count < 366; i++) {
		if (n->days[i].is_work != is_work || year_of_day(n->days[i].day) != year)
			continue;
		date_format(n->days[i].day, dates[count]);
		sorted[count] = dates[count];
		count++;
	}
	qsort(sorted, (size_t)count, sizeof(*sorted), text_order);
	for (i = 0; i < count; i++)
		json_array_append_new(list, json_string(sorted[i]));
	return list;
}

static void say_lost(struct merge *m, const json_t *old, const json_t *fresh, const char *list)
{
	const json_t *days = json_object_get(old, list);
	size_t i;

	for (i = 0; i < json_array_size(days); i++) {
		const char *date = json_string_value(json_array_get(days, i));

		if (date && !state_in(fresh, date))
			buf_printf(m->said, "%s: no longer %s\n", date, list);
	}
}

static void say_new(struct merge *m, const json_t *old, const json_t *fresh, const char *list)
{
	const json_t *days = json_object_get(fresh, list);
	size_t i;

	for (i = 0; i < json_array_size(days); i++) {
		const char *date = json_string_value(json_array_get(days, i)),
			   *was = state_in(old, date);

		if (!was || strcmp(was, list) != 0)
			buf_printf(m->said, "%s: %s, was %s\n", date, list,
				   was ? was : "not listed");
	}
}

static void say_year(struct merge *m, int year, const json_t *old, const json_t *fresh)
{
	size_t before = m->said->len;

	if (!old) {
		buf_printf(m->said, "%d: new, %zu days off, %zu worked in exchange\n", year,
			   json_array_size(json_object_get(fresh, "off")),
			   json_array_size(json_object_get(fresh, "work")));
		return;
	}
	say_lost(m, old, fresh, "off");
	say_lost(m, old, fresh, "work");
	say_new(m, old, fresh, "off");
	say_new(m, old, fresh, "work");
	if (m->said->len == before)
		buf_printf(m->said, "%d: as it was\n", year);
}

/* What else stands in the year, a note or its source, stays. */
static void replace_year(struct merge *m, int year)
{
	char name[16];
	json_t *old, *fresh;

	snprintf(name, sizeof(name), "%d", year);
	old = json_object_get(m->years, name);
	fresh = old ? json_copy(old) : json_object();
	json_object_set_new(fresh, "off", list_of(m->notice, year, false));
	json_object_set_new(fresh, "work", list_of(m->notice, year, true));
	say_year(m, year, old, fresh);
	json_object_set_new(m->years, name, fresh);
}

/* A notice can move single days of its neighbours: a weekend in December worked for January. */
static void add_single(struct merge *m, const struct notice_day *d)
{
	const char *list = d->is_work ? "work" : "off", *was;
	char name[16], date[TIMEFMT_BYTES];
	json_t *year;

	snprintf(name, sizeof(name), "%d", year_of_day(d->day));
	date_format(d->day, date);
	year = json_object_get(m->years, name);
	was = state_in(year, date);
	if (!year) {
		diag_add(
			m->diag, d->where,
			"%s is of a year that the calendar does not list, and the notice names too few of "
			"its days to be that year's",
			date);
	} else if (was && strcmp(was, list) != 0) {
		diag_add(m->diag, d->where, "%s is %s; the calendar has it as %s", date, list, was);
	} else if (!was) {
		if (!json_object_get(year, list))
			json_object_set_new(year, list, json_array());
		json_array_append_new(json_object_get(year, list), json_string(date));
		buf_printf(m->said, "%s: %s, was not listed\n", date, list);
	}
}

/* Of an unlisted year single days would say that there are no others, so it has to be the notice's
 * own. */
static bool is_whole(const struct merge *m, int year)
{
	const struct calendar_notice *n = m->notice;
	char name[16];
	int i;

	if (days_off(n, year) >= CALENDAR_YEAR_DAYS_MIN)
		return true;
	snprintf(name, sizeof(name), "%d", year);
	for (i = 0; i < n->named_count; i++) {
		if (n->named[i] == year && days_off(n, year))
			return !json_object_get(m->years, name);
	}
	return false;
}

static void merge_all(struct merge *m)
{
	const struct calendar_notice *n = m->notice;
	bool whole[YEAR_LAST - YEAR_FIRST + 1];
	int year, i;

	for (year = YEAR_FIRST; year <= YEAR_LAST; year++) {
		whole[year - YEAR_FIRST] = is_whole(m, year);
		if (whole[year - YEAR_FIRST])
			replace_year(m, year);
	}
	for (i = 0; i < n->count; i++) {
		if (!whole[year_of_day(n->days[i].day) - YEAR_FIRST])
			add_single(m, &n->days[i]);
	}
}

static enum err write_out(const struct merge *m, struct buf *out)
{
	struct arena arena;
	const struct calendar *check;
	char *text = json_dumps(m->root, JSON_INDENT(1));
	enum err e;

	buf_add_str(out, text ? text : "");
	buf_add_char(out, '\n');
	free(text);
	arena_init(&arena);
	e = calendar_read(&(struct calendar_source){"calendar.json", out->data, out->len}, &arena,
			  &check, m->diag);
	arena_clear(&arena);
	return e;
}

enum err calendar_merge(const struct calendar_source *old, const struct calendar_notice *notice,
			struct buf *out, struct buf *said, struct diag *diag)
{
	struct merge m = {.notice = notice, .said = said, .diag = diag};
	const struct calendar *check;
	struct arena arena;
	size_t before = diag->count;
	enum err e;

	arena_init(&arena);
	e = calendar_read(old, &arena, &check, diag);
	arena_clear(&arena);
	if (e)
		return e;
	m.root = json_loadb(old->data, old->len, JSON_REJECT_DUPLICATES, NULL);
	m.years = json_object_get(m.root, "years");
	if (json_is_object(m.years))
		merge_all(&m);
	e = diag->count > before || !m.years ? ERR_INVALID : write_out(&m, out);
	json_decref(m.root);
	return e;
}
