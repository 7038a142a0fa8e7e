/*
 * random.c: many random acts by random people, several at once, on the real flow with a driven clock and restarts between; then what must
 * hold whatever they did. Arguments: how many acts, and where the dice begin.
 *
 * After every round: the lists of a body are its notices, each once; what is to do is what the states say; nothing is without an owner or
 * a named exception; every figure is what counting the records anew gives; and no answer ever showed what is not the asker's.
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
#include "replay/world.h"

#define AT_ONCE 16
#define ROUND 512 /* acts between two looks at everything */
#define EVENTS_MAX 4000
#define HOUR_MS INT64_C(3600000)

static int wanted_acts = 4000;
static uint64_t dice = 1;

static uint32_t roll(uint32_t sides)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (uint32_t)(dice >> 20) % sides;
}

static const char *const everybody[] = { "wjw", "zjj", "scjg", "yjj", "spj", "lxhy", "sjj", "admin" };
static const char *const bodies[] = { "wjw-371302", "wjw-371300", "zjj-371302",	 "zjj-371300", "scjg-371302", "yjj-371300",
				      "spj-371302", "spj-371300", "zhzf-371302", "znb-371300", "pool:371302", "wjw-371321" };
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct asking { /* one act under way */
	struct world *world;
	const char *who;
	bool is_read, is_event;
	json_t *with;
};

/* A letter is its two bodies' and of whoever oversees the region. */
static bool may_see_letter(const struct principal *p, const char *body, const char *from)
{
	bool may = false;

	for (int i = 0; i < p->grant_count; i++) {
		const struct grant *g = &p->grants[i];
		bool answers = g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER;

		may = may || g->who == WHO_COORDINATOR || g->who == WHO_AUDITOR || (answers && (!strcmp(g->body, body) || !strcmp(g->body, from)));
	}
	return may;
}

/* Whether this person may see a notice that looks like this: written down once more, from the contract's section on scope. */
static bool may_see(const char *who, const json_t *notice)
{
	struct principal *p = world_person(who);
	const char *body = json_string_value(json_object_get(notice, "body"));
	json_t *named = json_object_get(notice, "bodies"), *b;
	const char *key;
	const char *from = json_string_value(json_object_get(json_object_get(notice, "letter"), "from"));
	bool may = false;

	for (int i = 0; i < p->grant_count; i++) {
		const struct grant *g = &p->grants[i];

		may = may || g->who == WHO_COORDINATOR || g->who == WHO_AUDITOR; /* all regions of the pack are theirs */
		may = may || ((g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER) && !strcmp(g->body, body));
		may = may || (g->who == WHO_SUPERVISOR && !strncmp(body, "pool:", 5) && strstr(g->body, body + 5));
		json_object_foreach(named, key, b)
			may = may || (g->who == WHO_APPROVER &&
				      !strcmp(g->body, json_string_value(json_object_get(b, "id")) ? json_string_value(json_object_get(b, "id")) : ""));
	}
	may = from ? may_see_letter(p, body, from) : may || !strcmp(who, "spj"); /* everything here was sent by spj */
	principal_unref(p);
	return may;
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
	static const char *const items[] = { "000123901000", "000123901000", "000117051000", "999999999999" };
	static const char *const types[] = { "approval.granted", "approval.granted", "approval.changed", "approval.revoked" };
	struct asking *a = ask(w, "spj");
	char id[32], name[32];

	snprintf(id, sizeof(id), "r%d", number);
	snprintf(name, sizeof(name), "case-%u", roll(60));
	a->is_event = true;
	intake_submit_json(f, p,
			   json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:i,s:s,s:s,s:{s:s,s:s},s:{s:s}}}", "specversion", "1.0", "type",
				     types[roll(COUNT(types))], "source", "/sources/random", "id", id, "time",
				     "2026-11-23T10:00:00+08:00", "data", "case", name, "version", (int)roll(3) + 1, "item",
				     items[roll(COUNT(items))], "region", "371302", "bodies", "accepting", "spj-371302", "deciding",
				     "spj-371300", "applicant", "name", "某公司"),
			   on_answer, a);
}

static json_t *params_of(enum answer act)
{
	static const char *const reasons[] = { "not-in-scope", "not-our-remit", "wrong-region", "other", "nonsense" };
	static const char *const findings[] = { "conforms", "mostly", "fails", "fails" };
	static const char *const files[] = { "a0", "b1" };
	static const char *const disposals[] = { "pass", "rectify", "enforce", "enforce" };

	switch (act) {
	case ANSWER_RETURN:
		return json_pack("{s:s,s:s}", "reason", reasons[roll(COUNT(reasons))], "remark", roll(2) ? "不属于" : "");
	case ANSWER_TRANSFER:
		return json_pack("{s:s,s:s}", "to", bodies[roll(COUNT(bodies))], "remark", "转");
	case ANSWER_FEEDBACK:
		return json_pack("{s:s,s:s,s:s,s:b,s:o}", "result", findings[roll(4)], "disposal", disposals[roll(4)], "checked_on",
				 "2026-11-25", "close", (int)roll(3) == 0, "files",
				 roll(3) ? json_array() : json_pack("[s]", files[roll(COUNT(files))]));
	case ANSWER_LETTER:
		return json_pack("{s:s,s:s,s:s,s:s,s:s}", "kind", roll(2) ? "co-letter" : "change-opinion", "to", bodies[roll(COUNT(bodies))],
				 "subject", "函", "text", roll(2) ? "请核" : "请复", "due", roll(2) ? "1wd" : "3d");
	case ANSWER_REPLY:
		return json_pack("{s:s}", "text", roll(2) ? "同意" : "再议");
	case ANSWER_ATTACH:
		return json_pack("{s:s,s:s,s:i,s:i}", "file", files[roll(COUNT(files))], "name", "记录.pdf", "type", FILE_PDF, "bytes", 9);
	default:
		return json_object();
	}
}

static void act(struct world *w, struct flow *f, struct principal *p)
{
	struct asking *a = ask(w, p->name);
	char id[32];
	struct respond_in in = { .who = p, .notice = id, .channel = "http", .if_match = -1 };
	int64_t back = roll(4) ? 1 + roll(40) : 1 + roll((uint32_t)w->events);

	snprintf(id, sizeof(id), "n%lld.%u", (long long)(w->events > back ? w->events - back : 1), roll(5));
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
	struct dispute_in in = { .who = p, .dispute = id, .channel = "http", .if_match = -1 };
	bool rules = roll(2);

	snprintf(id, sizeof(id), "u%u.%u", 1 + roll((uint32_t)w->events), roll(2));
	if (!rules)
		a->with = json_pack("{s:s}", "position", roll(2) ? "属他方" : "属我方");
	else if (roll(3))
		a->with = json_pack("{s:s}", "body", bodies[roll(COUNT(bodies))]);
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
		struct principal *p = world_person(roll(8) ? everybody[roll(5)] : everybody[roll(COUNT(everybody))]);
		uint32_t what = roll(100);

		if (w->events < 20 || (what < 12 && w->events < EVENTS_MAX)) {
			principal_unref(p);
			p = world_person("spj");
			submit(w, f, p, first + i);
		} else if (what < 20) {
			principal_unref(p);
			p = world_person(roll(2) ? "lxhy" : "wjw");
			argue(w, f, p);
		} else {
			act(w, f, p);
		}
		principal_unref(p);
	}
	harness_until(&w->h, &w->answers, before + AT_ONCE);
}

/* --- what must hold --- */

struct count { /* of one body, counted anew */
	int64_t states[STATE_COUNT], sent, todo, overdue, fed_back, pool, lead;
};

static bool has_open_dispute(const struct record *r)
{
	for (int i = 0; i < r->dispute_count; i++) {
		if (r->disputes[i].state <= DISPUTE_AGENDA)
			return true;
	}
	return false;
}

static bool has_sequel(const struct record *r, int notice)
{
	for (int i = 0; i < r->notice_count; i++) {
		if (r->notices[i].from == notice && !notice_is_aside(&r->notices[i]))
			return true;
	}
	return false;
}

static bool was_fed_back(const struct record *r, int notice)
{
	for (int i = 0; i < r->feedback_count; i++) {
		if (r->feedback[i].notice == notice)
			return true;
	}
	return false;
}

static void has_an_owner(struct world *w, int64_t seq, const struct record *r, int i)
{
	const struct notice *n = &r->notices[i];
	bool ok = *n->body != '\0';

	if (n->state == STATE_DISPUTED || (notice_is_pool(n->body) && lifecycle_is_live(n->state)))
		ok = ok && has_open_dispute(r); /* the named exceptions: before the joint meeting, in the pool */
	if (n->state == STATE_TRANSFERRED)
		ok = ok && has_sequel(r, i);
	if (n->state == STATE_CLOSED && n->cause != CAUSE_LETTER)
		ok = ok && (was_fed_back(r, i) || r->dispute_count > 0);
	if (n->state == STATE_CLAIMED)
		ok = ok && n->claimed.at_ms > 0 && n->acknowledged.at_ms > 0;
	if (!ok) {
		redisReply *text = server_ask(&w->h.server, "HGET %sr:%lld %lld", KEY, (long long)(seq / 16), (long long)seq);

		fail_msg("n%lld.%d of %s is %s without an owner: %s", (long long)seq, i, n->body, notice_state_name(n->state), text->str);
	}
}

static int64_t list_count(struct world *w, const char *body, const char *which)
{
	redisReply *r = !strcmp(which, "all") ? server_ask(&w->h.server, "LRANGE %sb:%s:all 0 -1", KEY, body) :
						server_ask(&w->h.server, "ZRANGE %sb:%s:open 0 -1", KEY, body);
	int64_t n = 0;

	for (size_t i = 0; i < r->elements; i++) {
		struct arena arena;
		struct record record;
		char *end;
		int64_t seq = strtoll(r->element[i]->str, &end, 10);
		long notice = *end == '.' ? strtol(end + 1, NULL, 10) : 0;

		arena_init(&arena);
		assert_true(world_record(w, seq, &arena, &record));
		n += notice < record.notice_count && !strcmp(record.notices[notice].body, body);
		arena_clear(&arena);
	}
	freeReplyObject(r);
	return n;
}

static int body_at(const char *body)
{
	return word_find(body, bodies, COUNT(bodies));
}

static void count_anew(struct world *w, struct count *counts)
{
	for (int64_t seq = 1; seq <= w->events; seq++) {
		struct arena arena;
		struct record r;
		int open_disputes = 0;

		arena_init(&arena);
		assert_true(world_record(w, seq, &arena, &r));
		for (int i = 0; i < r.dispute_count; i++)
			open_disputes += r.disputes[i].state <= DISPUTE_AGENDA;
		assert_true(open_disputes <= 1);
		for (int i = 0; i < r.notice_count; i++) {
			const struct notice *n = &r.notices[i];
			int b = body_at(n->body);
			bool todo = lifecycle_is_todo(n->state, n->role);

			assert_true(b >= 0);
			has_an_owner(w, seq, &r, i);
			counts[b].sent++;
			counts[b].states[n->state]++;
			counts[b].todo += todo;
			counts[b].overdue += todo && n->due_ms >= 0 && n->due_ms < w->now_ms;
			counts[b].fed_back += was_fed_back(&r, i);
			counts[b].pool += notice_is_pool(n->body);
			counts[b].lead += n->role == ROLE_LEAD && n->cause != CAUSE_LETTER;
		}
		arena_clear(&arena);
	}
}

static void same(const char *body, const char *what, int64_t is, int64_t wanted)
{
	if (is != wanted)
		fail_msg("%s of %s: %lld, and counted anew %lld", what, body, (long long)is, (long long)wanted);
}

static int64_t figure(const json_t *row, const char *name)
{
	return row ? json_integer_value(json_object_get(row, name)) : 0;
}

static const json_t *row_of(const json_t *board, const char *body)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(board, "items"), i, row) {
		if (!strcmp(json_string_value(json_object_get(row, "key")), body))
			return row;
	}
	return NULL;
}

static bool agrees(const json_t *board, const struct count *counts)
{
	for (size_t b = 0; b < COUNT(bodies); b++) {
		const json_t *row = row_of(board, bodies[b]);

		for (int s = 0; s < STATE_COUNT; s++) {
			if (figure(row, notice_state_name((enum notice_state)s)) != counts[b].states[s])
				return false;
		}
	}
	return true;
}

static void look_at_everything(struct world *w)
{
	struct count counts[COUNT(bodies)] = { 0 };

	world_settle(w);
	for (int hub = (int)roll((uint32_t)w->hub_count), tries = 0; tries < 500; tries++) {
		memset(counts, 0, sizeof(counts));
		count_anew(w, counts);
		world_get(w, &(struct asked){ hub, "lxhy", "board", "body", NULL });
		assert_int_equal(w->status, 200);
		if (agrees(w->answer, counts))
			break; /* what the other hub wrote comes over the feed, a moment later */
	}
	for (size_t b = 0; b < COUNT(bodies); b++) {
		const json_t *row = row_of(w->answer, bodies[b]);
		int64_t sum = 0;

		same(bodies[b], "sent", figure(row, "sent"), counts[b].sent);
		for (int s = 0; s < STATE_COUNT; s++) {
			const char *name = notice_state_name((enum notice_state)s);

			same(bodies[b], name, figure(row, name), counts[b].states[s]);
			sum += figure(row, name);
		}
		same(bodies[b], "the sum of the states", sum, counts[b].sent);
		same(bodies[b], "overdue", figure(row, "overdue"), counts[b].overdue);
		same(bodies[b], "fed_back", figure(row, "fed_back"), counts[b].fed_back);
		same(bodies[b], "pool", figure(row, "pool"), counts[b].pool);
		same(bodies[b], "lead_sent", figure(row, "lead_sent"), counts[b].lead);
		same(bodies[b], "the list of all", list_count(w, bodies[b], "all"), counts[b].sent);
		same(bodies[b], "what is to do", list_count(w, bodies[b], "open"), counts[b].todo);
		same(bodies[b], "the size of what is to do", server_number(&w->h.server, "ZCARD %sb:%s:open", KEY, bodies[b]),
		     counts[b].todo);
	}
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
			look_at_everything(&w);
		if (roll(200) == 0)
			world_restart(&w);
	}
	look_at_everything(&w);
	print_message("%d acts, %lld events, %lld texts\n", wanted_acts, (long long)w.events, (long long)w.sent);
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
