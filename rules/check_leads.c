/* Gaps and overlaps: who leads in each way in which the rows that decide it can hold together. */
#include <string.h>

#include "check_in.h"

/* One such way, kept for every spot with the same rows. */
struct situation {
	struct leaf leaf; /* its path is ours, its mask is gone */
	const int *leads; /* rows that remain, in table order */
	int lead_count;
	bool silenced;
	struct situation *next;
};
struct situations {
	struct situation *first, *last;
	bool too_many;
};
struct gathering {
	struct check *check;
	const int *rows;
	int row_count;
	struct situations *all;
};
/* Who leads in one situation at one spot. */
struct leading {
	int *rows; /* that named another body than the ones before */
	int *bodies;
	int count;
	int nobody;		  /* the first row that found nobody, -1 */
	int certain;		  /* the first row that names a body whatever the event says, -1 */
	int later[TO_HOLDER + 1]; /* rows whose body only the event knows, + 1 */
	bool named;
};

static bool keep_situation(void *arg, const struct leaf *leaf)
{
	struct gathering *g = arg;
	struct check *c = g->check;
	struct arena *a = &c->leads.arena;
	size_t axes = (size_t)c->space.axis_count * sizeof(int);
	struct situation *s = arena_zalloc(a, sizeof(*s));
	size_t room = (size_t)g->row_count + 1;
	int *holding = arena_alloc(&c->scratch, 2 * room * sizeof(int)), *left = holding + room;
	int *leads = arena_alloc(a, room * sizeof(int));
	int i, count = 0;

	for (i = 0; i < g->row_count; i++) {
		if (mask_has(leaf->mask, i))
			holding[count++] = g->rows[i];
	}
	count = rules_remaining(c->pack, holding, count, c->marks, left);
	for (i = 0; i < count; i++) {
		if (c->pack->view.rules[left[i]].role == ROLE_LEAD)
			leads[s->lead_count++] = left[i];
		s->silenced |= c->pack->view.rules[left[i]].role == ROLE_NONE;
	}
	s->leads = leads;
	s->leaf = *leaf;
	s->leaf.mask = NULL;
	s->leaf.path = memcpy(arena_alloc(a, axes), leaf->path, axes);
	if (g->all->last)
		g->all->last->next = s;
	else
		g->all->first = s;
	g->all->last = s;
	return true;
}

static struct situations *situations_walk(struct check *c, const int *rows, int count,
					  uint32_t types)
{
	struct situations *all = arena_zalloc(&c->leads.arena, sizeof(*all));
	struct gathering g = {c, rows, count, all};
	uint64_t *needed = arena_zalloc(&c->scratch, ((size_t)count / 64 + 1) * sizeof(*needed));
	struct walk w = {
		.space = &c->space,
		.rows = rows,
		.row_count = count,
		.must = -1,
		.needed = needed,
		.types = types,
		.leaves_max = LEAVES_MAX,
		.on_leaf = keep_situation,
		.arg = &g,
	};
	int i;

	for (i = 0; i < count; i++) {
		enum role role = c->pack->view.rules[rows[i]].role;

		if (role == ROLE_LEAD || role == ROLE_NONE)
			needed[i >> 6] |= UINT64_C(1) << (i & 63);
	}
	all->too_many = !walk_run(&w, &c->scratch);
	return all;
}

static const struct situations *situations_at(struct check *c, const struct spot *s)
{
	int *rows = arena_alloc(&c->scratch, ((size_t)s->row_count + 1) * sizeof(int));
	struct situations *all;
	struct memo_key key;
	int i, count = 0;

	for (i = 0; i < s->row_count; i++) {
		if (c->leads_matter[s->rows[i]])
			rows[count++] = s->rows[i];
	}
	all = memo_get(&c->leads, rows, count, s->types, &key);
	if (!all) {
		all = situations_walk(c, rows, count, s->types);
		memo_put(&c->leads, &key, all);
	}
	return all;
}

static bool leads_already(const struct leading *l, int body)
{
	int i;

	for (i = 0; i < l->count && l->bodies[i] != body; i++)
		;
	return i < l->count;
}

static void take_row(struct check *c, const struct spot *s, int row, struct leading *l)
{
	const struct selector *to = &c->pack->rule_rows[row].to;
	int count = check_seats(c, s, row), i;

	if (to->kind >= TO_ACCEPTING && to->kind <= TO_HOLDER && !l->later[to->kind])
		l->later[to->kind] = row + 1;
	l->named |= to->kind >= TO_ACCEPTING && to->kind <= TO_DECIDING;
	for (i = 0; i < count; i++) {
		int body = seat_body(c->seats[i]);

		/* Who is known only with the event is no fault of the pack. */
		if (body < 0 && l->nobody < 0)
			l->nobody = row;
		if (body >= 0 && to->kind != TO_HOLDER && l->certain < 0)
			l->certain = row;
		if (body < 0 || leads_already(l, body))
			continue;
		l->bodies[l->count] = body;
		l->rows[l->count++] = row;
	}
}

static void leading_find(struct check *c, const struct spot *s, const struct situation *t,
			 struct leading *l)
{
	size_t room = (size_t)t->lead_count + 1;
	int i;

	for (i = 0; s->item >= 0 && i < t->lead_count; i++) {
		if (c->pack->rule_rows[t->leads[i]].to.kind == TO_ASSIST)
			room += (size_t)c->pack->item_rows[s->item].assist_count;
	}
	*l = (struct leading){.nobody = -1, .certain = -1};
	l->bodies = arena_alloc(&c->scratch, room * sizeof(int));
	l->rows = arena_alloc(&c->scratch, room * sizeof(int));
	for (i = 0; i < t->lead_count; i++)
		take_row(c, s, t->leads[i], l);
}

static void say(struct check *c, const struct spot *s, const struct situation *t, struct report r)
{
	if (check_is_past(c, t->leaf.path))
		r.severity = CHECK_NOTE;
	r.types = t->leaf.types;
	r.path = t->leaf.path;
	r.path_tells = true;
	*check_cell(c, s->code, s->facts.region) |= r.severity != CHECK_ERROR ? CELL_MAYBE
						    : r.code == CHECK_GAP     ? CELL_GAP
									      : CELL_OVERLAP;
	check_report(c, &r, (struct check_place){s->code, s->facts.region});
}

/* An item that nobody lists goes into the pool by design, so a gap is one of the items listed. */
static void say_gap(struct check *c, const struct spot *s, const struct situation *t,
		    const struct leading *l)
{
	if (s->item < 0)
		return;
	say(c, s, t,
	    (struct report){.code = CHECK_GAP,
			    .severity = l->named ? CHECK_WARNING : CHECK_ERROR,
			    .sheet = SHEET_RULES,
			    .subject = l->nobody,
			    .other = -1,
			    .without_bodies = l->named});
}

/* Another body may stand in the event, or hold an earlier notice, than the one that leads anyway.
 */
static void say_possible_overlaps(struct check *c, const struct spot *s, const struct situation *t,
				  const struct leading *l)
{
	int kind, first = l->certain,
		  other = witness_other_body(c->pack, l->count ? l->bodies[0] : -1);

	for (kind = TO_ACCEPTING; kind <= TO_HOLDER && other >= 0; kind++) {
		int row = l->later[kind] - 1;

		if (row < 0)
			continue;
		if (first >= 0)
			say(c, s, t,
			    (struct report){.code = CHECK_OVERLAP,
					    .severity = CHECK_WARNING,
					    .sheet = SHEET_RULES,
					    .subject = first,
					    .other = row,
					    .named = kind,
					    .named_body = other});
		else
			first = row;
	}
}

static void look_at_situation(struct check *c, const struct spot *s, const struct situation *t)
{
	struct leading l;
	int i;

	c->sums.situation_count++;
	leading_find(c, s, t, &l);
	if (!l.count && !t->silenced)
		say_gap(c, s, t, &l);
	for (i = 1; i < l.count; i++)
		say(c, s, t,
		    (struct report){.code = CHECK_OVERLAP,
				    .severity = CHECK_ERROR,
				    .sheet = SHEET_RULES,
				    .subject = l.rows[0],
				    .other = l.rows[i]});
	if (l.count < 2)
		say_possible_overlaps(c, s, t, &l);
}

void check_leads(struct check *c, const struct spot *s)
{
	const struct situations *all = situations_at(c, s);
	const struct situation *t;

	if (all->too_many)
		check_report(
			c,
			&(struct report){.code = CHECK_TOO_COMPLEX,
					 .severity = CHECK_ERROR,
					 .sheet = SHEET_RULES,
					 .subject = -1,
					 .other = -1,
					 .detail = "rows that lead hang on too many attributes"},
			(struct check_place){s->code, s->facts.region});
	for (t = all->first; t; t = t->next)
		look_at_situation(c, s, t);
}
