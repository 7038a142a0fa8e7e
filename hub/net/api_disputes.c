/* api_disputes.c: disputes, what the parties say, and what the joint meeting rules, also as a row
 * of the policy. */
#include "flow/dispute.h"
#include "flow/query.h"
#include "net/api.h"

void api_disputes(struct call *c)
{
	struct query_disputes q = {.state = call_query(c, "state"),
				   .region = call_query(c, "region"),
				   .item = call_query(c, "item"),
				   .cursor = call_query(c, "cursor"),
				   .limit = call_limit_said(c)};

	query_disputes(c->api->flow, c->who, &q, call_on_reply, c);
}

void api_dispute(struct call *c)
{
	query_dispute(c->api->flow, c->who, c->args[0], call_on_reply, c);
}

static void say(struct call *c,
		void (*call)(struct flow *, const struct dispute_in *, reply_fn *, void *))
{
	struct dispute_in in = {.who = c->who,
				.dispute = c->args[0],
				.channel = "http",
				.if_match = call_if_match(c)};
	json_t *said;

	said = call_object(c);
	if (!said)
		return;
	in.said = said;
	call(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}

void api_position(struct call *c)
{
	say(c, dispute_position);
}

void api_ruling(struct call *c)
{
	say(c, dispute_ruling);
}

/* It changes nothing about the dispute, so that no version of it is asked for; the body may be left
 * out. */
void api_draft(struct call *c)
{
	struct dispute_in in = {.who = c->who, .dispute = c->args[0], .channel = "http"};
	json_t *said;

	if (!call_said(c, &said))
		return;
	in.said = said;
	dispute_draft(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}
