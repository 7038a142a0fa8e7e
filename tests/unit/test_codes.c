/* Credit codes and item codes. */
#include "credit_code.h"
#include "item_code.h"
#include "rules_help.h"

static void test_credit_codes(void **state)
{
	static const char *const good[] = {"11370800004234373R", "11440232MB2D06811W",
					   "91230500MA1B3N1N2M", "91320105780688132K",
					   "11341702730007167P"};
	char other[19];
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(credit_code_is_valid(good[i]));
		for (at = 0; at < 18; at++) {
			memcpy(other, good[i], 19);
			other[at] = other[at] == '7' ? '8' : '7';
			assert_false(credit_code_is_valid(other));
		}
	}
	assert_false(credit_code_is_valid(""));
	assert_false(credit_code_is_valid("91320105780688132k"));
	assert_false(credit_code_is_valid("91320105780688132"));
	assert_false(credit_code_is_valid("91320105780688132KK"));
	assert_false(credit_code_is_valid("9132010578068813OK"));
	assert_false(credit_code_is_valid("统一社会信用代码\xff"));
}

/* Invented: no such birthday has been registered there. */
static void test_identity_numbers(void **state)
{
	static const char *const persons[] = {"37130219900307123X", "37130219900307123x",
					      "371302199003071234" /* mistyped */,
					      "37130219990101021X" /* a good credit code, too */};
	static const char *const others[] = {
		"",
		"91320105780688132K",
		"11370800004234373R",
		"371302199002301234",
		"37130218900307123X",
		"37130219900307123",
		"37130219900307123Y",
		"37130219900307123X ",
	};
	size_t i;

	(void)state;
	assert_true(credit_code_is_valid(persons[3]));
	for (i = 0; i < sizeof(persons) / sizeof(persons[0]); i++)
		assert_true(identity_number_is_likely(persons[i]));
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(identity_number_is_likely(others[i]));
}

static void test_item_codes(void **state)
{
	char basic[ITEM_CODE_LEN + 1];
	const char *full = "11371302MB2855918W300011705200101";

	(void)state;
	assert_true(item_code_basic("000123011000", 12, basic));
	assert_string_equal(basic, "000123011000");
	assert_true(item_code_basic(full, 33, basic));
	assert_string_equal(basic, "000117052001");
	assert_true(item_code_basic(full, 31, basic));
	assert_string_equal(basic, "000117052001");
	assert_string_equal(item_code_handling(full, 33), "01");
	assert_null(item_code_handling(full, 31));
	assert_false(item_code_basic(full, 32, basic));
	assert_false(item_code_basic("", 0, basic));
	assert_false(item_code_basic("00012301100 ", 12, basic));
	assert_true(item_code_is_parent("00011705200Y"));
	assert_false(item_code_is_parent("000117052001"));
	assert_false(item_code_is_parent("00Y"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_credit_codes),
		cmocka_unit_test(test_identity_numbers),
		cmocka_unit_test(test_item_codes),
	};

	return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
