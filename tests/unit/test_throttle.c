/* How many guesses a name gets, and that no other name's guesses make room for more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/throttle.h"

#define QUARTER_MS (15LL * 60 * 1000)

static struct throttle t;

static int fresh(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	return 0;
}

static void fail_times(const char *name, int times, int64_t now_ms)
{
	for (int i = 0; i < times; i++)
		throttle_note(&t, name, now_ms, false);
}

static void the_fifth_failure_shuts_a_name_for_the_rest_of_a_quarter(void **state)
{
	(void)state;
	fail_times("wjw", 4, 1000);
	assert_false(throttle_is_shut(&t, "wjw", 1000));
	fail_times("wjw", 1, 2000);
	assert_true(throttle_is_shut(&t, "wjw", 2000));
	assert_false(throttle_is_shut(&t, "zjj", 2000));
	assert_true(throttle_is_shut(&t, "wjw", 1000 + QUARTER_MS - 1));
	assert_false(throttle_is_shut(&t, "wjw", 1000 + QUARTER_MS));
	fail_times("wjw", 1, 1000 + QUARTER_MS);
	assert_false(throttle_is_shut(&t, "wjw", 1000 + QUARTER_MS));
}

static void the_right_password_forgets_the_wrong_ones(void **state)
{
	(void)state;
	fail_times("wjw", 4, 1000);
	throttle_note(&t, "wjw", 1000, true);
	fail_times("wjw", 4, 1000);
	assert_false(throttle_is_shut(&t, "wjw", 1000));
}

static void other_names_do_not_open_one_that_is_shut(void **state)
{
	char name[32];

	(void)state;
	fail_times("wjw", 5, 1000);
	for (int i = 0; i < 10 * THROTTLE_NAMES; i++) {
		snprintf(name, sizeof(name), "nobody%d", i);
		throttle_note(&t, name, 2000 + i, i % 3 == 0);
	}
	assert_true(throttle_is_shut(&t, "wjw", 3000));
	fail_times("zjj", 5, 3000);
	assert_true(throttle_is_shut(&t, "zjj", 3000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_fifth_failure_shuts_a_name_for_the_rest_of_a_quarter,
				       fresh),
		cmocka_unit_test_setup(the_right_password_forgets_the_wrong_ones, fresh),
		cmocka_unit_test_setup(other_names_do_not_open_one_that_is_shut, fresh),
	};

	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
