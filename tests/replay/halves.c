/*
 * halves.c: what a hub has half done when it dies, or loses its link to Redis, when it has just
 * asked Redis for the first, the second, the third … thing on the way. Wherever that is, the rest
 * is done afterwards, and nothing twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow/digest.h"
#include "flow/handover.h"
#include "flow/intake.h"
#include "flow/respond.h"
#include "replay/world.h"

#define START_MS  INT64_C(1795399200000) /* 2026-11-23T10:00:00+08:00 */
#define MINUTE_MS INT64_C(60000)
#define CALLS_MAX 12 /* more than either takes */

static json_t *event(const char *id, const char *type, const char *valid_until)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:s,s:s,s:{s:s},s:{s:s,s:s}}}", "specversion",
			 "1.0", "type", type, "source", "/sources/halves", "id", id, "time",
			 "2026-11-23T10:00:00+08:00", "data", "case", "A", "item", "000123901000",
			 "region", "371302", "applicant", "name", "某公司", "permit", "number", "1",
			 "valid_until", valid_until);
}

/* --- a renewal ends the clock of the permit that it renews --- */

static void on_taken(void *arg, const struct reply *r)
{
	(void)r;
	++*(int *)arg;
}

static bool clock_runs(struct world *w, int64_t seq)
{
	struct arena arena;
	struct record r;
	bool runs;

	arena_init(&arena);
	assert_true(world_record(w, seq, &arena, &r));
	assert_int_equal(r.term_count, 1);
	runs = !r.terms[0].dropped;
	arena_clear(&arena);
	return runs;
}

/* Whether the renewal was taken. */
static bool renewal_dies_after(int calls)
{
	struct principal *spj = world_person("spj");
	struct world w;
	int answers = 0;

	world_open(&w, "tests/replay/pack", 1, START_MS);
	world_submit(&w, 0, "spj", event("1", "approval.granted", "2027-01-05"));
	world_settle(&w);
	intake_submit_json(w.hubs[0].flow, spj, event("2", "approval.renewed", "2029-01-05"),
			   on_taken, &answers);
	world_until_asked(&w, calls);
	world_restart(&w);
	assert_int_equal(answers, 1);
	w.events = server_number(&w.h.server, "GET %sseq", KEY);
	world_settle(&w);
	assert_int_equal(clock_runs(&w, 1), w.events == 1);
	if (w.events == 2)
		assert_true(clock_runs(&w, 2));
	world_close(&w);
	principal_unref(spj);
	return w.events == 2;
}

static void a_renewal_ends_the_clock_before_it(void **state)
{
	int taken = 0;

	(void)state;
	for (int calls = 0; calls <= CALLS_MAX; calls++)
		taken += renewal_dies_after(calls);
	assert_in_range(taken, 1, CALLS_MAX); /* it has died before and behind that */
}

/* --- what was done stands in the audit log --- */

static bool is_claimed(struct world *w)
{
	struct arena arena;
	struct record r;
	bool is;

	arena_init(&arena);
	assert_true(world_record(w, 1, &arena, &r));
	is = r.notices[0].state == STATE_CLAIMED;
	arena_clear(&arena);
	return is;
}

static int audited(struct world *w, const char *act)
{
	redisReply *r = server_ask(&w->h.server, "LRANGE %saudit 0 -1", KEY);
	int n = 0;

	for (size_t i = 0; i < r->elements; i++)
		n += strstr(r->element[i]->str, act) != NULL;
	freeReplyObject(r);
	return n;
}

/* Whether the claim was taken. */
static bool claim_dies_after(int calls)
{
	struct principal *wjw = world_person("wjw");
	const struct respond_in in = {
		.who = wjw, .notice = "n1.0", .channel = "http", .answer = ANSWER_CLAIM};
	struct world w;
	int answers = 0;
	bool claimed;

	world_open(&w, "tests/replay/pack", 1, START_MS);
	world_submit(&w, 0, "spj", event("1", "approval.granted", "2027-01-05"));
	world_settle(&w);
	respond(w.hubs[0].flow, &in, on_taken, &answers);
	world_until_asked(&w, calls);
	world_restart(&w);
	world_settle(&w);
	claimed = is_claimed(&w);
	assert_int_equal(audited(&w, "\"act\":\"claim\""), claimed);
	world_close(&w);
	principal_unref(wjw);
	return claimed;
}

static void what_is_done_is_in_the_audit_log(void **state)
{
	int claimed = 0;

	(void)state;
	for (int calls = 0; calls <= CALLS_MAX; calls++)
		claimed += claim_dies_after(calls);
	assert_in_range(claimed, 1, CALLS_MAX);
}

#define HANDED 3

static int handed_on(struct world *w)
{
	struct arena arena;
	struct record r;
	int n = 0;

	arena_init(&arena);
	for (int seq = 1; seq <= HANDED; seq++) {
		assert_true(world_record(w, seq, &arena, &r));
		for (int i = 0; i < r.receipt_count; i++)
			n += r.receipts[i].kind == RECEIPT_HANDED_ON;
	}
	arena_clear(&arena);
	return n;
}

static bool answers_always(void *arg, const char *name, const char *body)
{
	(void)arg, (void)name, (void)body;
	return true;
}

/* How many notices were handed on. */
static int handover_dies_after(int calls)
{
	struct principal *wjw = world_person("wjw");
	json_t *said = json_pack("{s:s,s:s}", "from", "wjw", "to", "wjw2");
	struct world w;
	int answers = 0, handed;

	world_open(&w, "tests/replay/pack", 1, START_MS);
	for (int seq = 1; seq <= HANDED; seq++) {
		char id[8], notice[8];

		snprintf(id, sizeof(id), "%d", seq);
		snprintf(notice, sizeof(notice), "n%d.0", seq);
		world_submit(&w, 0, "spj", event(id, "approval.granted", "2027-01-05"));
		world_act(&w, &(struct asked){.who = "wjw", .what = "claim", .id = notice});
	}
	handover(w.hubs[0].flow,
		 &(struct handover_in){
			 .who = wjw, .body = "wjw-371302", .said = said, .answers = answers_always},
		 on_taken, &answers);
	world_until_asked(&w, calls);
	world_restart(&w);
	world_settle(&w);
	handed = handed_on(&w);
	assert_int_equal(audited(&w, "\"act\":\"handover\""), handed);
	world_close(&w);
	json_decref(said);
	principal_unref(wjw);
	return handed;
}

static void what_was_handed_on_is_in_the_audit_log(void **state)
{
	int handed = 0;

	(void)state;
	for (int calls = 0; calls <= CALLS_MAX; calls++)
		handed += handover_dies_after(calls);
	assert_in_range(handed, 1, CALLS_MAX * HANDED);
}

/* --- the texts of a morning --- */

/* 2026-11-24T08:30:00+08:00 */
#define MORNING_MS (START_MS + (INT64_C(22) * 60 + 30) * MINUTE_MS)

static void on_looked(void *arg)
{
	++*(int *)arg;
}

static void look(struct world *w)
{
	int done = 0;

	digest_look(w->hubs[0].flow->digest, on_looked, &done);
	harness_until(&w->h, &done, 1);
}

/* Two are asked for bodies where something waits; the link comes back so many minutes later. */
static void morning_is_cut_after(int calls, int minutes_away)
{
	json_t *assists = json_pack("{s:[{s:s,s:s,s:s}]}", "people", "name", "甲", "post",
				    "liaison", "phone", "13900000003");
	int texts[4], done = 0;
	struct world w;

	world_open(&w, "tests/replay/pack", 1, START_MS);
	world_amend(&w, "pack.json", "\"digest=08:30-08:40\"");
	world_contacts(&w, "admin", "scjg-371302", assists);
	json_decref(assists);
	world_submit(&w, 0, "spj", event("1", "approval.granted", "2028-01-05"));
	world_to(&w, MORNING_MS);
	memcpy(texts, w.sent_to, sizeof(texts));
	digest_look(w.hubs[0].flow->digest, on_looked, &done);
	world_until_asked(&w, calls);
	world_cut(&w);
	harness_until(&w.h, &done, 1);
	w.now_ms += (minutes_away - 1) * MINUTE_MS;
	for (int looks = 0; looks < 3; looks++) {
		w.now_ms += MINUTE_MS;
		look(&w);
	}
	assert_int_equal(w.sent_to[1] - texts[1], 1);
	assert_int_equal(w.sent_to[3] - texts[3], 1);
	assert_int_equal(audited(&w, "\"act\":\"digest\""), 2);
	world_close(&w);
}

static void everybody_gets_one_text_a_morning(void **state)
{
	(void)state;
	for (int calls = 0; calls <= CALLS_MAX; calls++) {
		morning_is_cut_after(calls, 1);
		/* the hours of the digest are over by then, no other text is due yet */
		morning_is_cut_after(calls, 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_renewal_ends_the_clock_before_it),
		cmocka_unit_test(what_is_done_is_in_the_audit_log),
		cmocka_unit_test(what_was_handed_on_is_in_the_audit_log),
		cmocka_unit_test(everybody_gets_one_text_a_morning),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests_name("halves", tests, NULL, NULL);
}
