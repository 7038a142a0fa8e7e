/* respond.c: see respond.h. */
#include "flow/respond.h"

#include <stdlib.h>
#include <string.h>

#include "flow/change.h"
#include "flow/intake.h"
#include "flow/view.h"
#include "metrics.h"

struct call {
	struct flow *flow;
	struct principal *who;
	char *by, *from_hash, *dedupe;
	const char *channel;
	int64_t seq;
	int notice, if_match;
	enum answer answer;
	enum err refusal; /* why apply said no, when it was not plain ERR_NOT_FOUND */
	const char *detail;
	reply_fn *fn;
	void (*sms_done)(void *arg, enum err e);
	void *arg;
};

static void call_free(struct call *c)
{
	principal_unref(c->who);
	free(c->by);
	free(c->from_hash);
	free(c->dedupe);
	free(c);
}

/* The body of the principal that may take a notice out of this pool, or NULL. */
static const char *pool_taker(const struct call *c, const struct notice *n)
{
	const struct pack *pack = c->flow->pack;
	int region = pack_find_region(pack, n->body + 5, strlen(n->body + 5));

	for (int i = 0; i < c->who->grant_count; i++) {
		const struct grant *g = &c->who->grants[i];
		int b = pack_find_body(pack, g->body);

		if (g->who == WHO_SUPERVISOR && b >= 0 && region >= 0 && pack_view(pack)->bodies[b].region == region)
			return g->body;
	}
	return NULL;
}

static bool is_pool(const struct notice *n)
{
	return !strncmp(n->body, "pool:", 5);
}

static bool in_scope(const struct call *c, const struct notice *n)
{
	if (!c->who)
		return true; /* an SMS reply: checked by the number it was sent to */
	return principal_supervises(c->who, n->body) || (is_pool(n) && pool_taker(c, n));
}

static void set_stamp(struct stamp *s, const struct call *c, int64_t now_ms)
{
	if (s->at_ms)
		return; /* the first one stands */
	s->by = c->by;
	s->at_ms = now_ms;
	s->channel = c->channel;
}

static void take_from_pool(struct call *c, struct change *x, struct notice *n)
{
	const char *body = pool_taker(c, n);

	if (!is_pool(n) || !body)
		return;
	x->index[x->index_count++] = (struct commit_index){ .body = n->body, .notice = c->notice, .todo = false };
	n->body = arena_strdup(&x->arena, body);
	x->index[x->index_count++] =
		(struct commit_index){ .body = n->body, .notice = c->notice, .todo = true, .added = true };
}

static enum err apply_shown(struct call *c, struct change *x)
{
	for (int i = 0; i < x->record.receipt_count; i++) {
		const struct receipt *r = &x->record.receipts[i];

		if (r->kind == RECEIPT_SHOWN && r->notice == c->notice && !strcmp(r->by, c->by)) {
			x->nothing = true;
			return ERR_OK;
		}
	}
	struct receipt *r = change_receipt(x, RECEIPT_SHOWN, c->notice, -1);

	r->by = c->by;
	r->channel = c->channel;
	return ERR_OK;
}

static void set_holder(struct change *x, const struct notice *n)
{
	x->holder_body = n->body;
	x->holder_case = x->event->case_id;
	x->holder_permit = x->event->permit_number;
}

static enum err move(struct call *c, struct change *x, struct notice *n)
{
	enum act act = c->answer == ANSWER_CLAIM ? ACT_CLAIM : ACT_ACKNOWLEDGE;
	enum notice_state to;

	switch (lifecycle_next(n->state, n->role, act, &to)) {
	case VERDICT_SAME:
		x->nothing = true;
		return ERR_OK;
	case VERDICT_NOT_LEAD:
		c->detail = "Only the lead of an event claims it";
		return ERR_FORBIDDEN;
	case VERDICT_REFUSED:
		c->detail = "The notice's state does not allow this any more";
		return ERR_CONFLICT;
	case VERDICT_MOVES:
		break;
	}
	take_from_pool(c, x, n);
	set_stamp(&n->acknowledged, c, x->now_ms);
	if (act == ACT_CLAIM) {
		set_stamp(&n->claimed, c, x->now_ms);
		set_holder(x, n);
	}
	change_notice(x, c->notice, to, c->by);
	notice_schedule(x->flow, &x->record, n);
	return ERR_OK;
}

static enum err apply(void *arg, struct change *x)
{
	struct call *c = arg;
	struct notice *n;

	if (c->notice >= x->record.notice_count || !in_scope(c, &x->record.notices[c->notice]))
		return ERR_NOT_FOUND;
	n = &x->record.notices[c->notice];
	if (c->if_match >= 0 && c->if_match != n->version) {
		c->detail = "The notice was changed in the meantime";
		return ERR_STALE;
	}
	return c->answer == ANSWER_SHOWN ? apply_shown(c, x) : move(c, x, n);
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

static void reply_state(struct call *c, const struct change *x)
{
	const struct notice *n = &x->record.notices[c->notice];
	struct reply r = { .err = ERR_OK, .status = 200 };
	struct buf out;
	char etag[16];

	snprintf(etag, sizeof(etag), "%d", n->version);
	buf_init(&out, 4096);
	buf_printf(&out, "{\"notice\":\"n%lld.%d\",\"state\":\"%s\"", (long long)c->seq, c->notice,
		   notice_state_name(n->state));
	put_stamp(&out, ",\"acknowledged\":", &n->acknowledged);
	put_stamp(&out, ",\"claimed\":", &n->claimed);
	buf_printf(&out, ",\"version\":%d}", n->version);
	r.json = buf_cstr(&out);
	r.len = out.len;
	r.etag = etag;
	c->fn(c->arg, &r);
	buf_clear(&out);
}

/* A refusal names who was first, so that the page can say it. */
static void reply_refused(struct call *c, enum err e, const struct change *x)
{
	const struct stamp *s = NULL;
	struct reply r = { .err = e, .status = err_http_status(e), .etag = "" };
	struct buf out;

	buf_init(&out, 8192);
	problem_json(&out, e, r.status, c->detail ? c->detail : err_title(e), NULL);
	if (x && c->detail && c->notice < x->record.notice_count)
		s = x->record.notices[c->notice].claimed.at_ms ? &x->record.notices[c->notice].claimed :
								 &x->record.notices[c->notice].acknowledged;
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
	struct call *c = arg;

	if (e == ERR_OK && !x->nothing && c->answer != ANSWER_SHOWN)
		metric_add(c->answer == ANSWER_CLAIM ? METRIC_CLAIMED : METRIC_ACKNOWLEDGED, 1);
	if (c->sms_done)
		c->sms_done(c->arg, e);
	else if (e == ERR_OK)
		reply_state(c, x);
	else
		reply_refused(c, e, x);
	call_free(c);
}

void respond(struct flow *f, const struct respond_in *in, reply_fn *fn, void *arg)
{
	struct call *c;
	int64_t seq;
	int notice;

	if (!id_parse_notice(in->notice, &seq, &notice)) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	c = mem_zalloc(sizeof(*c));
	c->flow = f;
	c->who = principal_ref(in->who);
	c->by = mem_strdup(in->who->name);
	c->channel = in->channel;
	c->seq = seq;
	c->notice = notice;
	c->if_match = in->if_match;
	c->answer = in->answer;
	c->fn = fn;
	c->arg = arg;
	change_run(f, seq, in->answer == ANSWER_CLAIM, apply, done, c);
}

/* The notice must have been sent to this number, and a reply that comes twice is kept once. */
static enum err apply_sms(void *arg, struct change *x)
{
	struct call *c = arg;
	bool sent = false;
	struct receipt *r;

	for (int i = 0; i < x->record.delivery_count; i++) {
		const struct delivery *d = &x->record.deliveries[i];

		sent = sent || (d->notice == c->notice && !strcmp(d->address_hash, c->from_hash));
	}
	if (!sent || c->notice >= x->record.notice_count)
		return ERR_NOT_FOUND;
	for (int i = 0; i < x->record.receipt_count; i++) {
		if (x->record.receipts[i].kind == RECEIPT_REPLY && !strcmp(x->record.receipts[i].detail, c->dedupe)) {
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
		x->nothing = false; /* the reply itself is evidence, also when it changes no state */
	return e == ERR_CONFLICT ? ERR_OK : e;
}

void respond_by_sms(struct flow *f, const struct respond_sms *in, void (*sms_done)(void *arg, enum err e), void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->by = mem_strdup(in->by);
	c->from_hash = mem_strdup(in->from_hash);
	c->dedupe = mem_strdup(in->dedupe);
	c->channel = "sms";
	c->seq = in->seq;
	c->notice = in->notice;
	c->if_match = -1;
	c->answer = ANSWER_ACKNOWLEDGE;
	c->sms_done = sms_done;
	c->arg = arg;
	change_run(f, in->seq, false, apply_sms, done, c);
}
