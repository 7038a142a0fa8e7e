/* dispute.c: see dispute.h. */
#include "flow/dispute.h"

#include <string.h>

#include "calendar.h"
#include "flow/ladder.h"
#include "metrics.h"

const char *dispute_office(const struct pack *pack, const char *region, enum body_kind kind)
{
	const struct pack_view *p = pack_view(pack);

	for (int r = pack_find_region(pack, region, strlen(region)); r >= 0;
	     r = p->regions[r].parent) {
		for (int b = 0; b < p->body_count; b++) {
			if (p->bodies[b].kind == kind && p->bodies[b].region == r)
				return p->bodies[b].id;
		}
	}
	return "";
}

static bool is_contested(const struct notice *n)
{
	return n->role == ROLE_LEAD && !notice_is_aside(n) && lifecycle_is_live(n->state);
}

/* Whoever the decision made the lead answers until the ruling; where nobody was, the coordinating
 * office does. */
static const char *interim_lead(const struct pack *pack, const struct record *r)
{
	for (int i = 0; i < r->notice_count; i++) {
		if (r->notices[i].role == ROLE_LEAD && r->notices[i].cause == CAUSE_DECISION)
			return r->notices[i].body;
	}
	return dispute_office(pack, r->region, BODY_COORDINATION);
}

static int64_t negotiated_until(const struct flow *f, int64_t from_ms)
{
	struct duration time;
	bool provisional;

	if (!duration_parse(pack_view(f->pack)->settings.negotiate, &time))
		return -1;
	return calendar_due_ms(pack_calendar(f->pack), from_ms, time, &provisional);
}

static struct dispute *dispute_make(const struct flow *f, struct record *r, enum dispute_kind kind,
				    int64_t now_ms, struct arena *arena)
{
	struct dispute *d = record_add_dispute(r, arena);

	d->kind = kind;
	d->state = DISPUTE_NEGOTIATING;
	d->version = 1;
	d->opened_ms = now_ms;
	d->due_ms = negotiated_until(f, now_ms);
	d->interim = interim_lead(f->pack, r);
	d->body = d->by = d->basis = d->remark = "";
	return d;
}

static const struct notice *pool_notice(const struct record *r)
{
	for (int i = 0; i < r->notice_count; i++) {
		if (r->notices[i].cause == CAUSE_POOL)
			return &r->notices[i];
	}
	return NULL;
}

void dispute_at_decision(const struct flow *f, struct record *r, struct arena *arena)
{
	bool nobody = bars_hold(r->problems, problem_name(PROBLEM_NO_LEAD));
	struct dispute *d;

	/* Leads of several items of one event do not contend, and a phrase in the pool is no
	 * dispute about an item. */
	if (!nobody && !bars_hold(r->problems, problem_name(PROBLEM_SEVERAL_LEADS)))
		return;
	d = dispute_make(f, r, nobody ? DISPUTE_NO_LEAD : DISPUTE_SEVERAL_LEADS, r->accepted_ms,
			 arena);
	if (nobody)
		d->due_ms = pool_notice(r)->due_ms; /* whoever takes it from the pool settles it */
	d->next_ms = r->accepted_ms;
}

struct dispute *dispute_current(struct record *r)
{
	for (int i = r->dispute_count - 1; i >= 0; i--) {
		if (r->disputes[i].state <= DISPUTE_AGENDA)
			return &r->disputes[i];
	}
	return NULL;
}

static void enlist(struct change *c, struct dispute *d)
{
	change_index(c, DISPUTE_LIST, (int)(d - c->record.disputes), d->state <= DISPUTE_AGENDA,
		     d->listed ? LISTED_AS_BEFORE : LISTED_NEW);
	d->listed = true;
	d->next_ms = d->state == DISPUTE_NEGOTIATING ? d->due_ms : -1;
	metric_add(METRIC_DISPUTES, 1);
	change_note(c, "dispute", -1);
	c->touched = true;
}

static struct dispute *settled_one(struct record *r, enum dispute_kind kind)
{
	for (int i = r->dispute_count - 1; i >= 0; i--) {
		if (r->disputes[i].kind == kind && r->disputes[i].state == DISPUTE_SETTLED)
			return &r->disputes[i];
	}
	return NULL;
}

/* What had settled it was undone. */
static void reopen(struct change *c, struct dispute *d)
{
	d->state = DISPUTE_NEGOTIATING;
	d->version++;
	d->at_ms = 0;
	d->due_ms = d->kind == DISPUTE_NO_LEAD ? pool_notice(&c->record)->due_ms
					       : negotiated_until(c->flow, c->now_ms);
	enlist(c, d);
}

void dispute_open(struct change *c, enum dispute_kind kind)
{
	struct dispute *before = settled_one(&c->record, kind);

	if (dispute_current(&c->record))
		return;
	if (before)
		reopen(c, before);
	else if (c->record.dispute_count < RECORD_DISPUTES_MAX)
		enlist(c, dispute_make(c->flow, &c->record, kind, c->now_ms, &c->arena));
}

void dispute_end(struct change *c, struct dispute *d, enum dispute_state state)
{
	d->state = state;
	d->version++;
	d->at_ms = c->now_ms;
	d->next_ms = -1;
	if (d->listed)
		change_index(c, DISPUTE_LIST, (int)(d - c->record.disputes), false,
			     LISTED_AS_BEFORE);
	else
		enlist(c, d);
	if (state == DISPUTE_SETTLED)
		change_note(c, "dispute settled", -1);
	c->touched = true;
}

/* Contested: a notice that is disputed, one in the pool, or more leads than one. */
struct contest {
	bool is_disputed, in_pool;
	int leads;
};

static struct contest contest_of(const struct record *r)
{
	struct contest x = {0};

	for (int i = 0; i < r->notice_count; i++) {
		const struct notice *n = &r->notices[i];

		x.is_disputed = x.is_disputed || n->state == STATE_DISPUTED;
		x.in_pool = x.in_pool || (is_contested(n) && notice_is_pool(n->body));
		x.leads += is_contested(n);
	}
	return x;
}

void dispute_review(struct change *c)
{
	struct dispute *d = dispute_current(&c->record);
	const struct contest x = contest_of(&c->record);

	if (!d) {
		if (x.in_pool && settled_one(&c->record, DISPUTE_NO_LEAD))
			dispute_open(c, DISPUTE_NO_LEAD);
		else if (x.leads > 1 && settled_one(&c->record, DISPUTE_SEVERAL_LEADS))
			dispute_open(c, DISPUTE_SEVERAL_LEADS);
	} else if (!x.is_disputed && !x.in_pool &&
		   !(d->kind == DISPUTE_SEVERAL_LEADS && x.leads > 1)) {
		dispute_end(c, d, DISPUTE_SETTLED);
	}
}

/* What nobody has taken from the pool in its time is the joint meeting's. */
static void take_out_of_pool(struct change *c)
{
	for (int i = 0; i < c->record.notice_count; i++) {
		struct notice *n = &c->record.notices[i];
		enum notice_state to;

		if (!notice_is_pool(n->body) ||
		    lifecycle_next(n->state, n->role, ACT_DISPUTE, &to) != VERDICT_MOVES)
			continue;
		change_receipt(c, RECEIPT_DISPUTED, i, -1);
		change_notice(c, i, to, "");
		notice_schedule(c->flow, &c->record, n);
	}
}

bool dispute_due(struct change *c)
{
	struct dispute *d = dispute_current(&c->record);

	if (!d || d->next_ms < 0 || d->next_ms > c->now_ms)
		return false;
	if (!d->listed) {
		enlist(c, d);
		return true;
	}
	d->state = DISPUTE_AGENDA;
	d->version++;
	d->next_ms = -1;
	c->touched = true;
	change_note(c, "dispute on the agenda", -1);
	if (d->kind == DISPUTE_NO_LEAD)
		take_out_of_pool(c);
	return true;
}

bool dispute_is_party(const struct record *r, const char *body)
{
	for (int i = 0; i < r->notice_count; i++) {
		const struct notice *n = &r->notices[i];

		if (!strcmp(n->body, body) &&
		    ((n->role == ROLE_LEAD && n->cause != CAUSE_LETTER) ||
		     n->state == STATE_RETURNED || n->state == STATE_DISPUTED))
			return true;
	}
	return r->approvers && bars_hold(r->approvers, body);
}
