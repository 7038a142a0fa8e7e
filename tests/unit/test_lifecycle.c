/* Every cell of the table of contract section 6, written out once more as the contract has it. */
#include "lifecycle.h"
#include "rules_help.h"

static const struct {
	const char *from, *cells[ACT_COUNT];
} rows[STATE_COUNT] = {
	/* acknowledge, claim by the lead, return, transfer, feedback, ruling, withdraw, supersede
	 */
	{"open",
	 {"acknowledged", "claimed", "returned", "transferred", "409", "409", "withdrawn",
	  "superseded"}},
	{"acknowledged",
	 {"same", "claimed", "returned", "transferred", "acknowledged", "409", "withdrawn",
	  "superseded"}},
	{"claimed",
	 {"same", "same", "409", "transferred", "claimed", "409", "withdrawn", "superseded"}},
	{"disputed", {"same", "409", "409", "409", "409", "claimed", "withdrawn", "superseded"}},
	{"returned", {"same", "409", "409", "409", "409", "409", "409", "409"}},
	{"transferred", {"same", "409", "409", "409", "409", "409", "409", "409"}},
	{"closed", {"same", "409", "409", "409", "409", "409", "409", "409"}},
	{"withdrawn", {"same", "409", "409", "409", "409", "409", "same", "409"}},
	{"superseded", {"same", "409", "409", "409", "409", "409", "409", "same"}},
};

static const char *said(enum notice_state from, enum role role, enum act act)
{
	enum notice_state to = STATE_COUNT;

	switch (lifecycle_next(from, role, act, &to)) {
	case VERDICT_MOVES:
		return notice_state_name(to);
	case VERDICT_SAME:
		assert_int_equal(to, from);
		return "same";
	case VERDICT_REFUSED:
		assert_int_equal(to, STATE_COUNT);
		return "409";
	case VERDICT_NOT_LEAD:
		assert_int_equal(to, STATE_COUNT);
		return "403";
	}
	return "";
}

static void test_every_cell(void **state)
{
	enum notice_state from;
	size_t i;
	int act;

	(void)state;
	for (i = 0; i < STATE_COUNT; i++) {
		assert_true(notice_state_parse(rows[i].from, &from));
		for (act = 0; act < ACT_COUNT; act++)
			assert_string_equal(said(from, ROLE_LEAD, (enum act)act),
					    rows[i].cells[act]);
	}
}

static void test_claiming_is_the_leads(void **state)
{
	enum notice_state from;
	size_t i;
	int act;

	(void)state;
	for (i = 0; i < STATE_COUNT; i++) {
		assert_true(notice_state_parse(rows[i].from, &from));
		for (act = 0; act < ACT_COUNT; act++) {
			const char *expected = rows[i].cells[act];

			if (act == ACT_CLAIM && strcmp(expected, "409") != 0)
				expected = "403";
			assert_string_equal(said(from, ROLE_ASSIST, (enum act)act), expected);
			assert_string_equal(said(from, ROLE_COPY, (enum act)act), expected);
		}
	}
}

static void test_names(void **state)
{
	enum notice_state s;

	(void)state;
	assert_false(notice_state_parse("", &s));
	assert_false(notice_state_parse("Open", &s));
	assert_string_equal(act_name(ACT_RULING), "ruling");
	assert_string_equal(act_name(ACT_SUPERSEDE), "supersede");
}

static void test_todo(void **state)
{
	(void)state;
	assert_true(lifecycle_is_todo(STATE_OPEN, ROLE_LEAD));
	assert_true(lifecycle_is_todo(STATE_OPEN, ROLE_COPY));
	assert_true(lifecycle_is_todo(STATE_ACKNOWLEDGED, ROLE_LEAD));
	assert_false(lifecycle_is_todo(STATE_ACKNOWLEDGED, ROLE_ASSIST));
	assert_false(lifecycle_is_todo(STATE_ACKNOWLEDGED, ROLE_COPY));
	assert_false(lifecycle_is_todo(STATE_CLAIMED, ROLE_LEAD));
	assert_false(lifecycle_is_todo(STATE_SUPERSEDED, ROLE_LEAD));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(test_claiming_is_the_leads),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_todo),
	};

	return cmocka_run_group_tests_name("lifecycle", tests, NULL, NULL);
}
