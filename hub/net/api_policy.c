/* api_policy.c: the policy in force, what it would decide, and how it is changed: submitted, approved, put into force. */
#include "decide.h"
#include "flow/policy_calls.h"
#include "net/api.h"

void api_policy(struct call *c)
{
	const struct pack_view *p = pack_view(c->api->flow->pack);
	struct buf out;

	buf_init(&out, 64 << 10);
	buf_add_str(&out, "{\"policy\":");
	buf_add_json(&out, p->version);
	buf_add_str(&out, ",\"id\":");
	buf_add_json(&out, p->id);
	buf_add_str(&out, ",\"title\":");
	buf_add_json(&out, p->title);
	buf_add_str(&out, ",\"jurisdiction\":");
	buf_add_json(&out, p->regions[p->jurisdiction].code);
	buf_printf(&out, ",\"regions\":%d,\"bodies\":%d,\"items\":%d,\"rules\":%d}", p->region_count, p->body_count,
		   p->item_count, p->rule_count);
	call_json(c, 200, buf_cstr(&out), out.len);
	buf_clear(&out);
}

/* A trial: what would be decided about this event; nothing is stored and nobody is told. */
void api_policy_explain(struct call *c)
{
	struct flow *f = c->api->flow;
	const char *body = call_query(c, "body");
	struct decide_in in = { .at_ms = clock_now_ms(&f->clock) };
	struct event e;
	struct diag diag;
	struct buf out;
	enum err err;

	diag_init(&diag, c->req->arena);
	err = event_parse(c->req->body, c->req->body_len, &f->limits, &e, &diag);
	if (err != ERR_OK) {
		call_faults(c, err, "The event has faults", &diag);
		return;
	}
	buf_init(&out, 4u << 20);
	if (*body) {
		err = explain_body(f->pack, &e, &in, body, true, &out);
	} else {
		struct decision d;

		decide(f->pack, &e, &in, c->req->arena, &d);
		decision_to_json(f->pack, &e, &d, &out);
	}
	event_clear(&e);
	if (err == ERR_OK)
		call_json(c, 200, buf_cstr(&out), out.len);
	else
		call_problem(c, err, "No such body");
	buf_clear(&out);
}

/* --- versions --- */

typedef void act_fn(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg);

/* The body may be left out where nothing has to be said. */
static void act(struct call *c, act_fn *fn)
{
	struct policy_in in = { .who = c->who, .version = c->args[0] };
	json_t *said;

	if (!call_said(c, &said))
		return;
	in.said = said;
	fn(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}

void api_policy_submit(struct call *c)
{
	policy_submit(c->api->flow, c->who, (struct bytes){ c->req->body, c->req->body_len }, call_on_reply, c);
}

void api_policy_approve(struct call *c)
{
	act(c, policy_approve);
}

void api_policy_activate(struct call *c)
{
	act(c, policy_activate);
}

void api_policy_withdraw(struct call *c)
{
	act(c, policy_withdraw);
}

void api_policy_rehearse(struct call *c)
{
	act(c, policy_rehearse);
}

void api_policy_shadow(struct call *c)
{
	act(c, policy_shadow);
}

void api_policy_shadow_found(struct call *c)
{
	policy_shadow_found(c->api->flow, c->who, call_on_reply, c);
}

void api_policy_versions(struct call *c)
{
	int limit;

	if (call_limit(c, &limit))
		policy_list(c->api->flow, call_query(c, "cursor"), limit, call_on_reply, c);
}

void api_policy_version(struct call *c)
{
	policy_one(c->api->flow, c->args[0], call_on_reply, c);
}

void api_policy_diff(struct call *c)
{
	policy_compare(c->api->flow, c->args[0], call_query(c, "from"), call_on_reply, c);
}

void api_policy_matrix(struct call *c)
{
	const struct policy_matrix q = { call_query(c, "item"), call_query(c, "region"), call_query(c, "at") };

	policy_matrix(c->api->flow, &q, call_on_reply, c);
}
