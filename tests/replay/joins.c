/*
 * joins.c: one text for several notices, and a hub that dies when it has just asked Redis for the
 * first, the second, the third … thing on the way to it, with no answer read. Wherever that is, no
 * notice is in two messages, and each is afterwards either told or in doubt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/deadline.h"
#include "replay/world.h"

#define START_MS  INT64_C(1795399200000)
#define MINUTE_MS INT64_C(60000)
#define NOTICES	  4
#define CALLS_MAX 28 /* more than it takes */

static void submit(struct world *w, int number)
{
	char id[16];

	snprintf(id, sizeof(id), "j%d", number);
	world_submit(w, 0, "spj",
		     json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:s,s:s,s:{s:s}}}", "specversion",
			       "1.0", "type", "approval.granted", "source", "/sources/joins", "id",
			       id, "time", "2026-11-23T10:00:00+08:00", "data", "case", id, "item",
			       "000123901000", "region", "371302", "applicant", "name", "某公司"));
	assert_int_equal(w->status, 201);
}

struct became {
	int accepted, unknown, other, attempts_max;
};

static struct became look(struct world *w)
{
	struct became b = {0};
	struct arena arena;
	struct record r;

	arena_init(&arena);
	for (int64_t seq = 1; seq <= NOTICES; seq++) {
		assert_true(world_record(w, seq, &arena, &r));
		for (int i = 0; i < r.delivery_count; i++) {
			const struct delivery *d = &r.deliveries[i];

			b.accepted += d->state == DELIVERY_ACCEPTED;
			b.unknown += d->state == DELIVERY_UNKNOWN;
			b.other += d->state != DELIVERY_ACCEPTED && d->state != DELIVERY_UNKNOWN;
			b.attempts_max =
				d->attempts > b.attempts_max ? d->attempts : b.attempts_max;
		}
	}
	arena_clear(&arena);
	return b;
}

static struct became dies_after(int calls)
{
	struct world w;
	struct became b;

	world_open(&w, "tests/replay/pack", 1, START_MS);
	world_amend(&w, "pack.json", "\"sms_join=2m\"");
	for (int i = 0; i < NOTICES; i++)
		submit(&w, i);
	world_to(&w, START_MS + 32 * MINUTE_MS - 1);
	assert_int_equal(w.sent, 0);
	w.now_ms++;
	deadline_kick(w.hubs[0].flow->deadline, w.now_ms);
	world_until_asked(&w, calls);
	world_restart(&w);
	world_to(&w, START_MS + 10 * 60 * MINUTE_MS);
	b = look(&w);
	assert_int_equal(b.accepted + b.unknown, NOTICES);
	assert_int_equal(b.other, 0);
	assert_int_equal(b.attempts_max, 1);
	assert_in_range(w.told, b.accepted, NOTICES);
	world_close(&w);
	return b;
}

static void no_notice_is_in_two_messages(void **state)
{
	int told = 0, in_doubt = 0;

	(void)state;
	for (int calls = 0; calls <= CALLS_MAX; calls++) {
		struct became b = dies_after(calls);

		told += b.unknown == 0;
		in_doubt += b.unknown > 0;
	}
	assert_true(told > 1 && in_doubt > 0); /* it has died before, on and behind the way */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_notice_is_in_two_messages),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests_name("joins", tests, NULL, NULL);
}
