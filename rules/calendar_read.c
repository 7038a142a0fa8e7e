#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "calendar_in.h"
#include "jsonfile.h"
#include "timefmt.h"

#define DAYS_MAX  20000
#define YEARS_MAX 200

struct reading {
	struct jsonfile *file;
	struct arena *arena;
	struct calendar_day *days;
	int *years;
	int day_count, year_count;
};

static bool is_known_day(const struct reading *r, int32_t day)
{
	int i;

	for (i = 0; i < r->day_count; i++) {
		if (r->days[i].day == day)
			return true;
	}
	return false;
}

static void read_day(struct reading *r, const json_t *v, const char *pointer, int year,
		     bool is_work)
{
	int32_t day;

	if (!json_is_string(v) || !date_parse(json_string_value(v), json_string_length(v), &day)) {
		jsonfile_fault(r->file, pointer, "not a date like 2026-01-31");
		return;
	}
	if (year_of_day(day) != year) {
		jsonfile_fault(r->file, pointer, "a day of another year");
		return;
	}
	if (is_known_day(r, day)) {
		jsonfile_fault(r->file, pointer, "this day is there twice");
		return;
	}
	if (r->day_count == DAYS_MAX) {
		jsonfile_fault(r->file, pointer, "more days than a calendar may have");
		return;
	}
	r->days = arena_grow(r->arena, r->days, r->day_count, sizeof(*r->days));
	r->days[r->day_count++] = (struct calendar_day){day, is_work};
}

static void read_list(struct reading *r, const json_t *list, const char *pointer, int year)
{
	char where[POINTER_BYTES];
	size_t i, at = strlen(pointer);
	bool is_work = strcmp(pointer + at - 4, "work") == 0;

	if (!json_is_array(list) || json_array_size(list) > 366) {
		jsonfile_fault(r->file, pointer, "must be a list of at most 366 dates");
		return;
	}
	memcpy(where, pointer, at + 1);
	for (i = 0; i < json_array_size(list); i++) {
		pointer_add_index(where, at, i);
		read_day(r, json_array_get(list, i), where, year, is_work);
	}
}

static int year_parse(const char *s)
{
	int32_t day;
	char date[16];

	if (strlen(s) != 4)
		return -1;
	memcpy(date, s, 4);
	memcpy(date + 4, "-01-01", 7);
	return date_parse(date, 10, &day) ? year_of_day(day) : -1;
}

static void read_year(struct reading *r, const char *name, const json_t *v, const char *pointer)
{
	char where[POINTER_BYTES];
	size_t at = strlen(pointer);
	int year = year_parse(name);
	void *it;

	if (year < 0 || !json_is_object(v)) {
		jsonfile_fault(r->file, pointer, "must be a year like 2026 with an object in it");
		return;
	}
	if (r->year_count == YEARS_MAX) {
		jsonfile_fault(r->file, pointer, "more years than a calendar may have");
		return;
	}
	r->years = arena_grow(r->arena, r->years, r->year_count, sizeof(*r->years));
	r->years[r->year_count++] = year;
	memcpy(where, pointer, at + 1);
	for (it = json_object_iter((json_t *)v); it; it = json_object_iter_next((json_t *)v, it)) {
		const char *key = json_object_iter_key(it);

		pointer_add(where, at, key, strlen(key));
		if (strcmp(key, "off") == 0 || strcmp(key, "work") == 0)
			read_list(r, json_object_iter_value(it), where, year);
		else if (strncmp(key, "note", 4) != 0 && strcmp(key, "source") != 0)
			jsonfile_fault(r->file, where, "an unknown member");
	}
}

static void read_years(struct reading *r, const json_t *years)
{
	char where[POINTER_BYTES];
	size_t at = pointer_add(where, 0, "years", 5);
	void *it;

	if (!json_is_object(years)) {
		jsonfile_fault(r->file, json_is_object(r->file->root) && years ? "/years" : "",
			       "needs the member years, an object");
		return;
	}
	for (it = json_object_iter((json_t *)years); it;
	     it = json_object_iter_next((json_t *)years, it)) {
		const char *key = json_object_iter_key(it);

		pointer_add(where, at, key, strlen(key));
		read_year(r, key, json_object_iter_value(it), where);
	}
}

static int day_order(const void *a, const void *b)
{
	const struct calendar_day *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static int int_order(const void *a, const void *b)
{
	return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

enum err calendar_read(const struct calendar_source *from, struct arena *arena,
		       const struct calendar **ret, struct diag *diag)
{
	static const char *const members[] = {"years", "jurisdiction", "source", "title", NULL};
	struct jsonfile f;
	struct reading r = {.file = &f, .arena = arena};
	struct calendar *c;
	size_t before = diag->count;

	if (!jsonfile_open(&f, from->file, from->data, from->len, diag))
		return ERR_INVALID;
	jsonfile_known_members(&f, members);
	read_years(&r, json_object_get(f.root, "years"));
	jsonfile_close(&f);
	if (diag->count > before)
		return ERR_INVALID;
	if (r.day_count)
		qsort(r.days, (size_t)r.day_count, sizeof(*r.days), day_order);
	if (r.year_count)
		qsort(r.years, (size_t)r.year_count, sizeof(*r.years), int_order);
	c = arena_zalloc(arena, sizeof(*c));
	c->days = r.days;
	c->day_count = r.day_count;
	c->years = r.years;
	c->year_count = r.year_count;
	calendar_tabulate(c, arena);
	*ret = c;
	return ERR_OK;
}

int calendar_missing_year(const struct calendar *c, int64_t at_ms)
{
	int32_t day = day_of_ms(at_ms, SHANGHAI_MIN);
	int year = year_of_day(day);

	if (!calendar_lists_year(c, year))
		return year;
	/* November and December are the two months ahead of a year. */
	return day >= day_of_civil(year, 11, 1) && !calendar_lists_year(c, year + 1) ? year + 1 : 0;
}

void calendar_name(const struct calendar *c, char ret[CALENDAR_NAME_BYTES])
{
	unsigned char hash[(CALENDAR_NAME_BYTES - 1) / 2];
	crypto_generichash_state st;
	int i;

	crypto_generichash_init(&st, NULL, 0, sizeof(hash));
	for (i = 0; i < c->year_count; i++)
		crypto_generichash_update(&st, (const unsigned char *)&c->years[i],
					  sizeof(c->years[i]));
	for (i = 0; i < c->day_count; i++) {
		const int32_t one[2] = {c->days[i].day, c->days[i].is_work};

		crypto_generichash_update(&st, (const unsigned char *)one, sizeof(one));
	}
	crypto_generichash_final(&st, hash, sizeof(hash));
	sodium_bin2hex(ret, CALENDAR_NAME_BYTES, hash, sizeof(hash));
}
