/* decided.c: see decided.h. */
#include "flow/decided.h"

#include <sodium.h>
#include <string.h>

#include "calendar.h"
#include "decide.h"
#include "flow/archive.h"
#include "flow/correct.h"
#include "flow/deliver.h"
#include "flow/dispute.h"
#include "flow/ladder.h"
#include "flow/term.h"

static const char *join_channels(const enum channel *via, int count, struct arena *arena)
{
	const char *text = "";

	for (int i = 0; i < count; i++)
		text = i ? arena_concat(arena, text, "|", channel_name(via[i]), NULL)
			 : channel_name(via[i]);
	return text;
}

static const char *join_rules(const struct pack_view *p, const int *rules, int count,
			      struct arena *arena)
{
	const char *text = "";

	for (int i = 0; i < count; i++)
		text = i ? arena_concat(arena, text, "|", p->rules[rules[i]].id, NULL)
			 : p->rules[rules[i]].id;
	return text;
}

static const char *join_problems(const struct pack_view *p, const struct decision *d,
				 struct arena *arena)
{
	const char *text = "";

	for (int i = 0; i < d->problem_count; i++) {
		const struct problem *x = &d->problems[i];
		const char *name = problem_name(x->code);

		if (x->rule >= 0)
			name = arena_concat(arena, name, ":", p->rules[x->rule].id, NULL);
		if (bars_hold(text, name))
			continue; /* of another item of the same event */
		text = *text ? arena_concat(arena, text, "|", name, NULL) : name;
	}
	return text;
}

static const char *join_items(const struct decision *d, const int *items, int count,
			      struct arena *arena)
{
	const char *text = "";

	for (int i = 0; i < count; i++)
		text = i ? arena_concat(arena, text, "|", d->items[items[i]].code, NULL)
			 : d->items[items[i]].code;
	return text;
}

static bool begins_with(const char *via, const char *channel)
{
	size_t len = strlen(channel);

	return !strncmp(via, channel, len) && (via[len] == '\0' || via[len] == '|');
}

static void add_notice(const struct flow *f, const struct decided *d,
		       const struct decided_notice *from, struct arena *arena, struct record *r)
{
	const struct pack_view *p = pack_view(d->pack);
	struct notice *n = record_add_notice(r, arena);

	n->body = p->bodies[from->body].id;
	n->role = from->role;
	n->version = 1;
	n->due_ms = from->due.at_ms;
	n->feedback_due_ms = from->feedback_due.at_ms;
	n->provisional = from->due.provisional || from->feedback_due.provisional;
	n->via = join_channels(from->via, from->via_count, arena);
	n->rules = join_rules(p, from->rules, from->rule_count, arena);
	n->items = join_items(d->decision, from->items, from->item_count, arena);
	n->rung = 1;
	notice_schedule(f, r, n);
	if (!begins_with(n->via, "push"))
		deliver_add(f, r, r->notice_count - 1, from->via[0], arena);
}

/* Items without a lead; what no phrase of scope.csv matches has no item to be named by. */
static const char *pool_items(const struct decision *d, struct arena *arena)
{
	const char *text = "";

	for (int i = 0; i < d->problem_count; i++) {
		const struct problem *x = &d->problems[i];

		if (x->code == PROBLEM_NO_LEAD && x->item)
			text = *text ? arena_concat(arena, text, "|", x->item, NULL) : x->item;
	}
	return text;
}

/* What lies above the jurisdiction has no pool, and no office before which it would come. */
static const char *region_of(const struct decided *d)
{
	const struct pack_view *p = pack_view(d->pack);
	int region = d->decision->region;

	return p->regions[region_within(d->pack, region, p->jurisdiction) ? region
									  : p->jurisdiction]
		.code;
}

/* Nobody leads: whoever is of the region may take it, and the coordination office sees it. */
static void add_pool(const struct flow *f, const struct decided *d, struct arena *arena,
		     struct record *r)
{
	const struct pack_view *p = pack_view(d->pack);
	struct notice *n = record_add_notice(r, arena);
	struct duration due;

	n->body = arena_concat(arena, "pool:", region_of(d), NULL);
	n->role = ROLE_LEAD;
	n->version = 1;
	n->due_ms = n->feedback_due_ms = -1;
	if (duration_parse(p->settings.pool_due, &due))
		n->due_ms = calendar_due_ms(pack_calendar(d->pack), d->at_ms, due, &n->provisional);
	n->via = "push";
	n->rules = "";
	n->rung = 1;
	n->cause = CAUSE_POOL;
	n->items = pool_items(d->decision, arena);
	notice_schedule(f, r, n);
}

static bool has_problem(const struct decision *d, enum problem_code code)
{
	for (int i = 0; i < d->problem_count; i++) {
		if (d->problems[i].code == code)
			return true;
	}
	return false;
}

static const char *approvers_of(const struct event *e, struct arena *arena)
{
	const char *const named[] = {e->accepting, e->reviewing, e->deciding};
	const char *text = "";

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (named[i] && !bars_hold(text, named[i]))
			text = *text ? arena_concat(arena, text, "|", named[i], NULL) : named[i];
	}
	return text;
}

void decided_record(const struct flow *f, const struct decided *d, struct arena *arena,
		    struct record *ret)
{
	const struct pack_view *p = pack_view(d->pack);
	const struct decision *x = d->decision;
	struct record r = {
		.version = 1, .accepted_ms = d->at_ms, .policy = p->version, .by = d->by};

	/* What the catalogue does not know is still counted, and asked for, by its code. */
	r.item_code = x->item >= 0 ? p->items[x->item].code : x->item_code;
	r.region = region_of(d);
	r.correcting = correct_is_needed(d->event);
	r.problems = join_problems(p, x, arena);
	r.applicant_rules = "";
	r.approvers = approvers_of(d->event, arena);
	for (int i = 0; i < x->notice_count; i++)
		add_notice(f, d, &x->notices[i], arena, &r);
	if (has_problem(x, PROBLEM_NO_LEAD) || has_problem(x, PROBLEM_UNMATCHED_SCOPE))
		add_pool(f, d, arena, &r);
	dispute_at_decision(f, &r, arena);
	terms_at_decision(d->pack, d->event, &r, arena);
	r.archive_ms = archive_moment(
		d->event, x->item >= 0 ? p->items[x->item].devolution : DEV_NONE, d->at_ms);
	if (x->tells_applicant) {
		r.applicant_via = join_channels(x->applicant_via, x->applicant_via_count, arena);
		r.applicant_rules =
			join_rules(p, x->applicant_rules, x->applicant_rule_count, arena);
		if (d->event->applicant_phone && x->applicant_via_count &&
		    x->applicant_via[0] != CHANNEL_PUSH)
			deliver_add(f, &r, -1, x->applicant_via[0], arena);
	}
	*ret = r;
}

const char *const *decided_bodies(const struct record *r, struct arena *arena)
{
	const char **bodies = arena_alloc(arena, sizeof(*bodies) * (size_t)(r->notice_count + 1));

	for (int i = 0; i < r->notice_count; i++)
		bodies[i] = r->notices[i].body;
	return bodies;
}

const char *decided_address_hash(const struct flow *f, const char *address, struct arena *arena)
{
	unsigned char h[16];
	char hex[sizeof(h) * 2 + 1];

	crypto_generichash(h, sizeof(h), (const unsigned char *)address, strlen(address),
			   f->hash_key, sizeof(f->hash_key));
	sodium_bin2hex(hex, sizeof(hex), h, sizeof(h));
	return arena_strdup(arena, hex);
}

const char *decided_holder(const struct pack *pack, const struct record *r, struct arena *arena)
{
	const struct pack_view *v = pack_view(pack);

	for (int i = 0; i < r->notice_count; i++) {
		const char *rest = r->notices[i].cause == CAUSE_DECISION ? r->notices[i].rules : "";

		while (*rest) {
			const char *id = arena_strndup(arena, rest, strcspn(rest, "|"));
			int rule = pack_find_rule(pack, id);

			if (rule >= 0 && rule < v->rule_count &&
			    decide_rule_names_holder(pack, rule))
				return r->notices[i].body;
			rest += strlen(id);
			rest += *rest == '|';
		}
	}
	return NULL;
}
