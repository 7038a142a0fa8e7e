/* store.c: opening, closing, the state of the connection, and the pump that sends what a turn has
 * gathered. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "log.h"
#include "store/cluster.h"
#include "store/store_in.h"

#define EXPIRY_MS_MIN 10
/* Of the time a call may take, for waiting its turn; as much again is for the answer, and some is
 * kept in hand. */
#define LIMIT_PERCENT 45

void store_pump_soon(struct store *s)
{
	loop_defer(s->loop, &s->pump);
}

void store_part_closed(struct store *s)
{
	s->parts--;
	store_pump_soon(s);
}

static void fail_all(struct queue *q, enum err e)
{
	struct item *it;

	while ((it = queue_take(q)))
		it->fail(it, e);
}

static void free_store(struct store *s)
{
	loop_fn *closed = s->closed;
	void *arg = s->closed_arg;

	feed_tail_free(s->feed);
	intake_tail_free(s->intake);
	loop_timer_free(s->expiry);
	room_watch_clear(s);
	arena_clear(&s->arena);
	free(s);
	if (closed)
		closed(arg);
}

static void fail_expired(struct queue *q, int64_t now_ms)
{
	while (q->first && q->first->due_ms <= now_ms) {
		struct item *it = queue_take(q);

		it->fail(it, ERR_UNAVAILABLE);
	}
}

static void on_expiry(void *arg)
{
	struct store *s = arg;
	int64_t now_ms = loop_mono_ms(s->loop);

	fail_expired(&s->accepts, now_ms);
	fail_expired(&s->commits, now_ms);
	if (s->accepts.count || s->commits.count)
		return;
	loop_timer_stop(s->expiry);
	s->expiring = false;
}

/* Accepts and commits take turns, so that neither keeps the other waiting. */
static void send_batches(struct store *s)
{
	while (s->batches < STORE_IN_FLIGHT && (s->accepts.count || s->commits.count)) {
		bool commits = s->commits.count && (s->commits_next || !s->accepts.count);

		s->commits_next = !commits;
		if (commits)
			store_commit_batch(s);
		else
			store_accept_batch(s);
	}
	if ((s->accepts.count || s->commits.count) && !s->expiring) {
		int64_t every_ms =
			s->limit_ms / 10 < EXPIRY_MS_MIN ? EXPIRY_MS_MIN : s->limit_ms / 10;

		loop_timer_start(s->expiry, every_ms, every_ms);
		s->expiring = true;
	}
}

static void send_asks(struct store *s)
{
	struct ask *a = s->asks, *next;

	s->audit = NULL;
	s->asks = NULL;
	s->asks_last = &s->asks;
	for (; a; a = next) {
		next = a->next;
		a->next = NULL;
		if (s->ask_count > STORE_WAITING_MAX)
			ask_fail(a, ERR_UNAVAILABLE);
		else
			ask_send(a);
	}
}

static void on_pump(void *arg)
{
	struct store *s = arg;

	fail_all(&s->refused, ERR_UNAVAILABLE);
	if (s->main.is_up) {
		send_batches(s);
	} else {
		fail_all(&s->accepts, ERR_UNAVAILABLE);
		fail_all(&s->commits, ERR_UNAVAILABLE);
	}
	send_asks(s);
	if (s->closing && !s->parts && !s->ask_count && !s->pump.queued)
		free_store(s);
}

static void on_up(struct link *l)
{
	struct store *s = l->opt.owner;

	if (s->url.kind == REDIS_DIRECT)
		log_at(LOG_INFO, "", "Redis is there");
	else
		log_at(LOG_INFO, "", "Redis is there: %s port %d", l->place.host, l->place.port);
	room_watch_follow(s);
	if (s->feed)
		feed_tail_follow(s->feed);
	if (s->intake)
		intake_tail_follow(s->intake);
	s->on_state(s->arg, true, NULL);
}

static void on_down(struct link *l, const char *why)
{
	struct store *s = l->opt.owner;

	log_at(LOG_WARN, "", "Redis cannot be used: %s", why);
	s->on_state(s->arg, false, why);
	store_pump_soon(s);
}

static void on_link_closed(struct link *l)
{
	store_part_closed(l->opt.owner);
}

static const struct link_events main_events = {on_up, on_down, on_link_closed};

static void ignore_state(void *arg, bool up, const char *why_not)
{
	(void)arg;
	(void)up;
	(void)why_not;
}

static void queue_init(struct queue *q)
{
	*q = (struct queue){.last = &q->first};
}

void store_link_options(struct store *s, struct link_options *ret, void *owner)
{
	s->parts++;
	*ret = (struct link_options){.loop = s->loop,
				     .url = &s->url,
				     .keys = &s->keys,
				     .limit_ms = s->limit_ms,
				     .wait_replicas = s->wait_replicas,
				     .owner = owner,
				     .sentinel_password = s->sentinel_password};
	if (s->url.kind != REDIS_DIRECT && owner != s)
		ret->leader = &s->main;
}

static const char *secret_of(struct store *s, const char *file, const char **ret)
{
	return file && *file ? secret_read(file, &s->arena, ret) : NULL;
}

/* NULL, or what is wrong with it. */
static const char *where_and_who(struct store *s, const struct store_options *opt)
{
	const char *why = NULL;

	if (redis_url_parse(opt->url, &s->arena, &s->url, &why) != ERR_OK)
		return why;
	why = secret_of(s, opt->password_file, &s->url.password);
	return why ? why : secret_of(s, opt->sentinel_password_file, &s->sentinel_password);
}

struct store *store_open(struct loop *loop, const struct store_options *opt)
{
	struct store *s = mem_zalloc(sizeof(*s));
	struct link_options link;
	const char *why;

	arena_init(&s->arena);
	why = where_and_who(s, opt);
	if (why) {
		log_at(LOG_ERROR, "", "redis.url or its password: %s", why);
		arena_clear(&s->arena);
		free(s);
		return NULL;
	}
	s->loop = loop;
	keys_init(&s->keys, opt->cell, &s->arena);
	s->hub_id = arena_strdup(&s->arena, opt->hub_id ? opt->hub_id : "hub");
	s->wait_replicas = opt->wait_replicas;
	s->limit_ms = opt->timeout_ms * LIMIT_PERCENT / 100;
	s->on_state = opt->on_state ? opt->on_state : ignore_state;
	s->arg = opt->arg;
	s->pump = (struct loop_deferred){.fn = on_pump, .arg = s};
	s->expiry = loop_timer_new(loop, on_expiry, s);
	s->asks_last = &s->asks;
	room_watch_open(s);
	queue_init(&s->accepts);
	queue_init(&s->commits);
	queue_init(&s->refused);
	store_link_options(s, &link, s);
	link_open(&s->main, &link, &main_events);
	return s;
}

bool store_is_up(const struct store *s)
{
	return s->main.is_up;
}

const char *store_where(const struct store *s, struct arena *arena)
{
	const struct spot *at = &s->main.place;

	if (s->url.kind == REDIS_SENTINEL)
		return arena_printf(arena, ": the sentinels' master %s is %s port %d",
				    s->url.master, at->host, at->port);
	if (s->url.kind == REDIS_CLUSTER)
		return arena_printf(arena, ": slot %d of the cluster, at %s port %d",
				    cluster_slot(s->keys.prefix), at->host, at->port);
	return "";
}

bool store_may_forget(const struct store *s)
{
	return s->url.kind != REDIS_DIRECT && s->wait_replicas <= 0;
}

const struct redis_url *store_redis(const struct store *s)
{
	return &s->main.url;
}

void store_close(struct store *s, loop_fn *closed, void *arg)
{
	if (s->closing)
		return;
	s->closing = true;
	s->closed = closed;
	s->closed_arg = arg;
	room_watch_close(s);
	if (s->feed)
		feed_tail_close(s->feed);
	if (s->intake)
		intake_tail_close(s->intake);
	link_close(&s->main);
	store_pump_soon(s);
}
