/* The steps of the policies: one after another, each only by who has read all before it, with all
 * that belongs to it or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

static struct heard heard;
static char lines[64][64];
static int line_count, line_lists;
static int64_t line_total;

static int open_all(void **state)
{
	memset(&heard, 0, sizeof(heard));
	line_count = line_lists = 0;
	return harness_setup(state);
}

static void on_lines(void *arg, enum err e, const struct bytes *got, int count, int64_t total)
{
	(void)arg;
	assert_int_equal(e, ERR_OK);
	for (line_count = 0; line_count < count && line_count < 64; line_count++)
		snprintf(lines[line_count], sizeof(lines[0]), "%.*s", (int)got[line_count].len,
			 got[line_count].data);
	line_total = total;
	line_lists++;
}

static struct bytes bytes_of(const char *s)
{
	return (struct bytes){s, strlen(s)};
}

static void step(struct harness *h, const struct policy_step_in *in, enum err expected)
{
	struct policy_step_in whole = *in;

	whole.audit = bytes_of("{\"act\":\"a\"}");
	store_policy_step(h->store, &whole, heard_text, &heard);
	harness_until(h, &heard.count, heard.count + 1);
	assert_int_equal(heard.e[heard.count - 1], expected);
}

static void submit(struct harness *h, int known, const char *content, enum err expected)
{
	step(h,
	     &(struct policy_step_in){.known = known,
				      .step = bytes_of("submitted"),
				      .keeps = STEP_KEEPS_PACK,
				      .version = "p@1",
				      .content = bytes_of(content),
				      .answer = bytes_of("checked")},
	     expected);
}

static void answer_is(struct harness *h, const char *text)
{
	store_policy_answer(h->store, "p@1", heard_text, &heard);
	harness_until(h, &heard.count, heard.count + 1);
	assert_string_equal(heard.text[heard.count - 1], text);
}

static void test_only_who_has_read_all_writes(void **state)
{
	struct harness *h = *state;

	submit(h, 0, "pack", ERR_OK);
	submit(h, 0, "pack", ERR_STALE);
	submit(h, 1, "another pack", ERR_CONFLICT);
	step(h,
	     &(struct policy_step_in){.known = 1, .step = bytes_of("approved"), .version = "p@1"},
	     ERR_OK);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "policy:steps"), 2);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "audit"), 2);
	store_policy_steps(h->store, 1, on_lines, NULL);
	harness_until(h, &line_lists, 1);
	assert_int_equal(line_count, 1);
	assert_int_equal(line_total, 2);
	assert_string_equal(lines[0], "approved");
	store_policy_steps(h->store, 2, on_lines, NULL);
	harness_until(h, &line_lists, 2);
	assert_int_equal(line_count, 0);
	assert_int_equal(line_total, 2);
}

static void test_what_is_kept_goes_when_it_is_taken_back(void **state)
{
	struct harness *h = *state;

	submit(h, 0, "pack", ERR_OK);
	answer_is(h, "checked");
	store_policy_names(h->store, on_lines, NULL);
	harness_until(h, &line_lists, 1);
	assert_string_equal(lines[0], "p@1");
	step(h,
	     &(struct policy_step_in){.known = 1,
				      .step = bytes_of("withdrawn"),
				      .keeps = STEP_FORGETS_PACK,
				      .version = "p@1"},
	     ERR_OK);
	answer_is(h, "(null)");
	assert_int_equal(server_number(&h->server, "HLEN " KEY "policies"), 0);
}

static void test_wrong_types_leave_nothing_behind(void **state)
{
	struct harness *h = *state;

	server_do(&h->server, "SET " KEY "audit x");
	submit(h, 0, "pack", ERR_INTERNAL);
	assert_int_equal(server_number(&h->server, "HLEN " KEY "policies"), 0);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "policy:steps"), 0);
}

static void add(struct harness *h, const char *version, int count)
{
	const struct bytes last[] = {bytes_of("one"), bytes_of("two")};

	store_policy_shadow_add(h->store,
				&(struct shadow_counts){.version = version,
							.events = count,
							.changed = 2,
							.gained = 1,
							.lines = last,
							.line_count = 2},
				heard_text, &heard);
	harness_until(h, &heard.count, heard.count + 1);
	assert_int_equal(heard.e[heard.count - 1], ERR_OK);
}

static void test_a_shadow_counts_for_itself_only(void **state)
{
	struct harness *h = *state;

	add(h, "p@1", 5);
	assert_int_equal(server_number(&h->server, "EXISTS " KEY "policy:shadow"), 0);
	step(h,
	     &(struct policy_step_in){.known = 0,
				      .step = bytes_of("shadow-on"),
				      .keeps = STEP_BEGINS_SHADOW,
				      .version = "p@1"},
	     ERR_OK);
	add(h, "p@1", 5);
	add(h, "p@1", 6);
	add(h, "p@2", 7);
	store_policy_shadow(h->store, on_lines, NULL);
	harness_until(h, &line_lists, 1);
	for (int i = 0; i < line_count; i += 2) {
		if (!strcmp(lines[i], "events"))
			assert_string_equal(lines[i + 1], "11");
	}
	assert_int_equal(line_count, 12);
	for (int i = 0; i < SHADOW_LAST_MAX; i++)
		add(h, "p@1", 1);
	store_policy_shadow_last(h->store, on_lines, NULL);
	harness_until(h, &line_lists, 2);
	assert_int_equal(line_count, SHADOW_LAST_MAX);
	assert_string_equal(lines[0], "two");
	assert_string_equal(lines[1], "one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_only_who_has_read_all_writes, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_what_is_kept_goes_when_it_is_taken_back,
						open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_wrong_types_leave_nothing_behind, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_a_shadow_counts_for_itself_only, open_all,
						harness_teardown),
	};

	return cmocka_run_group_tests_name("store_policy", tests, NULL, NULL);
}
