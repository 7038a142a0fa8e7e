/* store_read.c: events by number, what is due, what is known of a case. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/store_in.h"

static_assert(SCRIPT_LOAD_KEYS == 0 && SCRIPT_LOAD_ARGS == 3,
	      "load.lua wants other arguments than are sent");
static_assert(SCRIPT_CLAIM_KEYS == 3 && SCRIPT_CLAIM_ARGS == 4,
	      "claim.lua wants other arguments than are sent");

#define FINGERPRINT_BYTES  16 /* in front of the event's number */
#define SEQS_PER_RUN	   256
#define PERMIT_EVENTS_MAX  4096
#define PERMIT_ENTRY_BYTES 48 /* "12/reregistered/1," */

struct wanted {
	int count;
	int64_t seqs[];
};

static struct bytes bytes_of(const struct redis_reply *r)
{
	return r->type == REDIS_STRING ? (struct bytes){r->str, r->len} : (struct bytes){0};
}

static void on_loaded(struct ask *a, enum err e, const struct redis_reply *r)
{
	const struct wanted *w = a->own;
	struct loaded *items;

	if (e == ERR_OK && r->count != 1 + 2 * w->count)
		e = ask_misfit(a);
	if (e != ERR_OK) {
		a->fn.load(a->arg, e, NULL, 0);
		return;
	}
	items = arena_alloc(&a->arena, sizeof(*items) * (size_t)(w->count + 1));
	for (int i = 0; i < w->count; i++) {
		items[i] = (struct loaded){.seq = w->seqs[i],
					   .doc = bytes_of(&r->items[1 + 2 * i]),
					   .record = bytes_of(&r->items[2 + 2 * i])};
	}
	a->fn.load(a->arg, ERR_OK, items, w->count);
}

static int run_length(const struct wanted *w, int from)
{
	int n = from + 1;

	while (n < w->count && n - from < SEQS_PER_RUN &&
	       w->seqs[n] / KEYS_EVENTS_PER_HASH == w->seqs[from] / KEYS_EVENTS_PER_HASH)
		n++;
	return n - from;
}

void store_load(struct store *s, const int64_t *seqs, int count, bool docs, store_load_fn *fn,
		void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_LOAD, on_loaded, arg);
	struct wanted *w = arena_alloc(&a->arena, sizeof(*w) + sizeof(*seqs) * (size_t)count);
	int runs = 0;

	a->own = w;
	a->fn.load = fn;
	w->count = count;
	if (count)
		memcpy(w->seqs, seqs, sizeof(*seqs) * (size_t)count);
	for (int from = 0; from < count; from += run_length(w, from))
		runs++;
	args_int(&a->args, runs);
	args_str(&a->args, docs ? "1" : "0");
	for (int from = 0, size; from < count; from += size) {
		size = run_length(w, from);
		key_doc(&s->keys, &a->keys, seqs[from]);
		key_record(&s->keys, &a->keys, seqs[from]);
		args_int(&a->args, size);
		for (int i = from; i < from + size; i++)
			args_int(&a->args, seqs[i]);
	}
	ask_submit(a);
}

static void on_claimed(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct loaded *items;
	int count;

	if (e == ERR_OK && r->count % 2 != 1)
		e = ask_misfit(a);
	if (e != ERR_OK) {
		a->fn.load(a->arg, e, NULL, 0);
		return;
	}
	count = r->count / 2;
	items = arena_alloc(&a->arena, sizeof(*items) * (size_t)(count + 1));
	for (int i = 0; i < count; i++) {
		items[i] = (struct loaded){.seq = r->items[1 + 2 * i].integer,
					   .record = bytes_of(&r->items[2 + 2 * i])};
	}
	a->fn.load(a->arg, ERR_OK, items, count);
}

void store_claim_due(struct store *s, int64_t now_ms, int64_t lease_ms, int limit,
		     store_load_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_CLAIM, on_claimed, arg);

	a->fn.load = fn;
	a->is_write = true;
	args_str(&a->keys, s->keys.due);
	args_str(&a->keys, s->keys.clock);
	args_str(&a->keys, s->keys.records);
	args_int(&a->args, now_ms);
	args_int(&a->args, lease_ms);
	args_int(&a->args, limit);
	ask_submit(a);
}

/* --- what became of an event that may have come before --- */

static void on_first_record(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct accept_out *out = a->own;

	if (e == ERR_OK)
		out->record = bytes_of(r);
	a->fn.accept(a->arg, e, e == ERR_OK ? out : NULL);
}

static void ask_first_record(const struct ask *before, int64_t seq)
{
	struct ask *a = ask_new(before->store, SCRIPT_NONE, on_first_record, before->arg);
	struct accept_out *out = arena_zalloc(&a->arena, sizeof(*out));

	*out = (struct accept_out){.result = ACCEPT_REPEAT, .seq = seq, .earlier = ""};
	a->own = out;
	a->fn = before->fn;
	args_str(&a->args, "HGET");
	key_record(&a->store->keys, &a->args, seq);
	args_int(&a->args, seq);
	ask_submit(a);
}

static void on_identity(struct ask *a, enum err e, const struct redis_reply *r)
{
	const unsigned char *fingerprint = a->own;
	struct accept_out out = {.result = ACCEPT_CONFLICT, .earlier = ""};

	if (e == ERR_OK && (r->type != REDIS_STRING || r->len <= FINGERPRINT_BYTES))
		e = ERR_NOT_FOUND;
	if (e != ERR_OK) {
		a->fn.accept(a->arg, e, NULL);
		return;
	}
	out.seq = strtoll(r->str + FINGERPRINT_BYTES, NULL, 10);
	if (memcmp(r->str, fingerprint, FINGERPRINT_BYTES) == 0)
		ask_first_record(a, out.seq);
	else
		a->fn.accept(a->arg, ERR_OK, &out);
}

void store_find_accepted(struct store *s, const struct accept_in *in, store_accept_fn *fn,
			 void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, on_identity, arg);

	a->fn.accept = fn;
	a->own = arena_alloc(&a->arena, FINGERPRINT_BYTES);
	memcpy(a->own, in->fingerprint, FINGERPRINT_BYTES);
	args_str(&a->args, "HGET");
	key_dedupe(&s->keys, &a->args, in->identity);
	args_copy(&a->args, key_dedupe_field(in->identity));
	ask_submit(a);
}

static void on_text(struct ask *a, enum err e, const struct redis_reply *r)
{
	a->fn.text(a->arg, e, e == ERR_OK && r->type == REDIS_STRING ? r->str : NULL);
}

void store_find_case(struct store *s, const char *case_id, store_text_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, on_text, arg);

	a->fn.text = fn;
	args_str(&a->args, "HGET");
	key_case(&s->keys, &a->args, case_id);
	args_join(&a->args, case_id, NULL);
	ask_submit(a);
}

/* The list is that of all permits with one hash: "12/granted/1", a tab and the number each. */
static void on_permits(struct ask *a, enum err e, const struct redis_reply *r)
{
	const char *permit = a->own;
	struct buf list;

	buf_init(&list, PERMIT_EVENTS_MAX * PERMIT_ENTRY_BYTES);
	for (int i = 0; e == ERR_OK && i < r->count; i++) {
		const char *entry = r->items[i].str ? r->items[i].str : "",
			   *tab = strchr(entry, '\t');

		if (!tab || strcmp(tab + 1, permit) != 0)
			continue;
		if (list.len)
			buf_add_char(&list, ',');
		buf_add(&list, entry, (size_t)(tab - entry));
	}
	a->fn.text(a->arg, e, e == ERR_OK ? buf_cstr(&list) : NULL);
	buf_clear(&list);
}

void store_find_permit(struct store *s, const char *permit, store_text_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, on_permits, arg);

	a->fn.text = fn;
	a->own = arena_strdup(&a->arena, permit);
	args_str(&a->args, "LRANGE");
	key_permit(&s->keys, &a->args, permit);
	args_int(&a->args, -PERMIT_EVENTS_MAX);
	args_int(&a->args, -1);
	ask_submit(a);
}

static void ask_holder(struct store *s, const char *kind, const char *id, ask_done_fn *done,
		       const struct ask *before)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, done, before->arg);

	a->fn = before->fn;
	args_str(&a->args, "HGET");
	key_holder(&s->keys, &a->args, id);
	args_join(&a->args, kind, id, NULL);
	ask_submit(a);
}

/* The newest claim comes first; all may have been taken back. */
static void on_holder(struct ask *a, enum err e, const struct redis_reply *r)
{
	bool held = e == ERR_OK && r->type == REDIS_STRING && r->len;

	a->fn.text(a->arg, e,
		   held ? arena_strndup(&a->arena, r->str, strcspn(r->str, " ,")) : NULL);
}

/* The permit says it more closely than the case, so it is asked first. */
static void on_permit_holder(struct ask *a, enum err e, const struct redis_reply *r)
{
	const char *case_id = a->own;

	if (e == ERR_OK && (r->type != REDIS_STRING || !r->len) && case_id)
		ask_holder(a->store, "c:", case_id, on_holder, a);
	else
		on_holder(a, e, r);
}

void store_find_holder(struct store *s, const char *case_id, const char *permit, store_text_fn *fn,
		       void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_NONE, on_permit_holder, arg);

	a->fn.text = fn;
	a->own = case_id ? arena_strdup(&a->arena, case_id) : NULL;
	args_str(&a->args, "HGET");
	key_holder(&s->keys, &a->args, permit ? permit : "");
	args_join(&a->args, "p:", permit ? permit : "", NULL);
	ask_submit(a);
}
