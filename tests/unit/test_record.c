/* A record comes back from its text as it was, and rubbish is refused rather than half read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "store/record.h"

static struct record sample(struct arena *arena)
{
	struct record r = { .version = 7, .accepted_ms = 1700000000000, .policy = "linyi@3f9c2a71",
			    .item_code = "370123020001", .region = "371302", .by = "a\tb\\c\nd",
			    .applicant_via = "sms", .applicant_rules = "A1", .problems = "no-body:R14|no-lead" };
	struct notice *n = record_add_notice(&r, arena);
	struct delivery *d;
	struct receipt *x;

	*n = (struct notice){ .body = "wjw-371302", .role = ROLE_LEAD, .state = STATE_ACKNOWLEDGED, .version = 2,
			      .due_ms = 1700000100000, .feedback_due_ms = -1, .provisional = true, .via = "push|sms",
			      .rules = "R1|R2", .acknowledged = { "wjw", 1700000000500, "ws" },
			      .claimed = { "", 0, "" }, .next_ms = 1700000050000, .rung = 1 };
	d = record_add_delivery(&r, arena);
	*d = (struct delivery){ .notice = -1, .channel = CHANNEL_SMS, .connector = "sms1", .address_hash = "ab",
				.state = DELIVERY_SENDING, .attempts = 2, .next_ms = 1700000020000,
				.provider_id = "", .detail = "" };
	x = record_add_receipt(&r, arena);
	*x = (struct receipt){ .kind = RECEIPT_SHOWN, .notice = 0, .delivery = -1, .at_ms = 1700000000400, .by = "wjw",
			       .channel = "ws", .detail = "" };
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
	assert_int_equal(got.notices[0].next_ms, r.notices[0].next_ms);
	assert_int_equal(got.deliveries[0].notice, -1);
	assert_int_equal(record_next_ms(&got), 1700000020000);
	assert_memory_equal(buf_cstr(&first), "7\t", 2);
	buf_clear(&first);
	buf_clear(&second);
	arena_clear(&arena);
}

static void rubbish_is_refused(void **state)
{
	static const char *const bad[] = { "", "x", "0\t1\tp\n", "1\t1\tp\nZ\t1\n", "1\t1\tp\nN\tb\t99\t0\n", "1\t1\tp\nN\n",
					   "1\t1\tp\nD\t0\t77\n", "1\t1\tp\nR\t99\n" };
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
	struct record r = { .version = 1 };

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
		cmocka_unit_test(rubbish_is_refused),
		cmocka_unit_test(grows_past_every_power_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
