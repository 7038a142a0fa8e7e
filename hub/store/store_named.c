/* store_named.c: small things by name, and single lines for the feed and the audit log. */
#include <assert.h>
#include <string.h>

#include "store/store_in.h"

static_assert(SCRIPT_NAMED_KEYS == 3 && SCRIPT_NAMED_ARGS == 11,
	      "named.lua wants other arguments than are sent");
static_assert(SCRIPT_GUESS_KEYS == 1 && SCRIPT_GUESS_ARGS == 4,
	      "guess.lua wants other arguments than are sent");
static_assert(SCRIPT_MARK_KEYS == 2 && SCRIPT_MARK_ARGS == 4,
	      "mark.lua wants other arguments than are sent");

/* The value of a reading command; writing commands answer with numbers and states, which nobody
 * wants to know. */
static void on_value(struct ask *a, enum err e, const struct redis_reply *r)
{
	if (a->fn.text)
		a->fn.text(a->arg, e, e == ERR_OK && r->type == REDIS_STRING ? r->str : NULL);
}

static struct ask *text_ask(struct store *s, bool is_write, store_text_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, on_value, arg);

	a->fn.text = fn;
	a->is_write = is_write;
	return a;
}

void store_put(struct store *s, enum table t, const char *name, struct bytes value,
	       store_text_fn *fn, void *arg)
{
	struct ask *a = text_ask(s, true, fn, arg);

	args_str(&a->args, "HSET");
	args_str(&a->args, s->keys.tables[t]);
	args_join(&a->args, name, NULL);
	args_copy(&a->args, value);
	ask_submit(a);
}

void store_get(struct store *s, enum table t, const char *name, store_text_fn *fn, void *arg)
{
	struct ask *a = text_ask(s, false, fn, arg);

	args_str(&a->args, "HGET");
	args_str(&a->args, s->keys.tables[t]);
	args_join(&a->args, name, NULL);
	ask_submit(a);
}

static void on_named_written(struct ask *a, enum err e, const struct redis_reply *r)
{
	static const enum err outcomes[] = {ERR_OK, ERR_NOT_FOUND, ERR_CONFLICT, ERR_STALE};

	if (e == ERR_OK && (r->count != 2 || r->items[1].integer < 0 || r->items[1].integer > 3))
		e = ask_misfit(a);
	a->fn.text(a->arg, e == ERR_OK ? outcomes[r->items[1].integer] : e, NULL);
}

void store_write_named(struct store *s, const struct named_write *in, store_text_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NAMED, on_named_written, arg);

	a->fn.text = fn;
	a->is_write = true;
	args_str(&a->keys, s->keys.tables[in->table]);
	args_str(&a->keys, s->keys.feed);
	args_str(&a->keys, s->keys.audit);
	args_str(&a->args, !in->value.data ? "drop" : in->replaces ? "put" : "new");
	args_join(&a->args, in->name, NULL);
	args_copy(&a->args, in->value);
	args_join(&a->args, in->alone ? in->alone : "", NULL);
	args_join(&a->args, in->told, NULL);
	args_join(&a->args, in->audit, NULL);
	args_int(&a->args, STORE_FEED_ENTRIES);
	args_join(&a->args, in->was ? in->was : "", NULL);
	args_join(&a->args, in->witness ? in->witness : "", NULL);
	args_join(&a->args, in->witness ? in->stands : "", NULL);
	ask_submit(a);
}

static void on_all(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct named *items;

	if (e != ERR_OK) {
		a->fn.list(a->arg, e, NULL, 0);
		return;
	}
	items = arena_alloc(&a->arena, sizeof(*items) * (size_t)(r->count / 2 + 1));
	for (int i = 0; i < r->count / 2; i++) {
		const struct redis_reply *at = &r->items[2 * i];

		items[i] = (struct named){.name = at[0].str, .value = {at[1].str, at[1].len}};
	}
	a->fn.list(a->arg, ERR_OK, items, r->count / 2);
}

void store_list(struct store *s, enum table t, store_list_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, on_all, arg);

	a->fn.list = fn;
	args_str(&a->args, "HGETALL");
	args_str(&a->args, s->keys.tables[t]);
	ask_submit(a);
}

static void on_some(struct ask *a, enum err e, const struct redis_reply *r)
{
	int count = e == ERR_OK ? r->count : 0;
	struct named *items = arena_zalloc(&a->arena, sizeof(*items) * (size_t)(count + 1));

	for (int i = 0; i < count; i++) {
		if (r->items[i].type == REDIS_STRING)
			items[i].value = (struct bytes){r->items[i].str, r->items[i].len};
	}
	a->fn.list(a->arg, e, items, count);
}

void store_get_some(struct store *s, enum table t, const char *const *names, int count,
		    store_list_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, on_some, arg);

	a->fn.list = fn;
	args_str(&a->args, "HMGET");
	args_str(&a->args, s->keys.tables[t]);
	for (int i = 0; i < count; i++)
		args_join(&a->args, names[i], NULL);
	ask_submit(a);
}

/* SET … NX GET answers with the older value; if there was none, the one just given is in force. */
static void on_put_expiring(struct ask *a, enum err e, const struct redis_reply *r)
{
	const char *given = a->own;

	a->fn.text(a->arg, e, e != ERR_OK ? NULL : r->type == REDIS_STRING ? r->str : given);
}

/* SET … XX answers nothing where nothing was. */
static void on_put_over(struct ask *a, enum err e, const struct redis_reply *r)
{
	if (e == ERR_OK && r->type == REDIS_NIL)
		e = ERR_NOT_FOUND;
	on_put_expiring(a, e, r);
}

void store_put_expiring(struct store *s, const struct expiring *in, store_text_fn *fn, void *arg)
{
	struct ask *a = text_ask(s, true, fn, arg);

	a->done = in->only_if_there ? on_put_over : on_put_expiring;
	args_str(&a->args, "SET");
	key_expiring(&s->keys, &a->args, in->kind, in->name);
	args_copy(&a->args, in->value);
	a->own = (void *)a->args.v[2].data;
	if (in->ttl_ms > 0) {
		args_str(&a->args, "PX");
		args_int(&a->args, in->ttl_ms);
	}
	if (in->only_if_new) {
		args_str(&a->args, "NX");
		args_str(&a->args, "GET");
	}
	if (in->only_if_there)
		args_str(&a->args, "XX");
	ask_submit(a);
}

static void on_mark(struct ask *a, enum err e, const struct redis_reply *r)
{
	if (e == ERR_OK && (r->count != 2 || r->items[1].type != REDIS_STRING))
		e = ask_misfit(a);
	a->fn.text(a->arg, e, e == ERR_OK ? r->items[1].str : NULL);
}

void store_mark(struct store *s, const struct expiring *in, const char *audit, store_text_fn *fn,
		void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_MARK, on_mark, arg);

	a->fn.text = fn;
	a->is_write = true;
	key_expiring(&s->keys, &a->keys, in->kind, in->name);
	args_str(&a->keys, s->keys.audit);
	args_copy(&a->args, in->value);
	args_int(&a->args, in->ttl_ms);
	args_join(&a->args, audit, NULL);
	ask_submit(a);
}

static void on_guess(struct ask *a, enum err e, const struct redis_reply *r)
{
	if (e == ERR_OK && (r->count != 2 || r->items[1].type != REDIS_INTEGER))
		e = ask_misfit(a);
	a->fn.number(a->arg, e, e == ERR_OK ? r->items[1].integer : 0);
}

void store_guess(struct store *s, const struct guess_in *in, store_number_fn *fn, void *arg)
{
	static const char *const how[] = {"look", "right", "wrong"};
	struct ask *a = ask_new(s, SCRIPT_GUESS, on_guess, arg);

	a->fn.number = fn;
	a->is_write = in->how != GUESS_LOOK;
	key_expiring(&s->keys, &a->keys, in->kind, in->name);
	args_str(&a->args, how[in->how]);
	args_int(&a->args, in->max);
	args_int(&a->args, in->window_ms);
	ask_submit(a);
}

void store_get_expiring(struct store *s, const char *kind, const char *name, store_text_fn *fn,
			void *arg)
{
	struct ask *a = text_ask(s, false, fn, arg);

	args_str(&a->args, "GET");
	key_expiring(&s->keys, &a->args, kind, name);
	ask_submit(a);
}

void store_delete_expiring(struct store *s, const char *kind, const char *name, store_text_fn *fn,
			   void *arg)
{
	struct ask *a = text_ask(s, true, fn, arg);

	args_str(&a->args, "DEL");
	key_expiring(&s->keys, &a->args, kind, name);
	ask_submit(a);
}

static void on_appended(struct ask *a, enum err e, const struct redis_reply *r)
{
	(void)r;
	if (a->fn.text)
		a->fn.text(a->arg, e, NULL);
}

void store_append_feed(struct store *s, const char *line, store_text_fn *fn, void *arg)
{
	struct ask *a = text_ask(s, true, fn, arg);

	a->done = on_appended;
	args_str(&a->args, "XADD");
	args_str(&a->args, s->keys.feed);
	args_str(&a->args, "MAXLEN");
	args_str(&a->args, "~");
	args_int(&a->args, STORE_FEED_ENTRIES);
	args_str(&a->args, "*");
	args_str(&a->args, "l");
	args_copy(&a->args, (struct bytes){line, strcspn(line, "\n")});
	ask_submit(a);
}

/* Who waits for a line of the audit log: all lines of one turn are one call. */
struct audit_wait {
	struct audit_wait *next;
	store_text_fn *fn;
	void *arg;
};

static void on_audited(struct ask *a, enum err e, const struct redis_reply *r)
{
	(void)r;
	for (struct audit_wait *w = a->own; w; w = w->next)
		w->fn(w->arg, e, NULL);
}

void store_audit(struct store *s, const char *json_line, store_text_fn *fn, void *arg)
{
	struct ask *a = s->audit;
	struct audit_wait *w;

	if (!a) {
		a = s->audit = ask_new(s, SCRIPT_AUDIT, on_audited, NULL);
		a->is_write = true;
		args_str(&a->keys, s->keys.audit);
		ask_submit(a);
	}
	args_copy(&a->args, (struct bytes){json_line, strlen(json_line)});
	w = arena_alloc(&a->arena, sizeof(*w));
	*w = (struct audit_wait){a->own, fn, arg};
	a->own = w;
}
