/* api_policy.c: the policy in force, what it would decide, and how it is changed: submitted,
 * approved, put into force. */
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
	buf_printf(&out, ",\"regions\":%d,\"bodies\":%d,\"items\":%d,\"rules\":%d}",
		   p->region_count, p->body_count, p->item_count, p->rule_count);
	call_json(c, 200, buf_cstr(&out), out.len);
	buf_clear(&out);
}

/* --- versions --- */

typedef void act_fn(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg);

/* The body may be left out where nothing has to be said. */
static void act(struct call *c, act_fn *fn)
{
	struct policy_in in = {.who = c->who, .version = c->args[0]};
	json_t *said;

	if (!call_said(c, &said))
		return;
	in.said = said;
	fn(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}

void api_policy_submit(struct call *c)
{
	policy_submit(c->api->flow, c->who, (struct bytes){c->req->body, c->req->body_len},
		      call_on_reply, c);
}

void api_calendar_import(struct call *c)
{
	policy_calendar_import(c->api->flow, c->who, (struct bytes){c->req->body, c->req->body_len},
			       call_on_reply, c);
}

void api_calendar_years(struct call *c)
{
	policy_calendar_years(c->api->flow, c->who, call_on_reply, c);
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
	struct policy_page page = {.who = c->who, .cursor = call_query(c, "cursor")};

	if (call_limit(c, &page.limit))
		policy_list(c->api->flow, &page, call_on_reply, c);
}

void api_policy_version(struct call *c)
{
	act(c, policy_one);
}

void api_policy_diff(struct call *c)
{
	policy_compare(c->api->flow, c->args[0], call_query(c, "from"), call_on_reply, c);
}

void api_policy_matrix(struct call *c)
{
	const struct policy_matrix q = {call_query(c, "item"), call_query(c, "region"),
					call_query(c, "at")};

	policy_matrix(c->api->flow, &q, call_on_reply, c);
}
