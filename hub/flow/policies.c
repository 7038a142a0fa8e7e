/*
 * policies.c: see policies.h. The stored form is what pack_read takes: a JSON object of file name and content, made from the
 * pack's canonical content.
 */
#include "flow/policies.h"

#include <stdlib.h>
#include <string.h>

#define OLD_PACKS_MAX 64

static void on_kept(void *arg, enum err e, const char *text)
{
	(void)arg;
	(void)text;
	if (e != ERR_OK)
		log_at(LOG_ERROR, "", "the policy in force could not be stored: %s", err_name(e));
}

static void take_old(struct flow *f, const struct named *n)
{
	struct pack *p = NULL;
	struct arena arena;
	struct diag diag;

	if (!strcmp(n->name, pack_view(f->pack)->version) || f->old_pack_count >= OLD_PACKS_MAX)
		return;
	arena_init(&arena);
	diag_init(&diag, &arena);
	if (pack_read_canonical(n->value.data, n->value.len, &p, &diag) == ERR_OK) {
		f->old_packs = mem_realloc(f->old_packs, sizeof(struct pack *) * (size_t)(f->old_pack_count + 1));
		f->old_packs[f->old_pack_count++] = p;
	} else {
		log_at(LOG_ERROR, "", "a stored policy cannot be read any more: %s", n->name);
	}
	arena_clear(&arena);
}

static void on_listed(void *arg, enum err e, const struct named *items, int count)
{
	struct flow *f = arg;

	for (int i = 0; e == ERR_OK && i < count; i++)
		take_old(f, &items[i]);
}

void policies_keep_current(struct flow *f)
{
	struct buf canon;

	buf_init(&canon, 64 << 20);
	pack_canonical(f->pack, &canon);
	store_put(f->store, TABLE_POLICIES, pack_view(f->pack)->version, (struct bytes){ canon.data, canon.len }, on_kept, f);
	buf_clear(&canon);
}

void policies_keep(struct flow *f)
{
	policies_keep_current(f);
	store_list(f->store, TABLE_POLICIES, on_listed, f);
}

void policies_free(struct flow *f)
{
	for (int i = 0; i < f->old_pack_count; i++)
		pack_unref(f->old_packs[i]);
	free(f->old_packs);
}

const struct pack *flow_pack_of(const struct flow *f, const char *version)
{
	if (!strcmp(pack_view(f->pack)->version, version))
		return f->pack;
	for (int i = 0; i < f->old_pack_count; i++) {
		if (!strcmp(pack_view(f->old_packs[i])->version, version))
			return f->old_packs[i];
	}
	return f->pack;
}
