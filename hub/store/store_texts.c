/* store_texts.c: what all hubs together send to one number. */
#include <assert.h>

#include "store/store_in.h"

/* longer than the day that is counted, and than texts wait for each other */
#define LASTS_MS (INT64_C(48) * 3600 * 1000)
static_assert(SCRIPT_TEXT_PASS_KEYS == 3 && SCRIPT_TEXT_PASS_ARGS == 7,
	      "text_pass.lua wants other arguments than are sent");

static void on_pass(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct text_pass_out out;

	if (e == ERR_OK &&
	    (r->count != 4 || r->items[1].integer < 0 || r->items[1].integer >= TEXT_PASS_COUNT))
		e = ask_misfit(a);
	if (e == ERR_OK)
		out = (struct text_pass_out){(enum text_pass)r->items[1].integer,
					     r->items[2].integer, r->items[3].str};
	a->fn.pass(a->arg, e, e == ERR_OK ? &out : NULL);
}

void store_text_pass(struct store *s, const struct text_pass_in *in, store_text_pass_fn *fn,
		     void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_TEXT_PASS, on_pass, arg);

	a->fn.pass = fn;
	a->is_write = true;
	args_str(&a->keys, s->keys.tables[TABLE_OPTOUTS]);
	key_sent(&s->keys, &a->keys, in->hash, in->day);
	key_window(&s->keys, &a->keys, in->hash);
	args_join(&a->args, in->hash, NULL);
	args_join(&a->args, in->id, NULL);
	args_int(&a->args, in->limit);
	args_int(&a->args, LASTS_MS);
	args_int(&a->args, in->now_ms);
	args_int(&a->args, in->join_ms);
	ask_submit(a);
}
