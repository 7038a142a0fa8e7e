/* handover.c: see handover.h. The body's list is walked from its newest end, a slice at a time. */
#include "flow/handover.h"

#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/change.h"
#include "flow/respond_in.h"

/* Whoever asks for something meanwhile waits behind one slice in the hub and one in Redis: between
 * them the loop takes what has come. */
#define SLICE 32

struct moving {
	struct flow *flow;
	struct principal *who;
	struct arena arena;
	const char *body, *from, *to, *detail;
	struct diag diag;
	int64_t below; /* place in the body's list */
	int waiting, moved;
	bool at_end;
	enum err err;
	reply_fn *fn;
	void *arg;
};
struct one {
	struct moving *moving;
	int count; /* of the event's notices */
};

const char *handover_keeper(const struct record *r, int notice)
{
	const struct notice *n = &r->notices[notice];
	const struct stamp *took = n->claimed.at_ms ? &n->claimed : &n->acknowledged;
	int64_t undone_ms = INT64_MAX;

	for (int i = took->at_ms ? r->receipt_count - 1 : -1; i >= 0; i--) {
		const struct receipt *x = &r->receipts[i];

		if (x->notice != notice)
			continue;
		/* A claim that was taken back stands where that was done, with its own time: who
		 * handed it on meanwhile has handed on nothing. */
		if (x->kind == RECEIPT_CLAIMED && x->at_ms < undone_ms)
			undone_ms = x->at_ms;
		/* What was handed on before somebody took it (again) is over. */
		if (x->kind == RECEIPT_HANDED_ON && x->at_ms >= took->at_ms && x->at_ms < undone_ms)
			return x->detail;
	}
	return took->by;
}

bool handover_is_keeper(const struct principal *who, const struct record *r, int notice)
{
	return principal_answers(who, r->notices[notice].body) &&
	       !strcmp(handover_keeper(r, notice), who->name);
}

static bool is_in_hand(const struct moving *m, const struct record *r, int notice)
{
	const struct notice *n = &r->notices[notice];

	return (n->state == STATE_ACKNOWLEDGED || n->state == STATE_CLAIMED) &&
	       !strcmp(n->body, m->body) && !strcmp(handover_keeper(r, notice), m->from);
}

/* --- the answer --- */

static void answer(struct moving *m)
{
	struct reply r = {.err = ERR_OK, .status = 200, .etag = ""};
	struct buf out;

	buf_init(&out, 64 << 10);
	if (m->err == ERR_OK) {
		buf_add_str(&out, "{\"body\":");
		buf_add_json(&out, m->body);
		buf_add_str(&out, ",\"from\":");
		buf_add_json(&out, m->from);
		buf_add_str(&out, ",\"to\":");
		buf_add_json(&out, m->to);
		buf_printf(&out, ",\"moved\":%d}", m->moved);
	} else {
		r.err = m->err;
		r.status = err_http_status(m->err);
		problem_json(&out, m->err, r.status,
			     m->diag.first ? "The hand-over has faults" : err_title(m->err),
			     m->diag.first ? &m->diag : NULL);
	}
	r.json = buf_cstr(&out);
	r.len = out.len;
	m->fn(m->arg, &r);
	buf_clear(&out);
}

static void end(struct moving *m)
{
	struct arena arena;

	answer(m);
	principal_unref(m->who);
	arena = m->arena; /* the call itself lives in it */
	arena_clear(&arena);
}

/* --- the walk --- */

static void next_slice(struct moving *m);

static void step_done(struct moving *m, enum err e)
{
	if (e != ERR_OK)
		m->err = e;
	if (--m->waiting > 0)
		return;
	if (m->at_end || m->err != ERR_OK)
		end(m);
	else
		next_slice(m);
}

static enum err apply_one(void *arg, struct change *c)
{
	struct one *o = arg;
	const struct moving *m = o->moving;

	o->count = 0;
	for (int i = 0; i < c->record.notice_count; i++) {
		struct receipt *r;

		if (!is_in_hand(m, &c->record, i))
			continue;
		r = change_receipt(c, RECEIPT_HANDED_ON, i, -1);
		r->by = m->who->name;
		r->detail = m->to;
		change_audit(c, &(struct audited){.who = m->who->name,
						  .act = "handover",
						  .notice = i,
						  .body = m->body,
						  .channel = "http",
						  .detail = m->detail});
		c->record.notices[i].version++;
		change_tell(c, i, r->by);
		o->count++;
	}
	c->nothing = !o->count;
	return ERR_OK;
}

static void done_one(void *arg, enum err e, struct change *c)
{
	struct one *o = arg;
	struct moving *m = o->moving;

	(void)c;
	m->moved += e == ERR_OK ? o->count : 0;
	free(o);
	step_done(m, e);
}

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct moving *m = arg;
	struct arena arena;
	struct record r;

	arena_init(&arena);
	for (int i = 0; e == ERR_OK && i < count; i++) {
		bool wanted = false;

		arena_reset(&arena);
		if (!items[i].record.data ||
		    record_decode(items[i].record.data, items[i].record.len, &arena, &r) != ERR_OK)
			continue;
		for (int k = 0; k < r.notice_count; k++)
			wanted = wanted || is_in_hand(m, &r, k);
		if (wanted) {
			struct one *o = mem_zalloc(sizeof(*o));

			o->moving = m;
			m->waiting++;
			change_run(m->flow, items[i].seq, false, apply_one, done_one, o);
		}
	}
	arena_clear(&arena);
	step_done(m, e);
}

static void on_refs(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	struct moving *m = arg;
	int64_t seqs[SLICE];
	int n = 0;

	if (m->below < 0)
		m->below = total;
	for (int i = 0; e == ERR_OK && i < count && n < SLICE; i++) {
		if (!n || seqs[n - 1] != refs[i].seq)
			seqs[n++] = refs[i].seq;
	}
	m->below -= count;
	m->at_end = m->below <= 0 || !count;
	if (e == ERR_OK && n)
		store_load(m->flow->store, seqs, n, false, on_loaded, m);
	else
		step_done(m, e);
}

static void next_slice(struct moving *m)
{
	m->waiting = 1;
	store_body_list(m->flow->store,
			&(struct list_in){.body = m->body, .below = m->below, .limit = SLICE},
			on_refs, m);
}

/* One's own work, or anybody's as an administrator. */
static bool may_hand_over(const struct principal *who, const char *body, const char *from)
{
	return principal_administers(who, body) || !strcmp(who->name, from);
}

void handover(struct flow *f, const struct handover_in *in, reply_fn *fn, void *arg)
{
	struct arena arena;
	struct moving *m;

	arena_init(&arena);
	m = arena_zalloc(&arena, sizeof(*m));
	m->arena = arena;
	m->flow = f;
	m->who = principal_ref(in->who);
	m->body = arena_strdup(&m->arena, in->body);
	m->below = -1;
	m->fn = fn;
	m->arg = arg;
	diag_init(&m->diag, &m->arena);
	m->from = act_text(in->said, "from", true, &m->diag);
	m->to = act_text(in->said, "to", true, &m->diag);
	if (pack_find_body(f->pack, in->body) < 0 ||
	    (!principal_answers(in->who, in->body) && !may_hand_over(in->who, in->body, "")))
		m->err = ERR_NOT_FOUND;
	else if (!m->diag.first && !may_hand_over(in->who, in->body, m->from))
		m->err = ERR_FORBIDDEN;
	else if (!m->diag.first &&
		 (!in->answers(in->answers_arg, m->to, in->body) || !strcmp(m->from, m->to)))
		diag_add(&m->diag, "/to", "must be another person of the body");
	if (m->err == ERR_OK && m->diag.first)
		m->err = ERR_INVALID;
	if (m->err == ERR_OK) {
		m->detail = arena_printf(&m->arena, "%s to %s", m->from, m->to);
		next_slice(m);
		return;
	}
	m->diag = m->err == ERR_INVALID ? m->diag : (struct diag){0};
	end(m);
}
