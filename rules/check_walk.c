/* The walk through a space: axis by axis, splitting only where the rows that still hold differ. */
#include <stdlib.h>
#include <string.h>

#include "check_space.h"

/* An axis as the rows of one walk see it: each different set of rows once. */
struct walk_axis {
	int axis, count;
	int *values;	 /* one that gives the set */
	uint64_t *masks; /* words each */
};

static int number_order(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void mask_of(const struct walk *w, const struct axis *a, int value, uint64_t *mask)
{
	int i;

	memset(mask, 0, (size_t)w->words * sizeof(*mask));
	for (i = 0; i < w->row_count; i++) {
		if (space_row_holds(w->space, a, w->rows[i], value))
			mask[i >> 6] |= UINT64_C(1) << (i & 63);
	}
}

static bool masks_equal(const struct walk *w, const uint64_t *a, const uint64_t *b)
{
	return memcmp(a, b, (size_t)w->words * sizeof(*a)) == 0;
}

/* Types are kept apart here, so that a leaf can say which of them are alike. */
static void part_add(const struct walk *w, struct walk_axis *part, int value)
{
	const struct axis *a = &w->space->axes[part->axis];
	uint64_t *mask = part->masks + (size_t)part->count * (size_t)w->words;
	int i;

	mask_of(w, a, value, mask);
	for (i = 0; part->axis != AXIS_TYPE && i < part->count; i++) {
		if (masks_equal(w, part->masks + (size_t)i * (size_t)w->words, mask))
			return;
	}
	part->values[part->count++] = value;
}

/* Where any of the rows begins or ceases to hold; between these places nothing changes. */
static int *places_find(const struct walk *w, const struct axis *a, int *ret_count)
{
	int i, j, room = 1, count = 0, kept = 0, *places;

	for (i = 0; i < w->row_count; i++)
		room += a->start[w->rows[i] + 1] - a->start[w->rows[i]];
	places = arena_alloc(w->scratch, (size_t)room * sizeof(*places));
	places[count++] = 0;
	for (i = 0; i < w->row_count; i++) {
		for (j = a->start[w->rows[i]]; j < a->start[w->rows[i] + 1]; j++)
			places[count++] = a->at[j];
	}
	qsort(places, (size_t)count, sizeof(*places), number_order);
	for (i = 0; i < count; i++) {
		if (!kept || places[kept - 1] != places[i])
			places[kept++] = places[i];
	}
	*ret_count = kept;
	return places;
}

static void part_room(const struct walk *w, struct walk_axis *part, int count)
{
	part->values = arena_alloc(w->scratch, (size_t)count * sizeof(int));
	part->masks = arena_alloc(w->scratch, (size_t)count * (size_t)w->words * sizeof(uint64_t));
}

static void part_types(const struct walk *w, struct walk_axis *part)
{
	int t;

	part_room(w, part, EVENT_TYPE_COUNT);
	for (t = 0; t < EVENT_TYPE_COUNT; t++) {
		if (w->types >> t & 1)
			part_add(w, part, t);
	}
}

/* Begins with the value that a witness had best have, then what comes behind it, then the rest. */
static void part_values(const struct walk *w, struct walk_axis *part)
{
	const struct axis *a = &w->space->axes[part->axis];
	int count, i, at = 0, *places = places_find(w, a, &count);

	part_room(w, part, count);
	while (at + 1 < count && places[at + 1] <= a->first)
		at++;
	part_add(w, part, a->first);
	for (i = at + 1; i < count; i++)
		part_add(w, part, places[i]);
	for (i = 0; i < at; i++)
		part_add(w, part, places[i]);
}

static bool holds_all(const struct walk *w, const uint64_t *mask)
{
	int i, count = 0;

	for (i = 0; i < w->words; i++)
		count += __builtin_popcountll(mask[i]);
	return count == w->row_count;
}

/* Axes on which all rows hold whatever the value are left out. */
static void parts_make(struct walk *w)
{
	int i;

	w->parts = arena_alloc(w->scratch, (size_t)w->space->axis_count * sizeof(*w->parts));
	for (i = 0; i < w->space->axis_count; i++) {
		struct walk_axis *part = &w->parts[w->part_count];

		*part = (struct walk_axis){.axis = i};
		w->path[i] = ~w->space->axes[i].first;
		if (i == AXIS_TYPE)
			part_types(w, part);
		else
			part_values(w, part);
		w->part_count += i == AXIS_TYPE || part->count > 1 || !holds_all(w, part->masks);
	}
}

static bool visit(struct walk *w, int depth);

static bool leaf_reach(struct walk *w, int depth)
{
	const struct leaf leaf = {w->path, w->sets[depth], w->leaf_types};

	if (++w->leaf_count > w->leaves_max) {
		w->too_many = true;
		return false;
	}
	return w->on_leaf(w->arg, &leaf);
}

static bool any_is_needed(const struct walk *w, const uint64_t *set)
{
	int i;

	for (i = 0; i < w->words; i++) {
		if (set[i] & w->needed[i])
			return true;
	}
	return false;
}

static void meet(const struct walk *w, const struct walk_axis *part, int i, int depth,
		 uint64_t *ret)
{
	const uint64_t *mask = part->masks + (size_t)i * (size_t)w->words;
	int k;

	for (k = 0; k < w->words; k++)
		ret[k] = w->sets[depth][k] & mask[k];
}

/* Whether value i leaves the same rows as value j does. */
static bool is_alike(const struct walk *w, const struct walk_axis *part, const int pair[2],
		     int depth)
{
	const uint64_t *a = part->masks + (size_t)pair[0] * (size_t)w->words;
	const uint64_t *b = part->masks + (size_t)pair[1] * (size_t)w->words;
	int k;

	for (k = 0; k < w->words; k++) {
		if ((a[k] ^ b[k]) & w->sets[depth][k])
			return false;
	}
	return true;
}

/* How many different sets the axis makes of what holds; more than one is not counted on. */
static bool makes_a_difference(const struct walk *w, const struct walk_axis *part, int depth)
{
	int i;

	for (i = 1; i < part->count; i++) {
		if (!is_alike(w, part, (int[2]){0, i}, depth))
			return true;
	}
	return false;
}

static bool is_seen(const struct walk *w, const struct walk_axis *part, int i, int depth)
{
	int j;

	for (j = 0; j < i; j++) {
		if (is_alike(w, part, (int[2]){j, i}, depth))
			return true;
	}
	return false;
}

static uint32_t types_alike(const struct walk *w, const struct walk_axis *part, int i, int depth)
{
	uint32_t types = 0;
	int j;

	for (j = i; j < part->count; j++) {
		if (is_alike(w, part, (int[2]){i, j}, depth))
			types |= UINT32_C(1) << part->values[j];
	}
	return types;
}

static bool split(struct walk *w, const struct walk_axis *part, int depth)
{
	bool differs = makes_a_difference(w, part, depth), goes_on = true;
	int i;

	for (i = 0; i < part->count && goes_on; i++) {
		if (is_seen(w, part, i, depth))
			continue;
		meet(w, part, i, depth, w->sets[depth + 1]);
		w->path[part->axis] = differs ? part->values[i] : ~part->values[i];
		if (part->axis == AXIS_TYPE)
			w->leaf_types = types_alike(w, part, i, depth);
		goes_on = visit(w, depth + 1);
	}
	w->path[part->axis] = ~w->space->axes[part->axis].first;
	return goes_on;
}

static bool visit(struct walk *w, int depth)
{
	if (w->must >= 0 && !mask_has(w->sets[depth], w->must))
		return true;
	if (depth > AXIS_TYPE && w->needed && !any_is_needed(w, w->sets[depth]))
		return leaf_reach(w, depth);
	if (depth == w->part_count)
		return leaf_reach(w, depth);
	return split(w, &w->parts[depth], depth);
}

bool walk_run(struct walk *w, struct arena *scratch)
{
	int i, depth;

	w->scratch = scratch;
	w->words = (w->row_count + 63) / 64;
	w->part_count = 0;
	w->leaf_count = 0;
	w->too_many = false;
	w->path = arena_alloc(scratch, (size_t)w->space->axis_count * sizeof(int));
	parts_make(w);
	w->sets = arena_alloc(scratch, ((size_t)w->part_count + 1) * sizeof(*w->sets));
	for (depth = 0; depth <= w->part_count; depth++)
		w->sets[depth] =
			arena_zalloc(scratch, (size_t)(w->words ? w->words : 1) * sizeof(uint64_t));
	for (i = 0; i < w->row_count; i++)
		w->sets[0][i >> 6] |= UINT64_C(1) << (i & 63);
	return visit(w, 0);
}
