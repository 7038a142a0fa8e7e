/* store_sources.c: the numbers that sources give their events. */
#include <assert.h>

#include "store/store_in.h"

static_assert(SCRIPT_SOURCE_SEEN_KEYS == 1 && SCRIPT_SOURCE_SEEN_ARGS == 7,
	      "source_seen.lua wants other arguments than are sent");

static void on_seen(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct source_seen_out out;

	if (e == ERR_OK && r->count != 4)
		e = ask_misfit(a);
	if (e == ERR_OK)
		out = (struct source_seen_out){r->items[1].integer, r->items[2].integer == 1,
					       r->items[3].integer == 1};
	a->fn.source(a->arg, e, e == ERR_OK ? &out : NULL);
}

void store_source_seen(struct store *s, const struct source_seen_in *in, store_source_fn *fn,
		       void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_SOURCE_SEEN, on_seen, arg);

	a->fn.source = fn;
	a->is_write = true;
	args_str(&a->keys, s->keys.tables[TABLE_SOURCES]);
	args_join(&a->args, in->source, NULL);
	args_int(&a->args, in->number);
	args_int(&a->args, in->now_ms);
	args_join(&a->args, in->body, NULL);
	args_join(&a->args, in->region, NULL);
	args_str(&a->args, in->is_repeat ? "1" : "0");
	ask_submit(a);
}
