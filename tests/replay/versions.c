/*
 * versions.c: a decision explains itself by the version that made it, however many came since and
 * whether that one is in memory or not: in what is searched for, in texts, in deadlines that are
 * counted anew. And no more versions stay in memory than are kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow/feed.h"
#include "flow/policies_in.h"
#include "flow/policy_calls.h"
#include "flow/query.h"
#include "metrics.h"
#include "replay/world.h"
#include "timefmt.h"

#define START_MS  INT64_C(1798596000000) /* 2026-12-30T10:00:00+08:00 */
#define MINUTE_MS INT64_C(60000)
#define OLD_NAME  "诊所备案旧"

static void submit(struct world *w)
{
	world_submit(w, 0, "spj",
		     json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:s,s:s,s:{s:s}}}", "specversion",
			       "1.0", "type", "approval.granted", "source", "/sources/versions",
			       "id", "v1", "time", "2026-12-30T10:00:00+08:00", "data", "case",
			       "v1", "item", "000123901000", "region", "371302", "applicant",
			       "name", "某公司"));
}

static struct policies *policies_of(struct world *w)
{
	return w->hubs[0].flow->policies;
}

static int in_memory(struct world *w)
{
	const struct policies *ps = policies_of(w);
	int count = 0;

	for (int i = 0; i < ps->count; i++)
		count += ps->list[i]->pack != NULL;
	return count;
}

/* As after many others. */
static void forget_old_ones(struct world *w)
{
	struct policies *ps = policies_of(w);

	for (int i = 0; i < ps->count; i++) {
		assert_int_equal(ps->list[i]->holds, 0);
		if (ps->list[i] != ps->force)
			policy_let_go(ps, ps->list[i]);
	}
	assert_int_equal(in_memory(w), 1);
}

/* One event decided by a version with that name of the item and two days for it; then another is in
 * force. */
static void open_with_old_one(struct world *w)
{
	world_open(w, "tests/replay/pack", 1, START_MS);
	world_replace(w, "诊所备案", OLD_NAME);
	submit(w);
	assert_int_equal(w->status, 201);
	world_settle(w);
	world_replace(w, OLD_NAME, "诊所备案新");
	world_replace(w, "\"2wd\",\"30d\"", "\"9wd\",\"30d\"");
	forget_old_ones(w);
}

/* So many more versions. */
static void rename_often(struct world *w, const char *name, int times)
{
	char was[64], is[64];

	snprintf(was, sizeof(was), "%s", name);
	for (int i = 0; i < times; i++) {
		snprintf(is, sizeof(is), "诊所备案%d号", i);
		world_replace(w, was, is);
		memcpy(was, is, sizeof(was));
	}
}

static void no_more_stay_than_are_kept(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "tests/replay/pack", 1, START_MS);
	rename_often(&w, "诊所备案", POLICIES_KEPT_MAX + 8);
	assert_in_range(policies_of(&w)->count, POLICIES_KEPT_MAX + 8, POLICIES_KEPT_MAX + 9);
	assert_int_equal(in_memory(&w), POLICIES_KEPT_MAX);
	assert_int_equal(policies_of(&w)->kept_count, POLICIES_KEPT_MAX);
	assert_non_null(policies_of(&w)->force->pack);
	world_close(&w);
}

static void on_found(void *arg, const struct reply *r)
{
	struct world *w = arg;

	assert_int_equal(r->status, 200);
	assert_non_null(strstr(r->json, OLD_NAME));
	w->answers++;
}

static void a_search_names_things_as_they_were(void **state)
{
	static const struct query_cases q = {.q = "某公司",
					     .region = "",
					     .item = "",
					     .state = "",
					     .body = "",
					     .from = "",
					     .to = "",
					     .cursor = "",
					     .limit = 10};
	struct principal *who = world_person("lxhy");
	struct world w;
	int before;

	(void)state;
	open_with_old_one(&w);
	before = w.answers;
	query_cases(w.hubs[0].flow, who, &q, on_found, &w);
	harness_until(&w.h, &w.answers, before + 1);
	principal_unref(who);
	world_close(&w);
}

static void a_text_says_what_was_decided(void **state)
{
	struct world w;

	(void)state;
	open_with_old_one(&w);
	world_to(&w, START_MS + 31 * MINUTE_MS);
	assert_int_equal(w.sent, 1);
	assert_non_null(strstr(w.last_text, OLD_NAME));
	world_close(&w);
}

static void a_repeat_is_answered_alike(void **state)
{
	struct world w;
	json_t *first;

	(void)state;
	open_with_old_one(&w);
	first = json_incref(w.answer);
	submit(&w);
	assert_int_equal(w.status, 200);
	assert_true(json_equal(w.answer, first));
	assert_int_equal(in_memory(&w), 1); /* for which nothing is read back */
	json_decref(first);
	world_close(&w);
}

static void a_deadline_is_counted_anew_by_its_own_rule(void **state)
{
	const int64_t before = metric_get(METRIC_CALENDAR_RECOUNTED);
	struct world w;
	struct arena arena;
	struct record r;
	char due[TIMEFMT_BYTES] = "";

	(void)state;
	open_with_old_one(&w);
	world_amend(&w, "calendar.json", "2027,\"2027-01-01 off\",\"2027-01-04 off\"");
	for (int tries = 0; tries < 5000 && metric_get(METRIC_CALENDAR_RECOUNTED) == before;
	     tries++)
		world_get(&w, &(struct asked){0, "wjw", "notice", "n1.0", NULL});
	arena_init(&arena);
	assert_true(world_record(&w, 1, &arena, &r));
	time_format(r.notices[0].due_ms, SHANGHAI_MIN, due);
	assert_string_equal(due, "2027-01-05T23:59:59+08:00");
	arena_clear(&arena);
	world_close(&w);
}

static void on_message(void *arg, const struct feed_message *m)
{
	struct world *w = arg;

	if (!strcmp(m->method, "notice"))
		w->status = strstr(m->text, OLD_NAME) ? 200 : 409;
	w->answers++;
}

static bool has_room(void *arg)
{
	return arg != NULL;
}

static void on_place(void *arg, enum err e, bool is_found)
{
	struct world *w = arg;

	assert_int_equal(e, ERR_OK);
	assert_true(is_found);
	w->answers++;
}

/* Catching up from before the event, by a hub that has none of it in its cache. */
static void a_message_names_things_as_they_were(void **state)
{
	static const char *const bodies[] = {"wjw-371302"};
	struct world w;
	struct feed_wish wish = {.bodies = bodies,
				 .body_count = 1,
				 .on_message = on_message,
				 .has_room = has_room,
				 .arg = &w};
	char cursor[CURSOR_BYTES];
	struct feed_sub *sub;
	struct feed *feed;
	int before;

	(void)state;
	for (int masked = 0; masked < 2; masked++) {
		open_with_old_one(&w);
		world_restart(&w);
		forget_old_ones(&w);
		feed = w.hubs[0].flow->feed;
		wish.masked = masked;
		before = w.answers;
		feed_find(feed, "0-0.0.0", on_place, &w);
		harness_until(&w.h, &w.answers, before + 1);
		w.status = 0;
		sub = feed_subscribe(feed, &wish, "0-0.0.0", cursor);
		harness_until(&w.h, &w.answers, before + 2);
		assert_int_equal(w.status, 200);
		feed_unsubscribe(feed, sub);
		world_close(&w);
	}
}

static void submit_change(struct world *w)
{
	world_submit(w, 0, "spj",
		     json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:s,s:s,s:{s:s}}}", "specversion",
			       "1.0", "type", "approval.changed", "source", "/sources/versions",
			       "id", "v2", "time", "2026-12-30T10:00:00+08:00", "data", "case",
			       "v1", "item", "000123901000", "region", "371302", "applicant",
			       "name", "某公司"));
	assert_int_equal(w->status, 201);
}

static void act(struct world *w, const char *who, const char *what, const char *notice,
		json_t *with)
{
	world_act(w, &(struct asked){0, who, what, notice, with});
	assert_int_equal(w->status, 200);
	json_decref(with);
}

/* Whom the change is told follows from who held the first notice then, which the version that
 * decided it knows. */
static void decide_by_holder(struct world *w)
{
	world_open(w, "tests/replay/pack", 1, START_MS);
	submit(w);
	act(w, "wjw", "claim", "n1.0", NULL);
	act(w, "wjw", "transfer", "n1.0", json_pack("{s:s}", "to", "zjj-371302"));
	world_get(w, &(struct asked){0, "zjj", "list", "zjj-371302", NULL});
	act(w, "zjj", "claim",
	    json_string_value(
		    json_object_get(json_array_get(json_object_get(w->answer, "items"), 0), "id")),
	    NULL);
	submit_change(w);
	world_settle(w);
}

static void on_rehearsed(void *arg, const struct reply *r)
{
	struct world *w = arg;

	assert_int_equal(r->status, 200);
	json_decref(w->answer);
	w->answer = json_loadb(r->json, r->len, 0, NULL);
	w->answers++;
}

static void a_rehearsal_knows_who_held_it_then(void **state)
{
	struct principal *who = world_person("lxhy");
	struct world w;
	json_t *said = json_pack("{s:i}", "events", 10);
	struct policy_in in = {.who = who, .said = said};
	char first[64], version[64];
	int before;

	(void)state;
	decide_by_holder(&w);
	snprintf(first, sizeof(first), "%s", policies_of(&w)->force->version);
	world_replace(&w, "诊所备案", OLD_NAME);
	snprintf(version, sizeof(version), "%s", policies_of(&w)->force->version);
	/* In force no row names the holder any more: by this pack nobody would be found to have
	 * held anything. */
	world_replace(&w, "\"holder\"", "\"body:wjw-371302\"");
	world_replace(&w, "\"holder\"", "\"body:wjw-371302\"");
	rename_often(&w, OLD_NAME, POLICIES_KEPT_MAX);
	assert_null(policy_find(policies_of(&w), first)->pack);
	in.version = version;
	before = w.answers;
	policy_rehearse(w.hubs[0].flow, &in, on_rehearsed, &w);
	harness_until(&w.h, &w.answers, before + 1);
	assert_int_equal(json_integer_value(json_object_get(w.answer, "events")), 2);
	assert_string_equal(
		json_string_value(json_object_get(
			json_array_get(json_object_get(w.answer, "samples"), 0), "what")),
		"-wjw-371302 lead; +zjj-371302 lead");
	json_decref(said);
	principal_unref(who);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_more_stay_than_are_kept),
		cmocka_unit_test(a_search_names_things_as_they_were),
		cmocka_unit_test(a_text_says_what_was_decided),
		cmocka_unit_test(a_repeat_is_answered_alike),
		cmocka_unit_test(a_deadline_is_counted_anew_by_its_own_rule),
		cmocka_unit_test(a_message_names_things_as_they_were),
		cmocka_unit_test(a_rehearsal_knows_who_held_it_then),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests_name("versions", tests, NULL, NULL);
}
