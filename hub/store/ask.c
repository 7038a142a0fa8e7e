#define SCRIPTS_WITH_TEXT
#include "store/ask.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "metrics.h"
#include "store/store_in.h"

/*
 * Errors that mean "not now", by the word they begin with. The connection is given up for them: the
 * check of the next one tells when it is over. That goes for NOREPLICAS too: what too few have must
 * not be told to the next who asks.
 */
static const char *const away[] = {
	"LOADING", "BUSY",	 "READONLY",	"MISCONF", "NOAUTH",
	"NOPERM",  "MASTERDOWN", "CLUSTERDOWN", "MOVED",   "NOREPLICAS",
};
/* The cell's slot is being moved to another node, and some of the keys wanted are there already.
 * What needs no such key still goes. */
#define IN_PARTS "TRYAGAIN"
/* What a script may not do is told in other words than NOPERM. */
#define NOT_ALLOWED "ERR The user executing the script"
/* Nothing that takes memory is written; what was refused has not happened, and what is there can be
 * read. */
#define NO_ROOM "OOM"

struct ask *ask_new(struct store *s, enum script script, ask_done_fn *done, void *arg)
{
	struct ask *a = mem_zalloc(sizeof(*a));

	a->store = s;
	a->script = script;
	a->done = done;
	a->arg = arg;
	arena_init(&a->arena);
	args_init(&a->keys, &a->arena);
	args_init(&a->args, &a->arena);
	if (script != SCRIPT_NONE)
		args_bytes(&a->args, "", 0);
	return a;
}

void ask_submit(struct ask *a)
{
	struct store *s = a->store;

	a->due_ms = loop_mono_ms(s->loop) + s->limit_ms;
	*s->asks_last = a;
	s->asks_last = &a->next;
	s->ask_count++;
	store_pump_soon(s);
}

static void finish(struct ask *a, enum err e, const struct redis_reply *r)
{
	a->done(a, e, r);
	a->store->ask_count--;
	args_clear(&a->keys);
	args_clear(&a->args);
	arena_clear(&a->arena);
	free(a);
}

void ask_fail(struct ask *a, enum err e)
{
	finish(a, e, NULL);
}

enum err ask_misfit(struct ask *a)
{
	log_at(LOG_ERROR, "", "the answer of script %s has another form than expected",
	       script_sources[a->script].name);
	link_drop(&a->store->main, "an answer of another form than expected");
	return ERR_INTERNAL;
}

static bool begins(const char *text, const char *word)
{
	size_t len = strcspn(text, " ");

	return strlen(word) == len && !memcmp(word, text, len);
}

static enum err error_of(struct ask *a, const char *text)
{
	if (begins(text, IN_PARTS))
		return ERR_UNAVAILABLE;
	if (begins(text, NO_ROOM)) {
		room_watch_out(a->store);
		return ERR_UNAVAILABLE;
	}
	if (!strncmp(text, NOT_ALLOWED, strlen(NOT_ALLOWED))) {
		link_drop(&a->store->main, "NOPERM");
		return ERR_UNAVAILABLE;
	}
	for (size_t i = 0; i < sizeof(away) / sizeof(*away); i++) {
		if (!begins(text, away[i]))
			continue;
		link_drop(&a->store->main, away[i]);
		return ERR_UNAVAILABLE;
	}
	/* From the first quote on, the text may repeat what it was sent. */
	log_at(LOG_ERROR, "", "Redis refused %s: %.*s",
	       a->script == SCRIPT_NONE ? "a command" : script_sources[a->script].name,
	       (int)strcspn(text, "'`\""), text);
	return ERR_INTERNAL;
}

static void on_answer(void *arg, const struct redis_reply *r)
{
	struct ask *a = arg;
	bool is_error = r && r->type == REDIS_ERROR;

	if (is_error && a->script != SCRIPT_NONE && !a->with_text &&
	    !strncmp(r->str, "NOSCRIPT", 8)) {
		a->with_text = true;
		ask_send(a);
		return;
	}
	if (!r)
		finish(a, ERR_UNAVAILABLE, NULL);
	else if (is_error)
		finish(a, error_of(a, r->str), NULL);
	else
		finish(a, ERR_OK, r);
}

static void put_all(struct args *to, const struct args *from)
{
	for (int i = 0; i < from->count; i++)
		args_bytes(to, from->v[i].data, from->v[i].len);
}

/* The caller's words behind those that name the script. */
static void put_script(struct ask *a, struct args *cmd, int64_t number)
{
	const struct script_source *src = &script_sources[a->script];
	char *digits = args_digits(&a->arena, number);

	a->args.v[0] = (struct bytes){digits, strlen(digits)};
	args_str(cmd, a->with_text ? "EVAL" : "EVALSHA");
	if (a->with_text)
		args_bytes(cmd, src->text, src->len);
	else
		args_bytes(cmd, src->sha1, 40);
	args_int(cmd, a->keys.count);
	put_all(cmd, &a->keys);
	put_all(cmd, &a->args);
}

void ask_send(struct ask *a)
{
	struct store *s = a->store;
	struct redis_command cmd = {.is_script = a->script != SCRIPT_NONE,
				    .wait_replicas = a->is_write ? s->wait_replicas : 0,
				    .limit_ms = a->due_ms - loop_mono_ms(s->loop)};
	struct args words;

	if (!s->main.is_up) {
		ask_fail(a, ERR_UNAVAILABLE);
		return;
	}
	cmd.number = link_next_number(&s->main);
	args_init(&words, &a->arena);
	args_room(&words, a->keys.count + a->args.count + 3);
	if (cmd.is_script) {
		put_script(a, &words, cmd.number);
		metric_add(METRIC_STORE_CALLS, 1);
	} else {
		put_all(&words, &a->args);
	}
	cmd.args = words.v;
	cmd.count = words.count;
	link_send(&s->main, &cmd, on_answer, a);
	args_clear(&words);
}
