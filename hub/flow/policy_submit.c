/* policy_submit.c: a pack sent by a person: read, proven and compared beside the loop, then stored
 * whole as submitted. */
#include <stdlib.h>
#include <string.h>

#include "flow/policy_call.h"
#include "pack_sent.h"

/* Packs that were submitted and never in force; past it some have to be taken back first. */
#define WAITING_MAX 100

struct submission {
	struct policy_call call;
	struct policy_maker maker;
	struct bytes body; /* of a pack that was sent */
	struct pack *was;
	struct policy_made made;
	struct diag diag;
	enum err outcome;
	int32_t today;
	struct buf content, answer;
};

static void store(struct submission *s);

static void submission_free(struct submission *s)
{
	pack_unref(s->was);
	pack_unref(s->made.pack);
	buf_clear(&s->content);
	buf_clear(&s->answer);
	free(s);
}

static void refuse(struct submission *s, enum err e, const char *detail)
{
	policy_refuse(&s->call, e, detail);
	submission_free(s);
}

static void end(struct submission *s, int status, const char *members)
{
	policy_answer_life(&s->call, status, members);
	submission_free(s);
}

/* --- beside the loop --- */

static enum err make_sent(void *arg, const struct pack *in_force, struct policy_made *ret,
			  struct diag *diag)
{
	const struct bytes *body = arg;
	struct pack_sent sent = {0};
	enum err e = pack_sent_read(body->data, body->len, &sent, diag);

	(void)in_force;
	ret->pack = sent.pack;
	ret->why = sent.why;
	return e;
}

static void work(void *arg)
{
	struct submission *s = arg;
	struct buf check, changes;
	struct diff *d;

	s->outcome = s->maker.make(s->maker.arg, s->was, &s->made, &s->diag);
	if (s->outcome != ERR_OK)
		return;
	buf_init(&check, ANSWER_BYTES);
	buf_init(&changes, ANSWER_BYTES);
	d = diff_new(s->was, s->made.pack, s->today);
	proof_print(d, PROOF_BRIEF, &check, &changes);
	diff_free(d);
	buf_printf(&s->answer, ",\"check\":%s", buf_cstr(&check));
	buf_printf(&s->answer, ",\"diff\":%s", buf_cstr(&changes));
	pack_canonical(s->made.pack, &s->content);
	buf_clear(&check);
	buf_clear(&changes);
}

/* --- on the loop again --- */

static bool same_jurisdiction(const struct pack *a, const struct pack *b)
{
	const struct pack_view *x = pack_view(a), *y = pack_view(b);

	return !strcmp(x->regions[x->jurisdiction].code, y->regions[y->jurisdiction].code);
}

static void on_earlier_answer(void *arg, enum err e, const char *text)
{
	struct submission *s = arg;

	if (e != ERR_OK)
		refuse(s, e, err_title(e));
	else
		end(s, 200, text ? text : buf_cstr(&s->answer));
}

static void on_fresh(void *arg, enum err e)
{
	struct submission *s = arg;

	if (e != ERR_OK)
		refuse(s, e, err_title(e));
	else
		store(s);
}

static void on_stored(void *arg, enum err e)
{
	struct submission *s = arg;

	if (e == ERR_OK)
		end(s, 201, buf_cstr(&s->answer));
	else if (e == ERR_STALE && ++s->call.tries < CALL_TRIES)
		policies_fresh(s->call.ps, on_fresh, s);
	else if (e == ERR_CONFLICT)
		refuse(s, e, "Another pack has this version's name");
	else
		refuse(s, e == ERR_STALE ? ERR_UNAVAILABLE : e,
		       "The pack was not taken; send it again");
}

static int waiting_count(const struct policies *ps)
{
	int count = 0;

	for (int i = 0; i < ps->count; i++)
		count += ps->list[i]->submitted && !ps->list[i]->activated;
	return count;
}

static void store(struct submission *s)
{
	struct policies *ps = s->call.ps;
	struct step_write w = {.step = policy_call_step(&s->call, STEP_SUBMITTED),
			       .keeps = STEP_KEEPS_PACK,
			       .content = {s->content.data, s->content.len}};

	if (policy_state(ps, policy_find(ps, s->call.version))) {
		store_policy_answer(ps->flow->store, s->call.version, on_earlier_answer, s);
		return;
	}
	if (waiting_count(ps) >= WAITING_MAX) {
		refuse(s, ERR_CONFLICT,
		       "100 submitted packs wait to be in force; withdraw some first");
		return;
	}
	w.answer = (struct bytes){s->answer.data, s->answer.len};
	policies_write(ps, &w, on_stored, s);
}

static void work_done(void *arg)
{
	struct submission *s = arg;

	policies_end(s->call.ps);
	if (s->outcome == ERR_OK && !same_jurisdiction(s->was, s->made.pack)) {
		diag_add(&s->diag, "pack.json:1:1",
			 "the jurisdiction is another one than this hub's");
		s->outcome = ERR_INVALID;
	}
	if (s->outcome == ERR_CONFLICT) {
		refuse(s, ERR_CONFLICT, s->diag.first->what);
		return;
	}
	if (s->outcome != ERR_OK) {
		policy_refuse_faults(&s->call, s->outcome, &s->diag);
		submission_free(s);
		return;
	}
	s->call.version = pack_view(s->made.pack)->version;
	s->call.why = s->made.why;
	store(s);
}

static void on_ready(void *arg, enum err e)
{
	struct submission *s = arg;

	if (e != ERR_OK) {
		refuse(s, e, err_title(e));
	} else if (!policies_begin(s->call.ps)) {
		refuse(s, ERR_UNAVAILABLE, "Other packs are being proven; send it again");
	} else {
		s->was = pack_ref(s->call.ps->flow->pack);
		loop_work(s->call.ps->flow->loop, work, work_done, s);
	}
}

static struct submission *submission_new(const struct policy_submit_in *in, reply_fn *fn, void *arg)
{
	struct submission *s = mem_zalloc(sizeof(*s));

	policy_call_begin(&s->call, &(struct policy_asked){in->flow, in->who, ""}, fn, arg);
	diag_init(&s->diag, &s->call.arena);
	buf_init(&s->content, PACK_CONTENT_BYTES);
	buf_init(&s->answer, ANSWER_BYTES);
	s->maker = in->maker;
	s->made.members = &s->answer;
	s->today = policies_today(in->flow->policies);
	return s;
}

static void submission_start(struct submission *s)
{
	if (policy_call_may(&s->call))
		policies_fresh(s->call.ps, on_ready, s);
	else
		refuse(s, ERR_FORBIDDEN,
		       "Policies are changed by those who coordinate the whole jurisdiction");
}

void policy_submit_made(const struct policy_submit_in *in, reply_fn *fn, void *arg)
{
	submission_start(submission_new(in, fn, arg));
}

void policy_submit(struct flow *f, struct principal *who, struct bytes body, reply_fn *fn,
		   void *arg)
{
	struct submission *s =
		submission_new(&(struct policy_submit_in){f, who, {make_sent, NULL}}, fn, arg);

	s->body = body;
	s->maker.arg = &s->body;
	submission_start(s);
}
