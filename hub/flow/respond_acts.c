/* respond_acts.c: return, transfer, feedback, close and undo, each on a freshly read record. */
#include <string.h>

#include "calendar.h"
#include "flow/archive.h"
#include "flow/dispute.h"
#include "flow/ladder.h"
#include "flow/letter.h"
#include "flow/pause.h"
#include "flow/respond_in.h"
#include "flow/term.h"
#include "flow/undo.h"

struct receipt *act_receipt(struct answering *a, struct change *x, enum receipt_kind kind)
{
	struct receipt *r = change_receipt(x, kind, a->notice, -1);

	r->by = a->by;
	r->channel = a->channel;
	return r;
}

static enum err refuse(struct answering *a, enum err e, const char *why)
{
	a->detail = why;
	return e;
}

enum err act_verdict(struct answering *a, struct change *x, const struct notice *n, enum act act,
		     enum notice_state *ret)
{
	enum verdict v;

	if (!archive_allows(n, act))
		return refuse(a, ERR_CONFLICT, "The files are with nobody else");
	v = n->cause == CAUSE_LETTER
		    ? lifecycle_letter(n->state, letter_side_of(a->who, &x->record, n, act), act,
				       ret)
		    : lifecycle_next(n->state, n->role, act, ret);
	switch (v) {
	case VERDICT_NOT_LEAD:
		return refuse(a, ERR_FORBIDDEN, "Only the lead of an event claims it");
	case VERDICT_REFUSED:
		return refuse(
			a, ERR_CONFLICT,
			n->cause == CAUSE_LETTER
				? "This is not done to a letter, or not by this side of it now"
				: "The notice's state does not allow this any more");
	case VERDICT_SAME:
		x->nothing = true;
		break;
	case VERDICT_MOVES:
		break;
	}
	return ERR_OK;
}

/* A return stands until it is undone. */
bool notice_was_returned(const struct record *r, int notice)
{
	bool returned = false;

	for (int i = 0; i < r->receipt_count; i++) {
		const struct receipt *x = &r->receipts[i];

		if (x->notice != notice)
			continue;
		if (x->kind == RECEIPT_RETURNED)
			returned = true;
		else if (x->kind == RECEIPT_UNDONE && !strcmp(x->detail, act_name(ACT_RETURN)))
			returned = false;
	}
	return returned;
}

bool notice_was_sent_on(const struct record *r, int notice)
{
	for (int i = 0; i < r->notice_count; i++) {
		if (r->notices[i].cause == CAUSE_SENT_ON && r->notices[i].from == notice)
			return true;
	}
	return false;
}

bool notice_waits_for_bureau(const struct record *r, int notice)
{
	return r->notices[notice].state == STATE_RETURNED && !r->superseded_by &&
	       !notice_was_sent_on(r, notice);
}

static bool another_was_returned(const struct record *r, int notice)
{
	for (int i = 0; i < r->notice_count; i++) {
		if (i != notice && notice_was_returned(r, i))
			return true;
	}
	return false;
}

static const char *with_remark(struct change *x, const char *word, const char *remark)
{
	return *remark ? arena_printf(&x->arena, "%s: %s", word, remark)
		       : arena_strdup(&x->arena, word);
}

enum err act_return(struct answering *a, struct change *x, struct notice *n)
{
	bool second = another_was_returned(&x->record, a->notice);
	enum notice_state to;
	enum err e = act_verdict(a, x, n, ACT_RETURN, &to);

	if (e != ERR_OK || x->nothing)
		return e;
	act_receipt(a, x, RECEIPT_RETURNED)->detail =
		with_remark(x, return_reason_names[a->p->reason], a->p->remark);
	if (second) {
		change_notice(x, a->notice, STATE_DISPUTED, a->by);
		dispute_open(x, DISPUTE_TWO_RETURNS);
	} else {
		change_notice(x, a->notice, to, a->by);
		change_split(x, a->notice, true);
	}
	notice_schedule(x->flow, &x->record, n);
	return ERR_OK;
}

/* --- transfer: to a named body, or on from the bureau that has a notice back --- */

/* Who supervises; and what one bureau was asked to do, as by an alarm, another one. */
static bool may_take_on(const struct pack *pack, const struct notice *n, int to)
{
	const struct body *bodies = pack_view(pack)->bodies;
	int has = pack_find_body(pack, n->body);

	return n->role == ROLE_COPY || bodies[to].kind == BODY_SUPERVISION ||
	       bodies[to].kind == BODY_ENFORCEMENT ||
	       (bodies[to].kind == BODY_APPROVAL && has >= 0 && bodies[has].kind == BODY_APPROVAL);
}

static const char *bad_receiver(const struct answering *a, const struct change *x,
				const struct notice *n, bool sends_on)
{
	int to = pack_find_body(a->flow->pack, a->p->to);

	if (to < 0)
		return "there is no such body";
	if (!may_take_on(a->flow->pack, n, to))
		return "is no body that supervises";
	if (!strcmp(a->p->to, n->body) && !sends_on)
		return "is the body that has it";
	if (!strcmp(a->p->to, n->body) && !*a->p->remark)
		return "has returned it: say in the remark why it is theirs";
	for (int i = 0; i < x->record.notice_count; i++) {
		const struct notice *other = &x->record.notices[i];

		if (lifecycle_is_live(other->state) && other->role == n->role &&
		    !notice_is_aside(other) && !strcmp(other->body, a->p->to))
			return "has a notice of this event in this role already";
	}
	return NULL;
}

static enum err hand_on(struct answering *a, struct change *x, const struct notice *n,
			enum cause cause)
{
	struct notice like = *n;

	like.body = arena_strdup(&x->arena, a->p->to);
	like.state = STATE_OPEN;
	like.acknowledged = like.claimed = (struct stamp){.by = "", .channel = ""};
	like.cause = cause;
	like.from = a->notice;
	a->made = change_add(x, &like, a->by);
	if (a->made < 0)
		return refuse(a, ERR_CONFLICT, "The event has as many notices as it can have");
	notice_schedule(x->flow, &x->record, &x->record.notices[a->made]);
	return ERR_OK;
}

static enum err send_on(struct answering *a, struct change *x, struct notice *n)
{
	act_receipt(a, x, RECEIPT_SENT_ON)->detail = with_remark(x, a->p->to, a->p->remark);
	n->version++;
	change_split(x, a->notice, false);
	change_tell(x, a->notice, a->by);
	return hand_on(a, x, n, CAUSE_SENT_ON);
}

static enum err may_transfer(struct answering *a, struct change *x, const struct notice *n,
			     bool sends_on)
{
	enum notice_state to;

	if (!sends_on)
		return act_verdict(a, x, n, ACT_TRANSFER, &to);
	if (!notice_waits_for_bureau(&x->record, a->notice))
		return refuse(
			a, ERR_CONFLICT,
			x->record.superseded_by
				? "A correction has taken its place"
				: "Only what was returned and not sent on yet is the bureau's to "
				  "send on");
	return ERR_OK;
}

enum err act_transfer(struct answering *a, struct change *x, struct notice *n)
{
	/* also its own bureau's, when that has returned it: it could not transfer it any more */
	bool sends_on =
		a->who && (n->state == STATE_RETURNED ? principal_approves(a->who, &x->record)
						      : !principal_answers(a->who, n->body));
	enum err e = may_transfer(a, x, n, sends_on);
	const char *bad;

	if (e != ERR_OK)
		return e;
	bad = bad_receiver(a, x, n, sends_on);
	if (bad) {
		diag_init(&a->diag, &a->arena);
		diag_add(&a->diag, "/to", "%s", bad);
		return ERR_INVALID;
	}
	if (sends_on)
		return send_on(a, x, n);
	pause_end(x, a->notice, a->by, a->channel); /* the receiver's clock goes on */
	e = hand_on(a, x, n, CAUSE_TRANSFER);
	if (e != ERR_OK)
		return e;
	act_receipt(a, x, RECEIPT_TRANSFERRED)->detail = with_remark(x, a->p->to, a->p->remark);
	change_notice(x, a->notice, STATE_TRANSFERRED, a->by);
	x->record.notices[a->notice].next_ms = -1;
	return ERR_OK;
}

/* --- feedback --- */

static bool said_just_now(const struct answering *a, const struct record *r)
{
	const struct feedback *f = &a->p->feedback;

	for (int i = r->feedback_count - 1; i >= 0; i--) {
		const struct feedback *o = &r->feedback[i];

		if (o->notice != f->notice)
			continue;
		return o->result == f->result && o->disposal == f->disposal &&
		       o->has_penalty == f->has_penalty &&
		       o->licence_revoked == f->licence_revoked && o->closes == f->closes &&
		       !strcmp(o->checked_on, f->checked_on) &&
		       !strcmp(o->rectify_by, f->rectify_by) && !strcmp(o->remark, f->remark) &&
		       !strcmp(o->penalty_document, f->penalty_document) &&
		       !strcmp(o->penalty_kind, f->penalty_kind) &&
		       names_the_same(a, r, (struct namer){i, -1});
	}
	return false;
}

/* The bureau that decided has to think about the licence: it is told with a deadline of its own. */
static void raise_alarm(struct answering *a, struct change *x)
{
	const struct pack *pack = x->flow->pack;
	const char *body = x->event->deciding ? x->event->deciding : x->event->accepting;
	struct notice like = change_blank(ROLE_LEAD, CAUSE_FEEDBACK, a->notice);
	struct duration due;

	if (!body || pack_find_body(pack, body) < 0)
		body = dispute_office(pack, x->record.region, BODY_APPROVAL);
	if (!*body)
		return;
	like.body = body;
	if (duration_parse(pack_view(pack)->settings.alarm_due, &due))
		like.due_ms =
			calendar_due_ms(pack_calendar(pack), x->now_ms, due, &like.provisional);
	a->made = change_add(x, &like, a->by);
	if (a->made >= 0)
		notice_schedule(x->flow, &x->record, &x->record.notices[a->made]);
}

/* The notice that this one's newest alarm raised; -1: none did. */
static int alarm_raised(const struct record *r, int from)
{
	for (int i = r->notice_count - 1; i >= 0; i--)
		if (r->notices[i].cause == CAUSE_FEEDBACK && r->notices[i].from == from)
			return i;
	return -1;
}

static void keep_feedback(struct answering *a, struct change *x)
{
	struct feedback *f = record_add_feedback(&x->record, &x->arena);

	*f = a->p->feedback;
	f->notice = a->notice;
	f->at_ms = x->now_ms;
	f->by = a->by;
	f->channel = a->channel;
	act_receipt(a, x, RECEIPT_FED_BACK)->detail = arena_printf(
		&x->arena, "%s, %s", inspection_names[f->result], disposal_names[f->disposal]);
	if (f->closes)
		act_receipt(a, x, RECEIPT_CLOSED);
}

enum err act_feedback(struct answering *a, struct change *x, struct notice *n)
{
	bool alarms = feedback_alarms(a->p->feedback.result, a->p->feedback.disposal,
				      a->p->feedback.licence_revoked);
	enum notice_state to;
	enum err e = act_verdict(a, x, n, ACT_FEEDBACK, &to);

	a->p->feedback.notice = a->notice;
	if (e != ERR_OK)
		return e;
	if (a->p->feedback.closes && act_verdict(a, x, n, ACT_CLOSE, &to) != ERR_OK)
		return refuse(a, ERR_CONFLICT, "Only what was claimed can be closed");
	if (said_just_now(a, &x->record)) {
		a->made = alarms ? alarm_raised(&x->record, a->notice) : -1;
		x->nothing = true;
		return ERR_OK;
	}
	if (x->record.feedback_count >= RECORD_FEEDBACK_MAX)
		return refuse(a, ERR_CONFLICT, "The event has as much feedback as it can have");
	e = name_files(a, x, (struct namer){x->record.feedback_count, -1}, a->notice);
	if (e != ERR_OK)
		return e;
	keep_feedback(a, x);
	terms_checked(x, a->notice, a->by);
	change_notice(x, a->notice, to, a->by);
	notice_schedule(x->flow, &x->record, n);
	if (alarms)
		raise_alarm(a, x);
	return ERR_OK;
}

enum err act_close(struct answering *a, struct change *x, struct notice *n)
{
	enum notice_state to;
	enum err e;

	if (n->cause == CAUSE_LETTER)
		return letter_close(a, x, n);
	e = act_verdict(a, x, n, ACT_CLOSE, &to);
	if (e != ERR_OK || x->nothing)
		return e;
	if (!notice_has_feedback(&x->record, a->notice))
		return refuse(a, ERR_CONFLICT,
			      "A notice is closed with feedback only, and there is none yet");
	act_receipt(a, x, RECEIPT_CLOSED)->detail = arena_strdup(&x->arena, a->p->remark);
	change_notice(x, a->notice, to, a->by);
	notice_schedule(x->flow, &x->record, n);
	return ERR_OK;
}

/* --- undo --- */

/* What is taken back stays in the chain as it happened, and the undoing stands behind it. */
static void keep_stamp(struct change *x, int notice, enum receipt_kind kind, struct stamp *s)
{
	struct receipt *r;

	if (!s->at_ms)
		return;
	r = change_receipt(x, kind, notice, -1);
	r->at_ms = s->at_ms;
	r->by = s->by;
	r->channel = s->channel;
	*s = (struct stamp){.by = "", .channel = ""};
}

static void give_back_to_pool(struct change *x, int notice)
{
	struct notice *n = &x->record.notices[notice];

	if (n->cause == CAUSE_POOL && !notice_is_pool(n->body))
		change_owner(x, notice, arena_printf(&x->arena, "pool:%s", x->record.region));
}

enum err act_undo(struct answering *a, struct change *x, struct notice *n)
{
	struct undoing u;
	const char *why_not =
		undo_refused(&x->record, a->notice, pack_calendar(x->flow->pack), x->now_ms, &u);

	if (why_not)
		return refuse(a, ERR_CONFLICT, why_not);
	if (u.act == ACT_RETURN)
		change_split(x, a->notice, false);
	if (u.to == STATE_OPEN)
		keep_stamp(x, a->notice, RECEIPT_ACKNOWLEDGED, &n->acknowledged);
	if (u.act == ACT_CLAIM) {
		keep_stamp(x, a->notice, RECEIPT_CLAIMED, &n->claimed);
		change_holder(x, a->notice, false);
	}
	act_receipt(a, x, RECEIPT_UNDONE)->detail = act_name(u.act);
	if (u.to == STATE_OPEN)
		give_back_to_pool(x, a->notice);
	change_notice(x, a->notice, u.to, a->by);
	notice_schedule(x->flow, &x->record, &x->record.notices[a->notice]);
	return ERR_OK;
}
