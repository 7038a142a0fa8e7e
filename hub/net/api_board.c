/* api_board.c: figures over HTTP, and the audit log. */
#include "flow/board.h"
#include "flow/ranking.h"
#include "flow/reconcile.h"
#include "flow/sources.h"
#include "net/api.h"

void api_board(struct call *c)
{
	const struct query_board q = {.from = call_query(c, "from"),
				      .to = call_query(c, "to"),
				      .region = call_query(c, "region"),
				      .by = call_query(c, "by")};

	query_board(c->api->flow, c->who, &q, call_on_reply, c);
}

void api_reconciliation(struct call *c)
{
	query_reconciliation(c->api->flow, c->who, call_query(c, "month"), call_on_reply, c);
}

void api_reconcile_cases(struct call *c)
{
	json_t *said = call_object(c);

	if (!said)
		return;
	reconcile_cases(c->api->flow, c->who, said, call_on_reply, c);
	json_decref(said);
}

void api_reconcile_agree(struct call *c)
{
	json_t *said = call_object(c);

	if (!said)
		return;
	reconcile_agree(c->api->flow, c->who, said, call_on_reply, c);
	json_decref(said);
}

void api_sources(struct call *c)
{
	query_sources(c->api->flow, c->who, call_on_reply, c);
}

void api_ranking(struct call *c)
{
	ranking_get(c->api->flow,
		    &(struct ranking_in){c->who, call_query(c, "month"), call_query(c, "region")},
		    call_on_reply, c);
}

/* It stands for good, so that a region that is no text is not taken for none. */
void api_ranking_publish(struct call *c)
{
	const char *month;
	const json_t *region;
	json_t *said = call_object(c);

	if (!said)
		return;
	month = json_string_value(json_object_get(said, "month"));
	region = json_object_get(said, "region");
	if (region && !json_is_string(region))
		reply_invalid(call_on_reply, c, "region", "must be a string");
	else
		ranking_publish(c->api->flow,
				&(struct ranking_in){c->who, month ? month : "",
						     region ? json_string_value(region) : ""},
				call_on_reply, c);
	json_decref(said);
}

void api_audit(struct call *c)
{
	struct query_audit q = {.who = call_query(c, "who"),
				.act = call_query(c, "act"),
				.about = call_query(c, "about"),
				.cursor = call_query(c, "cursor")};

	if (call_limit(c, &q.limit))
		query_audit(c->api->flow, c->who, &q, call_on_reply, c);
}
