#include "store/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/aside.h"
#include "store/cluster.h"
#include "store/link_check.h"

#define PAUSE_MIN_MS  50
#define PAUSE_MAX_MS  2000
#define LOOK_EVERY_MS 1000

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

void link_checked(struct link *l)
{
	l->is_up = true;
	l->pause_ms = PAUSE_MIN_MS;
	l->why[0] = '\0';
	l->events->up(l);
}

static void on_opened(void *arg)
{
	struct link *l = arg;

	link_check(l);
}

/* --- the life of a link --- */

static const struct redis_events conn_events = {on_opened, on_lost, on_closed};

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

/* A view that is older than the one this place comes from is that of a sentinel that was cut off.
 */
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

static void link_init(struct link *l, const struct link_options *opt,
		      const struct link_events *events)
{
	*l = (struct link){
		.opt = *opt, .url = *opt->url, .events = events, .pause_ms = PAUSE_MIN_MS};
	l->pause = loop_timer_new(opt->loop, try_now, l);
	if (is_seeker(l))
		begin_seeking(l);
}

void link_open(struct link *l, const struct link_options *opt, const struct link_events *events)
{
	link_init(l, opt, events);
	try_now(l);
}

void link_open_at(struct link *l, const struct link_options *opt, const struct link_events *events,
		  const struct spot *at)
{
	link_init(l, opt, events);
	connect_to(l, at);
}

void link_follow(struct link *l)
{
	if (!l->opt.leader || l->is_closing ||
	    (l->conn && spot_is(&l->place, &l->opt.leader->place)))
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
	link_send(l,
		  &(struct redis_command){.args = args->v,
					  .count = args->count,
					  .limit_ms = limit_ms,
					  .number = link_next_number(l)},
		  fn, arg);
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
