/* The numbers of sources: what is missing, found, borne twice; and how much is kept of it at most.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "contract/harness.h"

static struct told {
	int count;
	enum err e;
	struct source_seen_out out;
	json_t *kept;
} told;

static int open_all(void **state)
{
	memset(&told, 0, sizeof(told));
	return harness_setup(state);
}

static int close_all(void **state)
{
	json_decref(told.kept);
	return harness_teardown(state);
}

static void on_seen(void *arg, enum err e, const struct source_seen_out *out)
{
	(void)arg;
	told.e = e;
	told.out = out ? *out : (struct source_seen_out){0};
	told.count++;
}

static void on_kept(void *arg, enum err e, const char *text)
{
	(void)arg;
	told.e = e;
	json_decref(told.kept);
	told.kept = text ? json_loads(text, 0, NULL) : NULL;
	told.count++;
}

static void see_of(struct harness *h, const char *source, int64_t number, bool is_repeat)
{
	const struct source_seen_in in = {
		source,	      number,	1700000000000 + told.count * 60000,
		"spj-371302", "371302", is_repeat};

	store_source_seen(h->store, &in, on_seen, NULL);
	harness_until(h, &told.count, told.count + 1);
	assert_int_equal(told.e, ERR_OK);
}

static void see(struct harness *h, int64_t number, bool is_repeat)
{
	see_of(h, "/s", number, is_repeat);
}

static void expect(int64_t missing, bool found, bool twice)
{
	assert_int_equal(told.out.missing, missing);
	assert_int_equal(told.out.found, found);
	assert_int_equal(told.out.twice, twice);
}

static int64_t kept(struct harness *h, const char *name)
{
	store_get(h->store, TABLE_SOURCES, "/s", on_kept, NULL);
	harness_until(h, &told.count, told.count + 1);
	return json_integer_value(json_object_get(told.kept, name));
}

static void gaps_are(struct harness *h, const char *wanted)
{
	char text[256] = "";
	json_t *gaps;

	(void)kept(h, "last");
	gaps = json_object_get(told.kept, "gaps");
	for (size_t i = 0; i < json_array_size(gaps); i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%lld ",
			 (long long)json_integer_value(json_array_get(gaps, i)));
	assert_string_equal(text, wanted);
}

static void test_gaps_open_split_and_close(void **state)
{
	struct harness *h = *state;

	see(h, 7, false);
	expect(0, false, false); /* where a source begins is its own affair */
	see(h, 8, false);
	expect(0, false, false);
	see(h, 15, false);
	expect(6, false, false);
	gaps_are(h, "9 14 ");
	see(h, 11, false);
	expect(0, true, false);
	gaps_are(h, "9 10 12 14 ");
	see(h, 9, true); /* a hub died between taking it and noting it: sent again it is found */
	expect(0, true, false);
	see(h, 14, false);
	see(h, 10, false);
	gaps_are(h, "12 13 ");
	assert_int_equal(kept(h, "missing"), 2);
	assert_int_equal(kept(h, "last"), 15);
}

static void test_another_event_of_an_old_number(void **state)
{
	struct harness *h = *state;

	see(h, 7, false);
	see(h, 7, true);
	expect(0, false, false);
	see(h, 7, false);
	expect(0, false, true);
	see(h, 5, false);
	expect(0, false, true);
	assert_int_equal(kept(h, "twice"), 2);
	see(h, 1, true);
	assert_int_equal(kept(h, "last"), 7);
	see(h, 1, false);
	expect(0, false, false);
	assert_int_equal(kept(h, "last"), 1);
	see(h, 99999999999999, false);
	expect(99999999999997, false, false);
	gaps_are(h, "2 99999999999998 ");
}

/* What bears the numbers of the gap then is another event than those that never came. */
static void test_a_new_count_finds_nothing_of_the_old(void **state)
{
	struct harness *h = *state;

	see(h, 2, false);
	see(h, 6, false);
	expect(3, false, false);
	see(h, 1, false);
	gaps_are(h, "");
	for (int n = 2; n < 5; n++) {
		see(h, n, false);
		expect(0, false, false);
	}
	assert_int_equal(kept(h, "missing"), 3);
	see(h, 6, false);
	gaps_are(h, "5 5 ");
	assert_int_equal(kept(h, "missing"), 4);
}

static void test_what_is_kept_is_bounded(void **state)
{
	struct harness *h = *state;

	for (int i = 1; i <= 60; i++)
		see(h, 2 * i, false);
	assert_int_equal(kept(h, "missing"), 59);
	assert_int_equal(json_array_size(json_object_get(told.kept, "gaps")), 100);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(told.kept, "gaps"), 99)),
			 119);
	assert_int_equal(json_array_size(json_object_get(told.kept, "times")), 16);
	for (int i = 1; i < 1000; i++)
		freeReplyObject(server_ask(&h->server, "HSET " KEY "sources /x%d {}", i));
	see_of(h, "/one-too-many", 1, false);
	assert_int_equal(server_number(&h->server, "HEXISTS " KEY "sources /one-too-many"), 0);
	see(h, 121, false);
	assert_int_equal(kept(h, "last"), 121);
}

static void test_a_repeat_alone_begins_nothing(void **state)
{
	struct harness *h = *state;

	see(h, 5, true);
	assert_int_equal(server_number(&h->server, "EXISTS " KEY "sources"), 0);
	freeReplyObject(server_ask(&h->server, "SET " KEY "sources x"));
	store_source_seen(h->store, &(struct source_seen_in){"/s", 1, 1, "", "", false}, on_seen,
			  NULL);
	harness_until(h, &told.count, told.count + 1);
	assert_int_not_equal(told.e, ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_gaps_open_split_and_close, open_all,
						close_all),
		cmocka_unit_test_setup_teardown(test_another_event_of_an_old_number, open_all,
						close_all),
		cmocka_unit_test_setup_teardown(test_a_new_count_finds_nothing_of_the_old, open_all,
						close_all),
		cmocka_unit_test_setup_teardown(test_what_is_kept_is_bounded, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_a_repeat_alone_begins_nothing, open_all,
						close_all),
	};

	return cmocka_run_group_tests_name("store_sources", tests, NULL, NULL);
}
