/*
 * Problems that only one of two decisions has. Those of single rows are the same when the rows have
 * one name, as both decisions then say the same, or look for the same recipient, because two packs
 * may say the same in different rows.
 */
#include <string.h>

#include "diff_in.h"

static struct diff_problem problem_of(const struct pack *p, const struct problem *x)
{
	const struct sheet *rules = &p->sheets[SHEET_RULES];

	return (struct diff_problem){
		.code = x->code,
		.rule = x->rule < 0 ? "" : sheet_cell(rules, x->rule, RULE_ID)->text,
		.to = x->rule < 0 ? "" : sheet_cell(rules, x->rule, RULE_TO)->text,
		.item = x->item ? x->item : ""};
}

static bool is_about_the_same(const struct diff_problem *x, const struct diff_problem *y)
{
	return x->code == y->code && strcmp(x->item, y->item) == 0;
}

static bool has(const struct diff_problems *in, const struct diff_problem *x)
{
	int i;

	for (i = 0; i < in->count; i++) {
		if (is_about_the_same(&in->list[i], x) && strcmp(in->list[i].to, x->to) == 0)
			return true;
	}
	return false;
}

static bool has_by_name(const struct diff_problems *in, const struct diff_problem *x)
{
	int i;

	for (i = 0; i < in->count; i++) {
		if (is_about_the_same(&in->list[i], x) && strcmp(in->list[i].rule, x->rule) == 0)
			return true;
	}
	return false;
}

static void add(struct diff_problems *to, struct diff_problem x)
{
	to->list[to->count++] = x;
}

static struct diff_problems room_for(int count, struct arena *arena)
{
	return (struct diff_problems){
		.list = arena_alloc(arena, ((size_t)count + 1) * sizeof(struct diff_problem))};
}

struct diff_problems diff_problems_decided(const struct pack *p, const struct decision *d,
					   struct arena *arena)
{
	struct diff_problems ret = room_for(d->problem_count, arena);
	int i;

	for (i = 0; i < d->problem_count; i++)
		add(&ret, problem_of(p, &d->problems[i]));
	return ret;
}

struct diff_problems diff_problems_outcome(const struct outcome_ask *ask, const struct outcome *o,
					   struct arena *arena)
{
	struct diff_problems ret = room_for(o->problem_count + 3, arena);
	int leads = 0, i;

	for (i = 0; i < o->problem_count; i++)
		add(&ret, problem_of(ask->pack, &o->problems[i]));
	for (i = 0; i < o->count; i++)
		leads += o->list[i].who >= 0 && o->list[i].role == ROLE_LEAD;
	if (ask->item < 0)
		add(&ret, (struct diff_problem){PROBLEM_UNKNOWN_ITEM, "", "", ""});
	if (o->is_gap)
		add(&ret, (struct diff_problem){PROBLEM_NO_LEAD, "", "", ""});
	if (leads > 1)
		add(&ret, (struct diff_problem){PROBLEM_SEVERAL_LEADS, "", "", ""});
	return ret;
}

struct diff_problems diff_problems_beyond(const struct diff_problems *in,
					  const struct diff_problems *other, struct arena *arena)
{
	struct diff_problems ret = room_for(in->count, arena);
	int i;

	for (i = 0; i < in->count; i++) {
		const struct diff_problem *x = &in->list[i];

		if (!has(other, x) && !has_by_name(other, x) && !has(&ret, x))
			add(&ret, *x);
	}
	return ret;
}

const char *diff_problem_names(const struct diff_problems *of, struct arena *arena)
{
	const char *text = "";
	int i, j;

	for (i = 0; i < of->count; i++) {
		for (j = 0; j < i && of->list[j].code != of->list[i].code; j++)
			;
		if (j == i)
			text = arena_printf(arena, "%s%s%s", text, *text ? " " : "",
					    problem_name(of->list[i].code));
	}
	return text;
}
