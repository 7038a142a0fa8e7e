/* dispute_call.c: what the parties say about a dispute, and the joint meeting's ruling, which
 * touches every open notice of it. */
#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/dispute.h"
#include "flow/ladder.h"
#include "flow/respond_in.h"
#include "flow/view.h"

struct call {
	struct flow *flow;
	struct principal *who;
	const char *channel, *act;
	int64_t seq;
	int dispute;
	struct seen_versions if_match;
	struct arena arena;
	struct diag diag;
	const char *body, *text, *proposes, *basis, *remark;
	const char *detail;
	enum err (*apply)(struct call *c, struct change *x, struct dispute *d);
	reply_fn *fn;
	void *arg;
};

enum sight dispute_sight(const struct principal *who, const struct pack *pack,
			 const struct record *r)
{
	for (int i = 0; i < who->grant_count; i++) {
		const struct grant *g = &who->grants[i];

		if ((g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER) &&
		    dispute_is_party(r, g->body))
			return SIGHT_FULL;
	}
	if (principal_oversees(who, pack, r->region, WHO_COORDINATOR) ||
	    principal_oversees(who, pack, r->region, WHO_AUDITOR))
		return SIGHT_MASKED;
	return SIGHT_NONE;
}

static enum err refuse(struct call *c, enum err e, const char *why)
{
	c->detail = why;
	return e;
}

/* --- a position --- */

/* The body the person speaks for: the one named, else the first of theirs that is party. */
static const char *speaks_for(const struct call *c, const struct record *r)
{
	for (int i = 0; i < c->who->grant_count; i++) {
		const struct grant *g = &c->who->grants[i];

		if (*c->body && strcmp(g->body, c->body) != 0)
			continue;
		if ((g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER) &&
		    dispute_is_party(r, g->body))
			return g->body;
	}
	return NULL;
}

static bool said_already(const struct call *c, const struct record *r, const char *body)
{
	for (int i = r->position_count - 1; i >= 0; i--) {
		const struct position *p = &r->positions[i];

		if (p->dispute == c->dispute && !strcmp(p->body, body))
			return !strcmp(p->text, c->text) && !strcmp(p->proposes, c->proposes);
	}
	return false;
}

static enum err apply_position(struct call *c, struct change *x, struct dispute *d)
{
	const char *body = speaks_for(c, &x->record);
	struct position *p;

	if (!body)
		return refuse(c, ERR_FORBIDDEN, "Only a party of the dispute states a position");
	if (said_already(c, &x->record, body)) {
		x->nothing = true;
		return ERR_OK;
	}
	if (d->state > DISPUTE_AGENDA)
		return refuse(c, ERR_CONFLICT, "The dispute has ended");
	if (x->record.position_count >= RECORD_POSITIONS_MAX || x->bytes > RECORD_SAID_MAX)
		return refuse(c, ERR_CONFLICT, "There are as many positions as there can be");
	p = record_add_position(&x->record, &x->arena);
	p->dispute = c->dispute;
	p->at_ms = x->now_ms;
	p->by = c->who->name;
	p->body = body;
	p->text = c->text;
	p->proposes = c->proposes;
	d->version++;
	x->touched = true;
	return ERR_OK;
}

/* --- a ruling --- */

static void note_ruling(struct call *c, struct change *x, int notice)
{
	struct receipt *r = change_receipt(x, RECEIPT_RULED, notice, -1);

	r->by = c->who->name;
	r->channel = c->channel;
	r->detail = *c->body ? c->body : "closed";
}

static void claim_by_ruling(struct call *c, struct change *x, int notice)
{
	struct notice *n = &x->record.notices[notice];
	const struct stamp now = {c->who->name, x->now_ms, c->channel};

	if (!n->acknowledged.at_ms)
		n->acknowledged = now;
	if (!n->claimed.at_ms)
		n->claimed = now;
	change_holder(x, notice, true);
}

/* Out of the bodies' hands first, then to the one that was named or to an end. */
static void rule_on(struct call *c, struct change *x, int notice, bool theirs)
{
	enum notice_state to;

	note_ruling(c, x, notice);
	if (theirs && notice_is_pool(x->record.notices[notice].body))
		change_owner(x, notice, c->body);
	if (theirs)
		claim_by_ruling(c, x, notice);
	if (theirs && x->record.notices[notice].state == STATE_CLAIMED)
		return;
	if (x->record.notices[notice].state != STATE_DISPUTED)
		change_notice(x, notice, STATE_DISPUTED, c->who->name);
	if (lifecycle_next(STATE_DISPUTED, ROLE_LEAD, theirs ? ACT_RULING : ACT_RULE_OUT, &to) ==
	    VERDICT_MOVES)
		change_notice(x, notice, to, c->who->name);
	notice_schedule(x->flow, &x->record, &x->record.notices[notice]);
}

/* A body that had no notice to be given gets one, with the clocks of the first lead's. */
static enum err give_notice(struct call *c, struct change *x, const char *items)
{
	struct notice like = {.due_ms = -1, .feedback_due_ms = -1, .via = "push", .rules = ""};
	int made;

	for (int i = x->record.notice_count - 1; i >= 0; i--) {
		if (x->record.notices[i].role == ROLE_LEAD &&
		    !notice_is_aside(&x->record.notices[i]))
			like = x->record.notices[i];
	}
	like.body = c->body;
	like.role = ROLE_LEAD;
	if (items && *items)
		like.items = items;
	like.state = STATE_CLAIMED;
	like.acknowledged = like.claimed = (struct stamp){.by = "", .channel = ""};
	like.cause = CAUSE_RULING;
	like.from = -1;
	like.next_ms = -1;
	made = change_add(x, &like, c->who->name);
	if (made < 0)
		return refuse(c, ERR_CONFLICT, "The event has as many notices as it can have");
	note_ruling(c, x, made);
	claim_by_ruling(c, x, made);
	notice_schedule(x->flow, &x->record, &x->record.notices[made]);
	return ERR_OK;
}

/* The body's own, whatever it is for, or else the pool's that is ruled on. */
static int notice_for(const struct call *c, struct change *x, const struct dispute *d,
		      const char *items)
{
	const struct record *r = &x->record;
	int pool = -1;

	for (int i = 0; *c->body && i < r->notice_count; i++) {
		const struct notice *n = &r->notices[i];

		if (n->role != ROLE_LEAD || notice_is_aside(n) || !lifecycle_is_live(n->state))
			continue;
		if (!strcmp(n->body, c->body))
			return i;
		if (notice_is_pool(n->body) && dispute_touches(d, items, n, &x->arena))
			pool = i;
	}
	return pool;
}

static enum err apply_ruling(struct call *c, struct change *x, struct dispute *d)
{
	const char *items = dispute_items(&x->record, d, &x->arena);
	int count = x->record.notice_count, theirs = notice_for(c, x, d, items);
	enum err e = ERR_OK;

	if (!principal_oversees(c->who, x->flow->pack, x->record.region, WHO_COORDINATOR))
		return refuse(c, ERR_FORBIDDEN, "The coordinator of the region rules");
	if (d->state == DISPUTE_RULED && !strcmp(d->body, c->body)) {
		x->nothing = true;
		return ERR_OK;
	}
	if (d->state > DISPUTE_AGENDA)
		return refuse(c, ERR_CONFLICT, "The dispute has ended");
	d->body = c->body;
	d->by = c->who->name;
	d->basis = c->basis;
	d->remark = c->remark;
	dispute_end(x, d, DISPUTE_RULED);
	for (int i = 0; i < count; i++) {
		struct notice *n = &x->record.notices[i];

		if (n->state == STATE_RETURNED)
			change_split(x, i, false);
		else if (i == theirs || dispute_touches(d, items, n, &x->arena))
			rule_on(c, x, i, i == theirs);
	}
	if (*c->body && theirs < 0)
		e = give_notice(c, x, items);
	else if (items && theirs >= 0)
		x->record.notices[theirs].items =
			dispute_items_joined(x->record.notices[theirs].items, items, &x->arena);
	return e;
}

/* --- the way of both --- */

static enum err apply(void *arg, struct change *x)
{
	struct call *c = arg;
	struct dispute *d;
	enum err e;

	c->detail = "";
	if (c->dispute >= x->record.dispute_count ||
	    dispute_sight(c->who, x->flow->pack, &x->record) == SIGHT_NONE)
		return ERR_NOT_FOUND;
	d = &x->record.disputes[c->dispute];
	if (c->diag.count)
		return ERR_INVALID;
	if (!version_was_seen(&c->if_match, d->version))
		return refuse(c, ERR_STALE, "The dispute was changed in the meantime");
	e = c->apply(c, x, d);
	if (e == ERR_OK && !x->nothing)
		change_audit(x, &(struct audited){.who = c->who->name,
						  .act = c->act,
						  .notice = -1,
						  .body = c->body,
						  .region = x->record.region,
						  .channel = c->channel,
						  .detail = arena_printf(&x->arena, "u%lld.%d",
									 (long long)c->seq,
									 c->dispute)});
	return e;
}

static void reply_dispute(struct call *c, const struct change *x)
{
	struct view v = {.pack = flow_pack_of(x->flow, x->record.policy),
			 .event = x->event,
			 .record = &x->record,
			 .seq = x->seq,
			 .now_ms = x->now_ms,
			 .principal = c->who};
	struct buf out;
	char etag[16];

	v.masked = dispute_sight(c->who, x->flow->pack, &x->record) == SIGHT_MASKED;
	snprintf(etag, sizeof(etag), "%d", x->record.disputes[c->dispute].version);
	buf_init(&out, 4u << 20);
	view_dispute(&v, c->dispute, &out);
	reply_built(c->fn, c->arg, ERR_OK, etag, &out);
	buf_clear(&out);
}

static void reply_refused(struct call *c, enum err e)
{
	struct reply r = {.err = e, .status = err_http_status(e), .etag = ""};
	struct buf out;

	buf_init(&out, 8192);
	problem_json(&out, e, r.status, *c->detail ? c->detail : err_title(e),
		     e == ERR_INVALID ? &c->diag : NULL);
	r.json = buf_cstr(&out);
	r.len = out.len;
	c->fn(c->arg, &r);
	buf_clear(&out);
}

static void call_free(struct call *c)
{
	principal_unref(c->who);
	arena_clear(&c->arena);
	free(c);
}

static void done(void *arg, enum err e, struct change *x)
{
	struct call *c = arg;

	if (e != ERR_OK) {
		reply_refused(c, e);
		call_free(c);
		return;
	}
	reply_dispute(c, x);
	call_free(c);
}

static struct call *call_new(struct flow *f, const struct dispute_in *in, reply_fn *fn, void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->who = principal_ref(in->who);
	c->channel = in->channel;
	c->if_match = in->if_match;
	c->fn = fn;
	c->arg = arg;
	c->detail = c->text = c->proposes = c->basis = c->remark = "";
	arena_init(&c->arena);
	diag_init(&c->diag, &c->arena);
	c->body = act_text(in->said, "body", false, &c->diag);
	return c;
}

static void run(struct call *c, const char *id)
{
	if (id_parse_dispute(id, &c->seq, &c->dispute)) {
		change_run(c->flow, c->seq, true, apply, done, c);
		return;
	}
	reply_refused(c, ERR_NOT_FOUND);
	call_free(c);
}

static void must_supervise(struct call *c, const char *where, const char *body)
{
	const struct pack *pack = c->flow->pack;
	int b = pack_find_body(pack, body);

	if (!*body)
		return;
	if (b < 0)
		diag_add(&c->diag, where, "there is no such body");
	else if (pack_view(pack)->bodies[b].kind != BODY_SUPERVISION &&
		 pack_view(pack)->bodies[b].kind != BODY_ENFORCEMENT)
		diag_add(&c->diag, where, "is no body that supervises");
}

void dispute_position(struct flow *f, const struct dispute_in *in, reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, in, fn, arg);

	c->act = "position";
	c->apply = apply_position;
	c->text = act_text(in->said, "position", true, &c->diag);
	c->proposes = act_text(in->said, "proposes", false, &c->diag);
	must_supervise(c, "/proposes", c->proposes);
	run(c, in->dispute);
}

void dispute_ruling(struct flow *f, const struct dispute_in *in, reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, in, fn, arg);
	const json_t *close = json_object_get(in->said, "close");

	c->act = "ruling";
	c->apply = apply_ruling;
	c->basis = act_text(in->said, "basis", false, &c->diag);
	c->remark = act_text(in->said, "remark", false, &c->diag);
	if (close && !json_is_boolean(close) && !json_is_null(close))
		diag_add(&c->diag, "/close", "must be true or false");
	if (json_is_true(close) == (*c->body != '\0'))
		diag_add(&c->diag, "/body",
			 "name the body that leads, or say close: true, and not both");
	must_supervise(c, "/body", c->body);
	run(c, in->dispute);
}
