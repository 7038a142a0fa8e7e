#include <stdio.h>
#include <stdlib.h>

#include "calendar.h"
#include "rules_help.h"
#include "timefmt.h"

static const struct calendar *real_calendar(struct help *h)
{
	const struct calendar *c = NULL;
	FILE *f = fopen("tests/cases/mini/calendar.json", "rb");
	char *data = arena_alloc(&h->arena, 65536);
	size_t len;

	assert_non_null(f);
	len = fread(data, 1, 65536, f);
	fclose(f);
	assert_int_equal(calendar_read(&(struct calendar_source){"calendar.json", data, len},
				       &h->arena, &c, &h->diag),
			 ERR_OK);
	return c;
}

static void due_is(const struct calendar *c, const char *from, const char *duration,
		   const char *due, bool provisional)
{
	struct duration d;
	char text[TIMEFMT_BYTES];
	int64_t ms;
	bool got;

	assert_true(duration_parse(duration, &d));
	assert_true(time_parse_rfc3339(from, strlen(from), &ms));
	time_format(calendar_due_ms(c, ms, d, &got), SHANGHAI_MIN, text);
	assert_string_equal(text, due);
	assert_int_equal(got, provisional);
}

static void test_vectors(void **state)
{
	static const struct {
		const char *from, *duration, *due;
	} vectors[] = {
		{"2025-01-24", "2wd", "2025-01-27"}, {"2025-01-27", "3wd", "2025-02-07"},
		{"2025-09-26", "2wd", "2025-09-29"}, {"2025-09-30", "5wd", "2025-10-14"},
		{"2025-12-31", "2wd", "2026-01-05"}, {"2026-02-13", "2wd", "2026-02-24"},
		{"2026-02-14", "5wd", "2026-02-28"}, {"2026-04-30", "2wd", "2026-05-07"},
		{"2026-09-24", "7wd", "2026-10-12"}, {"2026-09-30", "10wd", "2026-10-20"},
		{"2024-02-08", "2wd", "2024-02-18"}, {"2024-09-13", "3wd", "2024-09-19"},
	};
	struct help *h = *state;
	const struct calendar *c = real_calendar(h);
	size_t i;

	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		due_is(c, arena_printf(&h->arena, "%sT10:15:00+08:00", vectors[i].from),
		       vectors[i].duration,
		       arena_printf(&h->arena, "%sT23:59:59+08:00", vectors[i].due), false);
}

static void test_units(void **state)
{
	const struct calendar *c = real_calendar(*state);

	due_is(c, "2026-11-23T10:15:00+08:00", "7d", "2026-11-30T23:59:59+08:00", false);
	due_is(c, "2026-11-23T10:15:00+08:00", "24h", "2026-11-24T10:15:00+08:00", false);
	due_is(c, "2026-11-23T23:59:30+08:00", "30m", "2026-11-24T00:29:30+08:00", false);
	/* The day is the pack's, not Greenwich's. */
	due_is(c, "2026-11-23T16:00:00Z", "1d", "2026-11-25T23:59:59+08:00", false);
	due_is(c, "2026-11-23T15:59:59Z", "1d", "2026-11-24T23:59:59+08:00", false);
	/* Nothing later can be written. */
	due_is(c, "9999-12-30T10:00:00+08:00", "1d", "9999-12-31T23:59:59+08:00", false);
	due_is(c, "9999-12-30T10:00:00+08:00", "5wd", "9999-12-31T23:59:59+08:00", true);
	due_is(c, "9999-12-31T23:00:00+08:00", "99999h", "9999-12-31T23:59:59+08:00", false);
}

static void test_provisional(void **state)
{
	const struct calendar *c = real_calendar(*state);

	due_is(c, "2026-12-30T10:00:00+08:00", "1wd", "2026-12-31T23:59:59+08:00", false);
	due_is(c, "2026-12-30T10:00:00+08:00", "2wd", "2027-01-04T23:59:59+08:00", true);
	due_is(c, "2026-12-31T10:00:00+08:00", "30d", "2027-01-30T23:59:59+08:00", false);
	due_is(c, "2027-04-30T10:00:00+08:00", "1wd", "2027-05-03T23:59:59+08:00", true);
	due_is(c, "2027-09-30T10:00:00+08:00", "1wd", "2027-10-04T23:59:59+08:00", true);
	/* Before the first listed year, and where the tables do not reach. */
	due_is(c, "2019-12-31T10:00:00+08:00", "1wd", "2020-01-02T23:59:59+08:00", false);
	due_is(c, "2019-12-30T10:00:00+08:00", "1wd", "2019-12-31T23:59:59+08:00", true);
	due_is(c, "2009-12-31T10:00:00+08:00", "1wd", "2010-01-04T23:59:59+08:00", true);
	due_is(c, "2059-12-31T10:00:00+08:00", "1wd", "2060-01-02T23:59:59+08:00", true);
	due_is(c, "1901-01-01T10:00:00+08:00", "1wd", "1901-01-02T23:59:59+08:00", true);
}

/* The tables have to say what walking day by day says. */
static void test_tables_agree_with_walking(void **state)
{
	const struct calendar *c = real_calendar(*state);
	struct duration d = {0, DURATION_WORKING_DAYS};
	int32_t from, day;
	bool listed, provisional, touched;

	for (from = day_of_civil(2019, 11, 1); from < day_of_civil(2027, 3, 1); from += 5) {
		for (d.count = 1; d.count <= 25; d.count += 6) {
			int left = d.count;

			touched = false;
			for (day = from; left > 0;) {
				left -= calendar_is_working(c, ++day, &listed);
				touched |= !listed;
			}
			assert_int_equal(day_of_ms(calendar_due_ms(c, ms_of_day(from, SHANGHAI_MIN),
								   d, &provisional),
						   SHANGHAI_MIN),
					 day);
			assert_int_equal(provisional, touched);
		}
	}
}

static void test_working_days_a_year(void **state)
{
	static const int expected[][2] = {{2024, 251}, {2025, 248}, {2026, 248}};
	const struct calendar *c = real_calendar(*state);
	size_t i;

	for (i = 0; i < 3; i++) {
		int32_t day, end = day_of_civil(expected[i][0] + 1, 1, 1);
		int count = 0;
		bool listed;

		for (day = day_of_civil(expected[i][0], 1, 1); day < end; day++) {
			count += calendar_is_working(c, day, &listed);
			assert_true(listed);
		}
		assert_int_equal(count, expected[i][1]);
	}
}

static void test_durations(void **state)
{
	static const char *const bad[] = {"",	 "2",	 "wd",	"0d",	"02d",	   "-1d",
					  "2 d", "2wdx", "2WD", "1.5h", "100000m", "2w"};
	struct duration d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(duration_parse(bad[i], &d));
	assert_true(duration_parse("30m", &d));
	assert_int_equal(d.count, 30);
	assert_int_equal(d.unit, DURATION_MINUTES);
}

static void test_faults(void **state)
{
	static const struct {
		const char *text, *where, *what;
	} cases[] = {
		{"{\"years\":{\"2026\":{\"off\":[\"2026-01-01\",\n \"2026-01-01\"]}}}",
		 "c.json:2:2", "twice"},
		{"{\"years\":{\"2026\":{\"off\":[\"2026-01-01\"],\n\"work\":[\"2026-01-01\"]}}}",
		 "c.json:2:9", "twice"},
		{"{\"years\":{\"2026\":{\"off\":[\"2025-01-01\"]}}}", "c.json:1:26",
		 "another year"},
		{"{\"years\":{\"2026\":{\"off\":[\"2026-02-30\"]}}}", "c.json:1:26", "not a date"},
		{"{\"years\":{\"2026\":{\"off\":[7]}}}", "c.json:1:26", "not a date"},
		{"{\"years\":{\"2026\":{\"off\":{}}}}", "c.json:1:25", "list"},
		{"{\"years\":{\"2026\":{\"of\":[]}}}", "c.json:1:24", "unknown member"},
		{"{\"years\":{\"26\":{}}}", "c.json:1:16", "must be a year"},
		{"{\"years\":{\"2026\":{},\"2026\":{}}}", "c.json:1:18", "twice"},
		{"{\"years\":[]}", "c.json:1:10", "years"},
		{"{}", "c.json:1:1", "years"},
		{"[]", "c.json:1:1", "object"},
		{"{\"years\":{}", "c.json:1:12", "not well-formed"},
		{"{\"year\":{},\"years\":{}}", "c.json:1:9", "unknown member"},
	};
	struct help *h = *state;
	struct calendar_source from;
	const struct calendar *c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		diag_init(&h->diag, &h->arena);
		from = (struct calendar_source){"c.json", cases[i].text, strlen(cases[i].text)};
		assert_int_equal(calendar_read(&from, &h->arena, &c, &h->diag), ERR_INVALID);
		help_expect_fault(h, cases[i].where, cases[i].what);
	}
}

static void test_explain(void **state)
{
	const struct calendar *c = real_calendar(*state);
	struct buf out;
	int64_t ms;

	buf_init(&out, 4096);
	assert_true(time_parse_rfc3339("2026-02-13T10:00:00+08:00", 25, &ms));
	calendar_explain(c, ms, (struct duration){2, DURATION_WORKING_DAYS}, &out);
	assert_non_null(strstr(buf_cstr(&out),
			       "2026-02-14 Sat working 1, a weekend day worked in exchange\n"));
	assert_non_null(strstr(buf_cstr(&out), "2026-02-16 Mon off by the calendar\n"));
	assert_non_null(strstr(buf_cstr(&out), "2026-02-24 Tue working 2\n"));
	buf_clear(&out);
}

static void test_shift(void **state)
{
	static const struct {
		const char *day;
		int by;
		const char *expected;
	} cases[] = {
		{"2026-02-24", -1, "2026-02-14"}, {"2026-02-14", 1, "2026-02-24"},
		{"2026-11-25", 0, "2026-11-25"},  {"2026-11-23", -1, "2026-11-20"},
		{"2026-11-20", 3, "2026-11-25"},  {"2026-11-21", 0, "2026-11-21"},
	};
	const struct calendar *c = real_calendar(*state);
	char text[TIMEFMT_BYTES];
	int32_t day;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(date_parse(cases[i].day, 10, &day));
		date_format(calendar_shift(c, day, cases[i].by), text);
		assert_string_equal(text, cases[i].expected);
	}
}

static void test_working_minutes(void **state)
{
	static const struct {
		const char *from, *to;
		int64_t minutes;
	} cases[] = {
		{"2026-11-23T10:00:00+08:00", "2026-11-23T11:30:00+08:00", 90},
		{"2026-11-23T08:00:00+08:00", "2026-11-23T20:00:00+08:00", 480},
		{"2026-11-20T16:00:00+08:00", "2026-11-23T10:00:00+08:00", 120},
		{"2026-11-21T10:00:00+08:00", "2026-11-22T10:00:00+08:00", 0},
		{"2026-11-23T11:00:00+08:00", "2026-11-23T10:00:00+08:00", 0},
		{"2026-02-13T16:00:00+08:00", "2026-02-24T10:00:00+08:00", 60 + 480 + 60},
	};
	const struct calendar *c = real_calendar(*state);
	int64_t from, to;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(time_parse_rfc3339(cases[i].from, 25, &from));
		assert_true(time_parse_rfc3339(cases[i].to, 25, &to));
		assert_int_equal(calendar_working_minutes(c, from, to), cases[i].minutes);
	}
}

static void test_after_minutes(void **state)
{
	static const struct {
		const char *from;
		int minutes;
		const char *expected;
	} cases[] = {
		{"2026-11-23T10:00:00+08:00", 240, "2026-11-23T14:00:00+08:00"},
		{"2026-11-23T13:00:00+08:00", 240, "2026-11-23T17:00:00+08:00"},
		{"2026-11-23T13:00:01+08:00", 240, "2026-11-24T09:00:01+08:00"},
		{"2026-11-20T16:00:00+08:00", 240, "2026-11-23T12:00:00+08:00"},
		{"2026-11-21T10:00:00+08:00", 600, "2026-11-24T11:00:00+08:00"},
		{"2026-02-13T16:00:00+08:00", 240, "2026-02-14T12:00:00+08:00"},
	};
	const struct calendar *c = real_calendar(*state);
	int64_t from, to;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(time_parse_rfc3339(cases[i].from, 25, &from));
		assert_true(time_parse_rfc3339(cases[i].expected, 25, &to));
		assert_int_equal(calendar_after_minutes(c, from, cases[i].minutes), to);
		assert_int_equal(calendar_working_minutes(c, from, to), cases[i].minutes);
		assert_true(calendar_working_minutes(c, from, to - 1) < cases[i].minutes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_vectors, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_units, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_provisional, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_tables_agree_with_walking, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(test_working_days_a_year, help_setup,
						help_teardown),
		cmocka_unit_test(test_durations),
		cmocka_unit_test_setup_teardown(test_shift, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_working_minutes, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_after_minutes, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_faults, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_explain, help_setup, help_teardown),
	};

	return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
