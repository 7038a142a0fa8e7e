/* api_cases.c: cases found, one case whole. */
#include "flow/query.h"
#include "net/api.h"

void api_cases(struct call *c)
{
	struct query_cases q = {.q = call_query(c, "q"),
				.region = call_query(c, "region"),
				.item = call_query(c, "item"),
				.state = call_query(c, "state"),
				.body = call_query(c, "body"),
				.from = call_query(c, "from"),
				.to = call_query(c, "to"),
				.cursor = call_query(c, "cursor"),
				.limit = call_limit_said(c)};

	query_cases(c->api->flow, c->who, &q, call_on_reply, c);
}

void api_case(struct call *c)
{
	query_case(c->api->flow, c->who, c->args[0], call_on_reply, c);
}
