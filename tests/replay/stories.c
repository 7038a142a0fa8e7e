/*
 * stories.c: runs the stories of tests/replay/cases: one JSON file each, steps in order, on the
 * real flow with a driven clock. README.md there says what a step may be. A step that does not come
 * true fails the run and names story and step.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/deliver.h"
#include "flow/view.h"
#include "metrics.h"
#include "replay/said.h"
#include "replay/steps.h"
#include "replay/told.h"
#include "timefmt.h"

/* --- what is meant by "1/wjw-371302" and "1/wjw-371302/2": the body's first and second notice of
 * event 1 --- */

static int find_notice(struct story *s, const char *name, int64_t *ret_seq, struct arena *arena,
		       struct record *r)
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
		story_wrong(s, "the event", "not there", name);
	for (int i = 0; i < r->notice_count; i++) {
		if (!strcmp(r->notices[i].body, body) && --which == 0)
			return i;
	}
	story_wrong(s, "the notice", "not there", name);
	return -1;
}

static void step_event(struct story *s)
{
	const json_t *said = json_object_get(s->now, "event"), *v;
	const char *name;
	char id[32];
	json_t *data, *event;

	snprintf(id, sizeof(id), "e%zu", s->step);
	data = json_pack("{s:s,s:s,s:s,s:s,s:{s:s,s:s,s:s},s:{s:s,s:s},s:{s:s,s:s}}", "case", id,
			 "item", "000123901000", "region", "371302", "accepted_in", "371302",
			 "bodies", "accepting", "spj-371302", "reviewing", "spj-371302", "deciding",
			 "spj-371302", "applicant", "kind", "entity", "name", "某公司", "permit",
			 "number", id, "decided_on", "2026-11-23");
	event = json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "specversion", "1.0", "type",
			  "approval.granted", "source", "/sources/replay", "id", id, "time",
			  "2026-11-23T10:00:00+08:00", "data", data);
	json_object_foreach((json_t *)(uintptr_t)said, name, v) {
		bool outer = !strcmp(name, "type") || !strcmp(name, "id") ||
			     !strcmp(name, "time") || !strcmp(name, "sequence");

		json_object_set(outer ? event : data, name, (json_t *)(uintptr_t)v);
	}
	world_submit(&s->world, said_number(s->now, "hub", 0), said_text(s->now, "who", "spj"),
		     event);
	same_number(s, "status", s->world.status);
	world_settle(&s->world);
}

static void answered(struct story *s)
{
	char state[64];

	if (!json_object_get(s->now, "status") && s->world.status != 200)
		story_wrong(s, "the answer",
			    json_string_value(json_object_get(s->world.answer, "detail")), "200");
	same_number(s, "status", s->world.status);
	snprintf(state, sizeof(state), "%s", said_text(s->world.answer, "state", ""));
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
	notice = find_notice(s, said_text(s->now, "on", ""), &seq, &arena, &r);
	snprintf(id, sizeof(id), "n%lld.%d", (long long)seq, notice);
	arena_clear(&arena);
	world_act(&s->world,
		  &(struct asked){said_number(s->now, "hub", 0), said_text(s->now, "who", "wjw"),
				  said_text(s->now, "act", ""), id,
				  json_object_get(s->now, "with")});
	answered(s);
}

static void step_say(struct story *s)
{
	world_dispute(&s->world, &(struct asked){said_number(s->now, "hub", 0),
						 said_text(s->now, "who", "lxhy"),
						 said_text(s->now, "say", ""),
						 said_text(s->now, "dispute", ""),
						 json_object_get(s->now, "with")});
	answered(s);
}

static void step_meet(struct story *s)
{
	world_meet(&s->world,
		   &(struct asked){said_number(s->now, "hub", 0), said_text(s->now, "who", "lxhy"),
				   said_text(s->now, "meet", ""), said_text(s->now, "decision", ""),
				   json_object_get(s->now, "with")});
	answered(s);
}

static void step_agenda(struct story *s)
{
	const json_t *list, *decision;
	size_t i;
	int late = 0;

	world_get(&s->world,
		  &(struct asked){said_number(s->now, "hub", 0), said_text(s->now, "who", "lxhy"),
				  "agenda", said_text(s->now, "agenda", ""), NULL});
	list = json_object_get(s->world.answer, "decisions");
	json_array_foreach(list, i, decision)
		late += json_is_true(json_object_get(decision, "overdue"));
	same_number(s, "decisions", (int64_t)json_array_size(list));
	same_number(s, "late", late);
	same_text(s, "first", said_text(json_array_get(list, 0), "id", "none"));
	same_number(s, "disputes",
		    (int64_t)json_array_size(json_object_get(
			    json_object_get(s->world.answer, "disputes"), "items")));
	same_number(s, "overdue",
		    (int64_t)json_array_size(
			    json_object_get(json_object_get(s->world.answer, "overdue"), "items")));
	same_number(s, "unmatched",
		    (int64_t)json_array_size(json_object_get(s->world.answer, "unmatched")));
	same_number(s, "returns",
		    (int64_t)json_array_size(json_object_get(s->world.answer, "returns")));
}

static void step_check(struct story *s)
{
	struct arena arena;
	struct record r;
	int64_t seq;
	int i;
	char due[TIMEFMT_BYTES] = "none", feedback_due[TIMEFMT_BYTES] = "none";

	arena_init(&arena);
	i = find_notice(s, said_text(s->now, "check", ""), &seq, &arena, &r);
	same_text(s, "state", notice_state_name(r.notices[i].state));
	same_text(s, "role", role_name(r.notices[i].role));
	same_text(s, "cause", cause_name(r.notices[i].cause));
	same_text(s, "by", r.notices[i].acknowledged.by);
	same_text(s, "lamp",
		  view_lamp(s->world.pack, notice_due_ms(&r, &r.notices[i]), s->world.now_ms));
	if (r.notices[i].due_ms >= 0)
		time_format(r.notices[i].due_ms, SHANGHAI_MIN, due);
	same_text(s, "due", due);
	if (r.notices[i].feedback_due_ms >= 0)
		time_format(r.notices[i].feedback_due_ms, SHANGHAI_MIN, feedback_due);
	same_text(s, "feedback_due", feedback_due);
	same_number(s, "pauses", told_pauses(&r, i));
	same_text(s, "deliveries", told_deliveries(&r, i, &arena));
	same_text(s, "why", told_why(&r, i));
	same_number(s, "reminded", told_receipts(&r, i, RECEIPT_REMINDED));
	same_number(s, "fed_back", told_receipts(&r, i, RECEIPT_FED_BACK));
	same_number(s, "late", r.notices[i].overdue_told);
	same_number(s, "feedback_late", r.notices[i].feedback_told);
	same_number(s, "notices", r.notice_count);
	arena_clear(&arena);
}

/* What became of the texts to an event's applicant. */
static void step_check_applicant(struct story *s)
{
	struct arena arena;
	struct record r;

	arena_init(&arena);
	if (!world_record(&s->world, said_number(s->now, "check_applicant", 0), &arena, &r))
		story_wrong(s, "the event", "not there", "there");
	same_text(s, "deliveries", told_deliveries(&r, -1, &arena));
	same_text(s, "why", told_why(&r, -1));
	arena_clear(&arena);
}

static void on_reported(void *arg, enum err e)
{
	assert_int_equal(e, ERR_OK);
	*(int *)arg = 1;
}

static void reported(struct story *s, const struct report *r)
{
	int done = 0;

	deliver_report(s->world.hubs[said_number(s->now, "hub", 0)].flow, "sms", r, on_reported,
		       &done);
	harness_until(&s->world.h, &done, 1);
}

/* The provider's word about a message. */
static void step_report(struct story *s)
{
	static const char *const kinds[] = {"handed-over", "delivered", "failed"};
	const struct report r = {
		.kind = (enum report_kind)word_find(said_text(s->now, "report", ""), kinds, 3),
		.message_id = said_text(s->now, "of", ""),
		.provider_id = "",
		.from = "",
		.to = "",
		.text = "",
		.code = "",
		.dedupe = ""};

	reported(s, &r);
}

static void step_reply(struct story *s)
{
	const char *said = said_text(s->now, "reply", "");
	const struct report r = {.kind = REPORT_REPLY,
				 .message_id = "",
				 .provider_id = "",
				 .from = said_text(s->now, "from", "13900000001"),
				 .to = "10690000",
				 .text = said,
				 .code = "",
				 .dedupe = said};

	reported(s, &r);
	same_number(s, "stale", metric_get(METRIC_CONTACTS_STALE));
	world_settle(&s->world);
}

static void step_check_dispute(struct story *s)
{
	struct arena arena;
	struct record r;
	int64_t seq;
	int k;

	arena_init(&arena);
	if (!id_parse_dispute(said_text(s->now, "check_dispute", ""), &seq, &k) ||
	    !world_record(&s->world, seq, &arena, &r) || k >= r.dispute_count)
		story_wrong(s, "the dispute", "not there", said_text(s->now, "check_dispute", ""));
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
	i = find_notice(s, said_text(s->now, "check_clock", ""), &seq, &arena, &r);
	arena_clear(&arena);
	snprintf(id, sizeof(id), "n%lld.%d", (long long)seq, i);
	world_get(&s->world, &(struct asked){said_number(s->now, "hub", 0),
					     said_text(s->now, "who", "wjw"), "notice", id, NULL});
	clock = json_array_get(
		json_object_get(json_object_get(s->world.answer, "notice"), "clocks"),
		(size_t)said_number(s->now, "clock", 0));
	same_text(s, "kind", said_text(clock, "kind", "none"));
	same_text(s, "what", said_text(clock, "what", "none"));
	same_text(s, "due", said_text(clock, "due", "none"));
	same_text(s, "state", said_text(clock, "state", "none"));
	same_text(s, "by", said_text(clock, "by", "none"));
}

/* How many stand on a body's list, as who asks sees it. */
static void step_list(struct story *s)
{
	world_get(&s->world,
		  &(struct asked){said_number(s->now, "hub", 0), said_text(s->now, "who", "spj"),
				  "list", said_text(s->now, "list", ""), s->now});
	if (s->world.status != 200)
		story_wrong(s, "the answer",
			    json_string_value(json_object_get(s->world.answer, "detail")), "200");
	same_number(s, "items",
		    (int64_t)json_array_size(json_object_get(s->world.answer, "items")));
}

static void step_setting(struct story *s)
{
	static const char *const sendings[] = {"accepts", "hangs", "refuses", "later"};

	if (json_object_get(s->now, "to"))
		world_to(&s->world, said_moment(said_text(s->now, "to", "")));
	if (json_object_get(s->now, "restart"))
		world_restart(&s->world);
	if (json_object_get(s->now, "away_until"))
		world_away(&s->world, said_moment(said_text(s->now, "away_until", "")));
	if (json_object_get(s->now, "setting"))
		world_amend(&s->world, "pack.json", said_text(s->now, "setting", ""));
	if (json_object_get(s->now, "sms_per_day"))
		s->world.config.sms_per_day = said_number(s->now, "sms_per_day", 0);
	if (json_object_get(s->now, "pack"))
		world_use_pack(&s->world, said_text(s->now, "pack", ""));
	if (json_object_get(s->now, "sending"))
		s->world.sending =
			(enum sending)word_find(said_text(s->now, "sending", ""), sendings, 4);
	same_number(s, "sent", s->world.sent);
	same_text(s, "last_to", s->world.last_to);
	if (!strstr(s->world.texts, said_text(s->now, "says", "")))
		story_wrong(s, "the texts", s->world.texts, said_text(s->now, "says", ""));
	if (json_object_get(s->now, "sent"))
		s->world.texts[0] = '\0';
}

static const struct {
	const char *key;
	void (*run)(struct story *s);
} steps[] = {
	{"event", step_event},
	{"act", step_act},
	{"say", step_say},
	{"meet", step_meet},
	{"agenda", step_agenda},
	{"check", step_check},
	{"check_applicant", step_check_applicant},
	{"check_dispute", step_check_dispute},
	{"reply", step_reply},
	{"report", step_report},
	{"check_clock", step_check_clock},
	{"figures", step_figures},
	{"source", step_source},
	{"list", step_list},
	{"watchdog", step_watchdog},
	{"contacts", step_contacts},
	{"liaison", step_liaison},
	{"publish", step_publish},
	{"digest", step_digest},
	{"lose_due", step_lose},
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
	struct story s = {.name = file};

	world_open(&s.world, said_text(story, "pack", "tests/replay/pack"),
		   said_number(story, "hubs", 1),
		   said_moment(said_text(story, "start", "2026-11-23T10:00:00+08:00")));
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
			print_message("%s: %s\n", e->d_name, said_text(story, "story", ""));
			run_story(said_text(story, "story", path), story);
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
