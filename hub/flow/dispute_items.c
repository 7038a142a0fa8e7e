/* dispute_items.c: of a registration that implies several items, what a dispute is about. */
#include <string.h>

#include "flow/dispute.h"

static bool is_lead(const struct notice *n)
{
	return n->role == ROLE_LEAD && !notice_is_aside(n);
}

const char *dispute_items_joined(const char *items, const char *more, struct arena *arena)
{
	while (*more) {
		size_t len = strcspn(more, "|");
		const char *one = arena_strndup(arena, more, len);

		if (!bars_hold(items, one))
			items = *items ? arena_printf(arena, "%s|%s", items, one) : one;
		more += len + (more[len] == '|');
	}
	return items;
}

static bool are_all_in(const char *items, const char *others, struct arena *arena)
{
	return !strcmp(dispute_items_joined(others, items, arena), others);
}

static bool are_several(const struct record *r, struct arena *arena)
{
	const char *all = "";

	for (int i = 0; i < r->notice_count; i++)
		all = dispute_items_joined(all, r->notices[i].items, arena);
	return strchr(all, '|') != NULL;
}

/* Of the items of both. */
static const char *shared_joined(const char *items, const struct notice *const both[2],
				 struct arena *arena)
{
	for (const char *rest = both[0]->items; *rest; rest += *rest == '|') {
		size_t len = strcspn(rest, "|");
		const char *one = arena_strndup(arena, rest, len);

		if (bars_hold(both[1]->items, one))
			items = dispute_items_joined(items, one, arena);
		rest += len;
	}
	return items;
}

static const char *items_of_leads(const struct record *r, struct arena *arena)
{
	const char *items = "";

	for (int i = 0; i < r->notice_count; i++) {
		for (int k = 0; k < i; k++) {
			const struct notice *const both[2] = {&r->notices[i], &r->notices[k]};

			if (is_lead(both[0]) && is_lead(both[1]) &&
			    lifecycle_is_live(both[0]->state) && lifecycle_is_live(both[1]->state))
				items = shared_joined(items, both, arena);
		}
	}
	return items;
}

const char *dispute_items(const struct record *r, const struct dispute *d, struct arena *arena)
{
	const char *items = "";

	if (!are_several(r, arena))
		return NULL;
	if (d->kind == DISPUTE_SEVERAL_LEADS)
		items = items_of_leads(r, arena);
	for (int i = 0; i < r->notice_count; i++) {
		const struct notice *n = &r->notices[i];
		bool is_nobodys = d->kind == DISPUTE_NO_LEAD && notice_is_pool(n->body);

		if (is_lead(n) &&
		    (n->state == STATE_DISPUTED || n->state == STATE_RETURNED || is_nobodys))
			items = dispute_items_joined(items, n->items, arena);
	}
	return items;
}

bool dispute_touches(const struct dispute *d, const char *items, const struct notice *n,
		     struct arena *arena)
{
	if (!lifecycle_is_live(n->state) || notice_is_aside(n) ||
	    (n->role != ROLE_LEAD && n->state != STATE_DISPUTED))
		return false;
	return !items || n->state == STATE_DISPUTED ||
	       (d->kind == DISPUTE_NO_LEAD && notice_is_pool(n->body)) ||
	       (*n->items && are_all_in(n->items, items, arena));
}
