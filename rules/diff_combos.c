/* Decisions that change, over every combination that either pack can tell apart. */
#include <stdio.h>
#include <string.h>

#include "diff_in.h"

struct side {
	const struct pack *pack;
	struct facts facts;
	int item;
	int *rows, row_count;
	unsigned char *marks;
};
struct combining {
	struct diff *diff;
	struct space space;
	struct side sides[2];
	uint64_t *set;
	int *rows; /* of both sides, as the space has them */
	int row_count, region;
	const char *item;
	struct strmap codes;
	int *twin; /* of each row of the new pack, the old pack's row that says the same; -1 */
	uint32_t types;
};

/* What one pack says at one leaf. */
struct said {
	struct outcome_ask ask;
	struct outcome told;
};

/* The rows that hold at a leaf, less those overridden, and what they tell. */
static void say(struct combining *k, int side, const struct leaf *leaf, bool held, struct said *ret)
{
	struct side *s = &k->sides[side];
	struct arena *a = &k->diff->scratch;
	size_t room = (size_t)s->row_count + 1;
	int *holding = arena_alloc(a, 2 * room * sizeof(int)), *left = holding + room;
	int first = side == IS ? k->sides[WAS].row_count : 0, i, count = 0;

	ret->ask = (struct outcome_ask){.pack = s->pack,
					.facts = &s->facts,
					.item = s->item,
					.held = held,
					.names = k->diff->names[side]};
	for (i = 0; i < s->row_count; i++) {
		if (mask_has(leaf->mask, first + i))
			holding[count++] = s->rows[i];
	}
	count = rules_remaining(s->pack, holding, count, s->marks, left);
	outcome_make(&ret->ask, left, count, a, &ret->told);
}

static const struct told *told_of(const struct outcome *o, int who)
{
	int i;

	for (i = 0; i < o->count && o->list[i].who != who; i++)
		;
	return i < o->count ? &o->list[i] : NULL;
}

static const char *name_of(const struct combining *k, int who)
{
	static const char *const later[] = {[-TOLD_APPLICANT] = "(applicant)",
					    [-TOLD_ACCEPTING] = "(accepting)",
					    [-TOLD_REVIEWING] = "(reviewing)",
					    [-TOLD_DECIDING] = "(deciding)",
					    [-TOLD_HOLDER] = "(holder)"};

	return who >= 0 ? k->diff->body_ids[who] : later[-who];
}

static bool is_told_alike(const struct told *a, const struct told *b)
{
	const struct outcome x = {.list = (struct told[]){*a}, .count = 1},
			     y = {.list = (struct told[]){*b}, .count = 1};

	return outcomes_equal(&x, &y);
}

static int changes_of(struct combining *k, const struct outcome *was, const struct outcome *is,
		      struct diff_change *ret)
{
	int i, count = 0;

	for (i = 0; i < was->count; i++) {
		const struct told *a = &was->list[i], *b = told_of(is, a->who);

		if (!b || !is_told_alike(a, b))
			ret[count++] = (struct diff_change){name_of(k, a->who), (int)a->role,
							    b ? (int)b->role : ROLE_NONE};
	}
	for (i = 0; i < is->count; i++) {
		if (!told_of(was, is->list[i].who))
			ret[count++] = (struct diff_change){name_of(k, is->list[i].who), ROLE_NONE,
							    (int)is->list[i].role};
	}
	return count;
}

/* Most leaves: nothing to list. */
static bool is_said_alike(const struct said *was, const struct said *is)
{
	return !was->told.problem_count && !is->told.problem_count &&
	       (was->ask.item < 0) == (is->ask.item < 0) && outcomes_equal(&was->told, &is->told);
}

/* False when both packs say the same. */
static bool case_find(struct combining *k, const struct said *was, const struct said *is,
		      struct diff_case *ret)
{
	struct arena *a = &k->diff->scratch;
	size_t room = (size_t)was->told.count + (size_t)is->told.count + 1;
	struct diff_problems had, has;
	struct diff_change *changes;

	if (is_said_alike(was, is))
		return false;
	had = diff_problems_outcome(&was->ask, &was->told, a);
	has = diff_problems_outcome(&is->ask, &is->told, a);
	changes = arena_alloc(a, room * sizeof(*changes));
	*ret = (struct diff_case){.region = k->diff->packs[IS]->view.regions[k->region].code,
				  .item = *k->item ? k->item : "(none)",
				  .changes = changes,
				  .count = changes_of(k, &was->told, &is->told, changes),
				  .appeared = diff_problems_beyond(&has, &had, a),
				  .vanished = diff_problems_beyond(&had, &has, a)};
	return ret->count || ret->appeared.count || ret->vanished.count;
}

static void take(struct combining *k, const struct leaf *leaf, struct diff_case *c)
{
	struct diff *d = k->diff;

	c->weight = __builtin_popcount(leaf->types);
	if (d->sample_count < SAMPLES_MAX) {
		const struct witness w = {
			.space = &k->space,
			.pack = d->packs[IS],
			.id = arena_printf(&d->arena, "sample-%d", d->sample_count + 1),
			.item = k->item,
			.region = k->region,
			.type = (enum event_type)__builtin_ctz(leaf->types),
			.path = leaf->path,
		};

		c->sample = (struct diff_sample){.source = "/sources/check",
						 .id = w.id,
						 .event = witness_make(&w, &d->arena)};
	}
	diff_take(d, c);
}

/* With somebody holding an earlier notice is a way of its own, where rows ask for the holder. */
static bool compare_leaf(void *arg, const struct leaf *leaf)
{
	struct combining *k = arg;
	bool asks = k->sides[WAS].pack->has_holder || k->sides[IS].pack->has_holder;
	struct said was, is;
	struct diff_case c;
	int held;

	k->diff->sums.events += __builtin_popcount(leaf->types);
	for (held = 0; held <= asks; held++) {
		say(k, WAS, leaf, held, &was);
		say(k, IS, leaf, held, &is);
		if (!case_find(k, &was, &is, &c))
			continue;
		take(k, leaf, &c);
		break;
	}
	return true;
}

static bool cells_equal(const struct sheet *a, const struct sheet *b, const int rows[2])
{
	static const int telling[] = {RULE_ID,	       RULE_ROLE,     RULE_TO,	 RULE_FROM,
				      RULE_UNTIL,      RULE_EVENT,    RULE_ITEM, RULE_SECTOR,
				      RULE_DEVOLUTION, RULE_REGION,   RULE_DUE,	 RULE_FEEDBACK,
				      RULE_VIA,	       RULE_OVERRIDES};
	size_t i;
	int w;

	for (i = 0; i < sizeof(telling) / sizeof(telling[0]); i++) {
		if (strcmp(sheet_cell(a, rows[WAS], telling[i])->text,
			   sheet_cell(b, rows[IS], telling[i])->text) != 0)
			return false;
	}
	for (w = 0; w < a->when_count; w++) {
		if (w >= b->when_count || strcmp(a->when_names[w], b->when_names[w]) != 0 ||
		    strcmp(sheet_cell(a, rows[WAS], RULE_KNOWN_COUNT + w)->text,
			   sheet_cell(b, rows[IS], RULE_KNOWN_COUNT + w)->text) != 0)
			return false;
	}
	return a->when_count == b->when_count;
}

static void find_twins(struct combining *k)
{
	const struct pack *was = k->sides[WAS].pack, *is = k->sides[IS].pack;
	int row;

	k->twin = arena_alloc(&k->diff->arena, ((size_t)is->view.rule_count + 1) * sizeof(int));
	for (row = 0; row < is->view.rule_count; row++) {
		int old = pack_find_rule(was, is->view.rules[row].id);

		if (old >= 0 && !cells_equal(&was->sheets[SHEET_RULES], &is->sheets[SHEET_RULES],
					     (int[2]){old, row}))
			old = -1;
		k->twin[row] = old;
	}
}

static bool side_find(struct combining *k, int side, const char *region)
{
	struct side *s = &k->sides[side];
	int at = pack_find_region(s->pack, region, strlen(region));

	if (at < 0 || !region_within(s->pack, at, s->pack->view.jurisdiction))
		return false;
	s->facts = facts_at_place(s->pack, k->item, at, &s->item);
	s->row_count = rows_at_place(s->pack, &s->facts, k->set, s->rows);
	return true;
}

/* Whom each row finds, or not, when nobody holds an earlier notice, in the numbers both packs
 * share.
 */
static bool seats_equal(struct combining *k, int was_row, int is_row)
{
	const int rows[2] = {was_row, is_row};
	struct said said[2];
	struct diff_case c;
	int i;

	for (i = WAS; i <= IS; i++) {
		said[i].ask = (struct outcome_ask){.pack = k->sides[i].pack,
						   .facts = &k->sides[i].facts,
						   .item = k->sides[i].item,
						   .names = k->diff->names[i]};
		outcome_make(&said[i].ask, &rows[i], 1, &k->diff->scratch, &said[i].told);
	}
	return !case_find(k, &said[WAS], &said[IS], &c);
}

/* Equal rows in the same order that find the same bodies cannot decide differently. */
static bool is_same_place(struct combining *k)
{
	const struct side *was = &k->sides[WAS], *is = &k->sides[IS];
	int i;

	if (was->row_count != is->row_count || (was->item < 0) != (is->item < 0))
		return false;
	for (i = 0; i < is->row_count; i++) {
		if (k->twin[is->rows[i]] != was->rows[i] ||
		    !seats_equal(k, was->rows[i], is->rows[i]))
			return false;
	}
	return true;
}

static void walk_place(struct combining *k)
{
	struct walk w = {.space = &k->space,
			 .rows = k->rows,
			 .must = -1,
			 .types = k->types,
			 .leaves_max = LEAVES_MAX,
			 .on_leaf = compare_leaf,
			 .arg = k};
	int side, i;

	for (side = WAS; side <= IS; side++) {
		for (i = 0; i < k->sides[side].row_count; i++)
			k->rows[w.row_count++] = k->space.base[side] + k->sides[side].rows[i];
	}
	if (!walk_run(&w, &k->diff->scratch))
		k->diff->sums.left_out++;
}

static void look_at_code(struct combining *k, const char *code)
{
	const struct pack_view *v = &k->diff->packs[IS]->view;

	k->item = code;
	k->types = *code ? TYPES_ALL : TYPES_REGISTRATION;
	for (k->region = 0; k->region < v->region_count; k->region++) {
		const char *region = v->regions[k->region].code;

		if (!side_find(k, IS, region) || !side_find(k, WAS, region))
			continue;
		if (is_same_place(k))
			k->diff->sums.events += __builtin_popcount(k->types);
		else
			walk_place(k);
		arena_reset(&k->diff->scratch);
	}
}

static void prepare(struct combining *k)
{
	struct diff *d = k->diff;
	int side, rows = 1, words = 1;

	k->space = (struct space){.arena = &d->arena,
				  .packs = {d->packs[WAS], d->packs[IS]},
				  .pack_count = 2,
				  .today = d->checks[IS]->today};
	for (side = WAS; side <= IS; side++) {
		struct side *s = &k->sides[side];
		int count = d->packs[side]->view.rule_count + 1;

		s->pack = d->packs[side];
		s->rows = arena_alloc(&d->arena, (size_t)count * sizeof(int));
		s->marks = arena_zalloc(&d->arena, (size_t)count);
		rows += count;
		if (s->pack->table.word_count >= words)
			words = s->pack->table.word_count + 1;
	}
	k->rows = arena_alloc(&d->arena, (size_t)rows * sizeof(int));
	k->set = arena_alloc(&d->arena, (size_t)words * sizeof(*k->set));
	space_build(&k->space);
	find_twins(k);
}

void diff_combinations(struct diff *d)
{
	struct combining k = {.diff = d};
	int side, i;

	d->are_combinations = true;
	prepare(&k);
	strmap_init(&k.codes, &d->arena,
		    d->checks[WAS]->code_count + d->checks[IS]->code_count + 1);
	for (side = WAS; side <= IS; side++) {
		for (i = 0; i < d->checks[side]->code_count; i++) {
			const char *code = d->checks[side]->codes[i].text;
			int number = k.codes.count;

			if (strmap_add(&k.codes, code, strlen(code), number) == number)
				look_at_code(&k, code);
		}
	}
}
