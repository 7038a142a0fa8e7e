/* Accepting and committing: what the scripts keep, and that they keep all of it or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"
#include "store/keys.h"

#define LOG_LINES 9000

static struct heard heard;
static struct sample samples[400];

static int open_all(void **state)
{
	memset(&heard, 0, sizeof(heard));
	return harness_setup(state);
}

static void list(struct harness *h, const char *body, bool todo_only, int64_t below, int limit)
{
	store_body_list(h->store, &(struct list_in){body, todo_only, below, limit}, heard_refs,
			&heard);
	harness_until(h, &heard.count, heard.count + 1);
}

static const char *last_text(void)
{
	return heard.text[heard.count - 1];
}

static void test_new_repeat_conflict(void **state)
{
	struct harness *h = *state;

	for (int i = 0; i < 3; i++)
		sample_event(&samples[i], 1, "wjw,zjj");
	samples[2].in.fingerprint[9] = 1;
	accept_samples(h, samples, 0, 1, &heard);
	accept_samples(h, samples, 1, 2, &heard);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(heard.e[i], ERR_OK);
		assert_int_equal(heard.result[i], ACCEPT_NEW + i);
		assert_int_equal(heard.seq[i], 1);
	}
	assert_string_equal(heard.text[0], "");
	assert_string_equal(heard.text[1], samples[0].record);
	assert_string_equal(heard.text[2], "");
	assert_int_equal(server_number(&h->server, "GET " KEY "seq"), 1);
	assert_int_equal(server_number(&h->server, "XLEN " KEY "feed"), 1);
}

static void test_repeat_inside_one_batch(void **state)
{
	struct harness *h = *state;

	sample_event(&samples[0], 1, "wjw");
	sample_event(&samples[1], 2, "wjw");
	sample_event(&samples[2], 2, "wjw");
	sample_event(&samples[3], 2, "wjw");
	sample_event(&samples[4], 3, "wjw");
	samples[3].in.fingerprint[9] = 1;
	accept_samples(h, samples, 0, 5, &heard);
	assert_int_equal(heard.result[1], ACCEPT_NEW);
	assert_int_equal(heard.result[2], ACCEPT_REPEAT);
	assert_string_equal(heard.text[2], samples[1].record);
	assert_int_equal(heard.result[3], ACCEPT_CONFLICT);
	for (int i = 1; i < 4; i++)
		assert_int_equal(heard.seq[i], 2);
	assert_int_equal(heard.result[4], ACCEPT_NEW);
	assert_int_equal(heard.seq[4], 3);
	list(h, "wjw", false, -1, 10);
	assert_string_equal(last_text(), "3.0 2.0 1.0");
}

static void test_earlier_events_of_a_case(void **state)
{
	struct harness *h = *state;

	for (int i = 0; i < 3; i++) {
		sample_event(&samples[i], i + 1, "wjw");
		samples[i].in.case_id = "371302202611230001";
	}
	samples[1].in.type = "changed";
	samples[2].in.version = 2;
	accept_samples(h, samples, 0, 2, &heard);
	accept_samples(h, samples, 2, 1, &heard);
	assert_string_equal(heard.text[0], "");
	assert_string_equal(heard.text[1], "1/granted/1");
	assert_string_equal(heard.text[2], "1/granted/1,2/changed/1");
	store_find_case(h->store, "371302202611230001", heard_text, &heard);
	store_find_case(h->store, "another", heard_text, &heard);
	harness_until(h, &heard.count, 5);
	assert_string_equal(heard.text[3], "1/granted/1,2/changed/1,3/granted/2");
	assert_string_equal(heard.text[4], "(null)");
}

/* A repeat adds nothing, another number of the same bucket is not meant, and what knows no number
 * is nowhere. */
static void test_earlier_events_of_a_permit(void **state)
{
	struct harness *h = *state;

	for (int i = 0; i < 6; i++)
		sample_event(&samples[i], i == 3 ? 0 : i, "wjw");
	samples[0].in.permit = samples[3].in.permit = samples[4].in.permit = "鲁卫许1号";
	samples[1].in.permit = "鲁卫许1";
	samples[4].in.type = "renewed";
	samples[4].in.version = 3;
	accept_samples(h, samples, 0, 6, &heard);
	assert_int_equal(heard.result[3], ACCEPT_REPEAT);
	store_find_permit(h->store, "鲁卫许1号", heard_text, &heard);
	store_find_permit(h->store, "another", heard_text, &heard);
	harness_until(h, &heard.count, 8);
	assert_string_equal(heard.text[6], "1/granted/1,4/renewed/3");
	assert_string_equal(heard.text[7], "");
}

static void test_many_in_one_turn(void **state)
{
	struct harness *h = *state;
	int64_t seqs[4] = {400, 1, 16, 999};

	for (int i = 0; i < 400; i++)
		sample_event(&samples[i], i, i % 2 ? "wjw,zjj" : "zjj,wjw,wjw");
	accept_samples(h, samples, 0, 400, &heard);
	for (int i = 0; i < 400; i++)
		assert_int_equal(heard.seq[i], i + 1);
	assert_in_range(server_number(&h->server, "XLEN " KEY "feed"), 4, 4);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "b:wjw:all"), 600);
	assert_int_equal(server_number(&h->server, "ZCARD " KEY "b:wjw:open"), 600);
	assert_int_equal(server_number(&h->server, "ZCARD " KEY "due"), 400);
	list(h, "wjw", true, 1, 10);
	assert_string_equal(last_text(), "1.2 1.1");
	assert_int_equal(heard.seq[400], 600);
	list(h, "wjw", false, 3, 10);
	assert_string_equal(last_text(), "2.0 1.2 1.1");
	list(h, "zjj", true, -1, 3);
	assert_string_equal(last_text(), "400.1 399.0 398.1");
	list(h, "zjj", true, 17, 2);
	assert_string_equal(last_text(), "17.0 16.1");
	list(h, "wjw", false, 601, 1);
	assert_string_equal(last_text(), "400.0");
	heard.count = 0;
	store_load(h->store, seqs, 4, true, heard_load, &heard);
	store_load(h->store, seqs, 1, false, heard_load, &heard);
	store_load(h->store, NULL, 0, false, heard_load, &heard);
	harness_until(h, &heard.count, 8);
	assert_string_equal(heard.text[0],
			    "{\"event\":399,\"case\":\"case-399\"}|1\tfirst record of 399\n");
	assert_string_equal(heard.text[2],
			    "{\"event\":15,\"case\":\"case-15\"}|1\tfirst record of 15\n");
	assert_string_equal(heard.text[3], "-|-");
	assert_string_equal(heard.text[5], "-|1\tfirst record of 399\n");
	assert_int_equal(heard.result[7], 0);
}

static void commit(struct harness *h, int64_t seq, int expected, const char *record,
		   const struct commit_index *index)
{
	const struct commit_in in = {.seq = seq,
				     .expected_version = expected,
				     .record = {record, strlen(record)},
				     .due_ms = expected == 2 ? -1 : 77,
				     .index = index,
				     .index_count = index ? 1 : 0,
				     .feed = "C\t1\t0\twjw\tacknowledged\twang\t5\n"};

	store_commit(h->store, &in, heard_commit, &heard);
}

static void test_commit(void **state)
{
	struct harness *h = *state;
	const struct commit_index done = {.body = "wjw", .notice = 0, .todo = false};

	sample_event(&samples[0], 1, "wjw,zjj");
	accept_samples(h, samples, 0, 1, &heard);
	heard.count = 0;
	commit(h, 1, 1, "2\tsecond", &done);
	commit(h, 9, 1, "2\tnobody", NULL);
	harness_until(h, &heard.count, 2);
	assert_int_equal(heard.e[0], ERR_OK);
	assert_int_equal(heard.e[1], ERR_NOT_FOUND);
	assert_int_equal(server_number(&h->server, "ZSCORE " KEY "due 1"), 77);
	commit(h, 1, 1, "2\tlate", NULL);
	harness_until(h, &heard.count, 3);
	assert_int_equal(heard.e[2], ERR_STALE);
	assert_string_equal(heard.text[2], "2\tsecond");
	list(h, "wjw", true, -1, 9);
	assert_string_equal(last_text(), "");
	list(h, "zjj", true, -1, 9);
	assert_string_equal(last_text(), "1.1");
	list(h, "wjw", false, -1, 9);
	assert_string_equal(last_text(), "1.0");
	assert_int_equal(server_number(&h->server, "XLEN " KEY "feed"), 2);
}

/* Versions must not be taken for their beginnings: 1 is not 12. */
static void test_commit_compares_whole_versions(void **state)
{
	struct harness *h = *state;

	sample_event(&samples[0], 1, "wjw");
	snprintf(samples[0].record, sizeof(samples[0].record), "12\ttwelve");
	samples[0].in.record.len = 9;
	accept_samples(h, samples, 0, 1, &heard);
	heard.count = 0;
	commit(h, 1, 1, "2\twrong", NULL);
	commit(h, 1, 12, "13\tright", NULL);
	harness_until(h, &heard.count, 2);
	assert_int_equal(heard.e[0], ERR_STALE);
	assert_int_equal(heard.e[1], ERR_OK);
}

/* More than Lua hands on in one call: of a commit whose log fails, all that stands before it would
 * be written already. */
static void test_commit_with_many_lines_of_the_log(void **state)
{
	struct harness *h = *state;
	static char lines[2 * LOG_LINES];
	struct commit_in in = {.seq = 1,
			       .expected_version = 1,
			       .record = {"2\tsecond", 8},
			       .due_ms = -1,
			       .feed = "",
			       .audit = lines};

	for (int i = 0; i < LOG_LINES; i++)
		memcpy(lines + 2 * i, "x\n", 2);
	lines[2 * LOG_LINES - 1] = '\0';
	sample_event(&samples[0], 1, "wjw");
	accept_samples(h, samples, 0, 1, &heard);
	heard.count = 0;
	store_commit(h->store, &in, heard_commit, &heard);
	harness_until(h, &heard.count, 1);
	assert_int_equal(heard.e[0], ERR_OK);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "audit"), LOG_LINES);
}

static void test_commits_to_one_event_in_one_batch(void **state)
{
	struct harness *h = *state;
	const struct commit_index gone = {.body = "wjw", .notice = 0, .todo = false},
				  back = {.body = "wjw", .notice = 0, .todo = true},
				  added = {.body = "new",
					   .notice = 5,
					   .todo = true,
					   .listed = LISTED_NEW};

	sample_event(&samples[0], 1, "wjw");
	accept_samples(h, samples, 0, 1, &heard);
	heard.count = 0;
	commit(h, 1, 1, "2\tsecond", &gone);
	commit(h, 1, 1, "2\tlost race", &gone);
	commit(h, 1, 2, "3\tthird", &back);
	commit(h, 1, 3, "4\tfourth", &added);
	commit(h, 1, 3, "4\tlost too", &gone);
	harness_until(h, &heard.count, 5);
	assert_int_equal(heard.e[0], ERR_OK);
	assert_int_equal(heard.e[1], ERR_STALE);
	assert_string_equal(heard.text[1], "2\tsecond");
	assert_int_equal(heard.e[2], ERR_OK);
	assert_int_equal(heard.e[3], ERR_OK);
	assert_int_equal(heard.e[4], ERR_STALE);
	assert_string_equal(heard.text[4], "4\tfourth");
	assert_int_equal(server_number(&h->server, "ZSCORE " KEY "due 1"), 77);
	list(h, "wjw", true, -1, 9);
	assert_string_equal(last_text(), "1.0");
	list(h, "new", true, -1, 9);
	assert_string_equal(last_text(), "1.5");
	list(h, "new", false, -1, 9);
	assert_string_equal(last_text(), "1.5");
}

static void test_what_is_given_back_is_on_no_list(void **state)
{
	struct harness *h = *state;
	const struct commit_index taken = {.body = "new",
					   .notice = 0,
					   .todo = true,
					   .listed = LISTED_NEW},
				  back = {.body = "new", .notice = 0, .listed = LISTED_GONE};

	sample_event(&samples[0], 1, "wjw");
	accept_samples(h, samples, 0, 1, &heard);
	heard.count = 0;
	commit(h, 1, 1, "2\ttaken", &taken);
	harness_until(h, &heard.count, 1);
	commit(h, 1, 2, "3\tback", &back);
	commit(h, 1, 3, "4\ttaken", &taken);
	harness_until(h, &heard.count, 3);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "b:new:all"), 1);
	assert_int_equal(server_number(&h->server, "ZCARD " KEY "b:new:open"), 1);
	commit(h, 1, 4, "5\tback", &back);
	commit(h, 1, 5, "6\ttaken", &taken);
	commit(h, 1, 6, "7\tback", &back);
	harness_until(h, &heard.count, 6);
	assert_int_equal(heard.e[5], ERR_OK);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "b:new:all"), 0);
	assert_int_equal(server_number(&h->server, "ZCARD " KEY "b:new:open"), 0);
}

static void commit_due(struct harness *h, int expected, const char *record, int64_t due_ms,
		       bool stands)
{
	const struct commit_in in = {.seq = 1,
				     .expected_version = expected,
				     .record = {record, strlen(record)},
				     .due_ms = due_ms,
				     .due_stands = stands,
				     .feed = ""};

	store_commit(h->store, &in, heard_commit, &heard);
}

/* Redis keeps what it has, but what an earlier commit of the same call moved is moved. */
static void test_commit_with_a_moment_that_stands(void **state)
{
	struct harness *h = *state;

	sample_event(&samples[0], 1, "wjw");
	accept_samples(h, samples, 0, 1, &heard);
	heard.count = 0;
	commit_due(h, 1, "2\tx", 77, false);
	commit_due(h, 2, "3\tx", 77, true);
	harness_until(h, &heard.count, 2);
	assert_int_equal(server_number(&h->server, "ZSCORE " KEY "due 1"), 77);
	commit_due(h, 3, "4\tx", 99, true);
	harness_until(h, &heard.count, 3);
	assert_int_equal(server_number(&h->server, "ZSCORE " KEY "due 1"), 77);
	commit_due(h, 4, "5\tx", -1, false);
	commit_due(h, 5, "6\tx", -1, true);
	harness_until(h, &heard.count, 5);
	assert_int_equal(server_number(&h->server, "ZCARD " KEY "due"), 0);
}

static void test_commit_without_next_moment(void **state)
{
	struct harness *h = *state;

	sample_event(&samples[0], 1, "wjw");
	accept_samples(h, samples, 0, 1, &heard);
	heard.count = 0;
	commit(h, 1, 1, "2\tsecond", NULL);
	commit(h, 1, 2, "3\tthird", NULL);
	harness_until(h, &heard.count, 2);
	assert_int_equal(server_number(&h->server, "ZCARD " KEY "due"), 0);
}

/* A key of another type is found out before the first write: nothing is left half-written. */
static void test_wrong_types_leave_nothing_behind(void **state)
{
	static const char *const keys[] = {"due",	"feed",	      "e:0", "r:0",
					   "b:wjw:all", "b:zjj:open", "seq"};
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		server_do(&h->server, "SADD " KEY "%s x", keys[i]);
		sample_event(&samples[0], 1, "wjw,zjj");
		heard.count = 0;
		accept_samples(h, samples, 0, 1, &heard);
		assert_int_equal(heard.e[0], ERR_INTERNAL);
		/* this and the name of the data set */
		assert_int_equal(server_number(&h->server, "DBSIZE"), 2);
		server_do(&h->server, "DEL " KEY "%s", keys[i]);
	}
	accept_samples(h, samples, 0, 1, &heard);
	assert_int_equal(heard.e[1], ERR_OK);
	server_do(&h->server, "DEL " KEY "b:zjj:open");
	server_do(&h->server, "SADD " KEY "b:zjj:open x");
	heard.count = 0;
	commit(h, 1, 1, "2\tsecond", &(struct commit_index){.body = "zjj", .notice = 1});
	harness_until(h, &heard.count, 1);
	assert_int_equal(heard.e[0], ERR_INTERNAL);
	assert_int_equal(server_number(&h->server, "HGET " KEY "r:0 1"), 1);
	assert_true(store_is_up(h->store));
}

/* What is looked at by writing it is taken back when a later event of the call cannot be taken. */
static void test_a_wrong_type_found_late_leaves_nothing_behind(void **state)
{
	struct harness *h = *state;
	struct arena arena;
	struct keys keys;
	struct args last;

	arena_init(&arena);
	keys_init(&keys, CELL, &arena);
	args_init(&last, &arena);
	for (int i = 0; i < 3; i++)
		sample_event(&samples[i], 1 + i, "wjw,zjj");
	key_dedupe(&keys, &last, samples[2].in.identity);
	key_case(&keys, &last, samples[2].in.case_id);
	for (int k = 0; k < last.count; k++) {
		const struct bytes *key = &last.v[k];

		server_do(&h->server, "SADD %b x", key->data, key->len);
		heard.count = 0;
		accept_samples(h, samples, 0, 3, &heard);
		for (int i = 0; i < 3; i++)
			assert_int_equal(heard.e[i], ERR_INTERNAL);
		/* this and the name of the data set */
		assert_int_equal(server_number(&h->server, "DBSIZE"), 2);
		server_do(&h->server, "DEL %b", key->data, key->len);
	}
	heard.count = 0;
	accept_samples(h, samples, 0, 3, &heard);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(heard.e[i], ERR_OK);
		assert_int_equal(heard.result[i], ACCEPT_NEW);
		assert_int_equal(heard.seq[i], 1 + i);
	}
	args_clear(&last);
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new_repeat_conflict, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_repeat_inside_one_batch, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_earlier_events_of_a_case, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_earlier_events_of_a_permit, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_many_in_one_turn, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_commit, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_commit_compares_whole_versions, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_commit_with_many_lines_of_the_log, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_commits_to_one_event_in_one_batch, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_what_is_given_back_is_on_no_list, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_commit_with_a_moment_that_stands, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_commit_without_next_moment, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_wrong_types_leave_nothing_behind, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_a_wrong_type_found_late_leaves_nothing_behind,
						open_all, harness_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
