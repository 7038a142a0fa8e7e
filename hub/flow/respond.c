/* respond.c: see respond.h. */
#include "flow/respond.h"

#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/dispute.h"
#include "flow/ladder.h"
#include "flow/letter.h"
#include "flow/respond_in.h"
#include "flow/view.h"
#include "metrics.h"

static void answering_free(struct answering *a)
{
	principal_unref(a->who);
	free(a->from_hash);
	free(a->dedupe);
	arena_clear(&a->arena);
	free(a);
}

/* The body of the principal that may take notices out of the pool of this region, or NULL. */
static const char *pool_taker(const struct answering *c, const char *of)
{
	const struct pack *pack = c->flow->pack;
	int region = pack_find_region(pack, of, strlen(of));

	for (int i = 0; i < c->who->grant_count; i++) {
		const struct grant *g = &c->who->grants[i];
		int b = pack_find_body(pack, g->body);

		if (g->who == WHO_SUPERVISOR && b >= 0 && region >= 0 &&
		    pack_view(pack)->bodies[b].region == region)
			return g->body;
	}
	return NULL;
}

static const char *pool_region(const struct notice *n)
{
	return n->body + strlen("pool:");
}

static enum err refuse(struct answering *c, enum err e, const char *why)
{
	c->detail = why;
	return e;
}

/* Of a letter: what its two bodies do, and what whoever coordinates the region does to remind. */
static enum err may_letter(struct answering *c, const struct change *x, const struct notice *n)
{
	static const enum act acts[ANSWER_COUNT] = {[ANSWER_CLOSE] = ACT_CLOSE,
						    [ANSWER_REMIND] = ACT_REMIND,
						    [ANSWER_REPLY] = ACT_REPLY,
						    [ANSWER_ATTACH] = ACT_REPLY};

	if (principal_sees_notice(c->who, c->flow->pack, n, x->event, &x->record) == SIGHT_NONE)
		return ERR_NOT_FOUND;
	if (c->answer == ANSWER_SHOWN
		    ? principal_answers(c->who, n->body)
		    : letter_may(c->who, c->flow->pack, &x->record, n, acts[c->answer]))
		return ERR_OK;
	return refuse(
		c, ERR_FORBIDDEN,
		"Only the body that was written to answers a letter, and only who wrote it closes it");
}

static enum err may_remind(struct answering *c, const struct change *x, const struct notice *n)
{
	if (act_may_remind(c->who, c->flow->pack, &x->record))
		return ERR_OK;
	if (principal_sees_notice(c->who, c->flow->pack, n, x->event, &x->record) == SIGHT_NONE)
		return ERR_NOT_FOUND;
	return refuse(c, ERR_FORBIDDEN, "Only the bureau of the case and the coordinator remind");
}

/* What a bureau of the case does to other bodies' notices too. */
static bool is_bureaus(enum answer a)
{
	return a == ANSWER_TRANSFER || a == ANSWER_FULFIL || a == ANSWER_LETTER ||
	       a == ANSWER_ATTACH;
}

/* Who saw it in the pool may know why it is not there any more. */
static bool is_too_late(const struct answering *c, const struct change *x, const struct notice *n)
{
	return n->cause == CAUSE_POOL && !notice_is_pool(n->body) &&
	       pool_taker(c, x->record.region);
}

static enum err may_not(struct answering *c, const struct change *x, const struct notice *n,
			bool takes)
{
	if (takes && is_too_late(c, x, n))
		return refuse(
			c, ERR_CONFLICT,
			arena_printf(&c->arena, "%s has taken it out of the pool first", n->body));
	if (principal_sees_notice(c->who, c->flow->pack, n, x->event, &x->record) == SIGHT_NONE)
		return ERR_NOT_FOUND;
	return refuse(c, ERR_FORBIDDEN, "Only the body that was told answers for its notice");
}

/* Whether this person may do this to this notice; what they may not see is not there for them. */
static enum err may(struct answering *c, const struct change *x, const struct notice *n)
{
	bool is_clock = c->answer == ANSWER_PAUSE || c->answer == ANSWER_RESUME;
	bool takes = c->answer == ANSWER_ACKNOWLEDGE || c->answer == ANSWER_CLAIM ||
		     c->answer == ANSWER_SHOWN;

	if (!c->who || principal_answers(c->who, n->body))
		return ERR_OK;
	if (is_clock &&
	    principal_oversees(c->who, c->flow->pack, x->record.region, WHO_COORDINATOR))
		return ERR_OK;
	if (notice_is_pool(n->body) && pool_taker(c, pool_region(n)))
		return takes ? ERR_OK
			     : refuse(c, ERR_CONFLICT, "It lies in the pool: claim it first");
	if (is_bureaus(c->answer) && principal_approves(c->who, &x->record))
		return ERR_OK;
	return may_not(c, x, n, takes);
}

void act_stamp(struct stamp *s, const struct answering *c, int64_t now_ms)
{
	if (s->at_ms)
		return; /* the first one stands */
	s->by = c->by;
	s->at_ms = now_ms;
	s->channel = c->channel;
}

static void take_from_pool(struct answering *c, struct change *x, struct notice *n)
{
	const char *body = c->who && notice_is_pool(n->body) ? pool_taker(c, pool_region(n)) : NULL;

	if (body)
		change_owner(x, c->notice, body);
}

static enum err apply_shown(struct answering *c, struct change *x, struct notice *n)
{
	(void)n;
	for (int i = 0; i < x->record.receipt_count; i++) {
		const struct receipt *r = &x->record.receipts[i];

		if (r->kind == RECEIPT_SHOWN && r->notice == c->notice && !strcmp(r->by, c->by)) {
			x->nothing = true;
			return ERR_OK;
		}
	}
	act_receipt(c, x, RECEIPT_SHOWN);
	return ERR_OK;
}

static void set_holder(struct change *x, const struct notice *n)
{
	x->holder_body = n->body;
	x->holder_case = x->event->case_id;
	x->holder_permit = x->event->permit_number;
}

static enum err move(struct answering *c, struct change *x, struct notice *n, enum act act)
{
	/* a claim of its own stands behind it: equal stamps are one act that did both */
	int64_t after_ms = n->acknowledged.at_ms;
	enum notice_state to;
	enum err e = act_verdict(c, x, n, act, &to);

	if (e != ERR_OK || x->nothing)
		return e;
	take_from_pool(c, x, n);
	act_stamp(&n->acknowledged, c, x->now_ms);
	if (act == ACT_CLAIM && !notice_is_aside(n))
		set_holder(x, n);
	if (act == ACT_CLAIM)
		act_stamp(&n->claimed, c,
			  after_ms > 0 && after_ms >= x->now_ms ? after_ms + 1 : x->now_ms);
	change_notice(x, c->notice, to, c->by);
	notice_schedule(x->flow, &x->record, n);
	return ERR_OK;
}

static enum err apply_acknowledge(struct answering *c, struct change *x, struct notice *n)
{
	return move(c, x, n, ACT_ACKNOWLEDGE);
}

static enum err apply_claim(struct answering *c, struct change *x, struct notice *n)
{
	return move(c, x, n, ACT_CLAIM);
}

/* What each answer does, whether it needs the event's document, what it is called in the audit log,
 * and who counts it. */
static const struct kind {
	act_fn *apply;
	bool needs_event;
	const char *name;
	enum metric metric;
} kinds[ANSWER_COUNT] = {
	[ANSWER_ACKNOWLEDGE] = {apply_acknowledge, false, "acknowledge", METRIC_ACKNOWLEDGED},
	[ANSWER_CLAIM] = {apply_claim, true, "claim", METRIC_CLAIMED},
	[ANSWER_SHOWN] = {apply_shown, false, NULL, METRIC_COUNT},
	[ANSWER_RETURN] = {act_return, false, "return", METRIC_RETURNED},
	[ANSWER_TRANSFER] = {act_transfer, false, "transfer", METRIC_TRANSFERRED},
	[ANSWER_FEEDBACK] = {act_feedback, true, "feedback", METRIC_FED_BACK},
	[ANSWER_CLOSE] = {act_close, false, "close", METRIC_COUNT},
	[ANSWER_UNDO] = {act_undo, false, "undo", METRIC_COUNT},
	[ANSWER_FULFIL] = {act_fulfil, false, "fulfil", METRIC_COUNT},
	[ANSWER_PAUSE] = {act_pause, false, "pause", METRIC_COUNT},
	[ANSWER_RESUME] = {act_resume, false, "resume", METRIC_COUNT},
	[ANSWER_ATTACH] = {act_attach, false, "attach", METRIC_COUNT},
	[ANSWER_REMIND] = {act_remind, false, "remind", METRIC_COUNT},
	[ANSWER_LETTER] = {act_letter, false, "letter", METRIC_COUNT},
	[ANSWER_REPLY] = {act_reply, false, "reply", METRIC_COUNT},
};

static enum err apply(void *arg, struct change *x)
{
	struct answering *c = arg;
	struct notice *n;
	enum err e;
	int about;

	c->made = -1;
	c->detail = "";
	if (c->notice >= x->record.notice_count)
		return ERR_NOT_FOUND;
	n = &x->record.notices[c->notice];
	if (c->who && n->cause == CAUSE_LETTER)
		e = may_letter(c, x, n);
	else
		e = c->answer == ANSWER_REMIND ? may_remind(c, x, n) : may(c, x, n);
	if (e != ERR_OK)
		return e;
	if (c->diag.count)
		return ERR_INVALID;
	if (!version_was_seen(&c->if_match, n->version))
		return refuse(c, ERR_STALE, "The notice was changed in the meantime");
	e = kinds[c->answer].apply(c, x, n);
	if (e != ERR_OK || x->nothing)
		return e;
	dispute_review(x);
	about = c->answer == ANSWER_LETTER ? c->made : c->notice;
	n = &x->record.notices[about];
	if (kinds[c->answer].name)
		change_audit(x, &(struct audited){.who = c->by,
						  .act = kinds[c->answer].name,
						  .notice = about,
						  .body = n->body,
						  .region = x->record.region,
						  .state = notice_state_name(n->state),
						  .channel = c->channel});
	return ERR_OK;
}

static void put_stamp(struct buf *out, const char *name, const struct stamp *s)
{
	buf_add_str(out, name);
	if (!s->at_ms) {
		buf_add_str(out, "null");
		return;
	}
	buf_add_str(out, "{\"by\":");
	buf_add_json(out, s->by);
	buf_add_str(out, ",\"at\":");
	view_time(out, s->at_ms);
	buf_add_str(out, ",\"channel\":");
	buf_add_json(out, s->channel);
	buf_add_char(out, '}');
}

/* What came of it besides: the notice made by a transfer or by alarming feedback, and a dispute
 * that is open. */
static void put_made(const struct answering *c, const struct change *x, struct buf *out)
{
	if (c->answer == ANSWER_ATTACH) {
		buf_add_str(out, ",\"file\":");
		view_file(&c->p->file, false, out);
	}
	if (c->made >= 0) {
		view_id(out, ",\"made\":", 'n', c->seq, c->made);
		buf_add_str(out, ",\"to\":");
		buf_add_json(out, x->record.notices[c->made].body);
	}
	for (int i = 0; i < x->record.dispute_count; i++) {
		if (x->record.disputes[i].state <= DISPUTE_AGENDA)
			view_id(out, ",\"dispute\":", 'u', c->seq, i);
	}
}

static void reply_state(struct answering *c, const struct change *x)
{
	const struct notice *n = &x->record.notices[c->notice];
	struct reply r = {.err = ERR_OK, .status = 200};
	struct buf out, tag;
	char etag[16];

	buf_init_in(&tag, etag, sizeof(etag), sizeof(etag) - 1);
	buf_add_int(&tag, n->version);
	buf_init_brief(&out, 4096);
	view_id(&out, "{\"notice\":", 'n', c->seq, c->notice);
	buf_add_str(&out, ",\"state\":");
	buf_add_json(&out, notice_state_name(n->state));
	put_stamp(&out, ",\"acknowledged\":", &n->acknowledged);
	put_stamp(&out, ",\"claimed\":", &n->claimed);
	put_made(c, x, &out);
	buf_add_str(&out, ",\"version\":");
	buf_add_int(&out, n->version);
	buf_add_char(&out, '}');
	r.json = buf_cstr(&out);
	r.len = out.len;
	r.etag = buf_cstr(&tag);
	c->fn(c->arg, &r);
	buf_clear(&out);
}

/* A refusal names who was first, so that the page can say it. */
static void reply_refused(struct answering *c, enum err e, const struct change *x)
{
	const struct stamp *s = NULL;
	struct reply r = {
		.err = e, .status = err_http_status(e), .etag = "", .retry_s = c->retry_s};
	struct buf out;

	buf_init(&out, 8192);
	problem_json(&out, e, r.status, *c->detail ? c->detail : err_title(e),
		     e == ERR_INVALID ? &c->diag : NULL);
	if (x && e == ERR_CONFLICT && c->notice < x->record.notice_count)
		s = x->record.notices[c->notice].claimed.at_ms
			    ? &x->record.notices[c->notice].claimed
			    : &x->record.notices[c->notice].acknowledged;
	if (c->before.at_ms)
		s = &c->before;
	if (s && s->at_ms) {
		out.len--;
		buf_add_str(&out, ",\"by\":");
		buf_add_json(&out, s->by);
		buf_add_str(&out, ",\"at\":");
		view_time(&out, s->at_ms);
		buf_add_char(&out, '}');
	}
	r.json = buf_cstr(&out);
	r.len = out.len;
	c->fn(c->arg, &r);
	buf_clear(&out);
}

static void done(void *arg, enum err e, struct change *x)
{
	struct answering *c = arg;

	if (e == ERR_OK && !x->nothing && kinds[c->answer].metric != METRIC_COUNT)
		metric_add(kinds[c->answer].metric, 1);
	if (c->sms_done)
		c->sms_done(c->arg, e);
	else if (e == ERR_OK)
		reply_state(c, x);
	else
		reply_refused(c, e, x);
	answering_free(c);
}

static struct answering *answering_new(struct flow *f, const char *by, const char *channel)
{
	size_t by_bytes = strlen(by) + 1;
	struct answering *c = mem_alloc(sizeof(*c) + by_bytes);

	memset(c, 0, sizeof(*c));
	c->flow = f;
	c->by = memcpy(c + 1, by, by_bytes);
	c->channel = channel;
	c->detail = "";
	arena_init(&c->arena);
	diag_init(&c->diag, &c->arena);
	return c;
}

void respond(struct flow *f, const struct respond_in *in, reply_fn *fn, void *arg)
{
	struct answering *c;
	int64_t seq;
	int notice;

	if (!id_parse_notice(in->notice, &seq, &notice)) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	c = answering_new(f, in->who->name, in->channel);
	c->who = principal_ref(in->who);
	c->seq = seq;
	c->notice = notice;
	c->if_match = in->if_match;
	c->answer = in->answer;
	c->fn = fn;
	c->arg = arg;
	if (answer_has_params(in->answer)) {
		c->p = arena_alloc(&c->arena, sizeof(*c->p));
		act_read(in->answer, in->params, &c->arena, c->p, &c->diag);
	}
	change_run_now(f, seq, kinds[in->answer].needs_event, apply, done, c);
}

/* The notice must have been sent to this number as the body's own: an office or a bureau that is
 * told of it too does not answer for the body. A reply that comes twice is kept once. */
static enum err apply_sms(void *arg, struct change *x)
{
	struct answering *c = arg;
	bool sent = false;
	struct receipt *r;

	for (int i = 0; i < x->record.delivery_count; i++) {
		const struct delivery *d = &x->record.deliveries[i];

		sent = sent || (d->notice == c->notice && !*d->body &&
				!strcmp(d->address_hash, c->from_hash));
	}
	if (!sent || c->notice >= x->record.notice_count)
		return ERR_NOT_FOUND;
	for (int i = 0; i < x->record.receipt_count; i++) {
		if (x->record.receipts[i].kind == RECEIPT_REPLY &&
		    !strcmp(x->record.receipts[i].detail, c->dedupe)) {
			x->nothing = true;
			return ERR_OK;
		}
	}
	enum err e = apply(c, x);

	r = change_receipt(x, RECEIPT_REPLY, c->notice, -1);
	r->by = c->by;
	r->channel = c->channel;
	r->detail = c->dedupe;
	if (e == ERR_CONFLICT || e == ERR_OK)
		/* the reply itself is evidence, also when it changes no state */
		x->nothing = false;
	return e == ERR_CONFLICT ? ERR_OK : e;
}

void respond_by_sms(struct flow *f, const struct respond_sms *in,
		    void (*sms_done)(void *arg, enum err e), void *arg)
{
	struct answering *c = answering_new(f, in->by, "sms");

	c->from_hash = mem_strdup(in->from_hash);
	c->dedupe = mem_strdup(in->dedupe);
	c->seq = in->seq;
	c->notice = in->notice;
	c->answer = ANSWER_ACKNOWLEDGE;
	c->sms_done = sms_done;
	c->arg = arg;
	change_run(f, in->seq, false, apply_sms, done, c);
}
