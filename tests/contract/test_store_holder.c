/* Who holds a case and a permit: whoever claimed last, unless the claim was taken back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

static struct heard heard;
static struct sample samples[6];

static int open_all(void **state)
{
	memset(&heard, 0, sizeof(heard));
	return harness_setup(state);
}

static const char *last_text(void)
{
	return heard.text[heard.count - 1];
}

static void find_holder(struct harness *h, const char *case_id, const char *permit)
{
	store_find_holder(h->store, case_id, permit, heard_text, &heard);
	harness_until(h, &heard.count, heard.count + 1);
}

static void test_holder(void **state)
{
	struct harness *h = *state;
	struct commit_in in = {.seq = 1,
			       .expected_version = 1,
			       .record = {"2\tx", 3},
			       .due_ms = -1,
			       .feed = "",
			       .holder_body = "wjw",
			       .holder_case = "case-1",
			       .holder_permit = "P1"};

	sample_event(&samples[0], 1, "wjw");
	accept_samples(h, samples, 0, 1, &heard);
	store_commit(h->store, &in, heard_commit, &heard);
	in.holder_body = "zjj";
	store_commit(h->store, &in, heard_commit, &heard);
	harness_until(h, &heard.count, 3);
	find_holder(h, "case-1", NULL);
	assert_string_equal(last_text(), "wjw");
	find_holder(h, "other", "P1");
	assert_string_equal(last_text(), "wjw");
	find_holder(h, "other", "P2");
	assert_string_equal(last_text(), "(null)");
	find_holder(h, NULL, NULL);
	assert_string_equal(last_text(), "(null)");
}

static void hold(struct harness *h, int seq, int version, const char *body)
{
	char record[16];
	struct commit_in in = {.seq = seq,
			       .expected_version = version,
			       .record = {record, 0},
			       .due_ms = -1,
			       .feed = "",
			       .holder_body = body,
			       .holder_notice = 3,
			       .holder_case = "case-1",
			       .holder_permit = "P1"};

	in.record.len = (size_t)snprintf(record, sizeof(record), "%d	x", version + 1);
	store_commit(h->store, &in, heard_commit, &heard);
	harness_until(h, &heard.count, heard.count + 1);
}

static void assert_held_by(struct harness *h, const char *body)
{
	find_holder(h, "case-1", NULL);
	assert_string_equal(last_text(), body);
	find_holder(h, "case-1", "P1");
	assert_string_equal(last_text(), body);
}

/* Each claim that is taken back leaves the others, whichever came first. */
static void test_holder_gives_back(void **state)
{
	struct harness *h = *state;

	sample_event(&samples[0], 1, "wjw");
	sample_event(&samples[1], 2, "zjj");
	accept_samples(h, samples, 0, 2, &heard);
	hold(h, 1, 1, "wjw");
	hold(h, 2, 1, "zjj");
	assert_held_by(h, "zjj");
	hold(h, 2, 2, "");
	assert_held_by(h, "wjw");
	hold(h, 2, 3, "zjj");
	hold(h, 1, 2, "");
	assert_held_by(h, "zjj");
	hold(h, 1, 2, "wjw"); /* too late: another has written */
	assert_held_by(h, "zjj");
	hold(h, 2, 4, "");
	assert_held_by(h, "(null)");
}

/* So many are kept, the newest; one that is claimed again is the newest, and is kept once. */
static void test_holders_are_few(void **state)
{
	struct harness *h = *state;

	for (int i = 0; i < 6; i++)
		sample_event(&samples[i], i + 1, "wjw");
	accept_samples(h, samples, 0, 6, &heard);
	for (int i = 1; i <= 6; i++)
		hold(h, i, 1, i < 3 ? "old" : "wjw");
	for (int i = 2; i < 20; i++)
		hold(h, 6, i, "wjw");
	for (int i = 4; i <= 5; i++)
		hold(h, i, 2, "");
	hold(h, 6, 20, "");
	assert_held_by(h, "wjw");
	hold(h, 3, 2, "");
	assert_held_by(h, "(null)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_holder, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_holder_gives_back, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_holders_are_few, open_all, harness_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
