#include "check_outcome.h"

#include <string.h>

#define DAY_MINUTES 1440
#define ROOM_FIRST  8

struct making {
	const struct outcome_ask *ask;
	struct arena *arena;
	struct outcome out;
	int room;
	bool leads, silenced;
};

static const struct span span_none = {-1, -1, -1};

static void span_take(struct span *s, const struct pack *p, int duration)
{
	struct duration d;
	int64_t minutes;

	if (duration < 0)
		return;
	d = p->durations[duration];
	minutes = d.count * (d.unit == DURATION_HOURS ? INT64_C(60) : INT64_C(1));
	if (d.unit == DURATION_WORKING_DAYS && (s->working_days < 0 || d.count < s->working_days))
		s->working_days = d.count;
	else if (d.unit == DURATION_DAYS && (s->days < 0 || d.count < s->days))
		s->days = d.count;
	else if ((d.unit == DURATION_HOURS || d.unit == DURATION_MINUTES) &&
		 (s->minutes < 0 || minutes < s->minutes))
		s->minutes = minutes;
}

/* N days are never later than N working days, and N times 24 hours never later than N days. */
static void span_reduce(struct span *s)
{
	if (s->days >= 0 && s->working_days >= s->days)
		s->working_days = -1;
	if (s->minutes < 0)
		return;
	if (s->days >= 0 && (int64_t)s->days * DAY_MINUTES >= s->minutes)
		s->days = -1;
	if (s->working_days >= 0 && (int64_t)s->working_days * DAY_MINUTES >= s->minutes)
		s->working_days = -1;
}

static bool spans_equal(const struct span *a, const struct span *b)
{
	return a->working_days == b->working_days && a->days == b->days && a->minutes == b->minutes;
}

static struct told *told_find(struct outcome *o, int who)
{
	int i;

	for (i = 0; i < o->count; i++) {
		if (o->list[i].who == who)
			return &o->list[i];
	}
	return NULL;
}

static struct told *told_add(struct making *m, int who)
{
	struct told *t;

	if (m->out.count == m->room) {
		m->room = m->room ? m->room * 2 : ROOM_FIRST;
		t = arena_alloc(m->arena, (size_t)m->room * sizeof(*t));
		if (m->out.count)
			memcpy(t, m->out.list, (size_t)m->out.count * sizeof(*t));
		m->out.list = t;
	}
	t = &m->out.list[m->out.count++];
	*t = (struct told){.who = who, .role = ROLE_NONE, .due = span_none, .feedback = span_none};
	return t;
}

static void tell(struct making *m, int rule, int who)
{
	const struct pack *p = m->ask->pack;
	const struct rule_row *r = &p->rule_rows[rule];
	struct told *t;
	int i, j;

	if (who >= 0 && m->ask->names)
		who = m->ask->names[who];
	t = told_find(&m->out, who);
	if (!t)
		t = told_add(m, who);
	if (p->view.rules[rule].role < t->role)
		t->role = p->view.rules[rule].role;
	span_take(&t->due, p, r->due);
	span_take(&t->feedback, p, r->feedback);
	for (i = 0; i < r->via_count; i++) {
		for (j = 0; j < t->via_count && t->via[j] != r->via[i]; j++)
			;
		if (j == t->via_count)
			t->via[t->via_count++] = r->via[i];
	}
	m->leads |= who >= 0 && t->role == ROLE_LEAD;
}

static void add_problem(struct making *m, enum problem_code code, int rule)
{
	m->out.problems = arena_grow(m->arena, m->out.problems, m->out.problem_count,
				     sizeof(*m->out.problems));
	m->out.problems[m->out.problem_count++] = (struct problem){code, rule, NULL};
}

static void tell_seat(struct making *m, int rule, seat s)
{
	if (s == SEAT_NONE) {
		add_problem(m, PROBLEM_NO_BODY, rule);
		return;
	}
	if (seat_is_ambiguous(s))
		add_problem(m, PROBLEM_AMBIGUOUS_BODY, rule);
	tell(m, rule, seat_body(s));
}

static void tell_assists(struct making *m, int rule)
{
	const struct pack *p = m->ask->pack;
	const struct item_row *ir = m->ask->item < 0 ? NULL : &p->item_rows[m->ask->item];
	int i;

	for (i = 0; ir && i < ir->assist_count; i++)
		tell_seat(m, rule,
			  seat_find(p, ir->assist[i], p->rule_rows[rule].to.level,
				    m->ask->facts->region));
}

static void apply(struct making *m, int rule)
{
	static const int known_later[] = {
		[TO_ACCEPTING] = TOLD_ACCEPTING, [TO_REVIEWING] = TOLD_REVIEWING,
		[TO_DECIDING] = TOLD_DECIDING,	 [TO_HOLDER] = TOLD_HOLDER,
		[TO_APPLICANT] = TOLD_APPLICANT,
	};
	const struct selector *to = &m->ask->pack->rule_rows[rule].to;

	if (to->kind == TO_NOBODY) {
		m->silenced = true;
		return;
	}
	if (to->kind == TO_ASSIST) {
		tell_assists(m, rule);
		return;
	}
	if (known_later[to->kind] && (to->kind != TO_HOLDER || m->ask->held)) {
		tell(m, rule, known_later[to->kind]);
		return;
	}
	tell_seat(m, rule, selector_seat(m->ask->pack, NULL, m->ask->facts, to, NULL));
}

void outcome_make(const struct outcome_ask *ask, const int *rules, int count, struct arena *arena,
		  struct outcome *ret)
{
	struct making m = {.ask = ask, .arena = arena};
	int i;

	for (i = 0; i < count; i++)
		apply(&m, rules[i]);
	for (i = 0; i < m.out.count; i++) {
		span_reduce(&m.out.list[i].due);
		span_reduce(&m.out.list[i].feedback);
	}
	*ret = m.out;
	ret->is_gap = !m.leads && !m.silenced;
}

static bool told_equal(const struct told *a, const struct told *b)
{
	int i;

	if (a->role != b->role || a->via_count != b->via_count || !spans_equal(&a->due, &b->due) ||
	    !spans_equal(&a->feedback, &b->feedback))
		return false;
	for (i = 0; i < a->via_count; i++) {
		if (a->via[i] != b->via[i])
			return false;
	}
	return true;
}

bool outcomes_equal(const struct outcome *a, const struct outcome *b)
{
	struct outcome copy = *b;
	int i;

	if (a->count != b->count || a->is_gap != b->is_gap)
		return false;
	for (i = 0; i < a->count; i++) {
		const struct told *other = told_find(&copy, a->list[i].who);

		if (!other || !told_equal(&a->list[i], other))
			return false;
	}
	return true;
}

int rules_remaining(const struct pack *p, const int *rules, int count, unsigned char *marks,
		    int *ret)
{
	int i, j, kept = 0;

	for (i = 0; i < count; i++) {
		const struct rule_row *r = &p->rule_rows[rules[i]];

		for (j = 0; j < r->override_count; j++)
			marks[r->overrides[j]] = 1;
	}
	for (i = 0; i < count; i++) {
		if (!marks[rules[i]])
			ret[kept++] = rules[i];
	}
	for (i = 0; i < count; i++) {
		const struct rule_row *r = &p->rule_rows[rules[i]];

		for (j = 0; j < r->override_count; j++)
			marks[r->overrides[j]] = 0;
	}
	return kept;
}
