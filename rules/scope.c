#include "scope.h"

#include <stdlib.h>
#include <string.h>

#include "scope_in.h"

struct entry {
	const char *text; /* normalised */
	size_t len;
	int order; /* of the row in the file */
	const struct scope_phrase *from;
};
struct scope_table {
	const struct entry *entries; /* by text, so that those with one beginning stand together */
	int count;
};
struct occurrence {
	size_t from, len;
	int entry;
};
struct finding {
	const struct scope_table *table;
	struct arena *arena;
	struct scope_phrase items[SCOPE_ITEMS_MAX];
	int item_count;
	const char *unmatched[SCOPE_UNMATCHED_MAX];
	int unmatched_listed, unmatched_count;
	/* of the clause in hand */
	struct occurrence *found;
	int found_count, found_room;
	bool restricted; /* something matched, but the clause is restricted to something else */
};

static int entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	size_t least = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->text, y->text, least);

	if (order)
		return order;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

const struct scope_table *scope_table_new(const struct scope_phrase *phrases, int count,
					  struct arena *arena)
{
	struct scope_table *t = arena_alloc(arena, sizeof(*t));
	struct entry *entries = arena_alloc(arena, (size_t)(count + 1) * sizeof(*entries));
	int i, kept = 0;

	for (i = 0; i < count; i++) {
		size_t len = strlen(phrases[i].phrase);
		char *text = arena_alloc(arena, len + 1);

		len = scope_normalise(phrases[i].phrase, len, text);
		if (len)
			entries[kept++] = (struct entry){text, len, i, &phrases[i]};
	}
	qsort(entries, (size_t)kept, sizeof(*entries), entry_order);
	*t = (struct scope_table){entries, kept};
	return t;
}

/* The first entry of [low, high) whose byte at this depth is not below c; shorter ones stand in
 * front. */
static int first_from(const struct scope_table *t, const int range[2], size_t depth, unsigned c)
{
	int low = range[0], high = range[1];

	while (low < high) {
		int mid = low + (high - low) / 2;
		const struct entry *e = &t->entries[mid];

		if (e->len <= depth || (unsigned char)e->text[depth] < c)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_in(const struct span *s, size_t at)
{
	return at >= s->from && at < s->to;
}

/* Behind 非 a word means its opposite. */
static bool is_negated(const struct clause *k, size_t from)
{
	size_t n = strlen("非");

	return from >= n && memcmp(k->text + from - n, "非", n) == 0;
}

/* Restricted by 仅…… behind it, unless a 、 stands between: then that is about its neighbour. */
static bool is_restricted(const struct clause *k, size_t to)
{
	int i;

	for (i = 0; i < k->span_count; i++) {
		const struct span *s = &k->spans[i];

		if (s->kind == SPAN_ONLY && s->from >= to && s->about <= to)
			return true;
	}
	return false;
}

static bool is_excluded(const struct clause *k, size_t from)
{
	int i;

	for (i = 0; i < k->span_count; i++) {
		if (k->spans[i].kind == SPAN_EXCLUDED && is_in(&k->spans[i], from))
			return true;
	}
	return false;
}

static void add_occurrence(struct finding *f, const struct clause *k, size_t from, int entry)
{
	size_t len = f->table->entries[entry].len;
	struct occurrence *grown;

	if (is_restricted(k, from + len)) {
		f->restricted = true;
		return;
	}
	if (f->found_count == f->found_room) {
		f->found_room = f->found_room ? f->found_room * 2 : 16;
		grown = arena_alloc(f->arena, (size_t)f->found_room * sizeof(*grown));
		if (f->found_count)
			memcpy(grown, f->found, (size_t)f->found_count * sizeof(*grown));
		f->found = grown;
	}
	f->found[f->found_count++] = (struct occurrence){from, len, entry};
}

/* All phrases that begin at this place. Rows of one phrase stand together; the first stands for
 * them. */
static void find_at(struct finding *f, const struct clause *k, size_t from)
{
	const struct scope_table *t = f->table;
	int range[2] = {0, t->count};
	size_t depth;

	for (depth = 0; from + depth < k->len && range[0] < range[1]; depth++) {
		unsigned c = (unsigned char)k->text[from + depth];
		int low = first_from(t, range, depth, c), high = first_from(t, range, depth, c + 1);

		range[0] = low;
		range[1] = high;
		if (low < high && t->entries[low].len == depth + 1)
			add_occurrence(f, k, from, low);
	}
}

static int longest_first(const void *a, const void *b)
{
	const struct occurrence *x = a, *y = b;

	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	return (x->from > y->from) - (x->from < y->from);
}

static int by_place(const void *a, const void *b)
{
	const struct occurrence *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* Of occurrences that overlap the longest stays, of equal ones the first. */
static void keep_longest(struct finding *f, size_t clause_len)
{
	char *taken = arena_zalloc(f->arena, clause_len + 1);
	int i, kept = 0;

	qsort(f->found, (size_t)f->found_count, sizeof(*f->found), longest_first);
	for (i = 0; i < f->found_count; i++) {
		struct occurrence o = f->found[i];

		if (memchr(taken + o.from, 1, o.len))
			continue;
		memset(taken + o.from, 1, o.len);
		f->found[kept++] = o;
	}
	f->found_count = kept;
	qsort(f->found, (size_t)f->found_count, sizeof(*f->found), by_place);
}

static void add_unmatched(struct finding *f, const struct clause *k)
{
	if (f->unmatched_listed < SCOPE_UNMATCHED_MAX)
		f->unmatched[f->unmatched_listed++] = arena_strndup(f->arena, k->text, k->len);
	f->unmatched_count++;
}

static bool add_item(struct finding *f, const struct scope_phrase *p)
{
	int i;

	for (i = 0; i < f->item_count; i++) {
		if (strcmp(f->items[i].item, p->item) == 0)
			return true;
	}
	if (f->item_count == SCOPE_ITEMS_MAX)
		return false;
	f->items[f->item_count++] = *p;
	return true;
}

static bool add_items(struct finding *f, const struct occurrence *o)
{
	const struct scope_table *t = f->table;
	const struct entry *first = &t->entries[o->entry], *e;
	bool all = true;

	for (e = first; e < t->entries + t->count && e->len == first->len &&
			memcmp(e->text, first->text, e->len) == 0;
	     e++)
		all = add_item(f, e->from) && all;
	return all;
}

static void on_clause(void *arg, const struct clause *k)
{
	struct finding *f = arg;
	bool all = true;
	size_t at;
	int i;

	if (k->dropped)
		return;
	f->found_count = 0;
	f->restricted = false;
	for (at = 0; at < k->len; at++) {
		if (!is_negated(k, at) && !is_excluded(k, at))
			find_at(f, k, at);
	}
	if (f->found_count)
		keep_longest(f, k->len);
	for (i = 0; i < f->found_count; i++)
		all = add_items(f, &f->found[i]) && all;
	if (k->permitted && (!all || (!f->found_count && !f->restricted && !is_excluded(k, 0))))
		add_unmatched(f, k);
}

void scope_find(const struct scope_table *t, const char *text, struct arena *arena,
		struct scope_found *ret)
{
	struct finding *f = arena_zalloc(arena, sizeof(*f));
	size_t len = strlen(text);
	char *normal = arena_alloc(arena, len + 1);

	f->table = t;
	f->arena = arena;
	len = scope_normalise(text, len, normal);
	scope_cut(normal, len, arena, on_clause, f);
	*ret = (struct scope_found){f->items, f->item_count, f->unmatched, f->unmatched_listed,
				    f->unmatched_count};
}
