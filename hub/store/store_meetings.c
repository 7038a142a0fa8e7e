/* store_meetings.c: the minutes of joint meetings. */
#include <assert.h>

#include "store/store_in.h"

static_assert(SCRIPT_MEETING_KEYS == 4 && SCRIPT_MEETING_ARGS == 7,
	      "meeting.lua wants other arguments than are sent");

static void on_written(struct ask *a, enum err e, const struct redis_reply *r)
{
	static const enum err outcomes[] = {ERR_OK, ERR_STALE, ERR_CONFLICT};

	if (e == ERR_OK && (r->count != 3 || r->items[1].integer < 0 || r->items[1].integer > 2))
		e = ask_misfit(a);
	if (e == ERR_OK)
		a->fn.number(a->arg, outcomes[r->items[1].integer], r->items[2].integer);
	else
		a->fn.number(a->arg, e, 0);
}

void store_meeting_write(struct store *s, const struct meeting_write *in, store_number_fn *fn,
			 void *arg)
{
	const struct keys *k = &s->keys;
	const char *const keys[] = {k->meetings, k->meetings_open, k->meetings_same, k->audit};
	struct ask *a = ask_new(s, SCRIPT_MEETING, on_written, arg);

	a->fn.number = fn;
	a->is_write = true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		args_str(&a->keys, keys[i]);
	args_int(&a->args, in->number);
	args_copy(&a->args, in->was);
	args_copy(&a->args, in->is);
	args_str(&a->args, in->is_open ? "1" : "0");
	args_join(&a->args, in->fingerprint, NULL);
	args_copy(&a->args, in->audit);
	ask_submit(a);
}

static void on_counted(struct ask *a, enum err e, const struct redis_reply *r)
{
	a->fn.number(a->arg, e, e == ERR_OK ? r->integer : 0);
}

void store_meeting_count(struct store *s, store_number_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, on_counted, arg);

	a->fn.number = fn;
	args_str(&a->args, "HLEN");
	args_str(&a->args, s->keys.meetings);
	ask_submit(a);
}

void store_meetings(struct store *s, const int64_t *numbers, int count, store_lines_fn *fn,
		    void *arg)
{
	struct ask *a = store_texts_ask(s, 0, fn, arg);

	args_str(&a->args, "HMGET");
	args_str(&a->args, s->keys.meetings);
	for (int i = 0; i < count; i++)
		args_int(&a->args, numbers[i]);
	ask_submit(a);
}

void store_meetings_open(struct store *s, int64_t below, int limit, store_lines_fn *fn, void *arg)
{
	struct ask *a = store_texts_ask(s, 0, fn, arg);

	args_str(&a->args, "ZREVRANGEBYSCORE");
	args_str(&a->args, s->keys.meetings_open);
	if (below)
		args_join(&a->args, "(", args_digits(&a->arena, below), NULL);
	else
		args_str(&a->args, "+inf");
	args_str(&a->args, "-inf");
	args_str(&a->args, "LIMIT");
	args_int(&a->args, 0);
	args_int(&a->args, limit);
	ask_submit(a);
}
