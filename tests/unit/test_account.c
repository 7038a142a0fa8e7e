/* What is kept of a person who may sign in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "flow/account.h"

static void test_a_name_can_stand_in_an_address_and_a_line(void **state)
{
	static const char *const good[] = {"li", "王小明", "a/b", "-", "..."},
				 *const bad[] = {"",	 "a b",	 "a\tb", "a\nb",
						 "\x7f", "\xff", ".",	 ".."};
	char longest[66];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(account_name_is_good(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(account_name_is_good(bad[i]));
	memset(longest, 'x', sizeof(longest));
	longest[65] = '\0';
	assert_false(account_name_is_good(longest));
	longest[64] = '\0';
	assert_true(account_name_is_good(longest));
}

static void test_a_number_is_one_that_texts_reach(void **state)
{
	static const char *const bad[] = {
		"", "12", "10086", "+1234567", "+1234567890123456", "+86139abc"};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_string_equal(account_phone("139 0000 0021", &arena), "+8613900000021");
	assert_string_equal(account_phone("+8613900000021", &arena), "+8613900000021");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(account_phone(bad[i], &arena));
	arena_clear(&arena);
}

static void test_an_era_ends_with_a_password_and_with_being_shut_out(void **state)
{
	json_t *a = account_new("li");

	(void)state;
	assert_int_equal(account_era(a), 0);
	assert_true(account_grant(a, "admin", "x"));
	assert_int_equal(account_era(a), 0);
	assert_true(account_set_disabled(a, true));
	assert_false(account_set_disabled(a, true));
	assert_int_equal(account_era(a), 1);
	assert_true(account_set_disabled(a, false));
	assert_int_equal(account_era(a), 1);
	account_set_password(a, "$hash");
	assert_int_equal(account_era(a), 2);
	json_decref(a);
}

static void test_who_runs_the_hub_is_of_no_body_and_not_shut_out(void **state)
{
	json_t *a = account_new("li");

	(void)state;
	assert_true(account_grant(a, "admin", "wjw-371302"));
	assert_true(account_grant(a, "auditor", ""));
	assert_false(account_runs_hub(a));
	assert_true(account_grant(a, "admin", ""));
	assert_false(account_grant(a, "admin", ""));
	assert_true(account_runs_hub(a));
	account_set_disabled(a, true);
	assert_false(account_runs_hub(a));
	account_set_disabled(a, false);
	assert_true(account_take_grant(a, "admin", ""));
	assert_false(account_take_grant(a, "admin", ""));
	assert_false(account_runs_hub(a));
	json_decref(a);
	assert_null(account_read("[]", 2));
	assert_null(account_read("{", 1));
}

static void test_a_password_is_made_by_chance_and_hashed(void **state)
{
	char one[ACCOUNT_MADE_BYTES], other[ACCOUNT_MADE_BYTES], hash[ACCOUNT_HASH_BYTES];

	(void)state;
	account_make_password(one);
	account_make_password(other);
	assert_string_not_equal(one, other);
	assert_int_equal(strlen(one), 19);
	assert_int_equal(strspn(one, "abcdefghjkmnpqrstuvwxyz23456789-"), 19);
	assert_true(account_hash(one, hash));
	assert_int_equal(strncmp(hash, "$argon2id$", 10), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_can_stand_in_an_address_and_a_line),
		cmocka_unit_test(test_a_number_is_one_that_texts_reach),
		cmocka_unit_test(test_an_era_ends_with_a_password_and_with_being_shut_out),
		cmocka_unit_test(test_who_runs_the_hub_is_of_no_body_and_not_shut_out),
		cmocka_unit_test(test_a_password_is_made_by_chance_and_hashed),
	};

	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
