/*
 * random.c: many random acts by random people, several at once, on the real flow with a driven
 * clock and restarts between; then what must hold whatever they did. Arguments: how many acts, and
 * where the dice begin.
 *
 * After every round: the lists of a body are its notices, each once; what is to do is what the
 * states say; nothing is without an owner or a named exception; every figure is what counting the
 * records anew gives; and no answer ever showed what is not the asker's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/intake.h"
#include "flow/query.h"
#include "flow/respond.h"
#include "replay/looks.h"

#define AT_ONCE	   16
#define ROUND	   1024 /* acts between two looks at everything */
#define EVENTS_MAX 4000
#define HOUR_MS	   INT64_C(3600000)

static int wanted_acts = 4000, seen_in_lists;
static uint64_t dice = 1;

static uint32_t roll(uint32_t sides)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (uint32_t)(dice >> 20) % sides;
}

static const char *const everybody[] = {"wjw", "zjj", "scjg", "yjj", "spj", "lxhy", "sjj", "admin"};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct asking { /* one act under way */
	struct world *world;
	const char *who;
	bool is_read, is_list, is_event;
	json_t *with;
};

/* A letter is its two bodies' and of whoever oversees the region. */
static bool may_see_letter(const struct principal *p, const char *body, const char *from)
{
	bool may = false;

	for (int i = 0; i < p->grant_count; i++) {
		const struct grant *g = &p->grants[i];
		bool answers = g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER;

		may = may || g->who == WHO_COORDINATOR || g->who == WHO_AUDITOR ||
		      (answers && (!strcmp(g->body, body) || !strcmp(g->body, from)));
	}
	return may;
}

/* Whether this person may see a notice that looks like this: written down once more, from the
 * contract's section on scope. */
static bool may_see(const char *who, const json_t *notice)
{
	struct principal *p = world_person(who);
	const char *body = json_string_value(json_object_get(notice, "body"));
	json_t *named = json_object_get(notice, "bodies"), *b;
	const char *key;
	const char *from =
		json_string_value(json_object_get(json_object_get(notice, "letter"), "from"));
	bool may = false;

	for (int i = 0; i < p->grant_count; i++) {
		const struct grant *g = &p->grants[i];

		/* all regions of the pack are theirs */
		may = may || g->who == WHO_COORDINATOR || g->who == WHO_AUDITOR;
		may = may || ((g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER) &&
			      !strcmp(g->body, body));
		may = may || (g->who == WHO_SUPERVISOR && !strncmp(body, "pool:", 5) &&
			      strstr(g->body, body + 5));
		json_object_foreach(named, key, b)
			may = may || (g->who == WHO_APPROVER &&
				      !strcmp(g->body,
					      json_string_value(json_object_get(b, "id"))
						      ? json_string_value(json_object_get(b, "id"))
						      : ""));
	}
	/* everything here was sent by spj */
	may = from ? may_see_letter(p, body, from) : may || !strcmp(who, "spj");
	principal_unref(p);
	return may;
}

static void look_at_list(const char *who, const json_t *answer)
{
	const json_t *notice;
	size_t i;

	json_array_foreach(json_object_get(answer, "items"), i, notice) {
		seen_in_lists++;
		if (!may_see(who, notice))
			fail_msg("%s has seen %s in a list", who,
				 json_string_value(json_object_get(notice, "id")));
	}
}

static void on_answer(void *arg, const struct reply *r)
{
	struct asking *a = arg;
	json_t *answer = json_loadb(r->json, r->len, 0, NULL);

	assert_non_null(answer);
	if (r->status >= 500)
		fail_msg("%d: %s", r->status, r->json);
	if (a->is_event && r->status == 201)
		a->world->events++;
	if (a->is_read && r->status == 200 && !may_see(a->who, json_object_get(answer, "notice")))
		fail_msg("%s has seen %s", a->who, r->json);
	if (a->is_list && r->status == 200)
		look_at_list(a->who, answer);
	json_decref(answer);
	json_decref(a->with);
	a->world->answers++;
	free(a);
}

static struct asking *ask(struct world *w, const char *who)
{
	struct asking *a = mem_zalloc(sizeof(*a));

	a->world = w;
	a->who = who;
	return a;
}

static void submit(struct world *w, struct flow *f, struct principal *p, int number)
{
	static const char *const items[] = {"000123901000", "000123901000", "000117051000",
					    "999999999999"};
	static const char *const types[] = {"approval.granted", "approval.granted",
					    "approval.changed", "approval.revoked"};
	struct asking *a = ask(w, "spj");
	char id[32], name[32];

	snprintf(id, sizeof(id), "r%d", number);
	snprintf(name, sizeof(name), "case-%u", roll(60));
	a->is_event = true;
	intake_submit_json(
		f, p,
		json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:i,s:s,s:s,s:{s:s,s:s},s:{s:s}}}",
			  "specversion", "1.0", "type", types[roll(COUNT(types))], "source",
			  "/sources/random", "id", id, "time", "2026-11-23T10:00:00+08:00", "data",
			  "case", name, "version", (int)roll(3) + 1, "item",
			  items[roll(COUNT(items))], "region", "371302", "bodies", "accepting",
			  "spj-371302", "deciding", "spj-371300", "applicant", "name", "某公司"),
		on_answer, a);
}

static json_t *params_of(enum answer act)
{
	static const char *const reasons[] = {"not-in-scope", "not-our-remit", "wrong-region",
					      "other", "nonsense"};
	static const char *const findings[] = {"conforms", "mostly", "fails", "fails"};
	static const char *const files[] = {"a0", "b1"};
	static const char *const disposals[] = {"pass", "rectify", "enforce", "enforce"};

	switch (act) {
	case ANSWER_RETURN:
		return json_pack("{s:s,s:s}", "reason", reasons[roll(COUNT(reasons))], "remark",
				 roll(2) ? "不属于" : "");
	case ANSWER_TRANSFER:
		return json_pack("{s:s,s:s}", "to", look_bodies[roll(LOOK_BODIES)], "remark", "转");
	case ANSWER_FEEDBACK:
		return json_pack("{s:s,s:s,s:s,s:b,s:o}", "result", findings[roll(4)], "disposal",
				 disposals[roll(4)], "checked_on", "2026-11-25", "close",
				 (int)roll(3) == 0, "files",
				 roll(3) ? json_array()
					 : json_pack("[s]", files[roll(COUNT(files))]));
	case ANSWER_LETTER:
		return json_pack("{s:s,s:s,s:s,s:s,s:s}", "kind",
				 roll(2) ? "co-letter" : "change-opinion", "to",
				 look_bodies[roll(LOOK_BODIES)], "subject", "函", "text",
				 roll(2) ? "请核" : "请复", "due", roll(2) ? "1wd" : "3d");
	case ANSWER_REPLY:
		return json_pack("{s:s}", "text", roll(2) ? "同意" : "再议");
	case ANSWER_ATTACH:
		return json_pack("{s:s,s:s,s:i,s:i}", "file", files[roll(COUNT(files))], "name",
				 "记录.pdf", "type", FILE_PDF, "bytes", 9);
	default:
		return json_object();
	}
}

static void list(struct world *w, struct flow *f, struct principal *p)
{
	const struct query_notices q = {.body = roll(3) ? look_bodies[roll(LOOK_BODIES)] : "",
					.state = "",
					.role = "",
					.cause = "",
					.due = "",
					.q = "",
					.cursor = "",
					.figure = "",
					.region = "",
					.item = "",
					.from = "",
					.to = "",
					.limit = 20};
	struct asking *a = ask(w, p->name);

	a->is_list = true;
	query_notices(f, p, &q, on_answer, a);
}

static void act(struct world *w, struct flow *f, struct principal *p)
{
	struct asking *a = ask(w, p->name);
	char id[32];
	struct respond_in in = {.who = p, .notice = id, .channel = "http"};
	int64_t back = roll(4) ? 1 + roll(40) : 1 + roll((uint32_t)w->events);

	snprintf(id, sizeof(id), "n%lld.%u", (long long)(w->events > back ? w->events - back : 1),
		 roll(5));
	if (roll(6) == 0) {
		a->is_read = true;
		query_notice(f, p, id, on_answer, a);
		return;
	}
	in.answer = (enum answer)roll(ANSWER_COUNT);
	a->with = params_of(in.answer);
	in.params = a->with;
	respond(f, &in, on_answer, a);
}

static void argue(struct world *w, struct flow *f, struct principal *p)
{
	struct asking *a = ask(w, p->name);
	char id[32];
	struct dispute_in in = {.who = p, .dispute = id, .channel = "http"};
	bool rules = roll(2);

	snprintf(id, sizeof(id), "u%u.%u", 1 + roll((uint32_t)w->events), roll(2));
	if (!rules)
		a->with = json_pack("{s:s}", "position", roll(2) ? "属他方" : "属我方");
	else if (roll(3))
		a->with = json_pack("{s:s}", "body", look_bodies[roll(LOOK_BODIES)]);
	else
		a->with = json_pack("{s:b}", "close", 1);
	in.said = a->with;
	(rules ? dispute_ruling : dispute_position)(f, &in, on_answer, a);
}

static void some_at_once(struct world *w, int first)
{
	int before = w->answers;

	for (int i = 0; i < AT_ONCE; i++) {
		struct flow *f = w->hubs[roll((uint32_t)w->hub_count)].flow;
		struct principal *p = world_person(roll(8) ? everybody[roll(5)]
							   : everybody[roll(COUNT(everybody))]);
		uint32_t what = roll(100);

		if (w->events < 20 || (what < 12 && w->events < EVENTS_MAX)) {
			principal_unref(p);
			p = world_person("spj");
			submit(w, f, p, first + i);
		} else if (what < 20) {
			principal_unref(p);
			p = world_person(roll(2) ? "lxhy" : "wjw");
			argue(w, f, p);
		} else if (what < 25) {
			list(w, f, p);
		} else {
			act(w, f, p);
		}
		principal_unref(p);
	}
	harness_until(&w->h, &w->answers, before + AT_ONCE);
}

static void whatever_they_do(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "tests/replay/pack", 2, INT64_C(1795399200000));
	for (int done = 0; done < wanted_acts; done += AT_ONCE) {
		some_at_once(&w, done);
		if (roll(8) == 0)
			world_to(&w, w.now_ms + (int64_t)roll(9) * HOUR_MS);
		if (done % ROUND == 0)
			look_at_everything(&w, (int)roll((uint32_t)w.hub_count));
		if (roll(200) == 0)
			world_restart(&w);
	}
	look_at_everything(&w, (int)roll((uint32_t)w.hub_count));
	assert_true(seen_in_lists > 0);
	print_message("%d acts, %lld events, %lld texts, %d seen in lists\n", wanted_acts,
		      (long long)w.events, (long long)w.sent, seen_in_lists);
	world_close(&w);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_they_do),
	};

	if (argc > 1)
		wanted_acts = (int)strtol(argv[1], NULL, 10);
	if (argc > 2)
		dice = strtoull(argv[2], NULL, 10) | 1;
	log_set_level(LOG_ERROR);
	print_message("%d acts, dice at %llu\n", wanted_acts, (unsigned long long)dice);
	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
