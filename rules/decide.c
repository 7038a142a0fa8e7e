#include "decide.h"

#include <string.h>

#include "credit_code.h"
#include "decide_in.h"
#include "pack_in.h"

#define FEW_NOTICES 32

/* That one rule names one body, in the order found. */
struct mention {
	int notice, rule;
};
/* A decision while it is made. */
struct making {
	const struct pack *pack;
	const struct event *event;
	const struct decide_in *in;
	struct arena *arena;
	struct facts facts;
	int item;
	struct decided_notice *notices;
	int notice_count, notice_room;
	int *by_body; /* body to notice + 1, once there are more than a few */
	struct mention *mentions;
	int mention_count, mention_room;
	struct problem *problems;
	int problem_count, problem_room;
	struct deadline *deadlines; /* by duration; at_ms 0 is not worked out yet */
	enum channel applicant_via[CHANNEL_COUNT];
	int applicant_via_count;
	int *applicant_rules;
	int applicant_rule_count, applicant_rule_room;
	bool silenced;
};

const char *problem_name(enum problem_code c)
{
	static const char *const names[PROBLEM_COUNT] = {
		"unknown-item",	  "unknown-region", "no-body",	"ambiguous-body",
		"no-lead",	  "several-leads",  "bad-code", "provisional-calendar",
		"unmatched-scope"};

	return (unsigned)c < PROBLEM_COUNT ? names[c] : "";
}

/* Room for one more in a growing array of the arena. */
static void *grown(struct arena *a, void *old, int count, int *room, size_t size)
{
	void *p;

	if (count < *room)
		return old;
	*room = *room ? *room * 2 : 8;
	p = arena_alloc(a, (size_t)*room * size);
	if (count)
		memcpy(p, old, (size_t)count * size);
	return p;
}

static void add_problem(struct making *m, enum problem_code code, int rule)
{
	int i;

	for (i = m->problem_count - 1; i >= 0 && m->problems[i].rule == rule; i--) {
		if (m->problems[i].code == code)
			return;
	}
	m->problems = grown(m->arena, m->problems, m->problem_count, &m->problem_room,
			    sizeof(*m->problems));
	m->problems[m->problem_count++] = (struct problem){code, rule, NULL};
}

void facts_find(const struct pack *p, const struct event *e, struct facts *ret, int *ret_item,
		bool *ret_region_known)
{
	int region = region_resolve(p, e->region, ret_region_known);
	int item = e->item_code[0] ? item_row_find(p, e->item_code, region) : -1;

	*ret = (struct facts){
		.type = e->type,
		.sector = item < 0 ? -1 : p->item_rows[item].sector,
		.devolution = item < 0 ? DEV_NONE : p->view.items[item].devolution,
		.region = region,
		.item = e->item_code,
		.day = e->decision_day,
		.attributes = e->attributes,
	};
	*ret_item = item;
}

static int list_rows(const struct table *t, const uint64_t *set, const uint64_t *live, int *ret)
{
	int w, count = 0;

	for (w = 0; w < t->live_count; w++) {
		uint64_t words, bits;

		for (words = live[w]; words; words &= words - 1) {
			int word = w * 64 + __builtin_ctzll(words);

			for (bits = set[word]; bits; bits &= bits - 1)
				ret[count++] = word * 64 + __builtin_ctzll(bits);
		}
	}
	return count;
}

static int count_rows(const struct table *t, const uint64_t *set, const uint64_t *live)
{
	int w, count = 0;

	for (w = 0; w < t->live_count; w++) {
		uint64_t words;

		for (words = live[w]; words; words &= words - 1)
			count += __builtin_popcountll(set[w * 64 + __builtin_ctzll(words)]);
	}
	return count;
}

/* Leaves out of the list what a row of it overrides; left is a copy of the rows' bits. */
static int leave_overridden(const struct pack *p, int *list, int count, uint64_t *left)
{
	int i, j, kept = 0;

	for (i = 0; i < count; i++) {
		const struct rule_row *r = &p->rule_rows[list[i]];

		for (j = 0; j < r->override_count; j++)
			left[r->overrides[j] >> 6] &= ~(UINT64_C(1) << (r->overrides[j] & 63));
	}
	for (i = 0; i < count; i++) {
		if (left[list[i] >> 6] >> (list[i] & 63) & 1)
			list[kept++] = list[i];
	}
	return kept;
}

static bool any_overrides(const struct pack *p, const int *list, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		if (p->rule_rows[list[i]].override_count)
			return true;
	}
	return false;
}

void rows_find(const struct pack *p, const struct facts *f, struct arena *arena, struct rows *ret)
{
	const struct table *t = &p->table;
	size_t bytes = (size_t)t->word_count * sizeof(uint64_t);
	uint64_t live[TABLE_LIVE_MAX], *left;

	ret->matching = arena_alloc(arena, bytes);
	table_match(t, f, ret->matching, live);
	ret->list = arena_alloc(arena, (size_t)count_rows(t, ret->matching, live) * sizeof(int));
	ret->count = list_rows(t, ret->matching, live, ret->list);
	if (!any_overrides(p, ret->list, ret->count))
		return;
	left = memcpy(arena_alloc(arena, bytes), ret->matching, bytes);
	ret->count = leave_overridden(p, ret->list, ret->count, left);
}

static int find_notice(const struct making *m, int body)
{
	int i;

	if (m->by_body)
		return m->by_body[body] - 1;
	for (i = 0; i < m->notice_count; i++) {
		if (m->notices[i].body == body)
			return i;
	}
	return -1;
}

static void index_notices(struct making *m)
{
	int i;

	m->by_body = arena_zalloc(m->arena, (size_t)m->pack->view.body_count * sizeof(int));
	for (i = 0; i < m->notice_count; i++)
		m->by_body[m->notices[i].body] = i + 1;
}

static int add_notice(struct making *m, int body)
{
	m->notices =
		grown(m->arena, m->notices, m->notice_count, &m->notice_room, sizeof(*m->notices));
	memset(&m->notices[m->notice_count], 0, sizeof(*m->notices));
	m->notices[m->notice_count].body = body;
	m->notices[m->notice_count].role = ROLE_NONE;
	m->notices[m->notice_count].due.at_ms = -1;
	m->notices[m->notice_count].feedback_due.at_ms = -1;
	m->notice_count++;
	if (m->by_body)
		m->by_body[body] = m->notice_count;
	else if (m->notice_count > FEW_NOTICES)
		index_notices(m);
	return m->notice_count - 1;
}

static struct deadline deadline_of(struct making *m, int duration)
{
	struct deadline *d;

	if (!m->deadlines)
		m->deadlines = arena_zalloc(m->arena, (size_t)m->pack->duration_count *
							      sizeof(*m->deadlines));
	d = &m->deadlines[duration];
	if (!d->at_ms)
		d->at_ms = calendar_due_ms(m->pack->calendar, m->in->at_ms,
					   m->pack->durations[duration], &d->provisional);
	return *d;
}

void deadline_merge(struct deadline *have, const struct deadline *more)
{
	if (more->at_ms == -1)
		return;
	if (have->at_ms == more->at_ms)
		have->provisional |= more->provisional;
	else if (have->at_ms == -1 || more->at_ms < have->at_ms)
		*have = *more;
}

static void take_earlier(struct making *m, struct deadline *have, int duration)
{
	struct deadline d;

	if (duration < 0)
		return;
	d = deadline_of(m, duration);
	deadline_merge(have, &d);
}

void channels_merge(enum channel *have, int *count, const enum channel *more, int more_count)
{
	int i, j;

	for (i = 0; i < more_count; i++) {
		for (j = 0; j < *count && have[j] != more[i]; j++)
			;
		if (j == *count)
			have[(*count)++] = more[i];
	}
}

static void mention(struct making *m, int rule, int body)
{
	const struct rule_row *r = &m->pack->rule_rows[rule];
	int at = find_notice(m, body);
	struct decided_notice *n;

	if (at < 0)
		at = add_notice(m, body);
	n = &m->notices[at];
	if (m->pack->view.rules[rule].role < n->role)
		n->role = m->pack->view.rules[rule].role;
	take_earlier(m, &n->due, r->due);
	take_earlier(m, &n->feedback_due, r->feedback);
	channels_merge(n->via, &n->via_count, r->via, r->via_count);
	m->mentions = grown(m->arena, m->mentions, m->mention_count, &m->mention_room,
			    sizeof(*m->mentions));
	m->mentions[m->mention_count++] = (struct mention){at, rule};
	n->rule_count++;
}

static void mention_seat(struct making *m, int rule, seat s)
{
	if (s == SEAT_NONE) {
		add_problem(m, PROBLEM_NO_BODY, rule);
		return;
	}
	if (seat_is_ambiguous(s))
		add_problem(m, PROBLEM_AMBIGUOUS_BODY, rule);
	mention(m, rule, seat_body(s));
}

static seat seat_of_id(const struct pack *p, const char *id)
{
	int body = id ? pack_find_body(p, id) : -1;

	return body < 0 ? SEAT_NONE : body * 2;
}

/* The one seat a selector means; assist means several and is not asked here. */
seat selector_seat(const struct pack *p, const struct event *e, const struct facts *f,
		   const struct selector *to, const char *holder)
{
	seat held;

	switch (to->kind) {
	case TO_TRADE:
		return seat_find(p, to->index, to->level, f->region);
	case TO_SECTOR:
		return seat_find(p, f->sector, to->level, f->region);
	case TO_ACCEPTING:
		return seat_of_id(p, e->accepting);
	case TO_REVIEWING:
		return seat_of_id(p, e->reviewing);
	case TO_DECIDING:
		return seat_of_id(p, e->deciding);
	case TO_HOLDER:
		held = seat_of_id(p, holder);
		return held != SEAT_NONE ? held : seat_find(p, f->sector, -1, f->region);
	case TO_BODY:
		return to->index * 2;
	case TO_NOBODY:
	case TO_ASSIST:
	case TO_APPLICANT:
		break;
	}
	return SEAT_NONE;
}

static void mention_assists(struct making *m, int rule)
{
	const struct item_row *ir = m->item < 0 ? NULL : &m->pack->item_rows[m->item];
	int level = m->pack->rule_rows[rule].to.level, i;

	for (i = 0; ir && i < ir->assist_count; i++)
		mention_seat(m, rule, seat_find(m->pack, ir->assist[i], level, m->facts.region));
}

static void tell_applicant(struct making *m, int rule)
{
	const struct rule_row *r = &m->pack->rule_rows[rule];

	channels_merge(m->applicant_via, &m->applicant_via_count, r->via, r->via_count);
	m->applicant_rules = grown(m->arena, m->applicant_rules, m->applicant_rule_count,
				   &m->applicant_rule_room, sizeof(int));
	m->applicant_rules[m->applicant_rule_count++] = rule;
}

static void apply_rule(struct making *m, int rule)
{
	const struct selector *to = &m->pack->rule_rows[rule].to;

	switch (to->kind) {
	case TO_NOBODY:
		m->silenced = true;
		return;
	case TO_APPLICANT:
		tell_applicant(m, rule);
		return;
	case TO_ASSIST:
		mention_assists(m, rule);
		return;
	default:
		mention_seat(m, rule,
			     selector_seat(m->pack, m->event, &m->facts, to, m->in->holder));
	}
}

/* Each notice's rules, in table order because mentions are; a rule that named a body twice counts
 * once. */
static void hand_out_rules(struct making *m)
{
	int **rules, i;

	if (!m->notice_count)
		return;
	rules = arena_alloc(m->arena, (size_t)m->notice_count * sizeof(*rules));
	for (i = 0; i < m->notice_count; i++) {
		rules[i] = arena_alloc(m->arena, (size_t)m->notices[i].rule_count * sizeof(int));
		m->notices[i].rules = rules[i];
		m->notices[i].rule_count = 0;
	}
	for (i = 0; i < m->mention_count; i++) {
		const struct mention *one = &m->mentions[i];
		int *count = &m->notices[one->notice].rule_count;

		if (!*count || rules[one->notice][*count - 1] != one->rule)
			rules[one->notice][(*count)++] = one->rule;
	}
}

const struct decided_notice *notices_ordered(struct arena *arena,
					     const struct decided_notice *notices, int count)
{
	struct decided_notice *out;
	int role, i, at = 0;

	if (!count)
		return NULL;
	out = arena_alloc(arena, (size_t)count * sizeof(*out));
	for (role = ROLE_LEAD; role <= ROLE_COPY; role++) {
		for (i = 0; i < count; i++) {
			if ((int)notices[i].role == role)
				out[at++] = notices[i];
		}
	}
	return out;
}

static void add_general_problems(struct making *m, bool region_known)
{
	const struct event *e = m->event;
	bool provisional = false;
	int leads = 0, i;

	if (m->item < 0)
		add_problem(m, PROBLEM_UNKNOWN_ITEM, -1);
	if (!region_known)
		add_problem(m, PROBLEM_UNKNOWN_REGION, -1);
	for (i = 0; i < m->notice_count; i++) {
		leads += m->notices[i].role == ROLE_LEAD;
		provisional |=
			m->notices[i].due.provisional || m->notices[i].feedback_due.provisional;
	}
	if (!leads && !m->silenced)
		add_problem(m, PROBLEM_NO_LEAD, -1);
	if (leads > 1)
		add_problem(m, PROBLEM_SEVERAL_LEADS, -1);
	if (e->applicant_kind && strcmp(e->applicant_kind, "entity") == 0 && e->applicant_code &&
	    *e->applicant_code && !credit_code_is_valid(e->applicant_code))
		add_problem(m, PROBLEM_BAD_CODE, -1);
	if (provisional)
		add_problem(m, PROBLEM_PROVISIONAL_CALENDAR, -1);
}

void decide_one(const struct pack *p, const struct event *e, const struct decide_in *in,
		struct arena *arena, struct decision *ret)
{
	struct making m = {.pack = p, .event = e, .in = in, .arena = arena};
	struct rows rows;
	bool region_known;
	int i;

	facts_find(p, e, &m.facts, &m.item, &region_known);
	rows_find(p, &m.facts, arena, &rows);
	for (i = 0; i < rows.count; i++)
		apply_rule(&m, rows.list[i]);
	hand_out_rules(&m);
	add_general_problems(&m, region_known);
	*ret = (struct decision){
		.item = m.item,
		.region = m.facts.region,
		.notices = notices_ordered(arena, m.notices, m.notice_count),
		.notice_count = m.notice_count,
		.tells_applicant = m.applicant_rule_count > 0,
		.applicant_via_count = m.applicant_via_count,
		.applicant_rules = m.applicant_rules,
		.applicant_rule_count = m.applicant_rule_count,
		.problems = m.problems,
		.problem_count = m.problem_count,
		.item_code = e->item_code,
	};
	memcpy(ret->applicant_via, m.applicant_via, sizeof(ret->applicant_via));
}

bool decide_one_needs_holder(const struct pack *p, const struct event *e)
{
	struct rows rows;
	struct facts facts;
	struct arena arena;
	bool known, needs = false;
	int item, i;

	if (!p->has_holder)
		return false;
	arena_init(&arena);
	facts_find(p, e, &facts, &item, &known);
	rows_find(p, &facts, &arena, &rows);
	for (i = 0; i < rows.count && !needs; i++)
		needs = p->rule_rows[rows.list[i]].to.kind == TO_HOLDER;
	arena_clear(&arena);
	return needs;
}

bool decide_rule_names_holder(const struct pack *p, int rule)
{
	return p->rule_rows[rule].to.kind == TO_HOLDER;
}
