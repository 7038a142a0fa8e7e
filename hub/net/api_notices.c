/* api_notices.c: lists, one notice, and what people do about it. */
#include <stdlib.h>
#include <string.h>

#include "flow/gather.h"
#include "flow/query.h"
#include "flow/respond.h"
#include "net/api.h"

void api_notices(struct call *c)
{
	struct query_notices q = {.body = call_query(c, "body"),
				  .home = call_query(c, "home"),
				  .state = call_query(c, "state"),
				  .role = call_query(c, "role"),
				  .cause = call_query(c, "cause"),
				  .written = call_query(c, "written"),
				  .mine = call_query(c, "mine"),
				  .due = call_query(c, "due"),
				  .q = call_query(c, "q"),
				  .cursor = call_query(c, "cursor"),
				  .limit = call_limit_said(c),
				  .figure = call_query(c, "figure"),
				  .region = call_query(c, "region"),
				  .item = call_query(c, "item"),
				  .from = call_query(c, "from"),
				  .to = call_query(c, "to")};

	query_notices(c->api->flow, c->who, &q, call_on_reply, c);
}

void api_pool(struct call *c)
{
	struct query_notices q = {.body = call_query(c, "region"),
				  .state = "todo",
				  .role = "",
				  .cause = "",
				  .due = "",
				  .q = call_query(c, "q"),
				  .cursor = call_query(c, "cursor"),
				  .limit = call_limit_said(c)};

	query_pool(c->api->flow, c->who, &q, call_on_reply, c);
}

void api_notice(struct call *c)
{
	query_notice(c->api->flow, c->who, c->args[0], call_on_reply, c);
}

static void answer_with(struct call *c, enum answer a, const json_t *params)
{
	struct respond_in in = {.who = c->who,
				.notice = c->args[0],
				.answer = a,
				.channel = "http",
				.if_match = call_if_match(c),
				.params = params};

	respond(c->api->flow, &in, call_on_reply, c);
}

/* Nothing has to be said; what is said all the same is not taken unread. */
static void answer(struct call *c, enum answer a)
{
	json_t *said;

	if (!call_said(c, &said))
		return;
	answer_with(c, a, NULL);
	json_decref(said);
}

/* An answer that says something: the body is a JSON object, or nothing where nothing has to be
 * said. */
static void answer_saying(struct call *c, enum answer a)
{
	json_t *said = c->req->body_len ? call_object(c) : json_object();

	if (!said)
		return;
	answer_with(c, a, said);
	json_decref(said);
}

void api_acknowledge(struct call *c)
{
	answer(c, ANSWER_ACKNOWLEDGE);
}

void api_claim(struct call *c)
{
	answer(c, ANSWER_CLAIM);
}

void api_return(struct call *c)
{
	answer_saying(c, ANSWER_RETURN);
}

void api_transfer(struct call *c)
{
	answer_saying(c, ANSWER_TRANSFER);
}

void api_feedback(struct call *c)
{
	answer_saying(c, ANSWER_FEEDBACK);
}

void api_close(struct call *c)
{
	answer_saying(c, ANSWER_CLOSE);
}

void api_undo(struct call *c)
{
	answer_saying(c, ANSWER_UNDO);
}

void api_fulfil(struct call *c)
{
	answer_saying(c, ANSWER_FULFIL);
}

void api_pause(struct call *c)
{
	answer_saying(c, ANSWER_PAUSE);
}

void api_resume(struct call *c)
{
	answer_saying(c, ANSWER_RESUME);
}

void api_remind(struct call *c)
{
	answer(c, ANSWER_REMIND);
}

void api_letter(struct call *c)
{
	answer_saying(c, ANSWER_LETTER);
}

void api_reply_letter(struct call *c)
{
	answer_saying(c, ANSWER_REPLY);
}

void api_shown(struct call *c)
{
	answer(c, ANSWER_SHOWN);
}

/* --- many at once: a result each, in order --- */

#define MANY_MAX 200

static bool ids_are_good(const struct node *list)
{
	if (!node_is(list, NODE_ARRAY) || !list->len || list->len > MANY_MAX)
		return false;
	for (const struct node *id = list->first; id; id = id->next) {
		if (!node_is(id, NODE_TEXT) || id->len > 64)
			return false;
	}
	return true;
}

static void answer_many(struct call *c, enum answer a)
{
	const struct node *said = call_members(c), *list = node_member(said, "notices");
	struct gather *g;
	size_t i = 0;

	if (!said)
		return;
	if (!ids_are_good(list)) {
		reply_invalid(call_on_reply, c, "notices", "must be a list of 1 to 200 notice ids");
		return;
	}
	g = gather_new(list->len, call_on_reply, c);
	for (const struct node *id = list->first; id; id = id->next) {
		struct respond_in in = {
			.who = c->who, .answer = a, .channel = "http", .notice = id->text};

		respond(c->api->flow, &in, gather_on_reply, gather_slot(g, i++));
	}
	gather_seal(g);
}

void api_acknowledge_many(struct call *c)
{
	answer_many(c, ANSWER_ACKNOWLEDGE);
}

void api_claim_many(struct call *c)
{
	answer_many(c, ANSWER_CLAIM);
}
