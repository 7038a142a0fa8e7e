/* api_bodies.c: what is kept about a body: whom to ask there, and to call about a notice. */
#include "flow/contacts.h"
#include "flow/handover.h"
#include "flow/liaison.h"
#include "net/api.h"

void api_contacts(struct call *c)
{
	contacts_get(c->api->flow, c->who, c->args[0], call_on_reply, c);
}

void api_put_contacts(struct call *c)
{
	struct contacts_put in = {.who = c->who, .body = c->args[0]};
	json_t *said = call_object(c);

	if (!said)
		return;
	in.said = said;
	contacts_put(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}

void api_show_contacts(struct call *c)
{
	struct liaison_ask in = {.who = c->who, .notice = c->args[0]};
	json_t *said = call_object(c);

	if (!said)
		return;
	in.said = said;
	liaison_show(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}

void api_handover(struct call *c)
{
	struct handover_in in = {.who = c->who,
				 .body = c->args[0],
				 .answers = auth_answers,
				 .answers_arg = c->api->auth};
	json_t *said = call_object(c);

	if (!said)
		return;
	in.said = said;
	handover(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}
