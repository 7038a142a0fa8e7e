/*
 * store_intake.c: events from systems that write them into a Redis stream. One consumer group over
 * all hubs, its reader on a connection of its own because it blocks. An entry is given to the
 * caller once, and again only if it was not dealt with: after a reconnection, or when the hub that
 * had it has been silent for a while.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "metrics.h"
#include "store/store_in.h"

#define GROUP		   "tandem"
#define BLOCK_MS	   2000
#define ENTRIES_PER_READ   "64"
#define OUT_MAX		   256 /* entries with the caller; beyond it nothing more is read */
#define TAKE_OVER_EVERY_MS 5000
/* an entry taken over too early does no harm: the event is a repeat, and only one says done */
#define SILENT_MS    10000
#define RETRY_MS     5000
#define DONE_ENTRIES 10000
/* failures further apart than this have not one cause */
#define FAILED_TTL_MS 3600000
#define ID_BYTES      48
static_assert(SCRIPT_INTAKE_DONE_KEYS == 2 && SCRIPT_INTAKE_DONE_ARGS == 5,
	      "intake_done.lua wants other arguments than are sent");
static_assert(SCRIPT_INTAKE_FAILED_KEYS == 4 && SCRIPT_INTAKE_FAILED_ARGS == 7,
	      "intake_failed.lua wants other arguments than are sent");
static_assert(SCRIPT_INTAKE_TIDY_KEYS == 1 && SCRIPT_INTAKE_TIDY_ARGS == 3,
	      "intake_tidy.lua wants other arguments than are sent");

struct out {
	char id[ID_BYTES]; /* "" is free */
	int64_t since_ms;
};
struct intake_tail {
	struct store *store;
	struct link link;
	store_intake_fn *fn;
	void *arg;
	struct out out[OUT_MAX]; /* what the caller has now */
	int out_count;
	struct loop_timer *retry; /* while waiting for room */
	char own_after[ID_BYTES]; /* how far the entries left over from before have been read */
	bool is_waiting;	  /* for room */
	int64_t taken_over_ms;
};

static void next(struct intake_tail *t);

static struct out *find_out(struct intake_tail *t, const char *id)
{
	for (int i = 0; i < OUT_MAX; i++) {
		if (!strcmp(t->out[i].id, id))
			return &t->out[i];
	}
	return NULL;
}

/* A caller that never says it is done could not do it just then; the entry is given again by the
 * take-over. */
static void forget_silent(struct intake_tail *t)
{
	int64_t limit_ms = loop_mono_ms(t->store->loop) - SILENT_MS;

	for (int i = 0; i < OUT_MAX; i++) {
		if (t->out[i].id[0] && t->out[i].since_ms <= limit_ms) {
			t->out[i].id[0] = '\0';
			t->out_count--;
		}
	}
}

static const struct redis_reply *event_of(const struct redis_reply *fields)
{
	for (int i = 0; i + 1 < fields->count; i += 2) {
		if (!strcmp(fields->items[i].str, "event"))
			return &fields->items[i + 1];
	}
	return NULL;
}

static void give(struct intake_tail *t, const struct redis_reply *entry)
{
	const struct redis_reply *event;
	const char *id;
	struct out *slot;

	if (entry->count != 2)
		return;
	id = entry->items[0].str;
	slot = find_out(t, "");
	if (!*id || strlen(id) >= ID_BYTES || find_out(t, id) || !slot)
		return;
	snprintf(slot->id, ID_BYTES, "%s", id);
	slot->since_ms = loop_mono_ms(t->store->loop);
	t->out_count++;
	event = event_of(&entry->items[1]);
	t->fn(t->arg, id, event ? (struct bytes){event->str, event->len} : (struct bytes){0});
}

static void tail_drop(struct intake_tail *t, const struct redis_reply *r)
{
	if (r)
		link_drop(&t->link, r->type == REDIS_ERROR
					    ? r->str
					    : "an answer of another form than expected");
}

static void ask(struct intake_tail *t, const char *const *words, redis_fn *fn)
{
	struct args args;

	if (!t->link.is_up)
		return;
	args_init(&args, &t->store->arena);
	for (; *words; words++)
		args_str(&args, *words);
	link_ask(&t->link, &args, BLOCK_MS + t->store->limit_ms, fn, t);
	args_clear(&args);
}

static void on_new(void *arg, const struct redis_reply *r)
{
	struct intake_tail *t = arg;

	if (!r || (r->type != REDIS_NIL &&
		   (r->type != REDIS_ARRAY || r->count != 1 || r->items[0].count != 2))) {
		tail_drop(t, r);
		return;
	}
	for (int i = 0; r->type == REDIS_ARRAY && i < r->items[0].items[1].count; i++)
		give(t, &r->items[0].items[1].items[i]);
	next(t);
}

static void read_new(struct intake_tail *t)
{
	char block[16];

	snprintf(block, sizeof(block), "%d", BLOCK_MS);
	ask(t,
	    (const char *const[]){"XREADGROUP", "GROUP", GROUP, t->store->hub_id, "COUNT",
				  ENTRIES_PER_READ, "BLOCK", block, "STREAMS",
				  t->store->keys.intake, ">", NULL},
	    on_new);
}

/* What this consumer was given in an earlier life, in pieces; an empty piece is the end. */
static void on_own(void *arg, const struct redis_reply *r)
{
	struct intake_tail *t = arg;
	const struct redis_reply *entries;

	if (!r || r->type != REDIS_ARRAY || r->count != 1 || r->items[0].count != 2) {
		tail_drop(t, r);
		return;
	}
	entries = &r->items[0].items[1];
	for (int i = 0; i < entries->count; i++) {
		if (entries->items[i].count == 2)
			snprintf(t->own_after, sizeof(t->own_after), "%s",
				 entries->items[i].items[0].str);
		give(t, &entries->items[i]);
	}
	if (!entries->count)
		t->own_after[0] = '\0';
	next(t);
}

static void read_own(struct intake_tail *t)
{
	ask(t,
	    (const char *const[]){"XREADGROUP", "GROUP", GROUP, t->store->hub_id, "COUNT",
				  ENTRIES_PER_READ, "STREAMS", t->store->keys.intake, t->own_after,
				  NULL},
	    on_own);
}

/* Tried again with the next take-over; what went wrong has been logged. */
static void on_tidied(struct ask *a, enum err e, const struct redis_reply *r)
{
	(void)a;
	(void)e;
	(void)r;
}

static void tidy(struct intake_tail *t)
{
	struct ask *a = ask_new(t->store, SCRIPT_INTAKE_TIDY, on_tidied, NULL);

	args_str(&a->keys, t->store->keys.intake);
	args_str(&a->args, GROUP);
	args_int(&a->args, SILENT_MS);
	ask_submit(a);
}

static void on_taken_over(void *arg, const struct redis_reply *r)
{
	struct intake_tail *t = arg;

	if (!r || r->type != REDIS_ARRAY || r->count < 2) {
		tail_drop(t, r);
		return;
	}
	for (int i = 0; i < r->items[1].count; i++)
		give(t, &r->items[1].items[i]);
	tidy(t);
	next(t);
}

static void take_over(struct intake_tail *t)
{
	char silent[16];

	snprintf(silent, sizeof(silent), "%d", SILENT_MS);
	t->taken_over_ms = loop_mono_ms(t->store->loop);
	ask(t,
	    (const char *const[]){"XAUTOCLAIM", t->store->keys.intake, GROUP, t->store->hub_id,
				  silent, "0", "COUNT", ENTRIES_PER_READ, NULL},
	    on_taken_over);
}

/* One thing at a time on this connection. */
static void next(struct intake_tail *t)
{
	forget_silent(t);
	t->is_waiting = OUT_MAX - t->out_count < 64 || store_is_short(t->store, ROOM_FOR_ACTS);
	if (t->is_waiting) {
		loop_timer_start(t->retry, RETRY_MS, 0);
		return;
	}
	if (t->own_after[0])
		read_own(t);
	else if (loop_mono_ms(t->store->loop) - t->taken_over_ms >= TAKE_OVER_EVERY_MS)
		take_over(t);
	else
		read_new(t);
}

static void on_retry(void *arg)
{
	struct intake_tail *t = arg;

	if (t->is_waiting && t->link.is_up)
		next(t);
}

static void on_group(void *arg, const struct redis_reply *r)
{
	struct intake_tail *t = arg;

	if (!r || (r->type == REDIS_ERROR && strncmp(r->str, "BUSYGROUP", 9) != 0))
		tail_drop(t, r);
	else
		next(t);
}

static void on_up(struct link *l)
{
	struct intake_tail *t = l->opt.owner;

	t->is_waiting = false;
	snprintf(t->own_after, sizeof(t->own_after), "0");
	t->taken_over_ms = 0;
	ask(t,
	    (const char *const[]){"XGROUP", "CREATE", t->store->keys.intake, GROUP, "0", "MKSTREAM",
				  NULL},
	    on_group);
}

static void on_down(struct link *l, const char *why)
{
	(void)l;
	(void)why; /* the main connection tells it */
}

static void on_closed(struct link *l)
{
	struct intake_tail *t = l->opt.owner;

	store_part_closed(t->store);
}

static const struct link_events tail_events = {on_up, on_down, on_closed};

void store_intake_start(struct store *s, store_intake_fn *fn, void *arg)
{
	struct intake_tail *t = mem_zalloc(sizeof(*t));
	struct link_options link;

	t->store = s;
	t->fn = fn;
	t->arg = arg;
	t->retry = loop_timer_new(s->loop, on_retry, t);
	s->intake = t;
	store_link_options(s, &link, t);
	link_open(&t->link, &link, &tail_events);
}

/* Done or not, the caller has it no more; an entry that could not be taken out comes again later.
 */
static void on_done(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct intake_tail *t = a->store->intake;
	struct out *slot = find_out(t, a->own);

	(void)r;
	if (e != ERR_OK)
		log_at(LOG_WARN, "", "entry %s of the intake could not be taken out: %s",
		       (const char *)a->own, err_name(e));
	if (slot) {
		slot->id[0] = '\0';
		t->out_count--;
	}
	on_retry(t);
}

/* What stays is left in hand, and so given again by the take-over, not sooner. */
static void on_failed(struct ask *a, enum err e, const struct redis_reply *r)
{
	const char *entry = a->own;

	if (e == ERR_OK && r->count != 3)
		e = ask_misfit(a);
	if (e != ERR_OK) {
		log_at(LOG_WARN, "", "entry %s of the intake failed here, which was not noted: %s",
		       entry, err_name(e));
	} else if (r->items[2].integer) {
		metric_add(METRIC_INTAKE_PARKED, 1);
		log_at(LOG_ERROR, "",
		       "entry %s of the intake failed here %lld times and is tried no more; it "
		       "lies in %s",
		       entry, (long long)r->items[1].integer, a->store->keys.intake_parked);
		on_done(a, ERR_OK, NULL);
	} else if (r->items[1].integer) {
		log_at(LOG_WARN, "",
		       "entry %s of the intake failed here, %lld times of %d; it comes again",
		       entry, (long long)r->items[1].integer, STORE_INTAKE_TRIES);
	}
}

void store_intake_failed(struct store *s, const char *entry_id, const char *outcome)
{
	struct ask *a = ask_new(s, SCRIPT_INTAKE_FAILED, on_failed, NULL);

	a->own = arena_strdup(&a->arena, entry_id);
	a->is_write = true;
	args_str(&a->keys, s->keys.intake);
	args_str(&a->keys, s->keys.intake_done);
	args_str(&a->keys, s->keys.intake_failed);
	args_str(&a->keys, s->keys.intake_parked);
	args_str(&a->args, GROUP);
	args_str(&a->args, a->own);
	args_join(&a->args, outcome, NULL);
	args_int(&a->args, DONE_ENTRIES);
	args_int(&a->args, STORE_INTAKE_TRIES);
	args_int(&a->args, FAILED_TTL_MS);
	ask_submit(a);
}

void store_intake_done(struct store *s, const char *entry_id, const char *outcome)
{
	struct ask *a = ask_new(s, SCRIPT_INTAKE_DONE, on_done, NULL);

	a->own = arena_strdup(&a->arena, entry_id);
	a->is_write = true;
	args_str(&a->keys, s->keys.intake);
	args_str(&a->keys, s->keys.intake_done);
	args_str(&a->args, GROUP);
	args_str(&a->args, a->own);
	args_join(&a->args, outcome, NULL);
	args_int(&a->args, DONE_ENTRIES);
	ask_submit(a);
}

void intake_tail_follow(struct intake_tail *t)
{
	link_follow(&t->link);
}

void intake_tail_close(struct intake_tail *t)
{
	loop_timer_stop(t->retry);
	link_close(&t->link);
}

void intake_tail_free(struct intake_tail *t)
{
	if (!t)
		return;
	loop_timer_free(t->retry);
	free(t);
}
