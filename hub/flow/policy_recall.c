/*
 * policy_recall.c: versions that are not in memory any more, read back for whoever works by one: a
 * change of an event that it decided, or stored events that are read together with the packs that
 * decided them. Of those, each is held until all have been read.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/policies_in.h"
#include "flow/row.h"

static bool is_away(const struct policy *p)
{
	return p && p->is_stored && !p->pack && !p->is_lost;
}

bool policies_at_hand(const struct flow *f, const char *version)
{
	return !strcmp(pack_view(f->pack)->version, version) ||
	       !is_away(policy_find(f->policies, version));
}

bool policies_all_at_hand(const struct flow *f)
{
	const struct policies *ps = f->policies;

	for (int i = 0; i < ps->count; i++) {
		if (is_away(ps->list[i]) && (ps->list[i]->activated || !ps->list[i]->submitted))
			return false;
	}
	return true;
}

struct policy *policies_hold(const struct flow *f, const char *version)
{
	struct policy *p = policy_find(f->policies, version);

	if (p)
		p->holds++;
	return p;
}

void policies_release(struct policy *p)
{
	if (p)
		p->holds--;
}

/* --- one version --- */

struct reading { /* however many wait for it */
	struct policies *ps;
	struct policy *policy;
};

static void on_pack(void *arg, enum err e, struct pack *pack)
{
	struct reading *r = arg;
	struct fresh_wait *w = r->policy->recalling, *next;

	r->policy->recalling = NULL;
	if (e == ERR_OK)
		policy_keep(r->ps, r->policy, pack);
	else
		r->policy->is_lost = e != ERR_UNAVAILABLE;
	for (; w; w = next) {
		next = w->next;
		w->fn(w->arg, e == ERR_UNAVAILABLE ? e : ERR_OK);
		free(w);
	}
	free(r);
}

void policies_recall(struct flow *f, const char *version, recalled_fn *fn, void *arg)
{
	struct policy *p = policy_find(f->policies, version);
	struct fresh_wait *w;
	struct reading *r;

	if (!is_away(p)) {
		fn(arg, ERR_OK);
		return;
	}
	w = mem_alloc(sizeof(*w));
	*w = (struct fresh_wait){p->recalling, fn, arg};
	p->recalling = w;
	if (w->next)
		return;
	r = mem_alloc(sizeof(*r));
	*r = (struct reading){f->policies, p};
	policy_with_pack(f->policies, p->version, on_pack, r);
}

/* --- the versions of rows --- */

struct recall {
	struct flow *flow;
	store_load_fn *fn;
	void *arg;
	struct arena arena;
	struct loaded *items;
	struct policy **held;
	int item_count, held_count, at;
};

static void recall_free(struct recall *r)
{
	for (int i = 0; i < r->held_count; i++)
		policies_release(r->held[i]);
	arena_clear(&r->arena);
	free(r);
}

static void hold(struct recall *r, const struct loaded *x)
{
	struct record record;
	struct arena arena;
	struct policy *p = NULL;

	arena_init(&arena);
	if (x->record.data &&
	    record_decode(x->record.data, x->record.len, &arena, &record) == ERR_OK)
		p = policies_hold(r->flow, record.policy);
	arena_clear(&arena);
	for (int i = 0; p && i < r->held_count; i++) {
		if (r->held[i] == p) {
			policies_release(p);
			return;
		}
	}
	if (!p)
		return;
	r->held = arena_grow(&r->arena, r->held, r->held_count, sizeof(struct policy *));
	r->held[r->held_count++] = p;
}

static void next(struct recall *r);

static void on_one(void *arg, enum err e)
{
	struct recall *r = arg;

	if (e == ERR_OK) {
		next(r);
		return;
	}
	r->fn(r->arg, e, r->items, 0);
	recall_free(r);
}

static bool has_all(struct recall *r)
{
	while (r->at < r->held_count && !is_away(r->held[r->at]))
		r->at++;
	return r->at == r->held_count;
}

static void next(struct recall *r)
{
	if (!has_all(r)) {
		policies_recall(r->flow, r->held[r->at]->version, on_one, r);
		return;
	}
	r->fn(r->arg, ERR_OK, r->items, r->item_count);
	recall_free(r);
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
			r->items[i].record.data =
				arena_strndup(&r->arena, x->record.data, x->record.len);
	}
}

void rows_recall(struct flow *f, const struct loaded *items, int count, store_load_fn *fn,
		 void *arg)
{
	struct recall *r;

	if (policies_all_at_hand(f)) {
		fn(arg, ERR_OK, items, count);
		return;
	}
	r = mem_zalloc(sizeof(*r));
	*r = (struct recall){.flow = f, .fn = fn, .arg = arg};
	arena_init(&r->arena);
	for (int i = 0; i < count; i++)
		hold(r, &items[i]);
	if (has_all(r)) {
		fn(arg, ERR_OK, items, count);
		recall_free(r);
		return;
	}
	copy_items(r, items, count);
	next(r);
}

struct load {
	struct flow *flow;
	store_load_fn *fn;
	void *arg;
};

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct load l = *(struct load *)arg;

	free(arg);
	if (e == ERR_OK)
		rows_recall(l.flow, items, count, l.fn, l.arg);
	else
		l.fn(l.arg, e, items, count);
}

void rows_load(struct flow *f, const struct rows_wanted *w, store_load_fn *fn, void *arg)
{
	struct load *l = mem_alloc(sizeof(*l));

	*l = (struct load){f, fn, arg};
	store_load(f->store, w->seqs, w->count, true, on_loaded, l);
}
