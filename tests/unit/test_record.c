/* A record comes back from its text as it was, and rubbish is refused rather than half read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "store/record.h"

/* What supervision and the joint meeting add. */
static void add_supervision(struct record *r, struct arena *arena)
{
	*record_add_feedback(r, arena) = (struct feedback){.notice = 1,
							   .at_ms = 1700000070000,
							   .by = "zjj",
							   .channel = "http",
							   .result = INSPECTION_FAILS,
							   .disposal = DISPOSAL_ENFORCE,
							   .checked_on = "2026-11-25",
							   .rectify_by = "",
							   .has_penalty = true,
							   .licence_revoked = true,
							   .penalty_document = "a\tb",
							   .penalty_kind = "fine",
							   .remark = "",
							   .closes = true};
	*record_add_dispute(r, arena) = (struct dispute){.kind = DISPUTE_SEVERAL_LEADS,
							 .state = DISPUTE_AGENDA,
							 .version = 3,
							 .opened_ms = 1700000000000,
							 .due_ms = -1,
							 .next_ms = 1700000090000,
							 .listed = true,
							 .interim = "wjw-371302",
							 .body = "",
							 .by = "",
							 .basis = "",
							 .remark = ""};
	*record_add_position(r, arena) = (struct position){.dispute = 0,
							   .at_ms = 1700000080000,
							   .by = "wjw",
							   .body = "wjw-371302",
							   .text = "line\nline",
							   .proposes = "zjj-371302"};
}

static void add_clocks_and_files(struct record *r, struct arena *arena)
{
	*record_add_term(r, arena) = (struct term){.kind = TERM_MATERIAL,
						   .what = "a\tb",
						   .due_ms = 1700000100000,
						   .next_ms = 1700000030000,
						   .told = TERM_ANNOUNCED,
						   .by = ""};
	*record_add_term(r, arena) = (struct term){.kind = TERM_PERMIT,
						   .what = "",
						   .due_ms = 1700000100000,
						   .next_ms = 1700000010000,
						   .by = "spj",
						   .met_ms = 1700000090000};
	*record_add_pause(r, arena) = (struct pause){.notice = 1,
						     .from_ms = 1700000060000,
						     .until_ms = -1,
						     .by = "lxhy",
						     .reason = "c\td",
						     .due_ms = 1700000100000,
						     .feedback_due_ms = -1,
						     .ended_ms = 1700000070000,
						     .moved_days = 2,
						     .ended_by = ""};
	*record_add_pause(r, arena) = (struct pause){.notice = 1,
						     .from_ms = 1700000080000,
						     .until_ms = 1700000095000,
						     .by = "lxhy",
						     .reason = "e",
						     .due_ms = -1,
						     .feedback_due_ms = -1,
						     .ended_by = ""};
	*record_add_file(r, arena) = (struct attachment){.notice = 0,
							 .feedback = -1,
							 .writing = -1,
							 .at_ms = 1700000080000,
							 .by = "wjw",
							 .hash = "00ff",
							 .type = FILE_OFD,
							 .bytes = 20971520,
							 .name = "a\tb.ofd"};
}

static void add_letter(struct record *r, struct arena *arena)
{
	struct notice *n;

	n = record_add_notice(r, arena);
	*n = r->notices[1];
	n->cause = CAUSE_LETTER;
	*record_add_letter(r, arena) = (struct letter){.notice = 2,
						       .kind = LETTER_CO_LETTER,
						       .from = "spj-371300",
						       .subject = "g\th",
						       .time = "5wd",
						       .asked_ms = 1700000085000};
	*record_add_writing(r, arena) = (struct writing){.notice = 2,
							 .at_ms = 1700000085000,
							 .by = "spj",
							 .body = "spj-371300",
							 .text = "line\nline"};
}

/* A notice, its text and what came of it. */
static void add_told(struct record *r, struct arena *arena)
{
	struct notice *n = record_add_notice(r, arena);
	struct delivery *d;
	struct receipt *x;

	*n = (struct notice){.body = "wjw-371302",
			     .role = ROLE_LEAD,
			     .state = STATE_ACKNOWLEDGED,
			     .version = 2,
			     .due_ms = 1700000100000,
			     .feedback_due_ms = -1,
			     .provisional = true,
			     .via = "push|sms",
			     .rules = "R1|R2",
			     .acknowledged = {"wjw", 1700000000500, "ws"},
			     .claimed = {"", 0, ""},
			     .next_ms = 1700000050000,
			     .rung = 1};
	d = record_add_delivery(r, arena);
	*d = (struct delivery){.notice = -1,
			       .channel = CHANNEL_SMS,
			       .connector = "sms1",
			       .address_hash = "ab",
			       .state = DELIVERY_SENDING,
			       .attempts = 2,
			       .tried_ms = 1700000010000,
			       .next_ms = 1700000020000,
			       .provider_id = "",
			       .detail = "",
			       .post = "leader",
			       .body = "znb-371300",
			       .term = 1,
			       .with = "d12.1-1",
			       .also = "d15.0|d16.1"};
	x = record_add_receipt(r, arena);
	*x = (struct receipt){.kind = RECEIPT_SHOWN,
			      .notice = 0,
			      .delivery = -1,
			      .at_ms = 1700000000400,
			      .by = "wjw",
			      .channel = "ws",
			      .detail = ""};
}

static struct record sample(struct arena *arena)
{
	struct record r = {.version = 7,
			   .writer = "a1b2c3",
			   .accepted_ms = 1700000000000,
			   .policy = "linyi@3f9c2a71",
			   .item_code = "370123020001",
			   .region = "371302",
			   .by = "a\tb\\c\nd",
			   .applicant_via = "sms",
			   .applicant_rules = "A1",
			   .problems = "no-body:R14|no-lead"};
	struct notice *n;

	add_told(&r, arena);
	r.approvers = "spj-371302|spj-371300";
	r.archive_ms = 1700000200000;
	n = record_add_notice(&r, arena);
	*n = (struct notice){.body = "zjj-371302",
			     .version = 1,
			     .due_ms = -1,
			     .feedback_due_ms = -1,
			     .via = "push",
			     .rules = "",
			     .acknowledged = {"", 0, ""},
			     .claimed = {"", 0, ""},
			     .next_ms = -1,
			     .cause = CAUSE_TRANSFER,
			     .from = 0,
			     .made_ms = 1700000060000,
			     .step = 2,
			     .feedback_step = 3,
			     .feedback_told = true,
			     .items = "000131012000|000161901000"};
	add_supervision(&r, arena);
	add_clocks_and_files(&r, arena);
	add_letter(&r, arena);
	return r;
}

static void comes_back_as_it_was(void **state)
{
	struct arena arena;
	struct record r, got;
	struct buf first, second;

	(void)state;
	arena_init(&arena);
	buf_init(&first, 4096);
	buf_init(&second, 4096);
	r = sample(&arena);
	record_encode(&r, &first);
	assert_int_equal(record_decode(first.data, first.len, &arena, &got), ERR_OK);
	record_encode(&got, &second);
	assert_string_equal(buf_cstr(&first), buf_cstr(&second));
	assert_string_equal(got.by, r.by);
	assert_int_equal(got.archive_ms, r.archive_ms);
	assert_int_equal(got.notices[0].next_ms, r.notices[0].next_ms);
	assert_int_equal(got.deliveries[0].notice, -1);
	assert_string_equal(got.deliveries[0].body, "znb-371300");
	assert_string_equal(got.deliveries[0].with, "d12.1-1");
	assert_string_equal(got.deliveries[0].also, "d15.0|d16.1");
	assert_int_equal(got.notices[0].from, -1);
	assert_string_equal(got.notices[0].items, "");
	assert_string_equal(got.notices[1].items, "000131012000|000161901000");
	assert_int_equal(got.notices[0].cause, CAUSE_DECISION);
	assert_int_equal(got.notices[1].made_ms, 1700000060000);
	assert_int_equal(notice_made_ms(&got, &got.notices[0]), got.accepted_ms);
	assert_true(got.feedback[0].licence_revoked && got.feedback[0].closes);
	assert_string_equal(got.positions[0].text, "line\nline");
	assert_true(bars_hold(got.approvers, "spj-371300") &&
		    !bars_hold(got.approvers, "spj-37130"));
	assert_int_equal(got.pauses[0].moved_days, 2);
	assert_string_equal(got.pauses[0].reason, "c\td");
	assert_null(record_pause(&got, 0));
	assert_ptr_equal(record_pause(&got, 1), &got.pauses[1]);
	assert_int_equal(record_pause(&got, 1)->until_ms, 1700000095000);
	assert_int_equal(got.files[0].feedback, -1);
	assert_int_equal(got.files[0].type, FILE_OFD);
	assert_string_equal(got.files[0].name, "a\tb.ofd");
	assert_int_equal(got.deliveries[0].term, 1);
	assert_string_equal(got.terms[0].what, "a\tb");
	assert_int_equal(got.terms[0].told, TERM_ANNOUNCED);
	assert_true(term_runs(&got, &got.terms[0]) && !term_runs(&got, &got.terms[1]));
	assert_int_equal(terms_next_ms(&got), 1700000030000);
	assert_int_equal(record_next_ms(&got), 1700000020000);
	got.superseded_by = 9;
	assert_int_equal(terms_next_ms(&got), -1);
	assert_memory_equal(buf_cstr(&first), "7.a1b2c3\t", 9);
	assert_string_equal(got.writer, "a1b2c3");
	buf_clear(&first);
	buf_clear(&second);
	arena_clear(&arena);
}

static void letters_come_back(void **state)
{
	struct arena arena;
	struct record r, got;
	struct buf text;

	(void)state;
	arena_init(&arena);
	buf_init(&text, 4096);
	r = sample(&arena);
	record_encode(&r, &text);
	assert_int_equal(record_decode(text.data, text.len, &arena, &got), ERR_OK);
	assert_null(record_letter(&got, &got.notices[1]));
	assert_ptr_equal(record_letter(&got, &got.notices[2]), &got.letters[0]);
	assert_int_equal(got.letters[0].kind, LETTER_CO_LETTER);
	assert_string_equal(got.letters[0].subject, "g\th");
	assert_string_equal(got.letters[0].time, "5wd");
	assert_int_equal(got.letters[0].asked_ms, 1700000085000);
	assert_string_equal(got.writings[0].body, "spj-371300");
	assert_string_equal(got.writings[0].text, "line\nline");
	buf_clear(&text);
	arena_clear(&arena);
}

static void rubbish_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"0\t1\tp\n",
		"1\t1\tp\nZ\t1\n",
		"1\t1\tp\nN\tb\t99\t0\n",
		"1\t1\tp\nN\n",
		"1\t1\tp\nD\t0\t77\n",
		"1\t1\tp\nR\t99\n",
		"1\t1\tp\nF\t0\t1\ta\tws\t9\t0\n",
		"1\t1\tp\nU\t7\t0\n",
		"1\t1\tp\nU\t0\t\n",
		"1\t1\tp\nK\t3\t\t1\t1\t0\n",
		"1\t1\tp\nK\t0\t\t1\t1\t3\n",
		"1\t1\tp\nL\t0\t0\ta\tb\t5wd\t1\n",
		"1\t1\tp\nM\t0\t1\ta\tb\tc\n",
		"1\t1\tp\nN\tb\t0\t0\t1\t\t\t\tpush\t\t\t\t\t\t\t\t\t1\t\t7\t\t\t0\n",
		"1\t1\tp\nD\t\t1\t\t\t0\t0\t\t\t\t\t\t0\n"};
	struct arena arena;
	struct record r;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_not_equal(record_decode(bad[i], strlen(bad[i]), &arena, &r), ERR_OK);
	assert_int_not_equal(record_decode("1\t1\tp\0\n", 7, &arena, &r), ERR_OK);
	arena_clear(&arena);
}

static void grows_past_every_power_of_two(void **state)
{
	struct arena arena;
	struct record r = {.version = 1};

	(void)state;
	arena_init(&arena);
	for (int i = 0; i < 40; i++)
		record_add_receipt(&r, &arena)->at_ms = i;
	for (int i = 0; i < 40; i++)
		assert_int_equal(r.receipts[i].at_ms, i);
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(letters_come_back),
		cmocka_unit_test(rubbish_is_refused),
		cmocka_unit_test(grows_past_every_power_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
