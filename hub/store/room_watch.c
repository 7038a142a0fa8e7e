/* room_watch.c: see room.h. */
#include "store/room_watch.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "metrics.h"
#include "store/link_check.h"
#include "store/store_in.h"

#define LOOK_MS 1000
/* So that what goes to and fro about a limit is not told again and again. */
#define BACK_PERCENT 2

static const struct {
	int percent;
	const char *what;
} levels[ROOM_COUNT] = {
	[ROOM_ENOUGH] = {0, NULL},
	[ROOM_SCARCE] = {70, "Redis has used 70 % of its memory; at 85 % no more events are taken"},
	[ROOM_FOR_ACTS] =
		{85,
		 "Redis has used 85 % of its memory: no events are taken until there is room; send it again later"},
	[ROOM_FOR_ENDS] =
		{95,
		 "Redis has used 95 % of its memory: nothing new is taken until there is room; send it again later"},
};

const char *store_is_short(const struct store *s, enum room from)
{
	return s->watch.room >= from ? levels[s->watch.room].what : NULL;
}

static enum room room_at(int64_t percent, enum room now)
{
	enum room r = ROOM_COUNT - 1;

	while (r > ROOM_ENOUGH && percent < levels[r].percent - (r <= now ? BACK_PERCENT : 0))
		r--;
	return r;
}

static void set_room(struct store *s, enum room room)
{
	enum room before = s->watch.room;

	s->watch.room = room;
	metric_set(METRIC_INTAKE_CLOSED, room >= ROOM_FOR_ACTS);
	if (room > before)
		log_at(room == ROOM_SCARCE ? LOG_WARN : LOG_ERROR, "", "%s", levels[room].what);
	else if (room < before)
		log_at(LOG_INFO, "",
		       "Redis has more room again: less than %d %% of its memory is used",
		       levels[room + 1].percent);
}

/* 0: it says nothing of the kind. */
static int64_t info_number(const char *info, const char *name)
{
	const char *at = strstr(info, name);

	return at ? strtoll(at + strlen(name), NULL, 10) : 0;
}

/* As Redis counts before it refuses a write: without what it owes its replicas and its log. */
static void judge(struct store *s, const char *info)
{
	int64_t most = info_number(info, "\nmaxmemory:");
	int64_t used = info_number(info, "\nused_memory:") -
		       info_number(info, "\nmem_not_counted_for_evict:");
	int64_t percent = most > 0 ? used * 100 / most : 0;

	metric_set(METRIC_STORE_MEMORY, percent);
	set_room(s, room_at(percent, s->watch.room));
}

/* Who may not ask for it (NOPERM) is not warned; what Redis refuses is told all the same. */
static void on_info(void *arg, const struct redis_reply *r)
{
	struct store *s = arg;

	s->watch.is_asking = false;
	if (r && r->type == REDIS_STRING)
		judge(s, r->str);
}

static void look(void *arg)
{
	struct store *s = arg;
	struct arena arena;
	struct args words;

	if (s->watch.is_asking || !s->main.is_up)
		return;
	s->watch.is_asking = true;
	link_check_again(&s->main);
	arena_init(&arena);
	args_init(&words, &arena);
	args_str(&words, "INFO");
	args_str(&words, "memory");
	link_ask(&s->main, &words, s->limit_ms, on_info, s);
	args_clear(&words);
	arena_clear(&arena);
}

void room_watch_open(struct store *s)
{
	s->watch.timer = loop_timer_new(s->loop, look, s);
	loop_timer_start(s->watch.timer, LOOK_MS, LOOK_MS);
}

void room_watch_follow(struct store *s)
{
	look(s);
}

void room_watch_out(struct store *s)
{
	set_room(s, ROOM_FOR_ENDS);
}

void room_watch_close(struct store *s)
{
	loop_timer_stop(s->watch.timer);
}

void room_watch_clear(struct store *s)
{
	loop_timer_free(s->watch.timer);
}
