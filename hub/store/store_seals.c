/* store_seals.c: the audit log read from the oldest line on, and what is noted about it. */
#include <assert.h>

#include "store/store_in.h"

static_assert(SCRIPT_SEAL_KEYS == 1 && SCRIPT_SEAL_ARGS == 4,
	      "seal.lua wants other arguments than are sent");

void store_audit_from(struct store *s, int64_t from, int limit, store_lines_fn *fn, void *arg)
{
	struct ask *a = store_texts_ask(s, from, fn, arg);

	args_str(&a->args, "LRANGE");
	args_str(&a->args, s->keys.audit);
	args_int(&a->args, from);
	args_int(&a->args, from + limit - 1);
	ask_submit(a);
}

static void on_sealed(struct ask *a, enum err e, const struct redis_reply *r)
{
	if (e == ERR_OK && r->count != 2)
		e = ask_misfit(a);
	if (e == ERR_OK && r->items[1].integer != 1)
		e = ERR_STALE;
	a->fn.text(a->arg, e, NULL);
}

void store_seal(struct store *s, const struct seal_in *in, store_text_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_SEAL, on_sealed, arg);

	a->fn.text = fn;
	a->is_write = true;
	args_str(&a->keys, s->keys.tables[TABLE_SEALS]);
	args_join(&a->args, in->before, NULL);
	args_join(&a->args, in->day, NULL);
	args_join(&a->args, in->seal, NULL);
	ask_submit(a);
}
