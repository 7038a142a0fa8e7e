#include "replay/looks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char *const look_bodies[LOOK_BODIES] = {
	"wjw-371302", "wjw-371300", "zjj-371302",  "zjj-371300", "scjg-371302", "yjj-371300",
	"spj-371302", "spj-371300", "zhzf-371302", "znb-371300", "pool:371302", "wjw-371321"};

struct count { /* of one body, counted anew */
	int64_t states[STATE_COUNT], sent, todo, owed, overdue, fed_back, pool, lead;
};

/* One look: what each notice of each event is, so that a list is compared with it and not with
 * Redis again. */
struct look {
	struct world *world;
	struct arena arena;
	struct count counts[LOOK_BODIES];
	struct seen {
		int count;
		struct {
			int body;
			bool is_todo, in_all, in_open;
		} * notices;
	} * events; /* by number */
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

static void has_an_owner(const struct look *l, int64_t seq, const struct record *r, int i)
{
	const struct notice *n = &r->notices[i];
	bool ok = *n->body != '\0';

	if (n->state == STATE_DISPUTED || (notice_is_pool(n->body) && lifecycle_is_live(n->state)))
		/* the named exceptions: before the joint meeting, in the pool */
		ok = ok && has_open_dispute(r);
	if (n->state == STATE_TRANSFERRED)
		ok = ok && has_sequel(r, i);
	if (n->state == STATE_CLOSED && n->cause != CAUSE_LETTER)
		ok = ok && (was_fed_back(r, i) || r->dispute_count > 0);
	if (n->state == STATE_CLAIMED)
		ok = ok && n->claimed.at_ms > 0 && n->acknowledged.at_ms > 0;
	if (!ok) {
		redisReply *text = server_ask(&l->world->h.server, "HGET %sr:%lld %lld", KEY,
					      (long long)(seq / 16), (long long)seq);

		fail_msg("n%lld.%d of %s is %s without an owner: %s", (long long)seq, i, n->body,
			 notice_state_name(n->state), text->str);
	}
}

static int body_at(const char *body)
{
	return word_find(body, look_bodies, LOOK_BODIES);
}

/* How many of the list's notices are the body's, of which none may stand there twice, nor one that
 * has nothing to do there. */
static int64_t list_count(struct look *l, int body, bool is_open)
{
	redisReply *r = is_open ? server_ask(&l->world->h.server, "ZRANGE %sb:%s:open 0 -1", KEY,
					     look_bodies[body])
				: server_ask(&l->world->h.server, "LRANGE %sb:%s:all 0 -1", KEY,
					     look_bodies[body]);
	int64_t n = 0;

	for (size_t i = 0; i < r->elements; i++) {
		char *end;
		int64_t seq = strtoll(r->element[i]->str, &end, 10);
		long notice = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
		struct seen *s = seq >= 1 && seq <= l->world->events ? &l->events[seq] : NULL;
		bool *was;

		if (!s || notice >= s->count || s->notices[notice].body != body)
			continue;
		was = is_open ? &s->notices[notice].in_open : &s->notices[notice].in_all;
		if (*was || (is_open && !s->notices[notice].is_todo))
			fail_msg("%s stands in a list of %s where it should not",
				 r->element[i]->str, look_bodies[body]);
		*was = true;
		n++;
	}
	freeReplyObject(r);
	return n;
}

static void count_notice(struct look *l, const struct record *r, int i)
{
	const struct notice *n = &r->notices[i];
	int b = body_at(n->body);
	bool todo = lifecycle_is_todo(n->state, n->role);
	bool is_taken = n->state == STATE_CLAIMED || (n->state == STATE_ACKNOWLEDGED && !todo);
	bool owes = is_taken && n->feedback_due_ms >= 0 && !was_fed_back(r, i);
	struct count *c;

	assert_true(b >= 0);
	c = &l->counts[b];
	c->sent++;
	c->states[n->state]++;
	c->todo += todo;
	c->owed += owes;
	c->overdue += (todo && n->due_ms >= 0 && n->due_ms < l->world->now_ms) ||
		      (owes && n->feedback_due_ms < l->world->now_ms);
	c->fed_back += was_fed_back(r, i);
	c->pool += notice_is_pool(n->body);
	c->lead += n->role == ROLE_LEAD && n->cause != CAUSE_LETTER;
}

static void count_event(void *arg, int64_t seq, const struct record *r)
{
	struct look *l = arg;
	struct seen *s = &l->events[seq];
	int open_disputes = 0;

	for (int i = 0; i < r->dispute_count; i++)
		open_disputes += r->disputes[i].state <= DISPUTE_AGENDA;
	assert_true(open_disputes <= 1);
	s->count = r->notice_count;
	s->notices = arena_zalloc(&l->arena, (size_t)s->count * sizeof(*s->notices));
	for (int i = 0; i < r->notice_count; i++) {
		has_an_owner(l, seq, r, i);
		count_notice(l, r, i);
		s->notices[i].body = body_at(r->notices[i].body);
		s->notices[i].is_todo = lifecycle_is_todo(r->notices[i].state, r->notices[i].role);
	}
}

static void count_anew(struct look *l)
{
	arena_clear(&l->arena);
	memset(l->counts, 0, sizeof(l->counts));
	l->events = arena_zalloc(&l->arena, ((size_t)l->world->events + 1) * sizeof(*l->events));
	world_each_record(l->world, count_event, l);
}

static void same(const char *body, const char *what, int64_t is, int64_t wanted)
{
	if (is != wanted)
		fail_msg("%s of %s: %lld, and counted anew %lld", what, body, (long long)is,
			 (long long)wanted);
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

static bool agrees(const struct look *l, const json_t *board)
{
	for (int b = 0; b < LOOK_BODIES; b++) {
		const json_t *row = row_of(board, look_bodies[b]);

		for (int s = 0; s < STATE_COUNT; s++) {
			if (figure(row, notice_state_name((enum notice_state)s)) !=
			    l->counts[b].states[s])
				return false;
		}
	}
	return true;
}

static void look_at_body(struct look *l, int b)
{
	const struct count *c = &l->counts[b];
	const char *body = look_bodies[b];
	const json_t *row = row_of(l->world->answer, body);
	int64_t sum = 0;

	same(body, "sent", figure(row, "sent"), c->sent);
	for (int s = 0; s < STATE_COUNT; s++) {
		const char *name = notice_state_name((enum notice_state)s);

		same(body, name, figure(row, name), c->states[s]);
		sum += figure(row, name);
	}
	same(body, "the sum of the states", sum, c->sent);
	same(body, "overdue", figure(row, "overdue"), c->overdue);
	same(body, "fed_back", figure(row, "fed_back"), c->fed_back);
	same(body, "pool", figure(row, "pool"), c->pool);
	same(body, "lead_sent", figure(row, "lead_sent"), c->lead);
	same(body, "the list of all", list_count(l, b, false), c->sent);
	same(body, "what is to do", list_count(l, b, true), c->todo);
	same(body, "the size of what is to do",
	     server_number(&l->world->h.server, "ZCARD %sb:%s:open", KEY, body), c->todo);
	same(body, "the feedback owed",
	     server_number(&l->world->h.server, "ZCARD %sb:owes:%s:open", KEY, body), c->owed);
}

void look_at_everything(struct world *w, int hub)
{
	struct look l = {.world = w};

	arena_init(&l.arena);
	world_settle(w);
	for (int tries = 0; tries < 500; tries++) {
		count_anew(&l);
		world_get(w, &(struct asked){hub, "lxhy", "board", "body", NULL});
		assert_int_equal(w->status, 200);
		if (agrees(&l, w->answer))
			break; /* what the other hub wrote comes over the feed, a moment later */
	}
	world_look_at_due(w);
	for (int b = 0; b < LOOK_BODIES; b++)
		look_at_body(&l, b);
	arena_clear(&l.arena);
}
