/*
 * policy_recall.c: stored events read together with the packs that decided them. Of versions older than those that stay, the pack
 * is read back when somebody asks about one of its events; a few are kept, those that were asked for last.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/policies_in.h"
#include "flow/row.h"

#define RECALLED_MAX 16

/* One asking. Its versions are held until it was answered, however many there are. */
struct recall {
	struct policies *ps;
	store_load_fn *fn;
	void *arg;
	struct arena arena;
	struct loaded *items;
	struct policy **held;
	int item_count, held_count, at;
};

static struct policy *recalled_of(const struct recall *r, const struct loaded *x)
{
	struct policy *p = NULL;
	struct record record;
	struct arena arena;

	arena_init(&arena);
	if (x->record.data && record_decode(x->record.data, x->record.len, &arena, &record) == ERR_OK)
		p = policy_find(r->ps, record.policy);
	arena_clear(&arena);
	return p && p->is_stored && (!p->pack || p->is_recalled) ? p : NULL;
}

static void hold(struct recall *r, struct policy *p)
{
	for (int i = 0; i < r->held_count; i++) {
		if (r->held[i] == p)
			return;
	}
	p->recall_holds++;
	p->recalled_at = ++r->ps->recall_count;
	r->held = arena_grow(&r->arena, r->held, r->held_count, sizeof(struct policy *));
	r->held[r->held_count++] = p;
}

static void keep_few(struct policies *ps)
{
	while (ps->recalled_count > RECALLED_MAX) {
		struct policy *oldest = NULL;

		for (int i = 0; i < ps->count; i++) {
			struct policy *p = ps->list[i];

			if (p->is_recalled && !p->recall_holds && (!oldest || p->recalled_at < oldest->recalled_at))
				oldest = p;
		}
		if (!oldest)
			return;
		policy_let_go(ps, oldest);
	}
}

static void answer(struct recall *r, enum err e)
{
	r->fn(r->arg, e, r->items, e == ERR_OK ? r->item_count : 0);
	for (int i = 0; i < r->held_count; i++)
		r->held[i]->recall_holds--;
	keep_few(r->ps);
	arena_clear(&r->arena);
	free(r);
}

static void next(struct recall *r);

/* One that cannot be read any more was told in the log; its events are shown with what is in force. */
static void on_pack(void *arg, enum err e, struct pack *pack)
{
	struct recall *r = arg;

	if (e == ERR_UNAVAILABLE) {
		answer(r, e);
		return;
	}
	if (e == ERR_OK)
		policy_recall(r->ps, r->held[r->at], pack);
	r->at++;
	next(r);
}

static void next(struct recall *r)
{
	while (r->at < r->held_count && r->held[r->at]->pack)
		r->at++;
	if (r->at < r->held_count)
		policy_with_pack(r->ps, r->held[r->at]->version, on_pack, r);
	else
		answer(r, ERR_OK);
}

static void copy_items(struct recall *r, const struct loaded *items, int count)
{
	r->items = arena_zalloc(&r->arena, sizeof(*r->items) * (size_t)count);
	r->item_count = count;
	for (int i = 0; i < count; i++) {
		const struct loaded *x = &items[i];

		r->items[i] = *x;
		if (x->doc.data)
			r->items[i].doc.data = arena_strndup(&r->arena, x->doc.data, x->doc.len);
		if (x->record.data)
			r->items[i].record.data = arena_strndup(&r->arena, x->record.data, x->record.len);
	}
}

static bool all_stay(const struct policies *ps)
{
	for (int i = 0; i < ps->count; i++) {
		const struct policy *p = ps->list[i];

		if ((p->activated || !p->submitted) && p->is_stored && (!p->pack || p->is_recalled))
			return false;
	}
	return true;
}

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct recall *r = arg;

	for (int i = 0; e == ERR_OK && i < count && !all_stay(r->ps); i++) {
		struct policy *p = recalled_of(r, &items[i]);

		if (p)
			hold(r, p);
	}
	if (r->held_count) {
		copy_items(r, items, count);
		next(r);
		return;
	}
	r->fn(r->arg, e, items, count);
	free(r);
}

void rows_load(struct flow *f, const struct rows_wanted *w, store_load_fn *fn, void *arg)
{
	struct recall *r = mem_zalloc(sizeof(*r));

	r->ps = f->policies;
	r->fn = fn;
	r->arg = arg;
	arena_init(&r->arena);
	store_load(f->store, w->seqs, w->count, true, on_loaded, r);
}
