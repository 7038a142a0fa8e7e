/* store_policy.c: the steps of the policies, and what is kept beside the packs. */
#include <assert.h>
#include <string.h>

#include "store/store_in.h"

#define STEPS_PER_PIECE 512
static_assert(SCRIPT_POLICY_STEP_KEYS == 6 && SCRIPT_POLICY_STEP_ARGS == 8,
	      "policy_step.lua wants other arguments than are sent");
static_assert(SCRIPT_POLICY_SHADOW_KEYS == 2 && SCRIPT_POLICY_SHADOW_ARGS == 8,
	      "policy_shadow.lua wants other arguments than are sent");

static void on_stepped(struct ask *a, enum err e, const struct redis_reply *r)
{
	static const enum err outcomes[] = {ERR_OK, ERR_STALE, ERR_CONFLICT};

	if (e == ERR_OK && (r->count != 3 || r->items[1].integer < 0 || r->items[1].integer > 2))
		e = ask_misfit(a);
	if (e == ERR_OK)
		e = outcomes[r->items[1].integer];
	a->fn.text(a->arg, e, NULL);
}

void store_policy_step(struct store *s, const struct policy_step_in *in, store_text_fn *fn,
		       void *arg)
{
	static const char *const keeps[] = {"", "keep", "forget", "shadow"};
	const struct keys *k = &s->keys;
	const char *const keys[] = {k->steps,	    k->tables[TABLE_POLICIES],
				    k->answers,	    k->shadow,
				    k->shadow_last, k->audit};
	struct ask *a = ask_new(s, SCRIPT_POLICY_STEP, on_stepped, arg);

	a->fn.text = fn;
	a->is_write = true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		args_str(&a->keys, keys[i]);
	args_int(&a->args, in->known);
	args_copy(&a->args, in->step);
	args_copy(&a->args, in->audit);
	args_str(&a->args, keeps[in->keeps]);
	args_join(&a->args, in->version, NULL);
	args_copy(&a->args, in->content);
	args_copy(&a->args, in->answer);
	ask_submit(a);
}

static void on_texts(struct ask *a, enum err e, const struct redis_reply *r)
{
	const int64_t *from = a->own;
	struct bytes *lines;

	if (e != ERR_OK) {
		a->fn.lines(a->arg, e, NULL, 0, 0);
		return;
	}
	lines = arena_alloc(&a->arena, sizeof(*lines) * (size_t)(r->count + 1));
	for (int i = 0; i < r->count; i++)
		lines[i] = r->items[i].type == REDIS_NIL
				   ? (struct bytes){0}
				   : (struct bytes){r->items[i].str, r->items[i].len};
	a->fn.lines(a->arg, ERR_OK, lines, r->count, *from + r->count);
}

struct ask *store_texts_ask(struct store *s, int64_t from, store_lines_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, on_texts, arg);
	int64_t *place = arena_alloc(&a->arena, sizeof(*place));

	*place = from;
	a->own = place;
	a->fn.lines = fn;
	return a;
}

void store_policy_steps(struct store *s, int from, store_lines_fn *fn, void *arg)
{
	struct ask *a = store_texts_ask(s, from, fn, arg);

	args_str(&a->args, "LRANGE");
	args_str(&a->args, s->keys.steps);
	args_int(&a->args, from);
	args_int(&a->args, from + STEPS_PER_PIECE - 1);
	ask_submit(a);
}

void store_policy_names(struct store *s, store_lines_fn *fn, void *arg)
{
	struct ask *a = store_texts_ask(s, 0, fn, arg);

	args_str(&a->args, "HKEYS");
	args_str(&a->args, s->keys.tables[TABLE_POLICIES]);
	ask_submit(a);
}

static void on_answer(struct ask *a, enum err e, const struct redis_reply *r)
{
	a->fn.text(a->arg, e, e == ERR_OK && r->type == REDIS_STRING ? r->str : NULL);
}

void store_policy_answer(struct store *s, const char *version, store_text_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, on_answer, arg);

	a->fn.text = fn;
	args_str(&a->args, "HGET");
	args_str(&a->args, s->keys.answers);
	args_join(&a->args, version, NULL);
	ask_submit(a);
}

static void on_added(struct ask *a, enum err e, const struct redis_reply *r)
{
	(void)r;
	a->fn.text(a->arg, e, NULL);
}

void store_policy_shadow_add(struct store *s, const struct shadow_counts *in, store_text_fn *fn,
			     void *arg)
{
	const int64_t counts[] = {in->events, in->changed, in->gained,
				  in->lost,   in->altered, SHADOW_LAST_MAX};
	struct ask *a = ask_new(s, SCRIPT_POLICY_SHADOW, on_added, arg);

	a->fn.text = fn;
	a->is_write = true;
	args_str(&a->keys, s->keys.shadow);
	args_str(&a->keys, s->keys.shadow_last);
	args_join(&a->args, in->version, NULL);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		args_int(&a->args, counts[i]);
	for (int i = 0; i < in->line_count; i++)
		args_copy(&a->args, in->lines[i]);
	ask_submit(a);
}

void store_policy_shadow(struct store *s, store_lines_fn *fn, void *arg)
{
	struct ask *a = store_texts_ask(s, 0, fn, arg);

	args_str(&a->args, "HGETALL");
	args_str(&a->args, s->keys.shadow);
	ask_submit(a);
}

void store_policy_shadow_last(struct store *s, store_lines_fn *fn, void *arg)
{
	struct ask *a = store_texts_ask(s, 0, fn, arg);

	args_str(&a->args, "LRANGE");
	args_str(&a->args, s->keys.shadow_last);
	args_int(&a->args, 0);
	args_int(&a->args, SHADOW_LAST_MAX - 1);
	ask_submit(a);
}
