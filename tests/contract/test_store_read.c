/* Reading: events by number, bodies' lists, looking through all of them, cases and holders, small
 * things by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

static struct heard heard;
static struct sample samples[300];

static int open_all(void **state)
{
	memset(&heard, 0, sizeof(heard));
	return harness_setup(state);
}

/* Waits for one more answer than were asked for so far, and gives its place. */
static int one_more(struct harness *h)
{
	harness_until(h, &heard.count, heard.count + 1);
	return heard.count - 1;
}

static void fill(struct harness *h, int count)
{
	for (int i = 0; i < count; i++) {
		sample_event(&samples[i], i + 1, i % 2 ? "wjw" : "zjj,wjw");
		if (i % 10 == 9)
			snprintf(samples[i].doc, sizeof(samples[i].doc),
				 "{\"name\":\"Lin-Yi 临沂[%%d+].*\",\"n\":%d}", i + 1);
		samples[i].in.doc.len = strlen(samples[i].doc);
	}
	accept_samples(h, samples, 0, count, &heard);
	heard.count = 0;
}

static void test_load(void **state)
{
	struct harness *h = *state;
	const int64_t twice_and_missing[] = {7, 7, 0, -3, 1000000, 33};

	fill(h, 40);
	store_load(h->store, twice_and_missing, 6, false, heard_load, &heard);
	harness_until(h, &heard.count, 7);
	assert_string_equal(heard.text[0], "-|1\tfirst record of 7\n");
	assert_string_equal(heard.text[1], heard.text[0]);
	assert_int_equal(heard.seq[1], 7);
	for (int i = 2; i < 5; i++) {
		assert_int_equal(heard.e[i], ERR_OK);
		assert_string_equal(heard.text[i], "-|-");
		assert_int_equal(heard.seq[i], twice_and_missing[i]);
	}
	assert_string_equal(heard.text[5], "-|1\tfirst record of 33\n");
}

/* Documents are bytes: a NUL or a line end inside comes back as it went in. */
static void test_bytes_are_kept(void **state)
{
	static const char doc[] = "{\"a\":\0\"\r\n$5\r\n\xff\"}";
	struct harness *h = *state;
	const int64_t seq = 1;

	sample_event(&samples[0], 1, "wjw");
	samples[0].in.doc = (struct bytes){doc, sizeof(doc) - 1};
	accept_samples(h, samples, 0, 1, &heard);
	store_load(h->store, &seq, 1, true, heard_load, &heard);
	harness_until(h, &heard.count, 3);
	assert_int_equal(server_number(&h->server, "HSTRLEN " KEY "e:0 1"), (int)sizeof(doc) - 1);
	assert_memory_equal(heard.text[1], "{\"a\":|1\t", 8);
}

static void list(struct harness *h, const struct list_in *in, const char *refs, int total)
{
	int at;

	store_body_list(h->store, in, heard_refs, &heard);
	at = one_more(h);
	assert_int_equal(heard.e[at], ERR_OK);
	assert_string_equal(heard.text[at], refs);
	assert_int_equal(heard.seq[at], total);
}

static void test_lists(void **state)
{
	struct harness *h = *state;

	fill(h, 30);
	for (int todo = 0; todo < 2; todo++) {
		list(h, &(struct list_in){"wjw", todo, -1, 3}, "30.0 29.1 28.0", 30);
		list(h, &(struct list_in){"wjw", todo, 1000, 2}, "30.0 29.1", 30);
		list(h, &(struct list_in){"wjw", todo, 2, 10}, "2.0 1.1", 30);
		list(h, &(struct list_in){"wjw", todo, 0, 10}, "", 30);
		list(h, &(struct list_in){"wjw", todo, -1, 0}, "", 30);
		list(h, &(struct list_in){"nobody", todo, -1, 10}, "", 0);
		list(h, &(struct list_in){"", todo, -1, 10}, "", 0);
	}
	/* Of the list the place counts, of what is to do the event. */
	list(h, &(struct list_in){"zjj", false, 15, 2}, "29.0 27.0", 15);
	list(h, &(struct list_in){"zjj", true, 15, 2}, "15.0 13.0", 15);
}

static int scan(struct harness *h, const struct scan_in *in)
{
	int before = heard.count;

	store_scan(h->store, in, heard_scan, &heard);
	one_more(h);
	while (strcmp(heard.text[heard.count - 1], "end") != 0)
		one_more(h);
	assert_int_equal(heard.result[heard.count - 1], heard.count - 1 - before);
	return before;
}

static void test_scan_finds_plain_text(void **state)
{
	struct harness *h = *state;
	const char *const any[] = {"\"n\":30", "record of 10\n"};
	int at;

	fill(h, 40);
	/* Neither Lua's nor anybody else's patterns: what is looked for is text. */
	at = scan(h, &(struct scan_in){.need = "lin-yi 临沂[%d+].*", .limit = 10, .budget = 1000});
	for (int i = 0; i < 4; i++)
		assert_int_equal(heard.seq[at + i], 40 - 10 * i);
	assert_int_equal(heard.seq[at + 4], 0);
	at = scan(h, &(struct scan_in){
			     .need = "", .any = any, .any_count = 2, .limit = 10, .budget = 1000});
	assert_int_equal(heard.seq[at], 30);
	assert_int_equal(heard.seq[at + 1], 10);
	assert_int_equal(heard.result[at + 2], 2);
	at = scan(
		h,
		&(struct scan_in){
			.need = "case-", .any = any, .any_count = 2, .limit = 10, .budget = 1000});
	assert_int_equal(heard.result[at], 0);
	at = scan(h, &(struct scan_in){.need = "no such thing", .limit = 10, .budget = 1000});
	assert_int_equal(heard.result[at], 0);
}

static void test_scan_goes_on(void **state)
{
	struct harness *h = *state;
	int64_t next = 0;
	int at, seen = 0;

	fill(h, 40);
	do {
		at = scan(h, &(struct scan_in){
				     .before = next, .need = "", .limit = 7, .budget = 1000});
		for (; strcmp(heard.text[at], "end") != 0; at++)
			assert_int_equal(heard.seq[at], 40 - seen++);
		next = heard.seq[at];
		assert_int_equal(next, seen < 40 ? 41 - seen : 0);
	} while (next);
	assert_int_equal(seen, 40);
	/* Within the budget nothing may be found, and still there is a place to go on. */
	at = scan(h, &(struct scan_in){.before = 40, .need = "first", .limit = 7, .budget = 5});
	assert_int_equal(heard.result[at], 0);
	assert_int_equal(heard.seq[at], 35);
	/* Beyond the end is the end. */
	at = scan(h, &(struct scan_in){.before = 1000, .need = "", .limit = 1, .budget = 5});
	assert_int_equal(heard.seq[at], 40);
	at = scan(h, &(struct scan_in){.before = 1, .need = "", .limit = 1, .budget = 5});
	assert_int_equal(heard.seq[at], heard.result[at] ? 1 : 0);
}

/* One call keeps Redis from everybody else, so however much is asked for, it looks at 256 events.
 */
static void test_scan_is_cut_short(void **state)
{
	struct harness *h = *state;
	int at;

	fill(h, 300);
	at = scan(h, &(struct scan_in){.need = "no such thing", .limit = 10, .budget = 100000});
	assert_int_equal(heard.result[at], 0);
	assert_int_equal(heard.seq[at], 300 - 256 + 1);
}

/* A hole in the middle, as an archive leaves it, is stepped over. */
static void test_scan_over_a_hole(void **state)
{
	struct harness *h = *state;
	int at;

	fill(h, 40);
	server_do(&h->server, "DEL " KEY "e:1");
	at = scan(h, &(struct scan_in){.need = "", .limit = 100, .budget = 1000});
	assert_int_equal(heard.result[heard.count - 1], 24);
	assert_int_equal(heard.seq[at + 8], 32);
	assert_int_equal(heard.seq[at + 9], 15);
}

static void text_is(struct harness *h, enum err e, const char *text)
{
	int at = one_more(h);

	assert_int_equal(heard.e[at], e);
	assert_string_equal(heard.text[at], text);
}

static void test_cases_and_holders(void **state)
{
	struct harness *h = *state;
	const struct commit_in claim = {.seq = 3,
					.expected_version = 1,
					.record = {"2\tx", 3},
					.due_ms = -1,
					.feed = "",
					.holder_body = "wjw",
					.holder_case = "case-3",
					.holder_permit = "许可 3"};

	fill(h, 5);
	store_find_case(h->store, "case-3", heard_text, &heard);
	text_is(h, ERR_OK, "3/granted/1");
	store_find_case(h->store, "", heard_text, &heard);
	text_is(h, ERR_OK, "(null)");
	store_find_holder(h->store, "case-3", "许可 3", heard_text, &heard);
	text_is(h, ERR_OK, "(null)");
	store_commit(h->store, &claim, heard_commit, &heard);
	one_more(h);
	store_find_holder(h->store, "case-4", "许可 3", heard_text, &heard);
	text_is(h, ERR_OK, "wjw");
	store_find_holder(h->store, "case-3", "no such", heard_text, &heard);
	text_is(h, ERR_OK, "wjw");
	/* A case is no permit, though both may have the same number. */
	store_find_holder(h->store, "许可 3", "case-3", heard_text, &heard);
	text_is(h, ERR_OK, "(null)");
}

static void test_tables(void **state)
{
	struct harness *h = *state;

	store_put(h->store, TABLE_USERS, "li", (struct bytes){"one", 3}, heard_text, &heard);
	store_put(h->store, TABLE_USERS, "li", (struct bytes){"two", 3}, heard_text, &heard);
	store_put(h->store, TABLE_KEYS, "li", (struct bytes){"a\0b", 3}, heard_text, &heard);
	store_put(h->store, TABLE_POLICIES, "none", (struct bytes){NULL, 0}, heard_text, &heard);
	harness_until(h, &heard.count, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(heard.e[i], ERR_OK);
	store_get(h->store, TABLE_USERS, "li", heard_text, &heard);
	text_is(h, ERR_OK, "two");
	store_get(h->store, TABLE_CONTACTS, "li", heard_text, &heard);
	text_is(h, ERR_OK, "(null)");
	store_get(h->store, TABLE_POLICIES, "none", heard_text, &heard);
	text_is(h, ERR_OK, "");
	heard.count = 0;
	store_list(h->store, TABLE_KEYS, heard_list, &heard);
	harness_until(h, &heard.count, 2);
	assert_int_equal(heard.seq[0], 3); /* the whole value, its NUL included */
}

static void put(struct harness *h, const char *value, struct expiring how, enum err e,
		const char *in_force)
{
	how.kind = "session";
	how.name = "abc";
	how.value = (struct bytes){value, strlen(value)};
	store_put_expiring(h->store, &how, heard_text, &heard);
	text_is(h, e, in_force);
}

static void test_expiring(void **state)
{
	struct harness *h = *state;
	const struct expiring fresh = {.ttl_ms = 60000, .only_if_new = true},
			      over = {.ttl_ms = 90000, .only_if_there = true};

	put(h, "first", fresh, ERR_OK, "first");
	assert_in_range(server_number(&h->server, "PTTL " KEY "x:session:abc"), 50000, 60000);
	put(h, "second", fresh, ERR_OK, "first");
	put(h, "third", (struct expiring){0}, ERR_OK, "third");
	assert_int_equal(server_number(&h->server, "PTTL " KEY "x:session:abc"), -1);
	store_get_expiring(h->store, "session", "abc", heard_text, &heard);
	text_is(h, ERR_OK, "third");
	store_get_expiring(h->store, "other", "abc", heard_text, &heard);
	text_is(h, ERR_OK, "(null)");
	server_do(&h->server, "PEXPIRE " KEY "x:session:abc 0");
	store_get_expiring(h->store, "session", "abc", heard_text, &heard);
	text_is(h, ERR_OK, "(null)");
	put(h, "over", over, ERR_NOT_FOUND, "(null)");
	assert_int_equal(server_number(&h->server, "EXISTS " KEY "x:session:abc"), 0);
	put(h, "fourth", fresh, ERR_OK, "fourth");
	put(h, "over", over, ERR_OK, "over");
	assert_in_range(server_number(&h->server, "PTTL " KEY "x:session:abc"), 60001, 90000);
	store_delete_expiring(h->store, "session", "abc", heard_text, &heard);
	text_is(h, ERR_OK, "(null)");
	assert_int_equal(server_number(&h->server, "EXISTS " KEY "x:session:abc"), 0);
}

/* A table that is something else is an error of this call and of no other. */
static void heard_pass(void *arg, enum err e, const struct text_pass_out *out)
{
	struct heard *to = arg;

	to->e[to->count] = e;
	to->result[to->count] = e == ERR_OK ? (int)out->pass : -1;
	to->seq[to->count] = e == ERR_OK ? out->until_ms : -1;
	snprintf(to->text[to->count++], sizeof(to->text[0]), "%s", e == ERR_OK ? out->with : "");
}

static void pass_is(struct harness *h, const struct text_pass_in *in, enum text_pass pass)
{
	store_text_pass(h->store, in, heard_pass, &heard);
	harness_until(h, &heard.count, heard.count + 1);
	assert_int_equal(heard.e[heard.count - 1], ERR_OK);
	assert_int_equal(heard.result[heard.count - 1], pass);
}

static void test_texts_are_counted_by_number_and_day(void **state)
{
	struct harness *h = *state;

	pass_is(h, &(struct text_pass_in){.hash = "h1", .id = "d1.0", .day = 20000, .limit = 2},
		TEXT_MAY);
	pass_is(h, &(struct text_pass_in){.hash = "h1", .id = "d2.0", .day = 20000, .limit = 2},
		TEXT_MAY);
	pass_is(h, &(struct text_pass_in){.hash = "h1", .id = "d3.0", .day = 20000, .limit = 2},
		TEXT_ENOUGH);
	/* it was counted */
	pass_is(h, &(struct text_pass_in){.hash = "h1", .id = "d1.0", .day = 20000, .limit = 2},
		TEXT_MAY);
	/* no limit for this one, but it counts */
	pass_is(h, &(struct text_pass_in){.hash = "h1", .id = "d4.0", .day = 20000, .limit = 0},
		TEXT_MAY);
	pass_is(h, &(struct text_pass_in){.hash = "h1", .id = "d3.0", .day = 20000, .limit = 3},
		TEXT_ENOUGH);
	pass_is(h, &(struct text_pass_in){.hash = "h1", .id = "d3.0", .day = 20001, .limit = 2},
		TEXT_MAY);
	pass_is(h, &(struct text_pass_in){.hash = "h2", .id = "d3.0", .day = 20000, .limit = 2},
		TEXT_MAY);
	store_put(h->store, TABLE_OPTOUTS, "h2", (struct bytes){"1", 1}, heard_text, &heard);
	harness_until(h, &heard.count, heard.count + 1);
	pass_is(h, &(struct text_pass_in){.hash = "h2", .id = "d3.0", .day = 20000, .limit = 0},
		TEXT_UNWANTED);
	server_do(&h->server, "SET " KEY "t:h4:20000 x");
	store_text_pass(
		h->store,
		&(struct text_pass_in){.hash = "h4", .id = "d3.0", .day = 20000, .limit = 1},
		heard_pass, &heard);
	harness_until(h, &heard.count, heard.count + 1);
	assert_int_equal(heard.e[heard.count - 1], ERR_INTERNAL);
}

static const char *joined(struct harness *h, const char *id, int64_t now_ms, int64_t until_ms)
{
	pass_is(h,
		&(struct text_pass_in){.hash = "h1",
				       .id = id,
				       .day = 20000,
				       .limit = 2,
				       .now_ms = now_ms,
				       .join_ms = 1000},
		until_ms ? TEXT_WAITS : TEXT_MAY);
	assert_int_equal(heard.seq[heard.count - 1], until_ms);
	return heard.text[heard.count - 1];
}

static void test_texts_wait_for_each_other(void **state)
{
	struct harness *h = *state;

	joined(h, "d1.0", 5000, 6000);
	joined(h, "d2.0", 5999, 6000);
	joined(h, "d1.0", 5500, 6000);
	/* urgent */
	pass_is(h, &(struct text_pass_in){.hash = "h1", .id = "d9.0", .day = 20000, .now_ms = 5600},
		TEXT_MAY);
	assert_string_equal(joined(h, "d2.0", 6000, 0), "d1.0");
	/* it was let through; whom it took is known to who asked first */
	assert_string_equal(joined(h, "d2.0", 6001, 0), "");
	joined(h, "d1.0", 6001, 7001);
	pass_is(h,
		&(struct text_pass_in){.hash = "h1",
				       .id = "d1.0",
				       .day = 20000,
				       .limit = 2,
				       .now_ms = 7001,
				       .join_ms = 1000},
		TEXT_ENOUGH);
	joined(h, "d3.0", 7001 + 60001, 7001 + 61001); /* what is long over is no company */
	pass_is(h,
		&(struct text_pass_in){.hash = "h1",
				       .id = "d3.0",
				       .day = 20001,
				       .limit = 2,
				       .now_ms = 7001 + 61001,
				       .join_ms = 1000},
		TEXT_MAY);
	assert_string_equal(heard.text[heard.count - 1], "");
}

static void test_wrong_types_are_errors(void **state)
{
	struct harness *h = *state;

	server_do(&h->server, "SET " KEY "users x");
	server_do(&h->server, "SADD " KEY "x:session:abc x");
	server_do(&h->server, "SADD " KEY "b:wjw:all x");
	store_list(h->store, TABLE_USERS, heard_list, &heard);
	store_get(h->store, TABLE_USERS, "li", heard_text, &heard);
	store_get_expiring(h->store, "session", "abc", heard_text, &heard);
	store_body_list(h->store, &(struct list_in){"wjw", false, 0, 5}, heard_refs, &heard);
	harness_until(h, &heard.count, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(heard.e[i], ERR_INTERNAL);
	store_list(h->store, TABLE_KEYS, heard_list, &heard);
	text_is(h, ERR_OK, "end");
	assert_true(store_is_up(h->store));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_load, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_bytes_are_kept, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_lists, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_scan_finds_plain_text, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_scan_goes_on, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_scan_is_cut_short, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_scan_over_a_hole, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_cases_and_holders, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_tables, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_expiring, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_texts_are_counted_by_number_and_day, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_texts_wait_for_each_other, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_wrong_types_are_errors, open_all,
						harness_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
