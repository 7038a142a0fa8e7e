/* Small named things that are kept or dropped together with their line in the audit log and in the
 * feed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

static struct told {
	int count;
	enum err e;
} told;

static int open_all(void **state)
{
	memset(&told, 0, sizeof(told));
	return harness_setup(state);
}

static void on_text(void *arg, enum err e, const char *text)
{
	(void)arg, (void)text;
	told.e = e;
	told.count++;
}

/* value NULL: it goes. */
static enum err write_it(struct harness *h, const char *name, const char *value, const char *line)
{
	store_write_named(h->store,
			  &(struct named_write){.table = TABLE_KEYS,
						.name = name,
						.value = {value, value ? strlen(value) : 0},
						.told = line,
						.audit = "{}"},
			  on_text, NULL);
	harness_until(h, &told.count, told.count + 1);
	return told.e;
}

static void expect(struct harness *h, int64_t kept, int64_t audited, int64_t fed)
{
	assert_int_equal(server_number(&h->server, "HLEN " KEY "keys"), kept);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "audit"), audited);
	assert_int_equal(server_number(&h->server, "XLEN " KEY "feed"), fed);
}

static void test_a_name_is_taken_once_and_dropped_once(void **state)
{
	struct harness *h = *state;

	assert_int_equal(write_it(h, "aa", "one", "X\tkey:one"), ERR_OK);
	expect(h, 1, 1, 1);
	/* sent again: as it was */
	assert_int_equal(write_it(h, "aa", "one", "X\tkey:one"), ERR_OK);
	assert_int_equal(write_it(h, "aa", "two", "X\tkey:two"), ERR_CONFLICT);
	assert_int_equal(write_it(h, "bb", NULL, "X\tkey:two"), ERR_NOT_FOUND);
	expect(h, 1, 1, 1);
	assert_int_equal(write_it(h, "bb", "two", ""), ERR_OK);
	expect(h, 2, 2, 1);
	assert_int_equal(write_it(h, "aa", NULL, "X\tkey:one"), ERR_OK);
	expect(h, 1, 3, 2);
}

static void test_what_replaces_takes_the_name_as_well(void **state)
{
	static const char *const values[] = {"one", "one", "two"};
	struct harness *h = *state;

	for (int i = 0; i < 3; i++) {
		store_write_named(h->store,
				  &(struct named_write){.table = TABLE_KEYS,
							.name = "aa",
							.value = {values[i], 3},
							.replaces = true,
							.told = "X\taa",
							.audit = "{}\n{}\n"},
				  on_text, NULL);
		harness_until(h, &told.count, i + 1);
		assert_int_equal(told.e, ERR_OK);
		/* what was there already is the same write once more */
		expect(h, 1, i < 2 ? 2 : 4, i < 2 ? 1 : 2);
	}
}

static void test_a_beginning_is_taken_once(void **state)
{
	static const char *const values[] = {"[one]a", "[one]b", "[on]c"};
	static const enum err want[] = {ERR_OK, ERR_CONFLICT, ERR_OK};
	struct harness *h = *state;

	for (int i = 0; i < 3; i++) {
		store_write_named(h->store,
				  &(struct named_write){.table = TABLE_KEYS,
							.name = values[i],
							.value = {values[i], strlen(values[i])},
							.alone = i < 2 ? "[one]" : "[on]",
							.told = "",
							.audit = "{}"},
				  on_text, NULL);
		harness_until(h, &told.count, i + 1);
		assert_int_equal(told.e, want[i]);
	}
	expect(h, 2, 2, 0);
}

/* Of two who change what both have read, or who end each other, one comes too late. */
static void test_what_was_read_must_still_stand(void **state)
{
	static const struct row {
		const char *name, *value, *was, *witness, *stands;
		enum err want;
	} rows[] = {
		{"aa", "one", NULL, "bb", "two", ERR_STALE},
		{"bb", "two", NULL, NULL, NULL, ERR_OK},
		{"aa", "one", NULL, "bb", "two", ERR_OK},
		{"aa", "three", "on", "bb", "two", ERR_STALE},
		{"aa", "three", "one", "bb", "tw", ERR_STALE},
		{"aa", "three", "one", "bb", "two", ERR_OK},
		/* once more: as it was */
		{"aa", "three", "one", "bb", "two", ERR_OK},
		{"bb", "gone", "two", "aa", "one", ERR_STALE},
		{"cc", "four", "one", NULL, NULL, ERR_STALE},
	};
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		store_write_named(
			h->store,
			&(struct named_write){.table = TABLE_USERS,
					      .name = rows[i].name,
					      .value = {rows[i].value, strlen(rows[i].value)},
					      .replaces = rows[i].was != NULL,
					      .was = rows[i].was,
					      .witness = rows[i].witness,
					      .stands = rows[i].stands,
					      .told = "",
					      .audit = "{}"},
			on_text, NULL);
		harness_until(h, &told.count, (int)i + 1);
		assert_int_equal(told.e, rows[i].want);
	}
	assert_int_equal(server_number(&h->server, "HLEN " KEY "users"), 2);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "audit"), 3);
}

static void on_mark(void *arg, enum err e, const char *text)
{
	assert_int_equal(e, ERR_OK);
	assert_string_equal(text, arg);
	told.count++;
}

static void test_a_mark_is_one_s_who_was_first(void **state)
{
	static char one[] = "one", two[] = "two";
	struct harness *h = *state;
	struct expiring mark = {.kind = "digest", .name = "a", .value = {one, 3}, .ttl_ms = 60000};

	store_mark(h->store, &mark, "{}", on_mark, one);
	store_mark(h->store, &mark, "{}", on_mark, one);
	mark.value.data = two;
	store_mark(h->store, &mark, "{}", on_mark, one);
	harness_until(h, &told.count, 3);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "audit"), 1);
	assert_in_range(server_number(&h->server, "PTTL " KEY "x:digest:a"), 1, 60000);
}

static void on_number(void *arg, enum err e, int64_t number)
{
	assert_int_equal(e, ERR_OK);
	told.count++;
	*(int64_t *)arg = number;
}

static int64_t guess(struct harness *h, const char *name, enum guess how)
{
	int64_t number = -1;

	store_guess(
		h->store,
		&(struct guess_in){
			.kind = "wrong", .name = name, .how = how, .max = 5, .window_ms = 900000},
		on_number, &number);
	harness_until(h, &told.count, told.count + 1);
	return number;
}

static void test_the_fifth_wrong_one_shuts_a_name(void **state)
{
	struct harness *h = *state;

	for (int i = 0; i < 4; i++)
		assert_int_equal(guess(h, "a", GUESS_WRONG), 0);
	assert_int_equal(guess(h, "a", GUESS_RIGHT), 0); /* forgets them */
	assert_int_equal(server_number(&h->server, "EXISTS " KEY "x:wrong:a"), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(guess(h, "a", GUESS_LOOK), 0);
		assert_int_equal(guess(h, "a", GUESS_WRONG), 0);
	}
	assert_int_equal(guess(h, "a", GUESS_LOOK), 1);
	assert_int_equal(guess(h, "a", GUESS_WRONG), 1);
	assert_int_equal(guess(h, "a", GUESS_RIGHT), 1);
	assert_int_equal(guess(h, "b", GUESS_LOOK), 0);
	/* From the first on, whatever comes. */
	assert_int_equal(server_number(&h->server, "GET " KEY "x:wrong:a"), 5);
	assert_in_range(server_number(&h->server, "PTTL " KEY "x:wrong:a"), 1, 900000);
	server_do(&h->server, "PEXPIRE " KEY "x:wrong:a 60000");
	guess(h, "a", GUESS_WRONG);
	assert_in_range(server_number(&h->server, "PTTL " KEY "x:wrong:a"), 0, 60000);
}

static void test_wrong_types_leave_nothing_behind(void **state)
{
	static const char *const keys[] = {"keys", "audit", "feed"};
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		freeReplyObject(server_ask(&h->server, "SET " KEY "%s x", keys[i]));
		assert_int_not_equal(write_it(h, "aa", "one", "X\tkey:one"), ERR_OK);
		assert_int_equal(server_number(&h->server, "DEL " KEY "%s", keys[i]), 1);
		expect(h, 0, 0, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_name_is_taken_once_and_dropped_once,
						open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_what_replaces_takes_the_name_as_well, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_a_beginning_is_taken_once, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_what_was_read_must_still_stand, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_a_mark_is_one_s_who_was_first, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_the_fifth_wrong_one_shuts_a_name, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_wrong_types_leave_nothing_behind, open_all,
						harness_teardown),
	};

	return cmocka_run_group_tests_name("store_named", tests, NULL, NULL);
}
