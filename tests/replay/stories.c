/*
 * stories.c: runs the stories of tests/replay/cases: one JSON file each, steps in order, on the real flow with a driven clock. README.md
 * there says what a step may be. A step that does not come true fails the run and names story and step.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/view.h"
#include "flow/digest.h"
#include "flow/watchdog.h"
#include "metrics.h"
#include "replay/world.h"
#include "timefmt.h"

struct story {
	struct world world;
	const char *name;
	size_t step;
	const json_t *now; /* the step */
};

static const char *text(const json_t *o, const char *name, const char *otherwise)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : otherwise;
}

static int number(const json_t *o, const char *name, int otherwise)
{
	const json_t *v = json_object_get(o, name);

	return json_is_integer(v) ? (int)json_integer_value(v) : otherwise;
}

static int64_t moment(const char *s)
{
	int64_t ms;

	if (!time_parse_rfc3339(s, strlen(s), &ms))
		fail_msg("not a moment: %s", s);
	return ms;
}

static void wrong(const struct story *s, const char *what, const char *is, const char *wanted)
{
	char *step = json_dumps(s->now, JSON_COMPACT);

	print_error("%s, step %zu: %s\n", s->name, s->step + 1, step);
	free(step);
	fail_msg("%s is %s, and should be %s", what, is, wanted);
}

static void same_text(const struct story *s, const char *what, const char *is)
{
	const char *wanted = text(s->now, what, NULL);

	if (wanted && strcmp(is, wanted) != 0)
		wrong(s, what, is, wanted);
}

static void same_number(const struct story *s, const char *what, int64_t is)
{
	char a[32], b[32];
	const json_t *wanted = json_object_get(s->now, what);

	if (!json_is_integer(wanted) || json_integer_value(wanted) == is)
		return;
	snprintf(a, sizeof(a), "%lld", (long long)is);
	snprintf(b, sizeof(b), "%lld", (long long)json_integer_value(wanted));
	wrong(s, what, a, b);
}

/* --- what is meant by "1/wjw-371302" and "1/wjw-371302/2": the body's first and second notice of event 1 --- */

static int find_notice(struct story *s, const char *name, int64_t *ret_seq, struct arena *arena, struct record *r)
{
	char *end;
	const char *body;
	int which = 1;

	*ret_seq = strtoll(name, &end, 10);
	body = arena_strdup(arena, *end == '/' ? end + 1 : "");
	end = strchr(body, '/');
	if (end) {
		*end = '\0';
		which = (int)strtol(end + 1, NULL, 10);
	}
	if (!world_record(&s->world, *ret_seq, arena, r))
		wrong(s, "the event", "not there", name);
	for (int i = 0; i < r->notice_count; i++) {
		if (!strcmp(r->notices[i].body, body) && --which == 0)
			return i;
	}
	wrong(s, "the notice", "not there", name);
	return -1;
}

static void step_event(struct story *s)
{
	const json_t *said = json_object_get(s->now, "event"), *v;
	const char *name;
	char id[32];
	json_t *data, *event;

	snprintf(id, sizeof(id), "e%zu", s->step);
	data = json_pack("{s:s,s:s,s:s,s:s,s:{s:s,s:s,s:s},s:{s:s,s:s},s:{s:s,s:s}}", "case", id, "item", "000123901000", "region",
			 "371302", "accepted_in", "371302", "bodies", "accepting", "spj-371302", "reviewing", "spj-371302",
			 "deciding", "spj-371302", "applicant", "kind", "entity", "name", "某公司", "permit", "number", id,
			 "decided_on", "2026-11-23");
	event = json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "specversion", "1.0", "type", "approval.granted", "source", "/sources/replay",
			  "id", id, "time", "2026-11-23T10:00:00+08:00", "data", data);
	json_object_foreach((json_t *)(uintptr_t)said, name, v) {
		bool outer = !strcmp(name, "type") || !strcmp(name, "id") || !strcmp(name, "time");

		json_object_set(outer ? event : data, name, (json_t *)(uintptr_t)v);
	}
	world_submit(&s->world, number(s->now, "hub", 0), text(s->now, "who", "spj"), event);
	same_number(s, "status", s->world.status);
	world_settle(&s->world);
}

static void answered(struct story *s)
{
	char state[64];

	if (!json_object_get(s->now, "status") && s->world.status != 200)
		wrong(s, "the answer", json_string_value(json_object_get(s->world.answer, "detail")), "200");
	same_number(s, "status", s->world.status);
	snprintf(state, sizeof(state), "%s", text(s->world.answer, "state", ""));
	same_text(s, "state", state);
	world_settle(&s->world);
}

static void step_act(struct story *s)
{
	struct arena arena;
	struct record r;
	int64_t seq;
	int notice;
	char id[64];

	arena_init(&arena);
	notice = find_notice(s, text(s->now, "on", ""), &seq, &arena, &r);
	snprintf(id, sizeof(id), "n%lld.%d", (long long)seq, notice);
	arena_clear(&arena);
	world_act(&s->world, &(struct asked){ number(s->now, "hub", 0), text(s->now, "who", "wjw"), text(s->now, "act", ""), id,
					      json_object_get(s->now, "with") });
	answered(s);
}

static void step_say(struct story *s)
{
	world_dispute(&s->world, &(struct asked){ number(s->now, "hub", 0), text(s->now, "who", "lxhy"), text(s->now, "say", ""),
						  text(s->now, "dispute", ""), json_object_get(s->now, "with") });
	answered(s);
}

static void step_meet(struct story *s)
{
	world_meet(&s->world, &(struct asked){ number(s->now, "hub", 0), text(s->now, "who", "lxhy"), text(s->now, "meet", ""),
					       text(s->now, "decision", ""), json_object_get(s->now, "with") });
	answered(s);
}

static void step_agenda(struct story *s)
{
	const json_t *list, *decision;
	size_t i;
	int late = 0;

	world_get(&s->world, &(struct asked){ number(s->now, "hub", 0), text(s->now, "who", "lxhy"), "agenda", text(s->now, "agenda", ""), NULL });
	list = json_object_get(s->world.answer, "decisions");
	json_array_foreach(list, i, decision)
		late += json_is_true(json_object_get(decision, "overdue"));
	same_number(s, "decisions", (int64_t)json_array_size(list));
	same_number(s, "late", late);
	same_text(s, "first", text(json_array_get(list, 0), "id", "none"));
	same_number(s, "disputes", (int64_t)json_array_size(json_object_get(json_object_get(s->world.answer, "disputes"), "items")));
	same_number(s, "overdue", (int64_t)json_array_size(json_object_get(json_object_get(s->world.answer, "overdue"), "items")));
	same_number(s, "unmatched", (int64_t)json_array_size(json_object_get(s->world.answer, "unmatched")));
	same_number(s, "returns", (int64_t)json_array_size(json_object_get(s->world.answer, "returns")));
}

static int count_receipts(const struct record *r, int notice, enum receipt_kind kind)
{
	int n = 0;

	for (int i = 0; i < r->receipt_count; i++)
		n += r->receipts[i].notice == notice && r->receipts[i].kind == kind;
	return n;
}

static int count_pauses(const struct record *r, int notice)
{
	int n = 0;

	for (int i = 0; i < r->pause_count; i++)
		n += r->pauses[i].notice == notice;
	return n;
}

static const char *deliveries_of(const struct record *r, int notice, struct arena *arena)
{
	const char *all = "";

	for (int i = 0; i < r->delivery_count; i++) {
		if (r->deliveries[i].notice == notice)
			all = arena_printf(arena, "%s%s%s", all, *all ? " " : "", delivery_state_name(r->deliveries[i].state));
	}
	return all;
}

static void step_check(struct story *s)
{
	struct arena arena;
	struct record r;
	int64_t seq;
	int i;
	char due[TIMEFMT_BYTES] = "none", feedback_due[TIMEFMT_BYTES] = "none";

	arena_init(&arena);
	i = find_notice(s, text(s->now, "check", ""), &seq, &arena, &r);
	same_text(s, "state", notice_state_name(r.notices[i].state));
	same_text(s, "role", role_name(r.notices[i].role));
	same_text(s, "cause", cause_name(r.notices[i].cause));
	same_text(s, "lamp", view_lamp(s->world.pack, &r.notices[i], s->world.now_ms));
	if (r.notices[i].due_ms >= 0)
		time_format(r.notices[i].due_ms, SHANGHAI_MIN, due);
	same_text(s, "due", due);
	if (r.notices[i].feedback_due_ms >= 0)
		time_format(r.notices[i].feedback_due_ms, SHANGHAI_MIN, feedback_due);
	same_text(s, "feedback_due", feedback_due);
	same_number(s, "pauses", count_pauses(&r, i));
	same_text(s, "deliveries", deliveries_of(&r, i, &arena));
	same_number(s, "reminded", count_receipts(&r, i, RECEIPT_REMINDED));
	same_number(s, "fed_back", count_receipts(&r, i, RECEIPT_FED_BACK));
	same_number(s, "late", r.notices[i].overdue_told);
	same_number(s, "notices", r.notice_count);
	arena_clear(&arena);
}

static void step_check_dispute(struct story *s)
{
	struct arena arena;
	struct record r;
	int64_t seq;
	int k;

	arena_init(&arena);
	if (!id_parse_dispute(text(s->now, "check_dispute", ""), &seq, &k) || !world_record(&s->world, seq, &arena, &r) ||
	    k >= r.dispute_count)
		wrong(s, "the dispute", "not there", text(s->now, "check_dispute", ""));
	same_text(s, "kind", dispute_kind_name(r.disputes[k].kind));
	same_text(s, "state", dispute_state_name(r.disputes[k].state));
	same_text(s, "interim", r.disputes[k].interim);
	same_number(s, "disputes", r.dispute_count);
	arena_clear(&arena);
}

/* One clock of an event, as the notice shows it to its own people. */
static void step_check_clock(struct story *s)
{
	struct arena arena;
	struct record r;
	int64_t seq;
	int i;
	char id[64];
	const json_t *clock;

	arena_init(&arena);
	i = find_notice(s, text(s->now, "check_clock", ""), &seq, &arena, &r);
	arena_clear(&arena);
	snprintf(id, sizeof(id), "n%lld.%d", (long long)seq, i);
	world_get(&s->world, &(struct asked){ number(s->now, "hub", 0), text(s->now, "who", "wjw"), "notice", id, NULL });
	clock = json_array_get(json_object_get(json_object_get(s->world.answer, "notice"), "clocks"),
			       (size_t)number(s->now, "clock", 0));
	same_text(s, "kind", text(clock, "kind", "none"));
	same_text(s, "what", text(clock, "what", "none"));
	same_text(s, "due", text(clock, "due", "none"));
	same_text(s, "state", text(clock, "state", "none"));
	same_text(s, "by", text(clock, "by", "none"));
}

static void step_figures(struct story *s)
{
	const char *key = text(s->now, "figures", ""), *name;
	json_t *items, *row, *found, *v;
	size_t i;

	world_get(&s->world, &(struct asked){ number(s->now, "hub", 0), "lxhy", "board", "body", NULL });
	items = json_object_get(s->world.answer, "items");
	found = !strcmp(key, "total") ? json_object_get(s->world.answer, "total") : NULL;
	json_array_foreach(items, i, row) {
		if (!strcmp(text(row, "key", ""), key))
			found = row;
	}
	json_object_foreach((json_t *)(uintptr_t)s->now, name, v) {
		json_t *is = json_object_get(found, name);

		if (json_is_integer(v) && strcmp(name, "hub") != 0)
			same_number(s, name, json_is_integer(is) ? json_integer_value(is) : -1);
	}
}

static void step_setting(struct story *s)
{
	static const char *const sendings[] = { "accepts", "hangs", "refuses" };

	if (json_object_get(s->now, "to"))
		world_to(&s->world, moment(text(s->now, "to", "")));
	if (json_object_get(s->now, "restart"))
		world_restart(&s->world);
	if (json_object_get(s->now, "away_until"))
		world_away(&s->world, moment(text(s->now, "away_until", "")));
	if (json_object_get(s->now, "setting"))
		world_amend(&s->world, "pack.json", text(s->now, "setting", ""));
	if (json_object_get(s->now, "pack"))
		world_use_pack(&s->world, text(s->now, "pack", ""));
	if (json_object_get(s->now, "sending"))
		s->world.sending = (enum sending)word_find(text(s->now, "sending", ""), sendings, 3);
	same_number(s, "sent", s->world.sent);
	same_text(s, "last_to", s->world.last_to);
}

struct found {
	int64_t should, did;
	int looked;
};

static void on_looked(void *arg, int64_t should, int64_t did)
{
	*(struct found *)arg = (struct found){ should, did, 1 };
}

/* A clock that has lost its mark in Redis, and what the watchdog says and does. */
static void step_watchdog(struct story *s)
{
	struct found found = { 0 };

	watchdog_look(s->world.hubs[number(s->now, "hub", 0)].flow->watchdog, on_looked, &found);
	harness_until(&s->world.h, &found.looked, 1);
	same_number(s, "should", found.should);
	same_number(s, "did", found.did);
	same_number(s, "should", metric_get(METRIC_RUNGS_DUE));
	same_number(s, "did", metric_get(METRIC_RUNGS_FIRED));
	world_settle(&s->world);
}

static void step_contacts(struct story *s)
{
	world_contacts(&s->world, text(s->now, "who", "admin"), text(s->now, "contacts", ""), json_object_get(s->now, "with"));
	if (!json_object_get(s->now, "status") && s->world.status != 200)
		wrong(s, "the answer", json_string_value(json_object_get(s->world.answer, "detail")), "200");
	same_number(s, "status", s->world.status);
}

/* The year's notice is published while clocks run; waits until so many notices have been counted anew. */
static void step_publish(struct story *s)
{
	int64_t wanted = metric_get(METRIC_CALENDAR_RECOUNTED) + number(s->now, "recounted", 0);

	world_amend(&s->world, "calendar.json", text(s->now, "publish", ""));
	for (int tries = 0; tries < 5000 && metric_get(METRIC_CALENDAR_RECOUNTED) < wanted; tries++)
		world_get(&s->world, &(struct asked){ 0, "lxhy", "board", "body", NULL });
	world_settle(&s->world);
	same_number(s, "recounted", metric_get(METRIC_CALENDAR_RECOUNTED) - wanted + number(s->now, "recounted", 0));
}

static void on_digest(void *arg)
{
	*(int *)arg = 1;
}

/* The minute's look at whether it is time to tell everybody what waits. */
static void step_digest(struct story *s)
{
	int done = 0;

	digest_look(s->world.hubs[number(s->now, "hub", 0)].flow->digest, on_digest, &done);
	harness_until(&s->world.h, &done, 1);
	same_number(s, "sent", s->world.sent);
	same_text(s, "last_to", s->world.last_to);
}

static void step_lose(struct story *s)
{
	freeReplyObject(server_ask(&s->world.h.server, "ZREM %sdue %d", KEY, number(s->now, "lose_due", 0)));
}

static const struct {
	const char *key;
	void (*run)(struct story *s);
} steps[] = {
	{ "event", step_event },
	{ "act", step_act },
	{ "say", step_say },
	{ "meet", step_meet },
	{ "agenda", step_agenda },
	{ "check", step_check },
	{ "check_dispute", step_check_dispute },
	{ "check_clock", step_check_clock },
	{ "figures", step_figures },
	{ "watchdog", step_watchdog },
	{ "contacts", step_contacts },
	{ "publish", step_publish },
	{ "digest", step_digest },
	{ "lose_due", step_lose },
};

static void run_step(struct story *s)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (json_object_get(s->now, steps[i].key)) {
			steps[i].run(s);
			return;
		}
	}
	step_setting(s);
}

static void run_story(const char *file, const json_t *story)
{
	struct story s = { .name = file };

	world_open(&s.world, text(story, "pack", "tests/replay/pack"), number(story, "hubs", 1),
		   moment(text(story, "start", "2026-11-23T10:00:00+08:00")));
	json_array_foreach(json_object_get(story, "steps"), s.step, s.now)
		run_step(&s);
	world_close(&s.world);
}

static void every_story_comes_true(void **state)
{
	static const char folder[] = "tests/replay/cases";
	DIR *d = opendir(folder);
	int stories = 0;

	(void)state;
	assert_non_null(d);
	for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
		char path[512];
		json_error_t error;
		json_t *file, *story;
		size_t i;

		if (!strstr(e->d_name, ".json"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
		if (!file)
			fail_msg("%s:%d: %s", path, error.line, error.text);
		json_array_foreach(file, i, story) {
			print_message("%s: %s\n", e->d_name, text(story, "story", ""));
			run_story(text(story, "story", path), story);
			stories++;
		}
		json_decref(file);
	}
	closedir(d);
	print_message("%d stories\n", stories);
	assert_true(stories >= 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_story_comes_true),
	};

	log_set_level(LOG_WARN);

	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
