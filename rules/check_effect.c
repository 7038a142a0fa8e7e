/* Rows that change nothing: in every way in which the row holds, the same is decided without it. */
#include <string.h>

#include "check_in.h"

struct comparing {
	struct check *check;
	const struct spot *spot;
	int must; /* the index among the spot's rows */
	bool differs;
};

/* With somebody holding an earlier notice is another case, where a row asks for the holder. */
static bool is_other_outcome(struct comparing *k, const int *with, int with_count,
			     int without_count)
{
	struct check *c = k->check;
	const int *without = with + k->spot->row_count;
	int held;

	for (held = 0; held <= c->pack->has_holder; held++) {
		const struct outcome_ask ask = {.pack = c->pack,
						.facts = &k->spot->facts,
						.item = k->spot->item,
						.held = held};
		struct outcome a, b;

		outcome_make(&ask, with, with_count, &c->scratch, &a);
		outcome_make(&ask, without, without_count, &c->scratch, &b);
		if (!outcomes_equal(&a, &b))
			return true;
	}
	return false;
}

static bool compare_leaf(void *arg, const struct leaf *leaf)
{
	struct comparing *k = arg;
	struct check *c = k->check;
	size_t room = (size_t)k->spot->row_count;
	int *with = arena_alloc(&c->scratch, 4 * room * sizeof(int)), *without = with + room;
	int *with_left = without + room, *without_left = with_left + room;
	int i, count = 0, less = 0;

	for (i = 0; i < k->spot->row_count; i++) {
		if (!mask_has(leaf->mask, i))
			continue;
		with[count++] = k->spot->rows[i];
		if (i != k->must)
			without[less++] = k->spot->rows[i];
	}
	count = rules_remaining(c->pack, with, count, c->marks, with_left);
	less = rules_remaining(c->pack, without, less, c->marks, without_left);
	k->differs = is_other_outcome(k, with_left, count, less);
	return !k->differs;
}

static void look_at_row(struct check *c, const struct spot *s, int index)
{
	struct comparing k = {.check = c, .spot = s, .must = index};
	struct walk w = {.space = &c->space,
			 .rows = s->rows,
			 .row_count = s->row_count,
			 .must = index,
			 .types = s->types,
			 .leaves_max = EFFORT_MAX - c->rows[s->rows[index]].effort,
			 .on_leaf = compare_leaf,
			 .arg = &k};
	struct row_state *state = &c->rows[s->rows[index]];

	(void)!walk_run(&w, &c->scratch);
	state->effort += w.leaf_count;
	c->sums.situation_count += w.leaf_count;
	state->too_many |= w.too_many;
	/* What would take too long to tell is not called useless. */
	state->is_told_apart |= k.differs || w.too_many;
	arena_reset(&c->scratch);
}

void check_effects(struct check *c, const struct spot *s)
{
	int i;

	for (i = 0; i < s->row_count; i++) {
		if (c->rows[s->rows[i]].reached && !c->rows[s->rows[i]].is_told_apart)
			look_at_row(c, s, i);
	}
}
