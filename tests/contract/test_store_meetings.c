/* The minutes of meetings: by whoever saw how they stood, once, with all that belongs to it or
 * nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

static struct told {
	int count;
	enum err e;
	int64_t number;
	char lines[16][64];
	int line_count;
} told;

static int open_all(void **state)
{
	memset(&told, 0, sizeof(told));
	return harness_setup(state);
}

static void on_number(void *arg, enum err e, int64_t number)
{
	(void)arg;
	told.e = e;
	told.number = number;
	told.count++;
}

static void on_lines(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	(void)arg, (void)total;
	told.e = e;
	for (told.line_count = 0; told.line_count < count && told.line_count < 16;
	     told.line_count++)
		snprintf(told.lines[told.line_count], sizeof(told.lines[0]), "%s",
			 lines[told.line_count].data ? lines[told.line_count].data : "none");
	told.count++;
}

static struct bytes bytes_of(const char *s)
{
	return (struct bytes){s, strlen(s)};
}

struct writing {
	int64_t number;
	const char *was, *is;
	bool is_open;
	const char *fingerprint;
};

static void write_it(struct harness *h, const struct writing *w)
{
	const struct meeting_write in = {w->number,  bytes_of(w->was), bytes_of(w->is),
					 w->is_open, w->fingerprint,   bytes_of("{}")};

	store_meeting_write(h->store, &in, on_number, NULL);
	harness_until(h, &told.count, told.count + 1);
}

static void expect(enum err e, int64_t number)
{
	assert_int_equal(told.e, e);
	assert_int_equal(told.number, number);
}

static void test_new_ones_have_numbers_of_their_own(void **state)
{
	struct harness *h = *state;
	const int64_t asked[] = {2, 9, 1};

	write_it(h, &(struct writing){1, "", "first", true, "aa"});
	expect(ERR_OK, 1);
	write_it(h, &(struct writing){1, "", "second", false, "bb"});
	expect(ERR_STALE, 1);
	write_it(h, &(struct writing){2, "", "second", false, "bb"});
	expect(ERR_OK, 2);
	write_it(h, &(struct writing){3, "", "second", false, "bb"});
	expect(ERR_CONFLICT, 2);
	store_meeting_count(h->store, on_number, NULL);
	harness_until(h, &told.count, told.count + 1);
	expect(ERR_OK, 2);
	store_meetings(h->store, asked, 3, on_lines, NULL);
	harness_until(h, &told.count, told.count + 1);
	assert_int_equal(told.line_count, 3);
	assert_string_equal(told.lines[0], "second");
	assert_string_equal(told.lines[1], "none");
	assert_string_equal(told.lines[2], "first");
	assert_int_equal(server_number(&h->server, "LLEN " KEY "audit"), 2);
}

static void test_a_change_is_for_who_saw_the_last(void **state)
{
	struct harness *h = *state;

	write_it(h, &(struct writing){1, "", "open", true, "aa"});
	write_it(h, &(struct writing){2, "", "other", true, "bb"});
	write_it(h, &(struct writing){1, "else", "done", false, ""});
	expect(ERR_STALE, 1);
	store_meetings_open(h->store, 0, 16, on_lines, NULL);
	harness_until(h, &told.count, told.count + 1);
	assert_int_equal(told.line_count, 2);
	assert_string_equal(told.lines[0], "2");
	write_it(h, &(struct writing){1, "open", "done", false, ""});
	expect(ERR_OK, 1);
	write_it(h, &(struct writing){1, "open", "done", false, ""});
	expect(ERR_OK, 1);
	assert_int_equal(server_number(&h->server, "ZCARD " KEY "meetings:open"), 1);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "audit"), 3);
}

static void test_wrong_types_leave_nothing_behind(void **state)
{
	static const char *const keys[] = {"meetings", "meetings:open", "meetings:same", "audit"};
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		freeReplyObject(server_ask(&h->server, "SET " KEY "%s x", keys[i]));
		write_it(h, &(struct writing){1, "", "first", true, "aa"});
		assert_int_not_equal(told.e, ERR_OK);
		assert_int_equal(server_number(&h->server, "DEL " KEY "%s", keys[i]), 1);
		assert_int_equal(server_number(&h->server,
					       "EXISTS " KEY "meetings " KEY "meetings:open " KEY
					       "meetings:same " KEY "audit"),
				 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new_ones_have_numbers_of_their_own, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_a_change_is_for_who_saw_the_last, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_wrong_types_leave_nothing_behind, open_all,
						harness_teardown),
	};

	return cmocka_run_group_tests_name("store_meetings", tests, NULL, NULL);
}
