/* What a pack says seldom: refused with its place, or kept as it is when the pack is stored and
 * read back. */
#include "rules_help.h"

/* Longer than a cell may be, and read all the same for what else may be wrong with its row. */
static void test_a_cell_longer_than_it_may_be(void **state)
{
	static char text[300000] = "phrase,item\n";
	struct help *h = *state;
	struct pack *pack = NULL;
	size_t at = strlen(text);

	memset(text + at, 'x', sizeof(text) - 1 - at);
	memcpy(text + sizeof(text) - 15, ",000123011000\n", 15);
	assert_int_equal(help_pack(h, "scope.csv", text, &pack), ERR_INVALID);
	help_expect_fault(h, "scope.csv:2:299974", "a cell longer than 65536 bytes");
}

int main(void)
{
#define WITH_HELP(f) cmocka_unit_test_setup_teardown(f, help_setup, help_teardown)
	const struct CMUnitTest tests[] = {
		WITH_HELP(test_a_cell_longer_than_it_may_be),
	};

	return cmocka_run_group_tests_name("pack kept", tests, NULL, NULL);
}
