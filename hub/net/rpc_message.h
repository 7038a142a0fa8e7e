/*
 * rpc_message.h: a message of the WebSocket, walked once into values in an arena, which is all that
 * most calls look at; jansson's values are made only of what an act or an event reads itself.
 */
#ifndef TANDEM_RPC_MESSAGE_H
#define TANDEM_RPC_MESSAGE_H

#include <jansson.h>

#include "flow/flow.h"
#include "json_node.h"

#define RPC_BATCH_MAX 100

/* An object, or an array of one to RPC_BATCH_MAX, in the arena; or NULL, the JSON-RPC code for it
 * and why. */
const struct node *rpc_message_read(const struct event_limits *limits, struct bytes text,
				    struct arena *arena, int *ret_code, const char **ret_why);
/* the caller's; NULL: not there, or a member is there twice */
json_t *rpc_json(const struct node *v);
char *rpc_id_text(const struct node *id); /* as JSON, the caller frees; NULL: there is none */
bool rpc_id_is_good(const struct node *id);

#endif
