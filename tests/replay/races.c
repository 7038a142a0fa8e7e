/*
 * races.c: what one hub does at once to one event while another hub writes to it too. Every change
 * is there once, whatever it was built on: one built on a change of the same process that lost its
 * race must lose as well. What a crash left half-done, a repeat mends; and what one hub claimed
 * late is not let go at once. What moves much lets others come in between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow/change.h"
#include "flow/deadline.h"
#include "flow/figures.h"
#include "flow/handover.h"
#include "replay/world.h"

#define START_MS INT64_C(1795399200000)
#define AT_ONCE	 3
#define TEXTS	 6

struct marking { /* one change that leaves its mark, a receipt, behind */
	struct world *world;
	char mark[8];
	int tries;
	/* begun when this one has lost its first race, on what is then on its way */
	struct marking *then;
	int *done;
};

static void mark(struct marking *m, int hub);

static enum err apply_mark(void *arg, struct change *c)
{
	struct marking *m = arg;
	struct receipt *r = change_receipt(c, RECEIPT_REPLY, 0, -1);

	r->detail = m->mark;
	if (++m->tries == 2 && m->then) {
		mark(m->then, 0);
		m->then = NULL;
	}
	return ERR_OK;
}

static void done_mark(void *arg, enum err e, struct change *c)
{
	struct marking *m = arg;

	(void)c;
	assert_int_equal(e, ERR_OK);
	++*m->done;
}

static void mark(struct marking *m, int hub)
{
	change_run(m->world->hubs[hub].flow, 1, false, apply_mark, done_mark, m);
}

static int marks_of(const struct record *r, const char *text)
{
	int n = 0;

	for (int i = 0; i < r->receipt_count; i++)
		n += !strcmp(r->receipts[i].detail, text);
	return n;
}

static void submit_case(struct world *w, const char *case_id, const char *id, int version)
{
	world_submit(w, 0, "spj",
		     json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:i,s:s,s:s,s:{s:s}}}", "specversion",
			       "1.0", "type", "approval.granted", "source", "/sources/races", "id",
			       id, "time", "2026-11-23T10:00:00+08:00", "data", "case", case_id,
			       "version", version, "item", "000123901000", "region", "371302",
			       "applicant", "name", "某公司"));
}

static void submit(struct world *w, const char *id, int version)
{
	submit_case(w, "1", id, version);
}

static void every_change_is_there_once(void **state)
{
	struct world w;
	int done = 0;
	struct marking others = {&w, "other", 0, NULL, &done}, last = {&w, "last", 0, NULL, &done},
		       ours[AT_ONCE];
	struct arena arena;
	struct record r;

	(void)state;
	world_open(&w, "tests/replay/pack", 2, START_MS);
	submit(&w, "1", 1);
	assert_int_equal(w.status, 201);
	mark(&others, 1); /* hub-a does not know of this one yet when it begins its own */
	harness_until(&w.h, &done, 1);
	for (int i = 0; i < AT_ONCE; i++) {
		ours[i] = (struct marking){&w, {(char)('0' + i)}, 0, i ? NULL : &last, &done};
		mark(&ours[i], 0);
	}
	harness_until(&w.h, &done, 2 + AT_ONCE);
	assert_true(ours[0].tries > 1);
	arena_init(&arena);
	assert_true(world_record(&w, 1, &arena, &r));
	assert_int_equal(marks_of(&r, "other"), 1);
	assert_int_equal(marks_of(&r, "last"), 1);
	for (int i = 0; i < AT_ONCE; i++)
		assert_int_equal(marks_of(&r, ours[i].mark), 1);
	arena_clear(&arena);
	world_close(&w);
}

/* As a crash leaves it between taking an outdated event and superseding it. */
static void forget_that_it_is_outdated(struct world *w, int64_t seq)
{
	struct arena arena;
	struct record r;
	struct bytes text;

	arena_init(&arena);
	assert_true(world_record(w, seq, &arena, &r));
	r.superseded_by = 0;
	r.notices[0].state = STATE_OPEN;
	text = record_bytes(&r, &arena);
	freeReplyObject(server_ask(&w->h.server, "HSET %sr:%lld %lld %b", KEY,
				   (long long)(seq / 16), (long long)seq, text.data, text.len));
	arena_clear(&arena);
}

static bool is_outdated(struct world *w, int64_t seq)
{
	struct arena arena;
	struct record r;
	bool is;

	arena_init(&arena);
	assert_true(world_record(w, seq, &arena, &r));
	is = r.superseded_by && r.notices[0].state == STATE_SUPERSEDED;
	arena_clear(&arena);
	return is;
}

static void answered_means_superseded(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "tests/replay/pack", 1, START_MS);
	submit(&w, "new", 2);
	submit(&w, "old", 1);
	assert_int_equal(w.status, 201);
	assert_true(is_outdated(&w, 2));
	forget_that_it_is_outdated(&w, 2);
	world_restart(&w);
	assert_false(is_outdated(&w, 2));
	submit(&w, "old", 1);
	assert_int_equal(w.status, 200);
	assert_true(is_outdated(&w, 2));
	assert_false(is_outdated(&w, 1));
	world_close(&w);
}

/*
 * A claim that was asked for before another hub's and that Redis answers after it: it is leased by
 * the cell's time, which is the other's. There are more texts than the provider takes at a time;
 * those that wait get their turn when there is one, and not when the lease is over.
 */
static void what_waits_keeps_its_lease(void **state)
{
	const int64_t due_ms = START_MS + INT64_C(1800000), later_ms = due_ms + INT64_C(5001);
	struct world w;

	(void)state;
	world_open(&w, "tests/replay/pack", 1, START_MS);
	for (int i = 0; i < TEXTS; i++) {
		const char name[] = {(char)('a' + i), '\0'};

		submit_case(&w, name, name, 1);
		assert_int_equal(w.status, 201);
	}
	w.sending = SENDING_HANGS;
	world_to(&w, due_ms);
	assert_in_range(w.sent, 1, TEXTS - 1);
	/* what was asked before it has been answered, claims as well */
	world_get(&w, &(struct asked){0, "wjw", "notice", "n1.0", NULL});
	freeReplyObject(server_ask(&w.h.server, "SET %sclock %lld", KEY, (long long)later_ms));
	deadline_kick(w.hubs[0].flow->deadline, w.now_ms);
	w.now_ms = later_ms;
	world_settle(&w);
	world_answer(&w);
	world_settle(&w);
	assert_int_equal(w.sent, TEXTS);
	world_close(&w);
}

/* --- much at once leaves room for others --- */

#define IN_HAND 100
/* a slice of 32, counted once when it is written and once when the feed tells of it */
#define TURN_MAX 64

struct watch { /* how much changed in one turn of the loop, at most */
	struct loop_deferred later;
	struct world *world;
	uint64_t seen, most;
	int done, moved;
};

static void on_turn(void *arg)
{
	struct watch *t = arg;
	uint64_t now = figures_changes(t->world->hubs[0].flow->figures);

	t->most = now - t->seen > t->most ? now - t->seen : t->most;
	t->seen = now;
	if (!t->done)
		loop_defer(t->world->h.loop, &t->later);
}

static void on_moved(void *arg, const struct reply *r)
{
	struct watch *t = arg;
	json_t *said = json_loads(r->json, 0, NULL);

	assert_int_equal(r->status, 200);
	t->moved = (int)json_integer_value(json_object_get(said, "moved"));
	json_decref(said);
	t->done = 1;
}

static bool is_anybody(void *arg, const char *name, const char *body)
{
	(void)arg;
	(void)name;
	(void)body;
	return true;
}

static void a_handover_goes_in_slices(void **state)
{
	struct principal *wjw = world_person("wjw");
	json_t *said = json_pack("{s:s,s:s}", "from", "wjw", "to", "other");
	struct watch t = {0};
	struct world w;
	char id[32];

	(void)state;
	world_open(&w, "tests/replay/pack", 1, START_MS);
	for (int i = 1; i <= IN_HAND; i++) {
		snprintf(id, sizeof(id), "h%d", i);
		world_submit(&w, 0, "spj",
			     json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:s,s:s,s:{s:s}}}",
				       "specversion", "1.0", "type", "approval.granted", "source",
				       "/sources/replay", "id", id, "time",
				       "2026-11-23T10:00:00+08:00", "data", "case", id, "item",
				       "000123901000", "region", "371302", "applicant", "name",
				       "某公司"));
		snprintf(id, sizeof(id), "n%d.0", i);
		world_act(&w, &(struct asked){0, "wjw", "claim", id, NULL});
		assert_int_equal(w.status, 200);
	}
	t.world = &w;
	t.later = (struct loop_deferred){.fn = on_turn, .arg = &t};
	t.seen = figures_changes(w.hubs[0].flow->figures);
	loop_defer(w.h.loop, &t.later);
	handover(w.hubs[0].flow, &(struct handover_in){wjw, "wjw-371302", said, is_anybody, NULL},
		 on_moved, &t);
	harness_until(&w.h, &t.done, 1);
	assert_int_equal(t.moved, IN_HAND);
	assert_in_range(t.most, 1, TURN_MAX);
	json_decref(said);
	world_close(&w);
	principal_unref(wjw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_change_is_there_once),
		cmocka_unit_test(answered_means_superseded),
		cmocka_unit_test(what_waits_keeps_its_lease),
		cmocka_unit_test(a_handover_goes_in_slices),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests_name("races", tests, NULL, NULL);
}
