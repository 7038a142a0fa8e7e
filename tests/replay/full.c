/*
 * full.c: an event whose record has hardly any room left, or none. What can be said again and again
 * is refused before what there is to do is, and what cannot be written at all holds up nothing
 * else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "metrics.h"
#include "replay/world.h"

#define START_MS  INT64_C(1795399200000) /* 2026-11-23T10:00:00+08:00 */
#define MINUTE_MS INT64_C(60000)
#define SPARE	  64 /* what the hub leaves free itself */

static json_t *event(const char *id, int version)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:i,s:s,s:s,s:{s:s},s:{s:s}}}", "specversion",
			 "1.0", "type", "approval.granted", "source", "/sources/full", "id", id,
			 "time", "2026-11-23T10:00:00+08:00", "data", "case",
			 version > 1 ? "1" : id, "version", version, "item", "000123901000",
			 "region", "371302", "applicant", "name", "某公司", "bodies", "accepting",
			 "spj-371302");
}

/* Its record has so many bytes from now on, and no hub remembers another. */
static void fill(struct world *w, int64_t seq, size_t bytes)
{
	struct arena arena;
	struct record r;
	struct receipt *x;
	struct bytes full;
	char *detail;

	arena_init(&arena);
	assert_true(world_record(w, seq, &arena, &r));
	x = record_add_receipt(&r, &arena);
	x->kind = RECEIPT_SHOWN;
	x->delivery = -1;
	x->at_ms = START_MS;
	x->by = x->channel = x->detail = "x";
	bytes -= record_bytes(&r, &arena).len;
	x->detail = detail = arena_zalloc(&arena, bytes + 2);
	memset(detail, 'x', bytes + 1);
	full = record_bytes(&r, &arena);
	server_do(&w->h.server, "HSET %sr:%lld %lld %b", KEY, (long long)(seq / 16), (long long)seq,
		  full.data, full.len);
	arena_clear(&arena);
	world_restart(w);
}

static void act(struct world *w, const char *who, const char *what, int status)
{
	json_t *with = json_pack("{s:s,s:s,s:s}", "result", "conforms", "disposal", "pass",
				 "checked_on", "2026-11-23");

	world_act(w, &(struct asked){0, who, what, "n1.0", strcmp(what, "feedback") ? NULL : with});
	assert_int_equal(w->status, status);
	json_decref(with);
}

static void open_with_one(struct world *w)
{
	world_open(w, "tests/replay/pack", 1, START_MS);
	world_submit(w, 0, "spj", event("1", 1));
	assert_int_equal(w->status, 201);
	world_settle(w);
}

static void what_there_is_to_do_has_room(void **state)
{
	struct world w;

	(void)state;
	open_with_one(&w);
	act(&w, "wjw", "acknowledge", 200);
	fill(&w, 1, RECORD_SAID_MAX);
	act(&w, "wjw", "undo", 200);
	act(&w, "wjw", "acknowledge", 200);
	act(&w, "wjw", "undo", 409);
	act(&w, "spj", "remind", 409);
	act(&w, "wjw", "claim", 200);
	act(&w, "wjw", "feedback", 200);
	fill(&w, 1, RECORD_REPORTED_MAX + 1);
	act(&w, "wjw", "feedback", 200); /* as before: nothing is written */
	act(&w, "wjw", "close", 200);
	world_close(&w);
}

static void feedback_ends_before_the_record(void **state)
{
	struct world w;

	(void)state;
	open_with_one(&w);
	act(&w, "wjw", "claim", 200);
	fill(&w, 1, RECORD_REPORTED_MAX + 1);
	act(&w, "wjw", "feedback", 409);
	world_close(&w);
}

static void a_full_record_is_put_off(void **state)
{
	int64_t before = metric_get(METRIC_DUE_FAILED), due;
	struct world w;

	(void)state;
	open_with_one(&w);
	fill(&w, 1, RECORD_BYTES_MAX - SPARE);
	act(&w, "wjw", "claim", 413);
	world_submit(&w, 0, "spj", event("2", 1));
	world_to(&w, START_MS + 31 * MINUTE_MS);
	assert_int_equal(w.sent, 1); /* of the other */
	assert_int_equal(metric_get(METRIC_DUE_FAILED) - before, 1);
	due = server_number(&w.h.server, "ZSCORE %sdue 1", KEY);
	assert_in_range(due - START_MS, 90 * MINUTE_MS, 91 * MINUTE_MS);
	world_to(&w, START_MS + 140 * MINUTE_MS);
	assert_int_equal(metric_get(METRIC_DUE_FAILED) - before, 2);
	world_close(&w);
}

static void a_full_record_does_not_hold_up_its_correction(void **state)
{
	int64_t before = metric_get(METRIC_DUE_FAILED);
	struct arena arena;
	struct record r;
	struct world w;

	(void)state;
	open_with_one(&w);
	act(&w, "wjw", "claim", 200); /* then few moments are left that would make room */
	fill(&w, 1, RECORD_BYTES_MAX);
	world_submit(&w, 0, "spj", event("2", 2));
	assert_int_equal(w.status, 201);
	world_settle(&w);
	assert_int_equal(metric_get(METRIC_DUE_FAILED) - before, 1);
	arena_init(&arena);
	assert_true(world_record(&w, 2, &arena, &r));
	assert_false(r.correcting);
	arena_clear(&arena);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_there_is_to_do_has_room),
		cmocka_unit_test(feedback_ends_before_the_record),
		cmocka_unit_test(a_full_record_is_put_off),
		cmocka_unit_test(a_full_record_does_not_hold_up_its_correction),
	};

	return cmocka_run_group_tests_name("full", tests, NULL, NULL);
}
