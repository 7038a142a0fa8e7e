/* Decisions about registrations: each item of the business scope decided by itself, and the
 * decisions merged. */
#include <stdlib.h>
#include <string.h>

#include "decide_in.h"

/* The decisions of the parts while they are put together. */
struct merging {
	const struct pack *pack;
	struct arena *arena;
	const struct scope_parts *parts;
	struct decision *one; /* a part's each */
	struct decided_notice *notices;
	int notice_count;
	struct problem *problems;
	int problem_count;
};

static bool is_registration(const struct event *e)
{
	return e->type == EVENT_REGISTERED || e->type == EVENT_REREGISTERED ||
	       e->type == EVENT_DEREGISTERED;
}

/* The approval body of the region or the nearest one above it, not above the jurisdiction. */
static int approval_body(const struct pack *p, int region)
{
	int i, jurisdiction = p->view.jurisdiction;

	for (; region >= 0; region = region == jurisdiction ? -1 : p->view.regions[region].parent) {
		for (i = 0; i < p->view.body_count; i++) {
			if (p->view.bodies[i].kind == BODY_APPROVAL &&
			    p->view.bodies[i].region == region)
				return i;
		}
	}
	return -1;
}

/* Where an application is handed in, and who decides it, follow from how the power was handed down.
 */
static void find_approvers(const struct pack *p, int region, struct decided_item *item)
{
	static const bool city_decides[DEV_COUNT] = {[DEV_REVIEW] = true,
						     [DEV_WINDOW] = true,
						     [DEV_ENTRUSTED] = true,
						     [DEV_RETAINED] = true};
	enum devolution how = item->row < 0 ? DEV_NONE : p->view.items[item->row].devolution;
	int city = p->seats.up[LEVEL_CITY][region];

	if (city < 0)
		city = region;
	item->accepts = approval_body(p, how == DEV_RETAINED ? city : region);
	item->decides = approval_body(p, city_decides[how] ? city : region);
}

static void add_part(const struct pack *p, const struct event *e, const struct scope_phrase *from,
		     struct scope_parts *parts)
{
	struct event *part = &parts->events[parts->count];
	struct decided_item *item = &parts->items[parts->count++];
	bool known;
	int region = region_resolve(p, e->region, &known);

	*part = *e;
	part->scope = NULL;
	if (from)
		memcpy(part->item_code, from->item, sizeof(part->item_code));
	*item = (struct decided_item){.code = part->item_code,
				      .phrase = from ? from->phrase : NULL};
	item->row = item_row_find(p, part->item_code, region);
	find_approvers(p, region, item);
}

void scope_parts_find(const struct pack *p, const struct event *e, struct arena *arena,
		      struct scope_parts *ret)
{
	int i;

	*ret = (struct scope_parts){.has_scope = is_registration(e) && e->scope && *e->scope};
	if (!ret->has_scope)
		return;
	scope_find(p->scope, e->scope, arena, &ret->found);
	if (!ret->found.item_count)
		return;
	ret->events =
		arena_alloc(arena, (size_t)(ret->found.item_count + 1) * sizeof(*ret->events));
	ret->items = arena_alloc(arena, (size_t)(ret->found.item_count + 1) * sizeof(*ret->items));
	if (e->item_code[0])
		add_part(p, e, NULL, ret);
	for (i = 0; i < ret->found.item_count; i++) {
		if (strcmp(ret->found.items[i].item, e->item_code) != 0)
			add_part(p, e, &ret->found.items[i], ret);
	}
}

int decide_items(const struct pack *p, const struct event *e, struct arena *arena,
		 const struct decided_item **ret)
{
	struct scope_parts parts;

	scope_parts_find(p, e, arena, &parts);
	*ret = parts.items;
	return parts.count;
}

int decide_unmatched(const struct pack *p, const struct event *e, struct arena *arena,
		     const char *const **ret)
{
	struct scope_parts parts;

	scope_parts_find(p, e, arena, &parts);
	*ret = parts.found.unmatched;
	return parts.found.unmatched_listed;
}

static int int_order(const void *a, const void *b)
{
	return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

/* Both lists are in table order, and so is what comes out; what stands in both stands once. */
static const int *merge_rules(struct arena *arena, const int *const lists[2], const int counts[2],
			      int *ret_count)
{
	int *out = arena_alloc(arena, (size_t)(counts[0] + counts[1] + 1) * sizeof(*out)),
	    count = 0, i, kept = 0;

	for (i = 0; i < counts[0]; i++)
		out[count++] = lists[0][i];
	for (i = 0; i < counts[1]; i++)
		out[count++] = lists[1][i];
	qsort(out, (size_t)count, sizeof(*out), int_order);
	for (i = 0; i < count; i++) {
		if (!kept || out[kept - 1] != out[i])
			out[kept++] = out[i];
	}
	*ret_count = kept;
	return out;
}

static struct decided_notice *notice_of(struct merging *m, const struct decided_notice *from)
{
	struct decided_notice *n;
	int i;

	for (i = 0; i < m->notice_count; i++) {
		if (m->notices[i].body == from->body)
			return &m->notices[i];
	}
	n = &m->notices[m->notice_count++];
	*n = (struct decided_notice){.body = from->body, .role = from->role};
	n->due.at_ms = n->feedback_due.at_ms = -1;
	n->items = arena_alloc(m->arena, (size_t)m->parts->count * sizeof(int));
	return n;
}

static void merge_notice(struct merging *m, const struct decided_notice *from, int part)
{
	struct decided_notice *n = notice_of(m, from);
	const int *const lists[2] = {n->rules, from->rules};
	const int counts[2] = {n->rule_count, from->rule_count};

	if (from->role < n->role)
		n->role = from->role;
	deadline_merge(&n->due, &from->due);
	deadline_merge(&n->feedback_due, &from->feedback_due);
	channels_merge(n->via, &n->via_count, from->via, from->via_count);
	n->rules = merge_rules(m->arena, lists, counts, &n->rule_count);
	((int *)(uintptr_t)n->items)[n->item_count++] = part;
}

/* What is about the event as a whole is said once, what is about an item with its code. */
static void merge_problem(struct merging *m, const struct problem *from, const char *item)
{
	struct problem p = *from;
	int i;

	p.item = p.code == PROBLEM_UNKNOWN_REGION || p.code == PROBLEM_BAD_CODE ||
				 p.code == PROBLEM_PROVISIONAL_CALENDAR
			 ? NULL
			 : item;
	for (i = 0; i < m->problem_count; i++) {
		if (m->problems[i].code == p.code && m->problems[i].rule == p.rule &&
		    m->problems[i].item == p.item)
			return;
	}
	m->problems[m->problem_count++] = p;
}

static void merge_applicant(struct merging *m, const struct decision *from, struct decision *ret)
{
	const int *const lists[2] = {ret->applicant_rules, from->applicant_rules};
	const int counts[2] = {ret->applicant_rule_count, from->applicant_rule_count};

	if (!from->tells_applicant)
		return;
	ret->tells_applicant = true;
	channels_merge(ret->applicant_via, &ret->applicant_via_count, from->applicant_via,
		       from->applicant_via_count);
	ret->applicant_rules = merge_rules(m->arena, lists, counts, &ret->applicant_rule_count);
}

static void merge_all(struct merging *m, struct decision *ret)
{
	int i, k;

	for (i = 0; i < m->parts->count; i++) {
		const struct decision *d = &m->one[i];

		for (k = 0; k < d->notice_count; k++)
			merge_notice(m, &d->notices[k], i);
		for (k = 0; k < d->problem_count; k++)
			merge_problem(m, &d->problems[k],
				      m->parts->count > 1 ? m->parts->items[i].code : NULL);
		merge_applicant(m, d, ret);
	}
	ret->notices = notices_ordered(m->arena, m->notices, m->notice_count);
	ret->notice_count = m->notice_count;
	ret->item = m->parts->items[0].row;
	ret->item_code = m->parts->items[0].code;
	ret->items = m->parts->items;
	ret->item_count = m->parts->count;
	ret->region = m->one[0].region;
}

static void decide_parts(struct merging *m, const struct decide_in *in, struct decision *ret)
{
	int i, notices = 1, problems = 1;

	m->one = arena_alloc(m->arena, (size_t)m->parts->count * sizeof(*m->one));
	for (i = 0; i < m->parts->count; i++) {
		decide_one(m->pack, &m->parts->events[i], in, m->arena, &m->one[i]);
		notices += m->one[i].notice_count;
		problems += m->one[i].problem_count;
	}
	m->notices = arena_alloc(m->arena, (size_t)notices * sizeof(*m->notices));
	m->problems = arena_alloc(m->arena, (size_t)(problems + 1) * sizeof(*m->problems));
	*ret = (struct decision){0};
	merge_all(m, ret);
	ret->problems = m->problems;
	ret->problem_count = m->problem_count;
}

static void add_unmatched(const struct scope_parts *parts, struct arena *arena,
			  struct decision *ret)
{
	struct problem *problems;

	ret->has_scope = true;
	ret->unmatched = parts->found.unmatched;
	ret->unmatched_listed = parts->found.unmatched_listed;
	ret->unmatched_count = parts->found.unmatched_count;
	if (!ret->unmatched_count)
		return;
	problems = arena_alloc(arena, (size_t)(ret->problem_count + 1) * sizeof(*problems));
	if (ret->problem_count)
		memcpy(problems, ret->problems, (size_t)ret->problem_count * sizeof(*problems));
	problems[ret->problem_count++] = (struct problem){PROBLEM_UNMATCHED_SCOPE, -1, NULL};
	ret->problems = problems;
}

void decide(const struct pack *p, const struct event *e, const struct decide_in *in,
	    struct arena *arena, struct decision *ret)
{
	struct merging m = {.pack = p, .arena = arena};
	struct scope_parts parts;

	if (!e->scope || !is_registration(e)) {
		decide_one(p, e, in, arena, ret);
		return;
	}
	scope_parts_find(p, e, arena, &parts);
	m.parts = &parts;
	if (parts.count)
		decide_parts(&m, in, ret);
	else
		decide_one(p, e, in, arena, ret);
	if (parts.has_scope)
		add_unmatched(&parts, arena, ret);
}

bool decide_needs_holder(const struct pack *p, const struct event *e)
{
	struct scope_parts parts;
	struct arena arena;
	bool needs = false;
	int i;

	if (!p->has_holder)
		return false;
	if (!e->scope || !is_registration(e))
		return decide_one_needs_holder(p, e);
	arena_init(&arena);
	scope_parts_find(p, e, &arena, &parts);
	for (i = 0; i < parts.count && !needs; i++)
		needs = decide_one_needs_holder(p, &parts.events[i]);
	arena_clear(&arena);
	return parts.count ? needs : decide_one_needs_holder(p, e);
}
