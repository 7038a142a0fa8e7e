/* rpc_message.c: see rpc_message.h. */
#include "net/rpc_message.h"

#include <stdlib.h>

#include "base/buf.h"
#include "json_scan.h"

#define MESSAGE_BYTES (1u << 20)
#define MESSAGE_DEPTH 3 /* an event lies up to so many levels deep in its message */

static bool object_fill(json_t *object, const struct node *v)
{
	for (const struct node *m = v->first; m; m = m->next) {
		if (json_object_get(object, m->name) ||
		    json_object_set_new_nocheck(object, m->name, rpc_json(m)) != 0)
			return false;
	}
	return true;
}

static bool array_fill(json_t *array, const struct node *v)
{
	for (const struct node *m = v->first; m; m = m->next) {
		if (json_array_append_new(array, rpc_json(m)) != 0)
			return false;
	}
	return true;
}

static json_t *or_none(json_t *v, bool good)
{
	if (good)
		return v;
	json_decref(v);
	return NULL;
}

json_t *rpc_json(const struct node *v)
{
	json_t *made;

	if (!v)
		return NULL;
	switch (v->kind) {
	case NODE_NULL:
		return json_null();
	case NODE_FALSE:
		return json_false();
	case NODE_TRUE:
		return json_true();
	case NODE_INTEGER:
		return json_integer(v->integer);
	case NODE_REAL:
		return json_real(v->real);
	case NODE_TEXT:
		return json_stringn_nocheck(v->text, v->len);
	case NODE_ARRAY:
		made = json_array();
		return or_none(made, array_fill(made, v));
	case NODE_OBJECT:
		made = json_object();
		return or_none(made, object_fill(made, v));
	}
	return NULL;
}

/* Among more members than the limit the scan does not look for those that are there twice. */
static bool has_repeats(const struct scan_tree *tree, enum err e)
{
	json_t *whole;

	if (tree->has_repeats || e == ERR_OK)
		return tree->has_repeats;
	whole = rpc_json(tree->root);
	json_decref(whole);
	return !whole;
}

/*
 * Only what a parser could not get through is refused here, since an event's own limits are asked
 * where events are read, with a pointer for each fault.
 */
const struct node *rpc_message_read(const struct event_limits *limits, struct bytes text,
				    struct arena *arena, int *ret_code, const char **ret_why)
{
	struct event_limits lim = *limits;
	struct scan_tree tree;
	struct scan_end end;
	struct diag diag;
	enum err e;

	lim.event_bytes = MESSAGE_BYTES;
	lim.depth += MESSAGE_DEPTH;
	diag_init(&diag, arena);
	e = json_scan_tree(&(struct scan_in_bytes){text.data, text.len, &lim}, arena, &diag, &tree,
			   &end);
	*ret_code = tree.root ? -32600 : -32700;
	*ret_why =
		tree.root ? "Not a JSON-RPC 2.0 request, or a member is there twice" : "Not JSON";
	if (!tree.root || has_repeats(&tree, e))
		return NULL;
	if (node_is(tree.root, NODE_OBJECT))
		return tree.root;
	if (!node_is(tree.root, NODE_ARRAY) || !tree.root->len)
		return NULL;
	if (tree.root->len <= RPC_BATCH_MAX)
		return tree.root;
	*ret_why = "A batch has at most 100 requests";
	return NULL;
}

/* A request of id null has an answer, only one without an id has none. */
bool rpc_id_is_good(const struct node *id)
{
	return !id || id->kind == NODE_NULL || id->kind == NODE_INTEGER || id->kind == NODE_REAL ||
	       id->kind == NODE_TEXT;
}

char *rpc_id_text(const struct node *id)
{
	struct buf out;
	json_t *value;
	char *text;

	if (!id)
		return NULL;
	if (id->kind == NODE_INTEGER) { /* of nearly all clients */
		buf_init(&out, 64);
		buf_add_int(&out, id->integer);
		return buf_take(&out, NULL);
	}
	if (!rpc_id_is_good(id))
		return mem_strdup("null");
	value = rpc_json(id);
	text = json_dumps(value, JSON_ENCODE_ANY);
	json_decref(value);
	return text;
}
