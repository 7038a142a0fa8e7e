#include "replay/world_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include "flow/deadline.h"
#include "flow/deliver_in.h"
#include "flow/feed.h"
#include "flow/policies.h"
#include "metrics.h"

#define SENDING_LEASE_MS 60000 /* as deliver.c has it */
#define CLAIM_LEASE_MS	 5000  /* as deadline.c has it */
#define RECORDS_OF_SHELF 16
#define EACH_LOOKED_AT	 64 /* events of a story */

/* --- the clock and the provider --- */

static int64_t driven_now(void *self)
{
	return ((struct world *)self)->now_ms;
}

static enum err check_anything(const struct message *m, struct diag *diag)
{
	(void)m;
	(void)diag;
	return ERR_OK;
}

struct handing {
	struct loop_deferred later;
	enum outcome outcome;
	connector_done_fn *done;
	void *arg;
};

static void hand_back(void *arg)
{
	struct handing *h = arg;
	const struct send_result r = {
		.outcome = h->outcome, .provider_id = "p", .code = "", .parts = 1};

	h->done(h->arg, &r);
	free(h);
}

static void send_text(void *self, const struct message *m, connector_done_fn *done, void *arg)
{
	static const enum outcome outcomes[] = {[SENDING_ACCEPTS] = OUTCOME_ACCEPTED,
						[SENDING_REFUSES] = OUTCOME_REFUSED,
						[SENDING_LATER] = OUTCOME_LATER};
	struct world *w = self;
	struct handing *h;

	w->sent++;
	w->sent_to[(m->to[strlen(m->to) - 1] - '0') % 10]++;
	snprintf(w->last_to, sizeof(w->last_to), "%s", m->to);
	snprintf(w->last_text, sizeof(w->last_text), "%s", m->text);
	snprintf(w->texts + strlen(w->texts), sizeof(w->texts) - strlen(w->texts), "%s\n", m->text);
	w->told +=
		strstr(m->text, "有") ? strtol(strstr(m->text, "有") + strlen("有"), NULL, 10) : 0;
	if (w->sending == SENDING_HANGS) {
		assert_true(w->hung_count < 64);
		w->hung[w->hung_count++] = arg;
		w->hung_done = done;
		return;
	}
	h = mem_zalloc(sizeof(*h));
	h->outcome = outcomes[w->sending];
	h->done = done;
	h->arg = arg;
	h->later.fn = hand_back;
	h->later.arg = h;
	loop_defer(w->h.loop, &h->later);
}

void world_answer(struct world *w)
{
	const struct send_result r = {
		.outcome = OUTCOME_ACCEPTED, .provider_id = "p", .code = "", .parts = 1};

	w->sending = SENDING_ACCEPTS;
	while (w->hung_count)
		w->hung_done(w->hung[--w->hung_count], &r);
}

static int two_at_a_time(void *self)
{
	(void)self;
	return 2;
}

static const struct connector_kind provider = {
	.kind = "replay", .check = check_anything, .width = two_at_a_time, .send = send_text};

/* --- hubs --- */

static void on_state(void *arg, bool up, const char *why_not)
{
	struct hub *b = arg;

	(void)why_not;
	b->world->h.ups += up;
}

static void on_closed(void *arg)
{
	((struct world *)arg)->h.closes++;
}

/* The hub decides by the world's pack. */
static void look_at_policy(void *arg)
{
	struct hub *b = arg;

	b->world->taken +=
		policies_are_read(b->flow->policies) &&
		!strcmp(pack_view(b->flow->pack)->version, pack_view(b->world->pack)->version);
}

void world_until_taken(struct world *w, int i)
{
	struct loop_timer *look = loop_timer_new(w->h.loop, look_at_policy, &w->hubs[i]);

	loop_timer_start(look, 0, 1);
	harness_until(&w->h, &w->taken, w->taken + 1);
	loop_timer_free(look);
}

static void hub_start(struct world *w, int i)
{
	static const char *const ids[WORLD_HUBS] = {"hub-a", "hub-b"};
	struct hub *b = &w->hubs[i];
	const struct store_options opt = {.url = w->h.server.url,
					  .cell = CELL,
					  .timeout_ms = 60000,
					  .hub_id = ids[i],
					  .on_state = on_state,
					  .arg = b};
	struct flow_options flow = {.loop = w->h.loop, .config = &w->config, .pack = w->pack};

	b->world = w;
	b->store = store_open(w->h.loop, &opt);
	assert_non_null(b->store);
	harness_until(&w->h, &w->h.ups, w->h.ups + 1);
	flow.store = b->store;
	b->flow = flow_new(&flow);
	b->flow->clock = (struct clock){driven_now, w};
	b->flow->connectors[0] = (struct flow_connector){
		.name = "sms", .kind = &provider, .self = w, .channel = CHANNEL_SMS};
	b->flow->connector_count = 1;
	flow_add_person(b->flow, "wjw-371302", "liaison of wjw", "13900000001");
	flow_add_person(b->flow, "zjj-371302", "liaison of zjj", "13900000002");
	flow_add_person(b->flow, "znb-371300", "office", "13900000009");
	flow_start(b->flow);
	world_until_taken(w, i);
}

static void hub_stop(struct world *w, int i)
{
	struct hub *b = &w->hubs[i];
	uv_loop_t *uv = loop_uv(w->h.loop);
	int before = w->h.closes;

	flow_drain(b->flow);
	store_close(b->store, on_closed, w);
	harness_until(&w->h, &w->h.closes, before + 1);
	/* What has been begun beside the loop comes back to the flow, as it does when a hub ends:
	 * its loop runs until then. */
	while (uv->active_reqs.count)
		uv_run(uv, UV_RUN_ONCE);
	flow_free(b->flow);
	while (w->hung_count)
		attempt_free(w->hung[--w->hung_count]);
	b->flow = NULL;
	b->store = NULL;
}

void world_open(struct world *w, const char *pack_folder, int hubs, int64_t start_ms)
{
	memset(w, 0, sizeof(*w));
	w->now_ms = start_ms;
	w->hub_count = hubs;
	w->config = (struct config){.event_bytes = 256 << 10,
				    .batch_bytes = 16 << 20,
				    .batch_count = 10000,
				    .feed_ring = 4096,
				    .sms_per_day = 20};
	harness_loop(&w->h);
	world_read_pack(w, pack_folder);
	for (int i = 0; i < hubs; i++)
		hub_start(w, i);
}

void world_close(struct world *w)
{
	for (int i = 0; i < w->hub_count; i++)
		hub_stop(w, i);
	json_decref(w->answer);
	pack_unref(w->pack);
	harness_close(&w->h);
}

void world_restart(struct world *w)
{
	for (int i = 0; i < w->hub_count; i++)
		hub_stop(w, i);
	/* until what the dead ones had claimed is anybody's again */
	w->now_ms += CLAIM_LEASE_MS + 1;
	for (int i = 0; i < w->hub_count; i++)
		hub_start(w, i);
}

void world_away(struct world *w, int64_t until_ms)
{
	world_restart(w);
	w->now_ms = until_ms;
	world_settle(w);
}

/* --- time --- */

bool world_record(struct world *w, int64_t seq, struct arena *arena, struct record *ret)
{
	redisReply *r = server_ask(&w->h.server, "HGET %sr:%lld %lld", KEY, (long long)(seq / 16),
				   (long long)seq);
	bool ok = r->type == REDIS_REPLY_STRING &&
		  record_decode(r->str, r->len, arena, ret) == ERR_OK;

	freeReplyObject(r);
	return ok;
}

void world_each_record(struct world *w, world_record_fn *fn, void *arg)
{
	for (int64_t shelf = 0; shelf <= w->events / RECORDS_OF_SHELF; shelf++) {
		redisReply *r = server_ask(&w->h.server, "HGETALL %sr:%lld", KEY, (long long)shelf);

		for (size_t i = 0; i + 1 < r->elements; i += 2) {
			struct arena arena;
			struct record record;

			arena_init(&arena);
			assert_int_equal(record_decode(r->element[i + 1]->str,
						       r->element[i + 1]->len, &arena, &record),
					 ERR_OK);
			fn(arg, strtoll(r->element[i]->str, NULL, 10), &record);
			arena_clear(&arena);
		}
		freeReplyObject(r);
	}
}

/* Due, and the provider has taken as many as it takes at a time and answers none. */
static bool waits_for_place(const struct world *w, const struct delivery *d)
{
	int places = 0;

	for (int i = 0; i < w->hub_count; i++)
		places += deliver_places(w->hubs[i].flow);
	return w->sending == SENDING_HANGS && places == 0 && d->state == DELIVERY_WAITING &&
	       d->next_ms >= 0 && d->next_ms <= w->now_ms;
}

/* What was begun, the provider has; else it is still on its way there. */
static bool all_are_handed_over(const struct world *w)
{
	int begun = 0;

	for (int i = 0; i < w->hub_count; i++)
		begun += w->hubs[i].flow->connectors[0].begun;
	return begun == w->hung_count;
}

/* Settled: what Redis holds as due is what the record says, nothing is leased, and nothing is due
   by now; or what is due waits for its turn under a lease. */
static bool is_settled(struct world *w, int64_t seq)
{
	redisReply *r = server_ask(&w->h.server, "ZSCORE %sdue %lld", KEY, (long long)seq);
	int64_t score = r->type == REDIS_REPLY_STRING ? (int64_t)strtod(r->str, NULL) : -1;
	struct arena arena;
	struct record record;
	int64_t next = -2;
	bool waits = false;

	freeReplyObject(r);
	arena_init(&arena);
	if (world_record(w, seq, &arena, &record))
		next = record_next_ms(&record);
	for (int i = 0; next >= 0 && i < record.delivery_count; i++) {
		const struct delivery *d = &record.deliveries[i];

		/* Handed over this very moment, to a provider that answers: the answer is on its
		 * way. */
		if (d->state == DELIVERY_SENDING && w->sending != SENDING_HANGS &&
		    d->next_ms == w->now_ms + SENDING_LEASE_MS)
			next = -2;
		waits = waits || waits_for_place(w, d);
	}
	arena_clear(&arena);
	snprintf(w->h.why, sizeof(w->h.why), "event %lld: due %lld, next %lld, now %lld",
		 (long long)seq, (long long)score, (long long)next, (long long)w->now_ms);
	if (waits)
		return score > w->now_ms;
	return next == score && (next < 0 || next > w->now_ms);
}

/* Of many events only those are asked about that Redis has as due before the longest lease ends;
   what else may be wrong, world_look_at_due sees. What is no longer due while it is asked about is
   asked about again: settling one event may change another. */
static bool are_settled(struct world *w)
{
	redisReply *r = server_ask(&w->h.server, "ZRANGE %sdue -inf %lld BYSCORE", KEY,
				   (long long)w->now_ms + SENDING_LEASE_MS);
	bool settled = true;

	for (size_t i = 0; settled && i < r->elements; i++)
		settled = is_settled(w, strtoll(r->element[i]->str, NULL, 10));
	freeReplyObject(r);
	for (int64_t seq = 1; settled && w->events <= EACH_LOOKED_AT && seq <= w->events; seq++)
		settled = is_settled(w, seq);
	return settled;
}

struct looking {
	struct world *world;
	struct loop_timer *timer;
	int settled;
};

static void on_look(void *arg)
{
	struct looking *l = arg;
	struct world *w = l->world;

	l->settled = are_settled(w) && all_are_handed_over(w);
	for (int i = 0; !l->settled && i < w->hub_count; i++)
		deadline_kick(w->hubs[i].flow->deadline, w->now_ms);
}

void world_settle(struct world *w)
{
	struct looking l = {.world = w};

	l.timer = loop_timer_new(w->h.loop, on_look, &l);
	loop_timer_start(l.timer, 0, 1);
	harness_until(&w->h, &l.settled, 1);
	loop_timer_free(l.timer);
}

struct dues {
	int64_t *of_event;
	int64_t count;
};

static void look_at_due(void *arg, int64_t seq, const struct record *r)
{
	struct dues *d = arg;
	int64_t next = record_next_ms(r);

	if (d->of_event[seq] != next)
		fail_msg("event %lld: due %lld, and by its record %lld", (long long)seq,
			 (long long)d->of_event[seq], (long long)next);
	d->count -= next >= 0;
}

void world_look_at_due(struct world *w)
{
	redisReply *r = server_ask(&w->h.server, "ZRANGE %sdue 0 -1 WITHSCORES", KEY);
	struct dues d = {mem_alloc(((size_t)w->events + 1) * sizeof(int64_t)),
			 (int64_t)r->elements / 2};

	for (int64_t seq = 0; seq <= w->events; seq++)
		d.of_event[seq] = -1;
	for (size_t i = 0; i + 1 < r->elements; i += 2) {
		int64_t seq = strtoll(r->element[i]->str, NULL, 10);

		assert_true(seq >= 1 && seq <= w->events);
		d.of_event[seq] = (int64_t)strtod(r->element[i + 1]->str, NULL);
	}
	freeReplyObject(r);
	world_each_record(w, look_at_due, &d);
	assert_int_equal(d.count, 0);
	free(d.of_event);
}

void world_to(struct world *w, int64_t ms)
{
	for (;;) {
		redisReply *r = server_ask(&w->h.server, "ZRANGE %sdue 0 0 WITHSCORES", KEY);
		int64_t next =
			r->elements == 2 ? (int64_t)strtod(r->element[1]->str, NULL) : INT64_MAX;

		freeReplyObject(r);
		if (next > ms)
			break;
		if (next > w->now_ms)
			w->now_ms = next;
		world_settle(w);
	}
	w->now_ms = ms;
}

struct turns {
	struct loop_deferred later;
	struct loop *loop;
	int64_t until;
};

static void on_turn(void *arg)
{
	struct turns *t = arg;

	if (metric_get(METRIC_STORE_CALLS) < t->until)
		loop_defer(t->loop, &t->later);
	else
		loop_stop(t->loop);
}

void world_until_asked(struct world *w, int calls)
{
	struct turns t = {.loop = w->h.loop, .until = metric_get(METRIC_STORE_CALLS) + calls};

	t.later = (struct loop_deferred){.fn = on_turn, .arg = &t};
	loop_defer(w->h.loop, &t.later);
	loop_run(w->h.loop);
}

void world_cut(struct world *w)
{
	int before = w->h.ups;

	freeReplyObject(server_ask(&w->h.server, "CLIENT KILL TYPE normal SKIPME yes"));
	harness_until(&w->h, &w->h.ups, before + w->hub_count);
}
