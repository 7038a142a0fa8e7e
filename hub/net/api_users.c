/* api_users.c: for those who run the hub: who may sign in, and as what. */
#include "flow/accounts.h"
#include "net/api.h"

void api_users(struct call *c)
{
	struct accounts_ask in = {.who = c->who, .after = call_query(c, "cursor")};

	if (call_limit(c, &in.limit))
		accounts_list(c->api->flow, &in, call_on_reply, c);
}

static void act(struct call *c, enum account_act act, const char *name)
{
	struct account_asked in = {.who = c->who, .act = act, .name = name};
	json_t *said;

	if (!call_said(c, &said))
		return;
	in.said = said;
	accounts_act(c->api->flow, &in, call_on_reply, c);
	json_decref(said);
}

void api_user_add(struct call *c)
{
	act(c, ACCOUNT_ADD, NULL);
}

void api_user_grant(struct call *c)
{
	act(c, ACCOUNT_GRANT, c->args[0]);
}

void api_user_take(struct call *c)
{
	act(c, ACCOUNT_TAKE, c->args[0]);
}

void api_user_disable(struct call *c)
{
	act(c, ACCOUNT_DISABLE, c->args[0]);
}

void api_user_enable(struct call *c)
{
	act(c, ACCOUNT_ENABLE, c->args[0]);
}

void api_user_password(struct call *c)
{
	act(c, ACCOUNT_PASSWORD, c->args[0]);
}
