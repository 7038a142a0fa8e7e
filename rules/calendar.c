#include "calendar.h"

#include <stdlib.h>

#include "calendar_in.h"
#include "timefmt.h"

#define DAY_MS	  INT64_C(86400000)
#define SECOND_MS INT64_C(1000)

#define FIXED_COUNT 6

/* Where no notice lists them, in order. */
static void fixed_holidays(int year, int32_t days[FIXED_COUNT])
{
	static const int fixed[FIXED_COUNT][2] = {{1, 1},  {5, 1},  {5, 2},
						  {10, 1}, {10, 2}, {10, 3}};

	for (int i = 0; i < FIXED_COUNT; i++)
		days[i] = day_of_civil(year, fixed[i][0], fixed[i][1]);
}

static bool is_fixed_holiday(int32_t day)
{
	int32_t days[FIXED_COUNT];

	fixed_holidays(year_of_day(day), days);
	for (int i = 0; i < FIXED_COUNT; i++) {
		if (day == days[i])
			return true;
	}
	return false;
}

static int day_order(const void *a, const void *b)
{
	const struct calendar_day *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static const struct calendar_day *day_find(const struct calendar *c, int32_t day)
{
	struct calendar_day key = {.day = day};

	return c->day_count ? bsearch(&key, c->days, (size_t)c->day_count, sizeof(key), day_order)
			    : NULL;
}

bool calendar_lists_year(const struct calendar *c, int year)
{
	int i;

	for (i = 0; i < c->year_count; i++) {
		if (c->years[i] == year)
			return true;
	}
	return false;
}

/* From the lists themselves; what is asked often comes from the tables made of this. */
static bool work_out(const struct calendar *c, int32_t day, bool *ret_listed)
{
	const struct calendar_day *d = day_find(c, day);
	bool weekend = weekday_of(day) >= 5;

	*ret_listed = calendar_lists_year(c, year_of_day(day));
	if (d)
		return d->is_work;
	if (weekend)
		return false;
	return *ret_listed || !is_fixed_holiday(day);
}

bool calendar_is_working(const struct calendar *c, int32_t day, bool *ret_listed)
{
	if (day < TABLE_FIRST || day >= TABLE_END || !c->flags)
		return work_out(c, day, ret_listed);
	*ret_listed = c->flags[day - TABLE_FIRST] & DAY_LISTED;
	return c->flags[day - TABLE_FIRST] & DAY_WORKING;
}

/* By steps, none of which asks for a day of its own, because a pack is read often and this is most
 * of it. */
static void fill_flags(const struct calendar *c, unsigned char *flags)
{
	int weekday = weekday_of(TABLE_FIRST);
	int32_t day = TABLE_FIRST, end, fixed[FIXED_COUNT];

	for (int year = year_of_day(TABLE_FIRST); day < TABLE_END; year++) {
		const unsigned char listed = calendar_lists_year(c, year) ? DAY_LISTED : 0;

		for (end = day_of_civil(year + 1, 1, 1); day < end; day++) {
			flags[day - TABLE_FIRST] = listed | (weekday < 5 ? DAY_WORKING : 0);
			weekday = weekday < 6 ? weekday + 1 : 0;
		}
		fixed_holidays(year, fixed);
		for (int i = 0; !listed && i < FIXED_COUNT; i++)
			flags[fixed[i] - TABLE_FIRST] &= (unsigned char)~DAY_WORKING;
	}
	for (int i = 0; i < c->day_count; i++) {
		const struct calendar_day *d = &c->days[i];

		if (d->day < TABLE_FIRST || d->day >= TABLE_END)
			continue;
		flags[d->day - TABLE_FIRST] &= DAY_LISTED;
		flags[d->day - TABLE_FIRST] |= d->is_work ? DAY_WORKING : 0;
	}
}

void calendar_tabulate(struct calendar *c, struct arena *arena)
{
	const int count = TABLE_END - TABLE_FIRST;
	unsigned char *flags = arena_alloc(arena, (size_t)count);
	int32_t *ordinals = arena_alloc(arena, (size_t)count * sizeof(*ordinals));
	int32_t *working = arena_alloc(arena, (size_t)count * sizeof(*working));
	int32_t *gaps = arena_alloc(arena, (size_t)count * sizeof(*gaps));
	int ordinal = 0, i;
	int32_t gap = TABLE_END;

	fill_flags(c, flags);
	for (i = 0; i < count; i++) {
		if (flags[i] & DAY_WORKING)
			working[ordinal++] = TABLE_FIRST + i;
		ordinals[i] = ordinal;
	}
	for (i = count - 1; i >= 0; i--) {
		if (!(flags[i] & DAY_LISTED))
			gap = TABLE_FIRST + i;
		gaps[i] = gap;
	}
	c->flags = flags;
	c->ordinals = ordinals;
	c->working = working;
	c->working_count = ordinal;
	c->gaps = gaps;
}

static int32_t walk(const struct calendar *c, int32_t day, int count, bool *ret_provisional)
{
	bool listed;

	while (count > 0) {
		if (calendar_is_working(c, ++day, &listed))
			count--;
		if (!listed)
			*ret_provisional = true;
	}
	return day;
}

/* The count-th working day after `day`, by looking it up where the tables reach. */
static int32_t working_day_after(const struct calendar *c, int32_t day, int count,
				 bool *ret_provisional)
{
	int32_t due;
	int at;

	if (!c->ordinals || day < TABLE_FIRST || day + 1 >= TABLE_END)
		return walk(c, day, count, ret_provisional);
	at = c->ordinals[day - TABLE_FIRST] + count - 1;
	if (at >= c->working_count)
		return walk(c, day, count, ret_provisional);
	due = c->working[at];
	if (c->gaps[day + 1 - TABLE_FIRST] <= due)
		*ret_provisional = true;
	return due;
}

static int64_t end_of_day_ms(int32_t day)
{
	return ms_of_day(day, SHANGHAI_MIN) + DAY_MS - SECOND_MS;
}

static int64_t due_ms(const struct calendar *c, int64_t from_ms, struct duration d,
		      bool *ret_provisional)
{
	int32_t day = day_of_ms(from_ms, SHANGHAI_MIN);

	switch (d.unit) {
	case DURATION_MINUTES:
		return from_ms + d.count * INT64_C(60000);
	case DURATION_HOURS:
		return from_ms + d.count * INT64_C(3600000);
	case DURATION_DAYS:
		day += d.count;
		break;
	case DURATION_WORKING_DAYS:
		day = working_day_after(c, day, d.count, ret_provisional);
		break;
	}
	return end_of_day_ms(day);
}

int64_t calendar_due_ms(const struct calendar *c, int64_t from_ms, struct duration d,
			bool *ret_provisional)
{
	int64_t last_ms = end_of_day_ms(day_of_civil(9999, 12, 31)), due;

	*ret_provisional = false;
	due = due_ms(c, from_ms, d, ret_provisional);
	return due < last_ms ? due : last_ms;
}

int32_t calendar_shift(const struct calendar *c, int32_t day, int working_days)
{
	bool unused;

	if (working_days > 0)
		return working_day_after(c, day, working_days, &unused);
	while (working_days < 0) {
		if (calendar_is_working(c, --day, &unused))
			working_days++;
	}
	return day;
}

#define OFFICE_OPENS_MS	   (INT64_C(9) * 3600000)
#define OFFICE_CLOSES_MS   (INT64_C(17) * 3600000)
#define DAYS_LOOKED_AT_MAX 3660

int64_t calendar_working_minutes(const struct calendar *c, int64_t from_ms, int64_t to_ms)
{
	int32_t day = day_of_ms(from_ms, SHANGHAI_MIN), last = day_of_ms(to_ms, SHANGHAI_MIN);
	int64_t total_ms = 0;
	bool listed;

	if (last > day + DAYS_LOOKED_AT_MAX)
		last = day + DAYS_LOOKED_AT_MAX;
	for (; day <= last; day++) {
		int64_t opens = ms_of_day(day, SHANGHAI_MIN) + OFFICE_OPENS_MS;
		int64_t closes = opens + OFFICE_CLOSES_MS - OFFICE_OPENS_MS;

		if (!calendar_is_working(c, day, &listed))
			continue;
		opens = opens > from_ms ? opens : from_ms;
		closes = closes < to_ms ? closes : to_ms;
		if (closes > opens)
			total_ms += closes - opens;
	}
	return total_ms / 60000;
}

int64_t calendar_after_minutes(const struct calendar *c, int64_t from_ms, int minutes)
{
	int32_t day = day_of_ms(from_ms, SHANGHAI_MIN), last = day + DAYS_LOOKED_AT_MAX;
	int64_t left_ms = minutes * INT64_C(60000);
	bool listed;

	for (; day <= last; day++) {
		int64_t opens = ms_of_day(day, SHANGHAI_MIN) + OFFICE_OPENS_MS;
		int64_t closes = opens + OFFICE_CLOSES_MS - OFFICE_OPENS_MS;

		opens = opens > from_ms ? opens : from_ms;
		if (!calendar_is_working(c, day, &listed) || opens >= closes)
			continue;
		if (closes - opens >= left_ms)
			return opens + left_ms;
		left_ms -= closes - opens;
	}
	return -1;
}

static const char *why_off(const struct calendar *c, int32_t day)
{
	const struct calendar_day *d = day_find(c, day);

	if (d && !d->is_work)
		return "off by the calendar";
	return weekday_of(day) >= 5 ? "weekend" : "fixed-date holiday";
}

static void explain_day(const struct calendar *c, int32_t day, int *counted, struct buf *out)
{
	static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	char date[TIMEFMT_BYTES];
	bool listed, works = calendar_is_working(c, day, &listed);

	date_format(day, date);
	buf_printf(out, "%s %s ", date, names[weekday_of(day)]);
	if (works)
		buf_printf(out, "working %d%s", ++*counted,
			   weekday_of(day) >= 5 ? ", a weekend day worked in exchange" : "");
	else
		buf_add_str(out, why_off(c, day));
	if (!listed)
		buf_add_str(out, ", provisional: the calendar does not list this year");
	buf_add_char(out, '\n');
}

void calendar_explain(const struct calendar *c, int64_t from_ms, struct duration d, struct buf *out)
{
	int32_t day = day_of_ms(from_ms, SHANGHAI_MIN);
	char text[TIMEFMT_BYTES];
	int counted = 0, i;

	if (d.unit == DURATION_HOURS || d.unit == DURATION_MINUTES) {
		time_format(from_ms, SHANGHAI_MIN, text);
		buf_printf(out, "%s plus exactly %d %s\n", text, d.count,
			   d.unit == DURATION_HOURS ? "hours" : "minutes");
		return;
	}
	date_format(day, text);
	buf_printf(out, "%s the day of the event does not count\n", text);
	for (i = 1; d.unit == DURATION_DAYS && i <= d.count; i++) {
		date_format(day + i, text);
		buf_printf(out, "%s day %d\n", text, i);
	}
	while (d.unit == DURATION_WORKING_DAYS && counted < d.count && !out->overflow)
		explain_day(c, ++day, &counted, out);
}

void calendar_years_to_json(const struct calendar *c, struct buf *out)
{
	buf_add_char(out, '[');
	for (int i = 0; i < c->year_count; i++) {
		int counts[2] = {0, 0};

		for (int k = 0; k < c->day_count; k++) {
			if (year_of_day(c->days[k].day) == c->years[i])
				counts[c->days[k].is_work]++;
		}
		buf_printf(out, "%s{\"year\":%d,\"off\":%d,\"work\":%d}", i ? "," : "", c->years[i],
			   counts[0], counts[1]);
	}
	buf_add_char(out, ']');
}
