/* api_admin.c: for those who run the hub: its ways out, and the keys of other systems. */
#include "flow/connectors.h"
#include "flow/system_keys.h"
#include "net/api.h"

void api_connectors(struct call *c)
{
	connectors_list(c->api->flow, c->who, call_on_reply, c);
}

void api_connector_test(struct call *c)
{
	struct connector_test in = {
		.who = c->who, .name = c->args[0], .own = auth_phone(c->api->auth, c->who->name)};
	json_t *said;

	if (!call_said(c, &said))
		return;
	in.said = said;
	connectors_test(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}

void api_keys(struct call *c)
{
	system_keys_list(c->api->flow, c->who, call_on_reply, c);
}

void api_key_add(struct call *c)
{
	json_t *said = call_object(c);

	if (!said)
		return;
	system_keys_add(c->api->flow, c->who, said, call_on_reply, c);
	json_decref(said);
}

void api_key_revoke(struct call *c)
{
	system_keys_revoke(c->api->flow, c->who, c->args[0], call_on_reply, c);
}
