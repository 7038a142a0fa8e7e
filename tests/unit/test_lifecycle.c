/* Every cell of the table of contract section 6, written out once more as the contract has it. */
#include "lifecycle.h"
#include "rules_help.h"

static const struct {
	const char *from, *cells[ACT_COUNT];
} rows[STATE_COUNT] = {
	/* acknowledge, claim by the lead, return, transfer, feedback, ruling, withdraw, supersede;
	   and the hub's own: close, dispute, rule-out, undo (which lifecycle_undo answers), fulfil,
	   pause, resume, remind, letter (which moves nothing), reply */
	{"open",
	 {"acknowledged", "claimed", "returned", "transferred", "409", "409", "withdrawn",
	  "superseded", "409", "disputed", "409", "409", "open", "open", "open", "open", "open",
	  "409"}},
	{"acknowledged",
	 {"same", "claimed", "returned", "transferred", "acknowledged", "409", "withdrawn",
	  "superseded", "409", "disputed", "409", "409", "acknowledged", "acknowledged",
	  "acknowledged", "acknowledged", "acknowledged", "409"}},
	{"claimed",
	 {"same", "same", "409", "transferred", "claimed", "409", "withdrawn", "superseded",
	  "closed", "disputed", "409", "409", "claimed", "claimed", "claimed", "409", "claimed",
	  "409"}},
	{"disputed",
	 {"same", "409", "409", "409", "409", "claimed", "withdrawn", "superseded", "409", "same",
	  "closed", "409", "disputed", "409", "409", "409", "disputed", "409"}},
	{"returned",
	 {"same", "409", "409", "409", "409", "409", "409", "409", "409", "409", "409", "409",
	  "409", "409", "409", "409", "returned", "409"}},
	{"transferred",
	 {"same", "409", "409", "409", "409", "409", "409", "409", "409", "409", "409", "409",
	  "409", "409", "409", "409", "transferred", "409"}},
	{"closed",
	 {"same", "409", "409", "409", "409", "409", "409", "409", "same", "409", "409", "409",
	  "closed", "409", "409", "409", "closed", "409"}},
	{"withdrawn",
	 {"same", "409", "409", "409", "409", "409", "same", "409", "409", "409", "409", "409",
	  "409", "409", "409", "409", "withdrawn", "409"}},
	{"superseded",
	 {"same", "409", "409", "409", "409", "409", "409", "same", "409", "409", "409", "409",
	  "409", "409", "409", "409", "superseded", "409"}},
};

struct said {
	enum notice_state from, to;
	enum verdict verdict;
};

static const char *word_of(const struct said *s)
{
	switch (s->verdict) {
	case VERDICT_MOVES:
		return notice_state_name(s->to);
	case VERDICT_SAME:
		assert_int_equal(s->to, s->from);
		return "same";
	case VERDICT_REFUSED:
		assert_int_equal(s->to, STATE_COUNT);
		return "409";
	case VERDICT_NOT_LEAD:
		assert_int_equal(s->to, STATE_COUNT);
		return "403";
	}
	return "";
}

static const char *said(enum notice_state from, enum role role, enum act act)
{
	struct said s = {.from = from, .to = STATE_COUNT};

	s.verdict = lifecycle_next(from, role, act, &s.to);
	return word_of(&s);
}

static const char *said_of_letter(enum notice_state from, enum letter_side side, enum act act)
{
	struct said s = {.from = from, .to = STATE_COUNT};

	s.verdict = lifecycle_letter(from, side, act, &s.to);
	return word_of(&s);
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
			/* A copy that was acknowledged is done. */
			if (act == ACT_REMIND && from != STATE_OPEN)
				expected = "409";
			assert_string_equal(said(from, ROLE_ASSIST, (enum act)act), expected);
			assert_string_equal(said(from, ROLE_COPY, (enum act)act), expected);
		}
	}
}

/* Every cell of a letter's life, for the body that it was written to and the one that wrote it;
 * what is not named is refused. */
static void test_every_cell_of_a_letter(void **state)
{
	static const struct {
		enum notice_state from;
		const char *acknowledge, *reads, *writes, *close, *remind;
	} cells[] = {
		{STATE_OPEN, "acknowledged", "claimed", "open", "closed", "open"},
		{STATE_ACKNOWLEDGED, "same", "claimed", "acknowledged", "closed", "acknowledged"},
		{STATE_CLAIMED, "same", "claimed", "acknowledged", "closed", "409"},
		{STATE_CLOSED, "same", "409", "409", "same", "409"},
	};
	const char *expected[LETTER_SIDE_COUNT][STATE_COUNT][ACT_COUNT] = {{{NULL}}};
	size_t i;
	int side, from, act;

	(void)state;
	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		expected[LETTER_READER][cells[i].from][ACT_ACKNOWLEDGE] = cells[i].acknowledge;
		expected[LETTER_READER][cells[i].from][ACT_REPLY] = cells[i].reads;
		expected[LETTER_WRITER][cells[i].from][ACT_REPLY] = cells[i].writes;
		expected[LETTER_WRITER][cells[i].from][ACT_CLOSE] = cells[i].close;
		expected[LETTER_WRITER][cells[i].from][ACT_REMIND] = cells[i].remind;
	}
	for (side = 0; side < LETTER_SIDE_COUNT; side++) {
		for (from = 0; from < STATE_COUNT; from++) {
			for (act = 0; act < ACT_COUNT; act++) {
				const char *want = expected[side][from][act]
							   ? expected[side][from][act]
							   : "409";

				assert_string_equal(said_of_letter((enum notice_state)from,
								   (enum letter_side)side,
								   (enum act)act),
						    want);
			}
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

static void test_undo(void **state)
{
	static const bool can[STATE_COUNT] = {[STATE_ACKNOWLEDGED] = true,
					      [STATE_CLAIMED] = true,
					      [STATE_DISPUTED] = true,
					      [STATE_RETURNED] = true};
	enum notice_state to;
	int s;

	(void)state;
	for (s = 0; s < STATE_COUNT; s++) {
		to = STATE_COUNT;
		assert_int_equal(lifecycle_undo((enum notice_state)s, false, &to),
				 can[s] ? VERDICT_MOVES : VERDICT_REFUSED);
		assert_int_equal(to, can[s] ? STATE_OPEN : STATE_COUNT);
		if (can[s])
			assert_int_equal(lifecycle_undo((enum notice_state)s, true, &to),
					 VERDICT_MOVES);
		assert_int_equal(to, can[s] ? STATE_ACKNOWLEDGED : STATE_COUNT);
	}
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(word_find("wrong-region", return_reason_names, RETURN_REASON_COUNT),
			 RETURN_WRONG_REGION);
	assert_int_equal(word_find("Other", return_reason_names, RETURN_REASON_COUNT), -1);
	assert_int_equal(word_find("fails", inspection_names, INSPECTION_COUNT), INSPECTION_FAILS);
	assert_int_equal(word_find("enforce", disposal_names, DISPOSAL_COUNT), DISPOSAL_ENFORCE);
	assert_true(feedback_alarms(INSPECTION_FAILS, DISPOSAL_ENFORCE, false));
	assert_true(feedback_alarms(INSPECTION_CONFORMS, DISPOSAL_PASS, true));
	assert_false(feedback_alarms(INSPECTION_FAILS, DISPOSAL_RECTIFY, false));
	assert_false(feedback_alarms(INSPECTION_MOSTLY, DISPOSAL_ENFORCE, false));
	assert_int_equal(word_find("co-letter", letter_kind_names, LETTER_KIND_COUNT),
			 LETTER_CO_LETTER);
	assert_true(lifecycle_is_live(STATE_DISPUTED));
	assert_false(lifecycle_is_live(STATE_RETURNED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(test_claiming_is_the_leads),
		cmocka_unit_test(test_every_cell_of_a_letter),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_todo),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("lifecycle", tests, NULL, NULL);
}
