/* policy_acts.c: what becomes of a submitted pack: approved by a second person, put into force now
 * or at a time, run as a shadow, taken back. */
#include <stdlib.h>
#include <string.h>

#include "flow/policy_call.h"
#include "timefmt.h"

struct policy_act {
	struct policy_call call;
	void (*look)(struct policy_act *a); /* at what stands now: answers, or goes on */
	struct diag diag;
	int64_t for_ms; /* 0: now */
	double limit;	/* per cent; negative: none */
	struct proof_past past;
	/* the one in force that it was proven against; NULL: not yet */
	const struct policy *proven_against;
	bool is_on, accepts_standing;
};

static void act_refuse(struct policy_act *a, enum err e, const char *detail)
{
	policy_refuse(&a->call, e, detail);
	free(a);
}

static void act_end(struct policy_act *a, const char *members)
{
	policy_answer_life(&a->call, 200, members);
	free(a);
}

static void on_fresh(void *arg, enum err e)
{
	struct policy_act *a = arg;

	if (e != ERR_OK)
		act_refuse(a, e, err_title(e));
	else
		a->look(a);
}

static void on_written(void *arg, enum err e)
{
	struct policy_act *a = arg;

	if (e == ERR_STALE && ++a->call.tries < CALL_TRIES)
		policies_fresh(a->call.ps, on_fresh, a);
	else if (e != ERR_OK)
		act_refuse(a, e == ERR_STALE ? ERR_UNAVAILABLE : e, "Nothing was done; ask again");
	else
		act_end(a, "");
}

static void act_write(struct policy_act *a, enum step_kind kind, enum step_keeps keeps)
{
	struct step_write w = {.step = policy_call_step(&a->call, kind), .keeps = keeps};

	w.step.for_ms = kind == STEP_SCHEDULED ? a->for_ms : 0;
	w.step.accepts_standing = kind == STEP_APPROVED && a->accepts_standing;
	policies_write(a->call.ps, &w, on_written, a);
}

/* NULL after having answered: there is no such version. */
static struct policy *act_policy(struct policy_act *a)
{
	struct policy *p = policy_find(a->call.ps, a->call.version);

	if (policy_state(a->call.ps, p))
		return p;
	act_refuse(a, ERR_NOT_FOUND, "No such version of the policy");
	return NULL;
}

/* --- approve --- */

static void look_approve(struct policy_act *a)
{
	struct policy *p = act_policy(a);

	if (!p)
		return;
	if (p->submitted && !strcmp(p->submitted->by, a->call.who->name))
		act_refuse(a, ERR_FORBIDDEN,
			   "Who submitted a policy cannot approve it; a second person has to");
	else if (p->approved && (p->approved->accepts_standing || !a->accepts_standing))
		act_end(a, "");
	else
		act_write(a, STEP_APPROVED, STEP_KEEPS_NOTHING);
}

/* --- take back --- */

static void on_withdrawn(void *arg, enum err e)
{
	struct policy_act *a = arg;

	if (e != ERR_OK || policy_state(a->call.ps, policy_find(a->call.ps, a->call.version))) {
		on_written(a, e);
		return;
	}
	policy_answer(&a->call, "{\"withdrawn\":true}", 18);
	free(a);
}

static void look_withdraw(struct policy_act *a)
{
	struct policy *p = act_policy(a);
	struct step_write w = {.keeps = STEP_KEEPS_NOTHING};

	if (!p)
		return;
	if (p->activated && !p->scheduled) {
		act_refuse(a, ERR_CONFLICT, "A policy that was in force stays in the history");
		return;
	}
	if (!p->activated)
		w.keeps = STEP_FORGETS_PACK;
	w.step = policy_call_step(&a->call, STEP_WITHDRAWN);
	policies_write(a->call.ps, &w, on_withdrawn, a);
}

/* --- beside the one in force --- */

static void on_shadow_pack(void *arg, enum err e, struct pack *pack)
{
	struct policy_act *a = arg;
	struct policies *ps = a->call.ps;

	if (e != ERR_OK) {
		act_refuse(a, e, err_title(e));
		return;
	}
	policy_keep(ps, policy_get(ps, a->call.version), pack);
	act_write(a, STEP_SHADOW_ON, STEP_BEGINS_SHADOW);
}

static void look_shadow(struct policy_act *a)
{
	struct policies *ps = a->call.ps;
	struct policy *p = act_policy(a);

	if (!p)
		return;
	if (a->is_on && p == ps->force)
		act_refuse(a, ERR_CONFLICT, "This policy is in force; there is nothing to compare");
	else if (a->is_on == (ps->shadow == p))
		act_end(a, "");
	else if (a->is_on)
		policy_with_pack(ps, a->call.version, on_shadow_pack, a);
	else
		act_write(a, STEP_SHADOW_OFF, STEP_KEEPS_NOTHING);
}

/* --- put into force --- */

static void refuse_limit(struct policy_act *a, const struct proof_out *out, double percent)
{
	const char *detail = arena_printf(
		&a->call.arena,
		"%.2f %% of the last %lld events would be decided otherwise, the limit is %g %%",
		percent, out->sums.events, a->limit);
	struct buf members;

	buf_init(&members, ANSWER_BYTES);
	buf_printf(&members, ",\"diff\":%s", out->diff);
	policy_refuse_with(&a->call, ERR_CONFLICT, detail, buf_cstr(&members));
	buf_clear(&members);
	free(a);
}

/* Errors that the policy in force has as well are no worse than what is; but the second person has
 * to know of them and say so. */
static bool is_held_up(const struct policy_act *a, const struct proof_out *out)
{
	const struct policy *p = policy_find(a->call.ps, a->call.version);

	return out->errors > out->standing ||
	       (out->errors && !(p->approved && p->approved->accepts_standing));
}

static void refuse_errors(struct policy_act *a, const struct proof_out *out)
{
	const char *detail = arena_printf(&a->call.arena,
					  "The check of this policy has %d errors, %d of them new",
					  out->errors, out->errors - out->standing);
	struct buf members;

	if (out->errors == out->standing)
		detail = arena_printf(
			&a->call.arena,
			"The check of this policy has %d errors, which the policy in force has too; "
			"a second person has to approve it with them: {\"standing\":true}",
			out->errors);

	buf_init(&members, ANSWER_BYTES);
	buf_printf(&members, ",\"check\":%s", out->check);
	policy_refuse_with(&a->call, ERR_CONFLICT, detail, buf_cstr(&members));
	buf_clear(&members);
	free(a);
}

static void on_proven(void *arg, enum err e, const struct proof_out *out)
{
	struct policy_act *a = arg;
	double percent = e == ERR_OK && out->sums.events
				 ? 100.0 * (double)out->sums.changed / (double)out->sums.events
				 : 0;

	if (e != ERR_OK)
		act_refuse(a, e, "The policy could not be proven now; ask again");
	else if (is_held_up(a, out))
		refuse_errors(a, out);
	else if (a->limit >= 0 && percent > a->limit)
		refuse_limit(a, out, percent);
	else
		policies_fresh(a->call.ps, on_fresh, a); /* time has passed: look again */
}

static void on_pack(void *arg, enum err e, struct pack *pack)
{
	struct policy_act *a = arg;
	struct policies *ps = a->call.ps;
	const struct proof_in in = {.ps = ps,
				    .was = ps->flow->pack,
				    .is = pack,
				    .kind = PROOF_EVENTS,
				    .past = a->limit >= 0 ? a->past : (struct proof_past){0}};

	if (e != ERR_OK) {
		act_refuse(a, e, err_title(e));
		return;
	}
	/* At hand when the step is written, so that it takes hold at once. */
	policy_keep(ps, policy_get(ps, a->call.version), pack);
	a->proven_against = ps->force;
	policy_prove(&in, on_proven, a);
}

static void look_activate(struct policy_act *a)
{
	struct policies *ps = a->call.ps;
	struct policy *p = act_policy(a);

	if (!p)
		return;
	if (p == ps->force)
		act_refuse(a, ERR_CONFLICT, "This policy is in force already");
	else if (!p->approved)
		act_refuse(a, ERR_CONFLICT, "A second person has to approve this policy first");
	else if (a->proven_against != ps->force) /* another may have come meanwhile */
		policy_with_pack(ps, a->call.version, on_pack, a);
	else
		act_write(a, a->for_ms ? STEP_SCHEDULED : STEP_ACTIVATED, STEP_KEEPS_NOTHING);
}

/* --- what is said --- */

static void read_limit(struct policy_act *a, const json_t *limit)
{
	if (!limit || json_is_null(limit))
		return;
	if (json_is_number(limit) && json_number_value(limit) >= 0 &&
	    json_number_value(limit) <= 100)
		a->limit = json_number_value(limit);
	else
		diag_add(&a->diag, "/limit", "must be a number from 0 to 100");
}

static void read_activation(struct policy_act *a, const json_t *said)
{
	const json_t *at = json_object_get(said, "at");
	const char *text = json_string_value(at);

	read_limit(a, json_object_get(said, "limit"));
	policy_past(&a->call, said, &a->past, &a->diag);
	if (!at || json_is_null(at))
		return;
	if (!text || !time_parse_rfc3339(text, strlen(text), &a->for_ms) ||
	    a->for_ms <= clock_now_ms(&a->call.ps->flow->clock))
		diag_add(&a->diag, "/at", "must be a time to come, as 2026-12-01T00:00:00+08:00");
}

static void act_start(struct policy_act *a)
{
	if (a->diag.count) {
		policy_refuse_faults(&a->call, ERR_INVALID, &a->diag);
		free(a);
	} else if (!policy_call_may(&a->call)) {
		act_refuse(a, ERR_FORBIDDEN,
			   "Policies are changed by those who coordinate the whole jurisdiction");
	} else {
		policies_fresh(a->call.ps, on_fresh, a);
	}
}

static struct policy_act *act_new(struct flow *f, const struct policy_in *in,
				  const char *const *members, reply_fn *fn, void *arg)
{
	struct policy_act *a = mem_zalloc(sizeof(*a));

	policy_call_begin(&a->call, &(struct policy_asked){f, in->who, in->version}, fn, arg);
	diag_init(&a->diag, &a->call.arena);
	a->limit = -1;
	policy_members(in->said, members, &a->diag);
	a->call.why = policy_text(in->said, "why", &a->diag);
	return a;
}

void policy_approve(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg)
{
	static const char *const members[] = {"why", "standing", NULL};
	struct policy_act *a = act_new(f, in, members, fn, arg);

	const json_t *standing = json_object_get(in->said, "standing");

	a->look = look_approve;
	a->accepts_standing = json_is_true(standing);
	if (standing && !json_is_boolean(standing) && !json_is_null(standing))
		diag_add(&a->diag, "/standing", "must be true or false");
	act_start(a);
}

void policy_withdraw(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg)
{
	static const char *const members[] = {"why", NULL};
	struct policy_act *a = act_new(f, in, members, fn, arg);

	a->look = look_withdraw;
	act_start(a);
}

void policy_shadow(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg)
{
	static const char *const members[] = {"why", "on", NULL};
	struct policy_act *a = act_new(f, in, members, fn, arg);
	const json_t *on = json_object_get(in->said, "on");

	a->look = look_shadow;
	a->is_on = json_is_true(on);
	if (!json_is_boolean(on))
		diag_add(&a->diag, "/on", "must be true or false");
	act_start(a);
}

void policy_activate(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg)
{
	static const char *const members[] = {"why", "at", "limit", "events", "days", NULL};
	struct policy_act *a = act_new(f, in, members, fn, arg);

	a->look = look_activate;
	read_activation(a, in->said);
	act_start(a);
}
