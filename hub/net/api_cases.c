/* api_cases.c: cases found, one case whole; the policy in force and what it would decide. */
#include "decide.h"
#include "flow/query.h"
#include "net/api.h"

void api_cases(struct call *c)
{
	struct query_cases q = { .q = call_query(c, "q"), .region = call_query(c, "region"), .item = call_query(c, "item"),
				 .state = call_query(c, "state"), .body = call_query(c, "body"), .from = call_query(c, "from"),
				 .to = call_query(c, "to"), .cursor = call_query(c, "cursor") };

	if (call_limit(c, &q.limit))
		query_cases(c->api->flow, c->who, &q, call_on_reply, c);
}

void api_case(struct call *c)
{
	query_case(c->api->flow, c->who, c->args[0], call_on_reply, c);
}

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
