/* figures_fact.c: what a notice counts as, and whose it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "flow/figures_in.h"
#include "flow/respond_in.h"
#include "flow/term.h"
#include "flow/view.h"
#include "item_code.h"
#include "timefmt.h"

static const char *const names[FIGURE_COUNT] = {
	"sent",
	"delivered",
	"open",
	"acknowledged",
	"claimed",
	"returned",
	"transferred",
	"disputed",
	"closed",
	"withdrawn",
	"superseded",
	"overdue",
	"fed_back",
	"pool",
	"no_lead",
	"lead_sent",
	"lead_standing",
	"lead_claimed",
	"due",
	"claimed_in_time",
	"first_sent",
	"first_hit",
	"acknowledged_ever",
	"claimed_ever",
	"returned_ever",
	"clocks_overdue",
	"undelivered",
	"feedback_overdue",
	"ranked",
	"ranked_in_time",
	"returns_upheld",
	"returns_rejected",
};

const char *figure_name(enum figure f)
{
	return names[f];
}

bool figure_parse(const char *s, enum figure *ret)
{
	int i = word_find(s, names, FIGURE_COUNT);

	if (i >= 0)
		*ret = (enum figure)i;
	return i >= 0;
}

static bool stands(const struct fact *x)
{
	return x->state != STATE_WITHDRAWN && x->state != STATE_SUPERSEDED;
}

static bool is_late(const struct fact *x, int64_t now_ms)
{
	return x->due_ms >= 0 && now_ms > x->due_ms &&
	       lifecycle_is_todo((enum notice_state)x->state, (enum role)x->role);
}

static bool is_feedback_overdue(const struct fact *x, int64_t now_ms)
{
	return x->feedback_ms >= 0 && now_ms > x->feedback_ms;
}

/* A letter asks for an answer: it is no permit that somebody has to take on, and counts in no rate.
 */
static bool is_lead(const struct fact *x)
{
	return x->role == ROLE_LEAD && x->cause != CAUSE_LETTER;
}

/* A lead's deadline that has come, or was met already. What was handed on is the receiver's to
 * meet. */
static bool is_due(const struct fact *x, int64_t now_ms)
{
	return is_lead(x) && stands(x) && x->state != STATE_TRANSFERRED && x->due_ms >= 0 &&
	       (now_ms > x->due_ms || (x->flags & FACT_CLAIMED));
}

/* What a body is held to: not while it is in dispute whose it is, nor what never reached them. A
 * return is no way out. */
static bool is_ranked(const struct fact *x, int64_t now_ms)
{
	return is_due(x, now_ms) && x->state != STATE_DISPUTED && !(x->flags & FACT_UNDELIVERED);
}

static bool is_first(const struct fact *x)
{
	return x->role == ROLE_LEAD && stands(x) &&
	       (x->cause == CAUSE_DECISION || x->cause == CAUSE_POOL);
}

/* The eleven figures that are states stand in the order of the states. */
static const uint8_t states[FIGURE_COUNT] = {
	[FIGURE_OPEN] = STATE_OPEN + 1,
	[FIGURE_ACKNOWLEDGED] = STATE_ACKNOWLEDGED + 1,
	[FIGURE_CLAIMED] = STATE_CLAIMED + 1,
	[FIGURE_RETURNED] = STATE_RETURNED + 1,
	[FIGURE_TRANSFERRED] = STATE_TRANSFERRED + 1,
	[FIGURE_DISPUTED] = STATE_DISPUTED + 1,
	[FIGURE_CLOSED] = STATE_CLOSED + 1,
	[FIGURE_WITHDRAWN] = STATE_WITHDRAWN + 1,
	[FIGURE_SUPERSEDED] = STATE_SUPERSEDED + 1,
};
static const uint16_t flags[FIGURE_COUNT] = {
	[FIGURE_DELIVERED] = FACT_DELIVERED,
	[FIGURE_FED_BACK] = FACT_FED_BACK,
	[FIGURE_POOL] = FACT_POOL,
	[FIGURE_ACKNOWLEDGED_EVER] = FACT_ACKNOWLEDGED,
	[FIGURE_CLAIMED_EVER] = FACT_CLAIMED,
	[FIGURE_RETURNED_EVER] = FACT_RETURNED,
	[FIGURE_UNDELIVERED] = FACT_UNDELIVERED,
	[FIGURE_RETURNS_UPHELD] = FACT_UPHELD,
	[FIGURE_RETURNS_REJECTED] = FACT_REJECTED,
};

bool figure_counts(enum figure f, const struct fact *x, int64_t now_ms)
{
	if (states[f])
		return x->state == states[f] - 1;
	if (flags[f])
		return (x->flags & flags[f]) != 0;
	switch (f) {
	case FIGURE_OVERDUE:
		return is_late(x, now_ms) || is_feedback_overdue(x, now_ms); /* whose lamp is red */
	case FIGURE_CLOCKS_OVERDUE:
		return x->promise_ms >= 0 && now_ms > x->promise_ms;
	case FIGURE_FEEDBACK_OVERDUE:
		return is_feedback_overdue(x, now_ms);
	case FIGURE_NO_LEAD:
		return x->cause == CAUSE_POOL;
	case FIGURE_LEAD_SENT:
		return is_lead(x);
	case FIGURE_LEAD_STANDING:
		return is_lead(x) && stands(x);
	case FIGURE_LEAD_CLAIMED:
		return is_lead(x) && stands(x) && (x->flags & FACT_CLAIMED);
	case FIGURE_DUE:
		return is_due(x, now_ms);
	case FIGURE_CLAIMED_IN_TIME:
		return is_due(x, now_ms) && (x->flags & FACT_IN_TIME);
	case FIGURE_RANKED:
		return is_ranked(x, now_ms);
	case FIGURE_RANKED_IN_TIME:
		return is_ranked(x, now_ms) && (x->flags & FACT_IN_TIME);
	case FIGURE_FIRST_SENT:
		return is_first(x);
	case FIGURE_FIRST_HIT:
		return is_first(x) && x->cause == CAUSE_DECISION && (x->flags & FACT_CLAIMED);
	default:
		return true; /* sent */
	}
}

/* Every message that left for somebody of the body has failed: somebody has to ring them up. */
static bool all_failed(const struct record *r, int notice)
{
	int failed = 0;

	for (int i = 0; i < r->delivery_count; i++) {
		if (r->deliveries[i].notice != notice ||
		    r->deliveries[i].state == DELIVERY_CANCELLED)
			continue;
		if (r->deliveries[i].state != DELIVERY_FAILED)
			return false;
		failed++;
	}
	return failed > 0;
}

static bool was_delivered(const struct record *r, int notice)
{
	for (int i = 0; i < r->receipt_count; i++) {
		const struct receipt *x = &r->receipts[i];

		if (x->notice == notice &&
		    (x->kind == RECEIPT_DELIVERED || x->kind == RECEIPT_SHOWN))
			return true;
	}
	return false;
}

static uint8_t arrival(const struct record *r, int notice)
{
	const struct notice *n = &r->notices[notice];

	if (n->acknowledged.at_ms)
		return FACT_DELIVERED | FACT_ACKNOWLEDGED;
	if (was_delivered(r, notice))
		return FACT_DELIVERED;
	return lifecycle_is_live(n->state) && all_failed(r, notice) ? FACT_UNDELIVERED : 0;
}

/* What became of a body's "not ours": the joint meeting's ruling, else whom the bureau sent it on
 * to. Neither: it is not known yet. */
static uint16_t verdict(const struct record *r, int notice)
{
	const char *body = NULL, *own = r->notices[notice].body;

	for (int i = 0; i < r->notice_count; i++) {
		if (r->notices[i].cause == CAUSE_SENT_ON && r->notices[i].from == notice)
			body = r->notices[i].body;
	}
	for (int i = 0; i < r->dispute_count; i++) {
		if (r->disputes[i].state == DISPUTE_RULED)
			body = r->disputes[i].body;
	}
	return !body ? 0 : strcmp(body, own) ? FACT_UPHELD : FACT_REJECTED;
}

static uint16_t evidence(const struct record *r, int notice)
{
	const struct notice *n = &r->notices[notice];
	uint16_t f = arrival(r, notice);

	if (n->claimed.at_ms)
		f |= FACT_CLAIMED;
	if (n->claimed.at_ms && (n->due_ms < 0 || n->claimed.at_ms <= n->due_ms))
		f |= FACT_IN_TIME;
	if (notice_was_returned(r, notice))
		f |= FACT_RETURNED | verdict(r, notice);
	if (notice_has_feedback(r, notice))
		f |= FACT_FED_BACK;
	if (notice_is_pool(n->body))
		f |= FACT_POOL;
	if (n->provisional && lifecycle_is_live(n->state))
		f |= FACT_PROVISIONAL;
	return f;
}

static int64_t promise_of(const struct record *r, int notice)
{
	int64_t first = -1;

	for (int k = 0; r->term_count && notice == term_notice(r) && k < r->term_count; k++) {
		const struct term *t = &r->terms[k];

		if (term_is_promise(t) && term_runs(r, t) && (first < 0 || t->due_ms < first))
			first = t->due_ms;
	}
	return first;
}

/* The item that the notice names. Of a registration that implies several it is the first of the
 * notice's own; none where it is about words that no item has. */
static int32_t item_of(const struct fact_source *s, int notice)
{
	const struct record *r = s->record;
	const char *items = r->notices[notice].items;
	char code[ITEM_CODE_LEN + 1];

	if (!view_has_own_items(r, notice))
		return figures_intern(s->figures, r->item_code);
	snprintf(code, sizeof(code), "%.*s", (int)strcspn(items, "|"), items);
	return figures_intern(s->figures, code);
}

void fact_of(const struct fact_source *s, int notice, struct fact *ret)
{
	const struct record *r = s->record;
	const struct notice *n = &r->notices[notice];

	*ret = (struct fact){.seq = s->seq,
			     .due_ms = n->due_ms,
			     .promise_ms = promise_of(r, notice),
			     .feedback_ms = notice_owes_feedback(r, n) ? n->feedback_due_ms : -1,
			     .day = day_of_ms(r->accepted_ms, SHANGHAI_MIN),
			     .body = figures_intern(s->figures, n->body),
			     .region = figures_intern(s->figures, r->region),
			     .item = item_of(s, notice),
			     .approvers = figures_intern(s->figures, r->approvers),
			     .by = figures_intern(s->figures, r->by),
			     .claim_minutes = -1,
			     .notice = (uint8_t)notice,
			     .role = (uint8_t)n->role,
			     .state = (uint8_t)n->state,
			     .cause = (uint8_t)n->cause,
			     .flags = evidence(r, notice)};
	if (n->claimed.at_ms)
		ret->claim_minutes = (int32_t)calendar_working_minutes(
			pack_calendar(s->pack), notice_made_ms(r, n), n->claimed.at_ms);
}

/* Not handed over yet: it waits for its moment, or for its turn. */
static int texts_waiting(const struct record *r)
{
	int count = 0;

	for (int i = 0; i < r->delivery_count; i++) {
		const struct delivery *d = &r->deliveries[i];

		count += d->channel == CHANNEL_SMS &&
			 (d->state == DELIVERY_WAITING || d->state == DELIVERY_SENDING);
	}
	return count;
}

struct event_fact fact_of_event(const struct fact_source *s)
{
	const struct record *r = s->record;

	return (struct event_fact){.seq = s->seq,
				   .day = day_of_ms(r->accepted_ms, SHANGHAI_MIN),
				   .region = figures_intern(s->figures, r->region),
				   .approvers = figures_intern(s->figures, r->approvers),
				   .by = figures_intern(s->figures, r->by),
				   .texts_waiting = texts_waiting(r)};
}

/* --- whose --- */

struct fact_scope {
	bool *bodies, *regions, *approvers, *by; /* by number of the name */
	int32_t count;
};

struct fact_scope *fact_scope_new(const struct figures *g, const struct principal *who,
				  const struct pack *pack)
{
	struct fact_scope *s = mem_zalloc(sizeof(*s));
	bool sends = principal_is(who, WHO_APPROVER) || principal_is(who, WHO_SYSTEM);

	s->count = figures_name_count(g);
	s->bodies = mem_zalloc(4 * (size_t)(s->count + 1));
	s->regions = s->bodies + s->count;
	s->approvers = s->regions + s->count;
	s->by = s->approvers + s->count;
	for (int32_t i = 0; i < s->count; i++) {
		const char *name = figures_name(g, i);
		const struct record r = {.approvers = name};

		s->bodies[i] = principal_answers(who, name);
		s->regions[i] = principal_oversees(who, pack, name, WHO_COORDINATOR) ||
				principal_oversees(who, pack, name, WHO_AUDITOR);
		s->approvers[i] = principal_approves(who, &r);
		s->by[i] = sends && !strcmp(name, who->name);
	}
	return s;
}

bool fact_in_scope(const struct fact_scope *s, const struct fact *x)
{
	if (x->cause == CAUSE_LETTER && !s->bodies[x->body])
		return s->regions[x->region];
	return s->bodies[x->body] || s->regions[x->region] || s->approvers[x->approvers] ||
	       s->by[x->by];
}

void fact_scope_free(struct fact_scope *s)
{
	free(s->bodies);
	free(s);
}
