#include "rules_help.h"
#include "timefmt.h"

static bool time_is(const char *s, int64_t ms)
{
	int64_t got;

	return time_parse_rfc3339(s, strlen(s), &got) && got == ms;
}

static void test_times_in(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-11-23",
		"2026-11-23T10:15:00",
		"2026-11-23 10:15:00Z",
		"2026-11-23T10:15Z",
		"2026-11-23T24:00:00Z",
		"2026-11-23T10:60:00Z",
		"2026-02-29T10:00:00Z",
		"2026-13-01T10:00:00Z",
		"2026-11-23T10:15:00.Z",
		"2026-11-23T10:15:00+0800",
		"2026-11-23T10:15:00+24:00",
		"2026-11-23T10:15:00Zx",
		"2026-11-23T10:15:00 Z",
		"1899-11-23T10:15:00Z",
		"+026-11-23T10:15:00Z",
	};
	int64_t ms = 77;
	size_t i;

	(void)state;
	assert_true(time_is("1970-01-01T00:00:00Z", 0));
	assert_true(time_is("1970-01-01T08:00:00+08:00", 0));
	assert_true(time_is("2026-11-23T10:15:00+08:00", 1795400100000));
	assert_true(time_is("2026-11-23t02:15:00.1239z", 1795400100123));
	assert_true(time_is("2024-02-29T23:59:60Z", 1709251199000));
	assert_true(time_is("1969-12-31T23:59:59.5-00:30", 1799500));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(time_parse_rfc3339(bad[i], strlen(bad[i]), &ms));
	assert_int_equal(ms, 77);
}

static void test_times_out(void **state)
{
	char text[TIMEFMT_BYTES];

	(void)state;
	time_format(1795400100000, SHANGHAI_MIN, text);
	assert_string_equal(text, "2026-11-23T10:15:00+08:00");
	time_format(1795400100007, SHANGHAI_MIN, text);
	assert_string_equal(text, "2026-11-23T10:15:00.007+08:00");
	time_format(-1, -90, text);
	assert_string_equal(text, "1969-12-31T22:29:59.999-01:30");
	time_format(INT64_C(400000000000000), 0, text);
	assert_int_equal(strlen(text), strlen("014645-06-30T15:06:40+00:00"));
}

static void test_days(void **state)
{
	char text[TIMEFMT_BYTES];
	int32_t day, back;

	(void)state;
	for (day = -25567; day < 2932896; day += 97) {
		date_format(day, text);
		assert_true(date_parse(text, strlen(text), &back));
		assert_int_equal(back, day);
	}
	assert_int_equal(day_of_civil(1970, 1, 1), 0);
	assert_int_equal(weekday_of(0), 3);
	assert_int_equal(weekday_of(day_of_civil(2026, 11, 23)), 0);
	assert_int_equal(weekday_of(-4), 6);
	assert_int_equal(year_of_day(day_of_civil(2026, 12, 31)), 2026);
	assert_int_equal(year_of_day(day_of_civil(2026, 12, 31) + 1), 2027);
	assert_false(date_parse("2026-02-29", 10, &day));
	assert_true(date_parse("2024-02-29", 10, &day));
	assert_false(date_parse("2100-02-29", 10, &day));
	assert_false(date_parse("2026-00-10", 10, &day));
	assert_false(date_parse("2026-1-10", 9, &day));
}

static void test_days_of_moments(void **state)
{
	(void)state;
	/* Four in the afternoon in Greenwich is midnight in Shanghai. */
	assert_int_equal(day_of_ms(INT64_C(57600000), SHANGHAI_MIN), 1);
	assert_int_equal(day_of_ms(INT64_C(57599999), SHANGHAI_MIN), 0);
	assert_int_equal(day_of_ms(-1, 0), -1);
	assert_int_equal(ms_of_day(1, SHANGHAI_MIN), INT64_C(57600000));
}

static void test_hours(void **state)
{
	static const char *const bad[] = {"",
					  "9:00-17:00",
					  "09:00-17:60",
					  "09:00-24:01",
					  "24:00-09:00",
					  "09:00-09:00",
					  "09:00 17:00",
					  "09:00-17:0x"};
	int from, to;

	(void)state;
	assert_true(hours_parse("09:00-17:30", &from, &to));
	assert_int_equal(from, 540);
	assert_int_equal(to, 1050);
	assert_true(hours_parse("21:00-07:00", &from, &to));
	assert_true(hours_parse("00:00-24:00", &from, &to));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(hours_parse(bad[i], &from, &to));
}

static void hours_are_over_at_their_end(void **state)
{
	static const struct {
		const char *hours, *at, *over;
	} rows[] = {
		{"21:00-07:00", "2026-11-23T20:59:59+08:00", "2026-11-23T20:59:59+08:00"},
		{"21:00-07:00", "2026-11-23T21:00:00+08:00", "2026-11-24T07:00:00+08:00"},
		{"21:00-07:00", "2026-11-24T06:59:59+08:00", "2026-11-24T07:00:00+08:00"},
		{"21:00-07:00", "2026-11-24T07:00:00+08:00", "2026-11-24T07:00:00+08:00"},
		{"12:00-13:30", "2026-11-24T12:10:00+08:00", "2026-11-24T13:30:00+08:00"},
		{"", "2026-11-24T12:10:00+08:00", "2026-11-24T12:10:00+08:00"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t at_ms, over_ms;

		assert_true(time_parse_rfc3339(rows[i].at, strlen(rows[i].at), &at_ms));
		assert_true(time_parse_rfc3339(rows[i].over, strlen(rows[i].over), &over_ms));
		assert_int_equal(hours_over(rows[i].hours, at_ms, 480), over_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_in), cmocka_unit_test(test_times_out),
		cmocka_unit_test(test_days),	 cmocka_unit_test(test_days_of_moments),
		cmocka_unit_test(test_hours),	 cmocka_unit_test(hours_are_over_at_their_end),
	};

	return cmocka_run_group_tests_name("timefmt", tests, NULL, NULL);
}
