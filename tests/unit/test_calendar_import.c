/* The yearly notice: its shapes, what is refused and where, what the calendar becomes, and the year
 * that is missing. */
#include "calendar.h"
#include "calendar_import.h"
#include "rules_help.h"
#include "timefmt.h"

#define EVENT(start, more, summary)                                                                \
	"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:" start "\r\n" more "SUMMARY:" summary                 \
	"\r\nEND:VEVENT\r\n"
#define ICS(events) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" events "END:VCALENDAR\r\n"

static enum err read_text(struct help *h, const char *text, struct calendar_notice *ret)
{
	return calendar_notice_read(&(struct calendar_source){"n", text, strlen(text)}, &h->arena,
				    ret, &h->diag);
}

static void has_day(const struct calendar_notice *n, int i, const char *date, bool is_work)
{
	char text[TIMEFMT_BYTES];

	assert_true(i < n->count);
	date_format(n->days[i].day, text);
	assert_string_equal(text, date);
	assert_int_equal(n->days[i].is_work, is_work);
}

static void every_shape_says_the_same(void **state)
{
	static const char *const shapes[] = {
		ICS(EVENT("20270101", "DTEND;VALUE=DATE:20270103\r\n", "元旦（休）")
			    EVENT("20270110", "", "元旦 补班")),
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270101T000000\nDURATION:P2D\nSUMMARY;LANGUAGE=\"a:b\":元旦 假\n 期\nEND:VEVENT\n"
		"BEGIN:VEVENT\nDTSTART:20270110\nSUMMARY:调休上班\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20270214\nSUMMARY:情人节\nEND:VEVENT\n"
		"END:VCALENDAR\n",
		/* Working hours, moments of UTC, and an alarm with a length and a summary of its
		   own. */
		ICS("BEGIN:VEVENT\r\nDTSTART;TZID=\"Asia/Shanghai\":20270101T080000\r\nDTEND;TZID=\"Asia/Shanghai\":20270102T180000\r\nSUMMARY:休\r\n"
		    "BEGIN:VALARM\r\nDURATION:PT15M\r\nSUMMARY:班\r\nDTSTART:20270505\r\nEND:VALARM\r\nEND:VEVENT\r\n"
		    "BEGIN:VEVENT\r\nDTSTART:20270109T160000Z\r\nDTEND:20270110T160000Z\r\nSUMMARY:班\r\nEND:VEVENT\r\n"),
		"{\"year\":2027,\"off\":[\"2027-01-01\",\"2027-01-02\"],\"work\":[\"2027-01-10\"]}",
		"{\"years\":{\"2027\":{\"off\":[\"2027-01-01\",\"2027-01-02\"],\"work\":[\"2027-01-10\"]}}}",
		"\xef\xbb\xbf{\"year\":2027,\"days\":[{\"name\":\"元旦\",\"date\":\"2027-01-01\",\"isOffDay\":true},{\"date\":\"2027-01-02\","
		"\"isOffDay\":true},{\"date\":\"2027-01-10\",\"isOffDay\":false}]}",
	};
	struct help *h = *state;
	struct calendar_notice n;

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (read_text(h, shapes[i], &n) != ERR_OK)
			fail_msg("%s\n%s", shapes[i], help_faults(h));
		assert_int_equal(n.count, 3);
		has_day(&n, 0, "2027-01-01", false);
		has_day(&n, 1, "2027-01-02", false);
		has_day(&n, 2, "2027-01-10", true);
	}
}

static void what_is_refused_and_where(void **state)
{
	static const struct {
		const char *text, *where, *what;
	} rows[] = {
		{ICS(EVENT("20270101", "", "休") EVENT("20270101", "", "休")), "n:8",
		 "at n:4 it is the same already"},
		{ICS(EVENT("20270101", "", "休") EVENT("20270101", "", "班")), "n:8",
		 "2027-01-01 is work; at n:4 it is off"},
		{ICS(EVENT("20270101", "RRULE:FREQ=YEARLY\r\n", "休")), "n:4", "repeats"},
		{ICS(EVENT("20270101", "DTEND:20270101\r\n", "休")), "n:4",
		 "ends before it begins"},
		{ICS(EVENT("20270101", "DTEND:20270301\r\n", "休")), "n:4", "longer than 31 days"},
		{ICS(EVENT("2027-01-01", "", "休")), "n:4", "without days that can be read"},
		{ICS(EVENT("20270231", "", "休")), "n:4", "without days that can be read"},
		{ICS(EVENT("20270101T08", "", "休")), "n:4", "without days that can be read"},
		{ICS(EVENT("20270101T990000", "", "休")), "n:4", "without days that can be read"},
		{ICS(EVENT("20270101T086000", "", "休")), "n:4", "without days that can be read"},
		{ICS(EVENT("20270101T080000+08", "", "休")), "n:4",
		 "without days that can be read"},
		{"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270101\n", "n:3", "does not end"},
		{"{\"off\":[\"2027-01-01\",\n\"2027-01-01\"]}", "n:2",
		 "at n:1 it is the same already"},
		{"{\"off\":[\"2027-01-01\"],\n\"work\":[\"2027-01-01\"]}", "n:2",
		 "is work; at n:1 it is off"},
		{"{\"off\":[\"x\"]}", "n:1:9", "not a date"},
		{"{\"a\":1}", "n:1:1", "needs years"},
		{"", "n", "neither"},
		/* GB18030 */
		{ICS(EVENT("20270101", "", "\xd4\xaa\xb5\xa9 \xd0\xdd")), "n", "not UTF-8"},
		{ICS(EVENT("20270214", "", "情人节")), "n", "names no day"},
		{"{\"off\":[\"1800-01-01\"]}", "n:1:9", "not a date"},
	};
	struct help *h = *state;
	struct calendar_notice n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		diag_init(&h->diag, &h->arena);
		assert_int_equal(read_text(h, rows[i].text, &n), ERR_INVALID);
		help_expect_fault(h, rows[i].where, rows[i].what);
	}
}

#define TEN                                                                                        \
	"\"2027-03-01\",\"2027-03-02\",\"2027-03-03\",\"2027-03-04\",\"2027-03-05\",\"2027-03-06\",\"2027-03-07\",\"2027-03-08\",\"2027-03-09\""

static enum err merge_text(struct help *h, const char *old, const char *text, struct buf *out,
			   struct buf *said)
{
	struct calendar_notice n;

	assert_int_equal(read_text(h, text, &n), ERR_OK);
	buf_init(out, 1 << 16);
	buf_init(said, 1 << 16);
	return calendar_merge(&(struct calendar_source){"calendar.json", old, strlen(old)}, &n, out,
			      said, &h->diag);
}

static void a_year_is_replaced_and_a_day_joins(void **state)
{
	static const char old[] =
		"{\"note\":\"kept\",\"years\":{\"2026\":{\"off\":[\"2026-01-01\"],\"work\":[\"2026-01-04\"]},"
		"\"2027\":{\"note\":\"kept too\",\"off\":[\"2027-01-01\",\"2027-03-01\"],\"work\":[]}}}";
	struct help *h = *state;
	struct buf out, said;

	assert_int_equal(merge_text(h, old,
				    "{\"off\":[\"2027-01-02\"," TEN "],\"work\":[\"2026-12-27\"]}",
				    &out, &said),
			 ERR_OK);
	assert_non_null(strstr(buf_cstr(&said), "2027-01-01: no longer off\n"));
	assert_non_null(strstr(buf_cstr(&said), "2027-01-02: off, was not listed\n"));
	assert_non_null(strstr(buf_cstr(&said), "2026-12-27: work, was not listed\n"));
	assert_null(strstr(buf_cstr(&said), "2027-03-01"));
	assert_non_null(strstr(buf_cstr(&out), "\"kept too\""));
	assert_non_null(strstr(buf_cstr(&out), "\"2026-01-04\",\n    \"2026-12-27\""));
	assert_null(strstr(buf_cstr(&out), "\"2027-01-01\""));
	buf_clear(&out);
	buf_clear(&said);
}

static void single_days_must_fit(void **state)
{
	static const char old[] = "{\"years\":{\"2026\":{\"off\":[\"2026-01-01\"],\"work\":[]}}}";
	struct help *h = *state;
	struct buf out, said;

	assert_int_equal(merge_text(h, old, "{\"work\":[\"2026-01-01\"],\"off\":[]}", &out, &said),
			 ERR_INVALID);
	help_expect_fault(h, "n:1", "the calendar has it as off");
	buf_clear(&out);
	buf_clear(&said);
	assert_int_equal(merge_text(h, old, "{\"off\":[\"2027-01-01\"]}", &out, &said),
			 ERR_INVALID);
	help_expect_fault(h, "n:1", "too few of its days");
	assert_int_equal(out.len, 0);
	buf_clear(&out);
	buf_clear(&said);
}

/* A file that says which year it is of is believed, however few its days; of a year that is there
 * it changes single days as ever. */
static void a_year_may_be_named(void **state)
{
	static const char old[] = "{\"years\":{\"2026\":{\"off\":[\"2026-01-01\"],\"work\":[]}}}";
	static const char *const notices[] = {
		"{\"years\":{\"2027\":{\"off\":[\"2027-01-01\"],\"work\":[\"2027-01-02\"]}}}",
		"{\"year\":2027,\"off\":[\"2027-01-01\"],\"work\":[\"2027-01-02\"]}",
		"{\"year\":2027,\"days\":[{\"date\":\"2027-01-01\",\"isOffDay\":true},"
		"{\"date\":\"2027-01-02\",\"isOffDay\":false}]}"};
	struct help *h = *state;
	struct buf out, said;

	for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++) {
		assert_int_equal(merge_text(h, old, notices[i], &out, &said), ERR_OK);
		assert_string_equal(buf_cstr(&said),
				    "2027: new, 1 days off, 1 worked in exchange\n");
		buf_clear(&out);
		buf_clear(&said);
	}
	assert_int_equal(
		merge_text(h, old, "{\"year\":2026,\"off\":[\"2026-01-02\"]}", &out, &said),
		ERR_OK);
	assert_string_equal(buf_cstr(&said), "2026-01-02: off, was not listed\n");
	buf_clear(&out);
	buf_clear(&said);
	assert_int_equal(
		merge_text(h, old, "{\"year\":2027,\"off\":[\"2026-12-31\"]}", &out, &said),
		ERR_OK);
	assert_string_equal(buf_cstr(&said), "2026-12-31: off, was not listed\n");
	buf_clear(&out);
	buf_clear(&said);
}

static void a_missing_year_is_known_two_months_ahead(void **state)
{
	static const struct {
		const char *date;
		int missing;
	} rows[] = {{"2026-06-01", 0},	  {"2026-10-31", 0},	{"2026-11-01", 2027},
		    {"2026-12-31", 2027}, {"2027-01-01", 2027}, {"2025-12-31", 2025}};
	static const char text[] = "{\"years\":{\"2026\":{\"off\":[\"2026-01-01\"],\"work\":[]}}}",
			  other[] = "{\"years\":{\"2026\":{\"off\":[\"2026-01-02\"],\"work\":[]}}}";
	struct help *h = *state;
	const struct calendar *c, *d;
	char one[CALENDAR_NAME_BYTES], two[CALENDAR_NAME_BYTES];
	int32_t day;

	assert_int_equal(calendar_read(&(struct calendar_source){"c", text, sizeof(text) - 1},
				       &h->arena, &c, &h->diag),
			 ERR_OK);
	assert_int_equal(calendar_read(&(struct calendar_source){"c", other, sizeof(other) - 1},
				       &h->arena, &d, &h->diag),
			 ERR_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(date_parse(rows[i].date, 10, &day));
		assert_int_equal(calendar_missing_year(c, ms_of_day(day, SHANGHAI_MIN)),
				 rows[i].missing);
	}
	calendar_name(c, one);
	calendar_name(d, two);
	assert_string_not_equal(one, two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_shape_says_the_same, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(what_is_refused_and_where, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(a_year_is_replaced_and_a_day_joins, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(single_days_must_fit, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(a_year_may_be_named, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(a_missing_year_is_known_two_months_ahead,
						help_setup, help_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
