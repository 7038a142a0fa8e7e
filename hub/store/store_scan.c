/* store_scan.c: the lists of bodies, and looking through all events. */
#include <assert.h>
#include <stdlib.h>

#include "store/store_in.h"

/* One call keeps Redis from everything else while it runs, some milliseconds with these; the caller
 * comes back for more. */
#define SCAN_BUDGET_MAX 256
#define SCAN_BYTES_MAX	(512 << 10)
static_assert(SCRIPT_LIST_KEYS == 1 && SCRIPT_LIST_ARGS == 4,
	      "list.lua wants other arguments than are sent");
static_assert(SCRIPT_SCAN_KEYS == 3 && SCRIPT_SCAN_ARGS == 7,
	      "scan.lua wants other arguments than are sent");

static void on_listed(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct ref *refs;
	int count;

	if (e == ERR_OK && r->count < 2)
		e = ask_misfit(a);
	if (e != ERR_OK) {
		a->fn.refs(a->arg, e, NULL, 0, 0);
		return;
	}
	count = r->count - 2;
	refs = arena_alloc(&a->arena, sizeof(*refs) * (size_t)(count + 1));
	for (int i = 0; i < count; i++) {
		char *end;

		refs[i].seq = strtoll(r->items[i + 2].str, &end, 10);
		refs[i].notice = *end == '.' ? (int)strtol(end + 1, NULL, 10) : 0;
	}
	a->fn.refs(a->arg, ERR_OK, refs, count, r->items[1].integer);
}

static void on_lines(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct bytes *lines;
	int count;

	if (e == ERR_OK && r->count < 2)
		e = ask_misfit(a);
	if (e != ERR_OK) {
		a->fn.lines(a->arg, e, NULL, 0, 0);
		return;
	}
	count = r->count - 2;
	lines = arena_alloc(&a->arena, sizeof(*lines) * (size_t)(count + 1));
	for (int i = 0; i < count; i++)
		lines[i] = (struct bytes){r->items[i + 2].str, r->items[i + 2].len};
	a->fn.lines(a->arg, ERR_OK, lines, count, r->items[1].integer);
}

void store_audit_read(struct store *s, int64_t below, int limit, store_lines_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_LIST, on_lines, arg);

	a->fn.lines = fn;
	args_str(&a->keys, s->keys.audit);
	args_int(&a->args, 0);
	args_int(&a->args, below);
	args_int(&a->args, limit);
	ask_submit(a);
}

void store_body_list(struct store *s, const struct list_in *in, store_refs_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_LIST, on_listed, arg);

	a->fn.refs = fn;
	if (in->todo_only)
		key_body_open(&s->keys, &a->keys, in->body);
	else
		key_body_all(&s->keys, &a->keys, in->body);
	args_str(&a->args, in->todo_only ? "1" : "0");
	args_int(&a->args, in->below);
	args_int(&a->args, in->limit);
	ask_submit(a);
}

static void on_scanned(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct loaded *items;
	int count;

	if (e == ERR_OK && r->count % 3 != 2)
		e = ask_misfit(a);
	if (e != ERR_OK) {
		a->fn.scan(a->arg, e, NULL, 0, 0);
		return;
	}
	count = r->count / 3;
	items = arena_alloc(&a->arena, sizeof(*items) * (size_t)(count + 1));
	for (int i = 0; i < count; i++) {
		const struct redis_reply *at = &r->items[2 + 3 * i];

		items[i] = (struct loaded){.seq = at[0].integer,
					   .doc = {at[1].str, at[1].len},
					   .record = {at[2].str, at[2].len}};
	}
	a->fn.scan(a->arg, ERR_OK, items, count, r->items[1].integer);
}

void store_scan(struct store *s, const struct scan_in *in, store_scan_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_SCAN, on_scanned, arg);

	a->fn.scan = fn;
	args_str(&a->keys, s->keys.seq);
	args_str(&a->keys, s->keys.docs);
	args_str(&a->keys, s->keys.records);
	args_int(&a->args, in->before);
	args_int(&a->args, in->limit);
	args_int(&a->args, in->budget < SCAN_BUDGET_MAX ? in->budget : SCAN_BUDGET_MAX);
	args_int(&a->args, SCAN_BYTES_MAX);
	args_join(&a->args, in->need ? in->need : "", NULL);
	args_int(&a->args, in->any_count);
	for (int i = 0; i < in->any_count; i++)
		args_join(&a->args, in->any[i], NULL);
	ask_submit(a);
}
