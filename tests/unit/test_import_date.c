/* Imports: dates as people write them. */
#include <stdio.h>

#include "import.h"
#include "rules_help.h"
#include "timefmt.h"

static const struct {
	const char *text, *day;
	int64_t ms_of_day; /* -1: not checked */
} rows[] = {
	{"2026-11-23", "2026-11-23", 0},
	{"2026/11/23", "2026-11-23", 0},
	{"2026.11.23", "2026-11-23", 0},
	{"20261123", "2026-11-23", 0},
	{"2026年11月23日", "2026-11-23", 0},
	{"2026年1月3日", "2026-01-03", 0},
	{"2026/1/3", "2026-01-03", 0},
	{"2026-11-23 10:15:30", "2026-11-23", 36930000},
	{"2026/11/23 9:05", "2026-11-23", 32700000},
	{"2026-11-23T10:15:30.250", "2026-11-23", 36930000},
	{"2026-11-23T10:15:00+08:00", "2026-11-23", 36900000},
	{"2026-11-22T20:00:00Z", "2026-11-23", 14400000},
	{"20261123101530", "2026-11-23", 36930000},
	{"20261123 10:15", "2026-11-23", 36900000},
	{"46349", "2026-11-23", 0},
	{"46349.5", "2026-11-23", 43200000},
	{"46349.4270833333", "2026-11-23", 36900000},
	{"1795400130000", "2026-11-23", -1},
	{"２０２６／１１／２３", "2026-11-23", 0},
	{"二〇二六年十一月二十三日", "2026-11-23", 0},
	{"二○二六年十月三十日", "2026-10-30", 0},
	{"二零二六年一月二日", "2026-01-02", 0},
	{"2026年11月23日 10时15分", "2026-11-23", 36900000},
	{"2024-02-29", "2024-02-29", 0},
};
static const char *const bad[] = {"",
				  "x",
				  "2026-13-01",
				  "2026-02-29",
				  "26/11/23",
				  "2026-11",
				  "2026-11/23",
				  "12345",
				  "99999",
				  "20261323",
				  "2026-11-23 25:00",
				  "20261123246060",
				  "2026-11-23 10",
				  "1899-01-01",
				  "2026-11-23x",
				  "2026--11-23-",
				  "123456789012345678901"};
static const char *const endless[] = {"2099/12/31", "2099-12-31", "20991231",	   "9999-12-31",
				      "长期",	    "永久",	  "2099年12月31日"};

static void dates_in_all_spellings(void **state)
{
	struct import_date d;
	char text[TIMEFMT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!import_date_parse(rows[i].text, &d))
			fail_msg("not read: %s", rows[i].text);
		date_format(d.day, text);
		assert_string_equal(text, rows[i].day);
		assert_false(d.unlimited);
		if (rows[i].ms_of_day >= 0)
			assert_int_equal(d.ms - ms_of_day(d.day, SHANGHAI_MIN), rows[i].ms_of_day);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (import_date_parse(bad[i], &d))
			fail_msg("read, but should not: %s", bad[i]);
	}
	for (size_t i = 0; i < sizeof(endless) / sizeof(endless[0]); i++) {
		assert_true(import_date_parse(endless[i], &d));
		assert_true(d.unlimited);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(dates_in_all_spellings)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
