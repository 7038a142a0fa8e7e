/*
 * link_check.c: whether a Redis that a link has reached may be trusted with the data: a table of
 * questions, each with a judge of its answer.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/link_check.h"

#define READING_SETTINGS "reading the settings"
#define ASKING_NAME	 "asking for the name of the data"
#define IF_MEANT	 "; restart the hub if that is meant"

/* What a Redis has to be set to, or an answered write could be lost. */
static const struct {
	const char *name, *value;
} wanted[] = {
	{"appendonly", "yes"},
	{"appendfsync", "always"},
	{"no-appendfsync-on-rewrite", "no"},
	{"aof-load-truncated", "no"},
	{"maxmemory-policy", "noeviction"},
};
#define WANTED_COUNT ((int)(sizeof(wanted) / sizeof(*wanted)))

/* Redis's error texts can repeat what it was sent from the first quote on; that part is not shown
 * to anybody. */
static void went_down_by_error(struct link *l, const char *doing, const char *text)
{
	char why[128];

	snprintf(why, sizeof(why), "%s: %.*s", doing, (int)strcspn(text, "'`\""), text);
	link_drop(l, why);
}

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
		snprintf(why, sizeof(why),
			 "Redis must be set to %s %s, or answered writes could be lost",
			 wanted[i].name, wanted[i].value);
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
 * The data set has a name, given to it by the first hub that met it. If that is gone or another
 * one, this Redis has come back without its data or was emptied, and going on would hide it. So
 * would an older state of the same data: numbers would be given a second time. A replica that
 * became master may lack what was not waited for.
 */
static bool has_answered(const struct link *l, const struct redis_reply *seq)
{
	if (l->url.kind != REDIS_DIRECT && !waits_for_replicas(l))
		return true;
	return l->answered_seq <= (seq->type == REDIS_STRING ? strtoll(seq->str, NULL, 10) : 0);
}

static bool judge_id(struct link *l, const struct redis_reply *r)
{
	const char *why = "this Redis holds other data than before, or none" IF_MEANT;

	if (r->type == REDIS_ARRAY && r->count == 2 && r->items[0].type == REDIS_STRING &&
	    !strcmp(r->items[0].str, l->id)) {
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
	args_join(a, "#!lua flags=allow-oom\nreturn redis.call('SET',KEYS[1],ARGV[1]", more, ")",
		  NULL);
	args_str(a, "1");
	args_str(a, key);
	args_str(a, name);
}

/* Gives the data set its name, and shows whether it can be written to: a full disk refuses even
 * this. */
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
		snprintf(l->id, sizeof(l->id), "%s",
			 r->type == REDIS_STRING ? r->str : l->fresh_id);
	return true;
}

/*
 * The same name again, as a write that replicas must have: replicas get writes in order, so with it
 * they have all that was written before, and nothing that could still be lost is shown to anybody.
 */
static void ask_write_again(struct link *l, struct args *a)
{
	put_name(a, "", l->opt.keys->id, l->id);
}

/* What an administrator can change under way: the settings, and the data themselves. */
static void on_looked(struct link *l, const struct redis_reply *r, const char *doing,
		      bool (*judge)(struct link *l, const struct redis_reply *r))
{
	if (!r || !l->conn)
		return;
	if (r->type == REDIS_ERROR)
		went_down_by_error(l, doing, r->str);
	else
		(void)judge(l, r);
}

static void on_settings(void *arg, const struct redis_reply *r)
{
	on_looked(arg, r, READING_SETTINGS, judge_settings);
}

static void on_id(void *arg, const struct redis_reply *r)
{
	on_looked(arg, r, ASKING_NAME, judge_id);
}

static void look(struct link *l, void (*ask)(struct link *l, struct args *a),
		 void (*done)(void *arg, const struct redis_reply *r))
{
	struct arena arena;
	struct args args;

	arena_init(&arena);
	args_init(&args, &arena);
	ask(l, &args);
	link_ask(l, &args, l->opt.limit_ms, done, l);
	args_clear(&args);
	arena_clear(&arena);
}

void link_check_again(struct link *l)
{
	look(l, ask_settings, on_settings);
	if (is_known(l))
		look(l, ask_id, on_id);
}

static const struct {
	const char *doing;
	bool (*is_needed)(const struct link *l);
	void (*ask)(struct link *l, struct args *a);
	bool (*judge)(struct link *l, const struct redis_reply *r);
	bool is_before_auth; /* not even ECHO is allowed yet */
	bool is_for_replicas;
} steps[] = {
	{"signing in", needs_auth, ask_auth, judge_ok, true, false},
	{"choosing the database", needs_select, ask_select, judge_ok, false, false},
	{"asking for the role", always, ask_role, judge_role, false, false},
	{READING_SETTINGS, always, ask_settings, judge_settings, false, false},
	{ASKING_NAME, is_known, ask_id, judge_id, false, false},
	{"a first write", has_data, ask_write, judge_write, false, false},
	{"a write for replicas", waits_for_replicas, ask_write_again, judge_ok, false, true},
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
	struct redis_command cmd = {.limit_ms = l->opt.limit_ms};
	struct arena arena;
	struct args args;

	while (l->step < STEP_COUNT && !steps[l->step].is_needed(l))
		l->step++;
	if (l->step == STEP_COUNT) {
		link_checked(l);
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

void link_check(struct link *l)
{
	l->step = 0;
	next_step(l);
}
