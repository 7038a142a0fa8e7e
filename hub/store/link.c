#include "store/link.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/aside.h"
#include "store/cluster.h"

#define PAUSE_MIN_MS 50
#define PAUSE_MAX_MS 2000
#define LOOK_EVERY_MS 1000
#define IF_MEANT "; restart the hub if that is meant"

/* What a Redis has to be set to, or an answered write could be lost. */
static const struct {
	const char *name, *value;
} wanted[] = {
	{ "appendonly", "yes" }, { "appendfsync", "always" }, { "no-appendfsync-on-rewrite", "no" },
	{ "aof-load-truncated", "no" }, { "maxmemory-policy", "noeviction" },
};
#define WANTED_COUNT ((int)(sizeof(wanted) / sizeof(*wanted)))

int64_t link_next_number(struct link *l)
{
	return ++l->number;
}

static bool is_seeker(const struct link *l)
{
	return l->url.kind != REDIS_DIRECT && !l->opt.leader;
}

static void went_down(struct link *l, const char *why)
{
	bool news = l->is_up || strcmp(l->why, why) != 0;

	l->is_up = false;
	snprintf(l->why, sizeof(l->why), "%s", why);
	if (news && !l->is_closing)
		l->events->down(l, l->why);
}

/* What goes on besides the connection itself, for it. */
static void leave_others(struct link *l)
{
	if (is_seeker(l))
		seek_stop(&l->seek);
	if (l->aside)
		aside_dismiss(l->aside);
	l->aside = NULL;
}

/* Redis's error texts can repeat what it was sent from the first quote on; that part is not shown to anybody. */
static void went_down_by_error(struct link *l, const char *doing, const char *text)
{
	char why[128];

	snprintf(why, sizeof(why), "%s: %.*s", doing, (int)strcspn(text, "'`\""), text);
	link_drop(l, why);
}

static void pause_then_again(struct link *l)
{
	if (!l->is_closing)
		loop_timer_start(l->pause, l->pause_ms, 0);
	l->pause_ms = l->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : l->pause_ms * 2;
}

static void on_lost(void *arg, const char *why)
{
	struct link *l = arg;

	l->conn = NULL;
	leave_others(l);
	pause_then_again(l);
	went_down(l, why);
}

static void tell_if_closed(void *arg)
{
	struct link *l = arg;

	if (!l->is_closing || l->connections || l->asides || seek_is_open(&l->seek))
		return;
	seek_clear(&l->seek);
	l->events->closed(l);
}

static void on_closed(void *arg)
{
	struct link *l = arg;

	l->connections--;
	tell_if_closed(l);
}

/* --- the check: a table of questions, each with a judge of its answer --- */

static void ask_auth(struct link *l, struct args *a)
{
	args_str(a, "AUTH");
	if (l->url.user)
		args_str(a, l->url.user);
	args_str(a, l->url.password);
}

static bool needs_auth(const struct link *l)
{
	return l->url.password != NULL;
}

static bool judge_ok(struct link *l, const struct redis_reply *r)
{
	(void)l;
	(void)r; /* an error has been seen before it comes here */
	return true;
}

static void ask_select(struct link *l, struct args *a)
{
	args_str(a, "SELECT");
	args_int(a, l->url.db);
}

static bool needs_select(const struct link *l)
{
	return l->url.db != 0;
}

static bool always(const struct link *l)
{
	(void)l;
	return true;
}

static void ask_role(struct link *l, struct args *a)
{
	(void)l;
	args_str(a, "ROLE");
}

static bool judge_role(struct link *l, const struct redis_reply *r)
{
	if (r->type == REDIS_ARRAY && r->count > 0 && !strcmp(r->items[0].str, "master"))
		return true;
	link_drop(l, "this Redis is a replica; the hub writes to a master only");
	return false;
}

static void ask_settings(struct link *l, struct args *a)
{
	(void)l;
	args_str(a, "CONFIG");
	args_str(a, "GET");
	for (int i = 0; i < WANTED_COUNT; i++)
		args_str(a, wanted[i].name);
}

static const char *setting_in(const struct redis_reply *r, const char *name)
{
	for (int i = 0; r->type == REDIS_ARRAY && i + 1 < r->count; i += 2) {
		if (!strcmp(r->items[i].str, name))
			return r->items[i + 1].str;
	}
	return "";
}

static bool judge_settings(struct link *l, const struct redis_reply *r)
{
	char why[128];

	for (int i = 0; i < WANTED_COUNT; i++) {
		if (!strcmp(setting_in(r, wanted[i].name), wanted[i].value))
			continue;
		snprintf(why, sizeof(why), "Redis must be set to %s %s, or answered writes could be lost", wanted[i].name, wanted[i].value);
		link_drop(l, why);
		return false;
	}
	return true;
}

static void ask_id(struct link *l, struct args *a)
{
	args_str(a, "MGET");
	args_str(a, l->opt.keys->id);
	args_str(a, l->opt.keys->seq);
}

static bool is_known(const struct link *l)
{
	return l->id[0] != '\0' && !l->opt.is_aside;
}

static bool has_data(const struct link *l)
{
	return !l->opt.is_aside;
}

static bool waits_for_replicas(const struct link *l)
{
	return l->opt.wait_replicas > 0 && !l->opt.is_aside;
}

/*
 * The data set has a name, given to it by the first hub that met it. If that is gone or another one after a
 * reconnection, this Redis has come back without its data, and going on would hide it. So would an older state of
 * the same data: numbers would be given a second time. A replica that became master may lack what was not waited for.
 */
static bool has_answered(const struct link *l, const struct redis_reply *seq)
{
	if (l->url.kind != REDIS_DIRECT && !waits_for_replicas(l))
		return true;
	return l->answered_seq <= (seq->type == REDIS_STRING ? strtoll(seq->str, NULL, 10) : 0);
}

static bool judge_id(struct link *l, const struct redis_reply *r)
{
	const char *why = "this Redis holds other data than before the connection was lost, or none" IF_MEANT;

	if (r->type == REDIS_ARRAY && r->count == 2 && r->items[0].type == REDIS_STRING && !strcmp(r->items[0].str, l->id)) {
		if (has_answered(l, &r->items[1]))
			return true;
		why = "this Redis has gone back to an older state, without events that were answered" IF_MEANT;
	}
	link_drop(l, why);
	return false;
}

/* A full memory does not refuse it: what is there can still be read. */
static void put_name(struct args *a, const char *more, const char *key, const char *name)
{
	args_str(a, "EVAL");
	args_join(a, "#!lua flags=allow-oom\nreturn redis.call('SET',KEYS[1],ARGV[1]", more, ")", NULL);
	args_str(a, "1");
	args_str(a, key);
	args_str(a, name);
}

/* Gives the data set its name, and shows whether it can be written to: a full disk refuses even this. */
static void ask_write(struct link *l, struct args *a)
{
	unsigned char fresh[16];

	randombytes_buf(fresh, sizeof(fresh));
	sodium_bin2hex(l->fresh_id, sizeof(l->fresh_id), fresh, sizeof(fresh));
	put_name(a, ",'NX','GET'", l->opt.keys->id, l->fresh_id);
}

static bool judge_write(struct link *l, const struct redis_reply *r)
{
	if (!is_known(l))
		snprintf(l->id, sizeof(l->id), "%s", r->type == REDIS_STRING ? r->str : l->fresh_id);
	return true;
}

/*
 * The same name again, as a write that replicas must have: replicas get writes in order, so with it they have all that
 * was written before, and nothing that could still be lost is shown to anybody.
 */
static void ask_write_again(struct link *l, struct args *a)
{
	put_name(a, "", l->opt.keys->id, l->id);
}

static const struct {
	const char *doing;
	bool (*is_needed)(const struct link *l);
	void (*ask)(struct link *l, struct args *a);
	bool (*judge)(struct link *l, const struct redis_reply *r);
	bool is_before_auth; /* not even ECHO is allowed yet */
	bool is_for_replicas;
} steps[] = {
	{ "signing in", needs_auth, ask_auth, judge_ok, true, false },
	{ "choosing the database", needs_select, ask_select, judge_ok, false, false },
	{ "asking for the role", always, ask_role, judge_role, false, false },
	{ "reading the settings", always, ask_settings, judge_settings, false, false },
	{ "asking for the name of the data", is_known, ask_id, judge_id, false, false },
	{ "a first write", has_data, ask_write, judge_write, false, false },
	{ "a write for replicas", waits_for_replicas, ask_write_again, judge_ok, false, true },
};
#define STEP_COUNT ((int)(sizeof(steps) / sizeof(*steps)))

static void next_step(struct link *l);

static void on_step(void *arg, const struct redis_reply *r)
{
	struct link *l = arg;

	if (!r || !l->conn)
		return; /* lost, and told by on_lost */
	if (r->type == REDIS_ERROR) {
		went_down_by_error(l, steps[l->step].doing, r->str);
		return;
	}
	if (!steps[l->step].judge(l, r))
		return;
	l->step++;
	next_step(l);
}

static void next_step(struct link *l)
{
	struct redis_command cmd = { .limit_ms = l->opt.limit_ms };
	struct arena arena;
	struct args args;

	while (l->step < STEP_COUNT && !steps[l->step].is_needed(l))
		l->step++;
	if (l->step == STEP_COUNT) {
		l->is_up = true;
		l->pause_ms = PAUSE_MIN_MS;
		l->why[0] = '\0';
		l->events->up(l);
		return;
	}
	arena_init(&arena);
	args_init(&args, &arena);
	steps[l->step].ask(l, &args);
	cmd.args = args.v;
	cmd.count = args.count;
	cmd.number = steps[l->step].is_before_auth ? 0 : link_next_number(l);
	cmd.wait_replicas = steps[l->step].is_for_replicas ? l->opt.wait_replicas : 0;
	link_send(l, &cmd, on_step, l);
	args_clear(&args);
	arena_clear(&arena);
}

static void on_opened(void *arg)
{
	struct link *l = arg;

	l->step = 0;
	next_step(l);
}

/* --- the life of a link --- */

static const struct redis_events conn_events = { on_opened, on_lost, on_closed };

static void connect_now(struct link *l)
{
	l->connections++;
	l->conn = redis_open(l->opt.loop, &l->url, l->opt.limit_ms, &conn_events, l);
	l->url.attempt++;
}

static void connect_to(struct link *l, const struct spot *p)
{
	l->place = *p;
	l->url.host = l->place.host;
	l->url.port = l->place.port;
	connect_now(l);
}

/* Whoever follows a leader that is away waits for it, and is told by link_follow. */
static void try_now(void *arg)
{
	struct link *l = arg;

	if (l->conn)
		return;
	if (is_seeker(l))
		seek_start(&l->seek);
	else if (!l->opt.leader)
		connect_now(l);
	else if (l->opt.leader->is_up)
		connect_to(l, &l->opt.leader->place);
}

/* A view that is older than the one this place comes from is that of a sentinel that was cut off. */
static void on_sought(void *arg, const struct finding *found, const char *why)
{
	struct link *l = arg;

	if (l->conn) {
		if (found && found->epoch >= l->epoch && !spot_is(&found->place, &l->place))
			link_drop(l, "the sentinels name another master");
	} else if (found) {
		l->epoch = found->epoch;
		l->seek.now = found->place;
		connect_to(l, &found->place);
	} else {
		pause_then_again(l);
		went_down(l, why);
	}
}

static void on_look(void *arg)
{
	struct link *l = arg;

	if (l->is_up && !l->seek.is_asking)
		seek_start(&l->seek);
}

static void begin_seeking(struct link *l)
{
	bool sentinels = l->url.kind == REDIS_SENTINEL;
	const struct seek_options seek = {
		.loop = l->opt.loop,
		.url = l->opt.url,
		.slot = cluster_slot(l->opt.keys->prefix),
		.user = sentinels ? NULL : l->url.user,
		.password = sentinels ? l->opt.sentinel_password : l->url.password,
		.limit_ms = l->opt.limit_ms,
		.done = on_sought,
		.closed = tell_if_closed,
		.arg = l,
	};

	seek_init(&l->seek, &seek);
	if (!sentinels)
		return;
	l->look = loop_timer_new(l->opt.loop, on_look, l);
	loop_timer_start(l->look, LOOK_EVERY_MS, LOOK_EVERY_MS);
}

static void link_init(struct link *l, const struct link_options *opt, const struct link_events *events)
{
	*l = (struct link){ .opt = *opt, .url = *opt->url, .events = events, .pause_ms = PAUSE_MIN_MS };
	l->pause = loop_timer_new(opt->loop, try_now, l);
	if (is_seeker(l))
		begin_seeking(l);
}

void link_open(struct link *l, const struct link_options *opt, const struct link_events *events)
{
	link_init(l, opt, events);
	try_now(l);
}

void link_open_at(struct link *l, const struct link_options *opt, const struct link_events *events, const struct spot *at)
{
	link_init(l, opt, events);
	connect_to(l, at);
}

void link_follow(struct link *l)
{
	if (!l->opt.leader || l->is_closing || (l->conn && spot_is(&l->place, &l->opt.leader->place)))
		return;
	link_drop(l, "the Redis is another one now");
	l->pause_ms = PAUSE_MIN_MS;
	loop_timer_start(l->pause, 0, 0);
}

void link_moved(struct link *l, const struct spot *where)
{
	if (is_seeker(l))
		l->seek.hint = *where;
	link_drop(l, "the cell is at another node of the cluster now");
}

void link_aside_gone(struct link *l, struct aside *a)
{
	if (l->aside == a)
		l->aside = NULL;
	l->asides--;
	tell_if_closed(l);
}

void link_send(struct link *l, const struct redis_command *cmd, redis_fn *fn, void *arg)
{
	if (l->url.kind == REDIS_CLUSTER)
		parcel_send(l, cmd, fn, arg);
	else
		redis_send(l->conn, cmd, fn, arg);
}

void link_ask(struct link *l, const struct args *args, int64_t limit_ms, redis_fn *fn, void *arg)
{
	link_send(l, &(struct redis_command){ .args = args->v, .count = args->count, .limit_ms = limit_ms,
					      .number = link_next_number(l) }, fn, arg);
}

void link_drop(struct link *l, const char *why)
{
	if (l->conn)
		redis_drop(l->conn, why);
}

void link_close(struct link *l)
{
	struct redis *conn = l->conn;

	if (l->is_closing)
		return;
	l->is_closing = true;
	l->is_up = false;
	l->conn = NULL;
	loop_timer_free(l->pause);
	loop_timer_free(l->look);
	leave_others(l);
	if (conn)
		redis_close(conn);
	tell_if_closed(l);
}
