/* Each row by itself: whether it can hold, whether others always override it, whom it finds, and
 * whether anything would be different without it. */
#include <string.h>

#include "check_in.h"

struct looking {
	struct leaf *ret; /* of the first leaf that will do */
	struct arena *keep;
	size_t path_bytes;
	int row_count;
	bool found;
};

static bool is_alone(const struct leaf *leaf, int count)
{
	int i;

	for (i = 1; i < count; i++) {
		if (mask_has(leaf->mask, i))
			return false;
	}
	return true;
}

static bool take_leaf(void *arg, const struct leaf *leaf)
{
	struct looking *l = arg;

	if (!is_alone(leaf, l->row_count))
		return true;
	*l->ret = *leaf;
	l->ret->mask = NULL;
	l->ret->path = memcpy(arena_alloc(l->keep, l->path_bytes), leaf->path, l->path_bytes);
	l->found = true;
	return false;
}

/* A way in which the first of the rows holds and none of the others does; NULL: there is none. */
static const struct leaf *alone(struct check *c, const int *rows, int count, uint32_t types,
				bool *ret_too_many)
{
	static const struct leaf none;
	struct looking l = {.keep = &c->arena,
			    .path_bytes = (size_t)c->space.axis_count * sizeof(int),
			    .row_count = count};
	struct walk w = {.space = &c->space,
			 .rows = rows,
			 .row_count = count,
			 .types = types,
			 .leaves_max = LEAVES_MAX,
			 .on_leaf = take_leaf,
			 .arg = &l};
	struct memo_key key;
	const struct leaf *known = memo_get(&c->paths, rows, count, types, &key);

	if (known)
		return known->path ? known : NULL;
	l.ret = arena_zalloc(&c->arena, sizeof(*l.ret));
	(void)!walk_run(&w, &c->scratch);
	*ret_too_many |= w.too_many;
	memo_put(&c->paths, &key, l.found ? (void *)l.ret : (void *)(uintptr_t)&none);
	return l.found ? l.ret : NULL;
}

int check_seats(struct check *c, const struct spot *s, int rule)
{
	const struct selector *to = &c->pack->rule_rows[rule].to;
	const struct item_row *ir = s->item < 0 ? NULL : &c->pack->item_rows[s->item];
	int i;

	switch (to->kind) {
	case TO_NOBODY:
	case TO_APPLICANT:
	case TO_ACCEPTING:
	case TO_REVIEWING:
	case TO_DECIDING:
		return 0;
	case TO_ASSIST:
		for (i = 0; ir && i < ir->assist_count; i++)
			c->seats[i] = seat_find(c->pack, ir->assist[i], to->level, s->facts.region);
		return ir ? ir->assist_count : 0;
	default:
		c->seats[0] = selector_seat(c->pack, NULL, &s->facts, to, NULL);
		return 1;
	}
}

static void report_row(struct check *c, const struct spot *s, enum check_code code, int row,
		       const struct leaf *leaf)
{
	struct report r = {.code = code,
			   .severity = CHECK_WARNING,
			   .sheet = SHEET_RULES,
			   .subject = row,
			   .other = -1,
			   .types = leaf->types,
			   .path = leaf->path};

	if (check_is_past(c, leaf->path))
		r.severity = CHECK_NOTE;
	check_report(c, &r, (struct check_place){s->code, s->facts.region});
}

/* Somebody known only with the event is missing only from events that do not name him. */
static void look_at_recipients(struct check *c, const struct spot *s, int row,
			       const struct leaf *leaf)
{
	const struct selector *to = &c->pack->rule_rows[row].to;
	int count = check_seats(c, s, row), i;
	struct report r = {.code = CHECK_NO_BODY,
			   .severity = CHECK_NOTE,
			   .sheet = SHEET_RULES,
			   .subject = row,
			   .other = -1,
			   .types = leaf->types,
			   .path = leaf->path,
			   .without_bodies = true,
			   .detail = "when the event does not name it"};

	if (s->inside && to->kind >= TO_ACCEPTING && to->kind <= TO_DECIDING)
		check_report(c, &r, (struct check_place){s->code, s->facts.region});
	for (i = 0; i < count; i++) {
		if (c->seats[i] != SEAT_NONE)
			c->body_told[seat_body(c->seats[i])] = true;
		if (!s->inside)
			continue;
		if (c->seats[i] == SEAT_NONE)
			report_row(c, s, CHECK_NO_BODY, row, leaf);
		else if (seat_is_ambiguous(c->seats[i]))
			report_row(c, s, CHECK_AMBIGUOUS, row, leaf);
	}
}

static bool is_among(const struct spot *s, int row)
{
	int lo = 0, hi = s->row_count;

	while (lo < hi) {
		int mid = (lo + hi) / 2;

		if (s->rows[mid] < row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->row_count && s->rows[lo] == row;
}

static void look_at_row(struct check *c, const struct spot *s, int row)
{
	struct row_state *state = &c->rows[row];
	int room = c->overrider_count[row] + 1, count = 1, i;
	int *rows = arena_alloc(&c->scratch, (size_t)room * sizeof(*rows));
	const struct leaf *leaf;

	rows[0] = row;
	leaf = alone(c, rows, 1, s->types, &state->too_many);
	if (!leaf)
		return;
	/* A witness had best lie where the pack is about. */
	if (!state->reached || (s->inside && !state->is_inside)) {
		state->is_inside = s->inside;
		state->leaf = *leaf;
		state->leaf_place = (struct check_place){s->code, s->facts.region};
	}
	state->reached = true;
	for (i = 0; i < c->overrider_count[row]; i++) {
		if (c->overriders[row][i] != row && is_among(s, c->overriders[row][i]))
			rows[count++] = c->overriders[row][i];
	}
	if (s->item >= 0 && c->pack->view.rules[row].role != ROLE_APPLICANT)
		c->item_spoken[s->item] = true;
	if (state->overrides_itself)
		return;
	leaf = alone(c, rows, count, s->types, &state->too_many);
	if (!leaf)
		return;
	state->alive = true;
	look_at_recipients(c, s, row, leaf);
}

void check_rows(struct check *c, const struct spot *s)
{
	int i;

	for (i = 0; i < s->row_count; i++)
		look_at_row(c, s, s->rows[i]);
}

static enum check_code fate_of(const struct row_state *state)
{
	if (!state->reached)
		return CHECK_UNREACHABLE;
	if (!state->alive)
		return CHECK_SHADOWED;
	return state->is_told_apart ? CHECK_CODE_COUNT : CHECK_NO_EFFECT;
}

void check_rows_end(struct check *c)
{
	int row;

	for (row = 0; row < c->pack->view.rule_count; row++) {
		const struct row_state *state = &c->rows[row];
		struct report r = {.code = fate_of(state),
				   .severity = CHECK_WARNING,
				   .sheet = SHEET_RULES,
				   .subject = row,
				   .other = -1,
				   .types = state->leaf.types,
				   .path = state->leaf.path};
		struct check_place place = state->leaf_place;

		if (state->too_many) {
			r.code = CHECK_TOO_COMPLEX;
			r.detail = "what the row does hangs on too many attributes";
			r.severity = CHECK_NOTE;
		}
		if (!state->reached || state->too_many) {
			place.code = -1;
			r.path = NULL;
			r.types = 0;
		}
		if (r.code != CHECK_CODE_COUNT)
			check_report(c, &r, place);
	}
}
