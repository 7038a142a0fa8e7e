/* api_meetings.c: the joint meeting's agenda, its minutes and what became of its decisions. */
#include "flow/meeting.h"
#include "net/api.h"

void api_agenda(struct call *c)
{
	const struct agenda_in in = {call_query(c, "region"), call_query(c, "from"),
				     call_query(c, "to")};

	query_agenda(c->api->flow, c->who, &in, call_on_reply, c);
}

void api_meetings(struct call *c)
{
	int limit;

	if (call_limit(c, &limit))
		query_meetings(c->api->flow, c->who, call_query(c, "cursor"), limit, call_on_reply,
			       c);
}

void api_meeting(struct call *c)
{
	query_meeting(c->api->flow, c->who, c->args[0], call_on_reply, c);
}

void api_meeting_create(struct call *c)
{
	struct meeting_in in = {.who = c->who};
	json_t *said = call_object(c);

	if (!said)
		return;
	in.said = said;
	meeting_create(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}

void api_decision_done(struct call *c)
{
	struct meeting_in in = {.who = c->who, .id = c->args[0], .if_match = call_if_match(c)};
	json_t *said;

	if (!call_said(c, &said))
		return;
	in.said = said;
	meeting_decision_done(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}
