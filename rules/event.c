#include "event.h"

#include <string.h>

#include "event_fields.h"
#include "json_scan.h"
#include "timefmt.h"

const struct event_limits event_limits_default = {
	.event_bytes = 256 * 1024,
	.batch_bytes = 16 * 1024 * 1024,
	.batch_count = 10000,
	.depth = 32,
	.members = 64,
	.attributes = 200,
	.string_bytes = 8 * 1024,
	.long_string_bytes = 64 * 1024,
	.id_bytes = 128,
	.remark_chars = 500,
	.commitments = 100,
};

const char *event_type_name(enum event_type t)
{
	static const char *const names[EVENT_TYPE_COUNT] = {
		"granted",   "refused",	  "changed",	"renewed",	"suspended",   "revoked",
		"withdrawn", "cancelled", "registered", "reregistered", "deregistered"};

	return (unsigned)t < EVENT_TYPE_COUNT ? names[t] : "";
}

static void trim(const char **data, size_t *len)
{
	while (*len && strchr(" \t\r\n", **data) && **data) {
		(*data)++;
		(*len)--;
	}
	while (*len && (*data)[*len - 1] && strchr(" \t\r\n", (*data)[*len - 1]))
		(*len)--;
}

static enum err read_tree(const struct node *root, const struct event_limits *lim, struct event *e,
			  struct diag *diag)
{
	struct field_check c = {.lim = lim, .event = e, .diag = diag};
	size_t before = diag->count;

	if (!node_is(root, NODE_OBJECT)) {
		diag_add(diag, "", "an event must be a JSON object");
		return ERR_INVALID;
	}
	e->version = 1;
	event_fields_read(&c, root);
	return diag->count > before ? ERR_INVALID : ERR_OK;
}

enum err event_parse(const char *data, size_t len, const struct event_limits *lim,
		     struct event *ret, struct diag *diag)
{
	struct event e = {0};
	struct scan_in_bytes in;
	struct scan_tree tree;
	struct scan_end end;
	enum err err, scanned;

	if (len > lim->event_bytes) {
		diag_add(diag, "", "longer than the limit of an event in bytes, which is %zu",
			 lim->event_bytes);
		return ERR_TOO_LARGE;
	}
	trim(&data, &len);
	in = (struct scan_in_bytes){data, len, lim};
	arena_init(&e.arena);
	scanned = json_scan_tree(&in, &e.arena, diag, &tree, &end);
	if (!end.parseable) {
		arena_clear(&e.arena);
		return scanned;
	}
	/* Repeats are named one by one, and what else is wrong is told as well; only refused events
	 * pay for this. */
	if (tree.has_repeats) {
		scanned = ERR_INVALID;
		json_scan_repeats(data, len, lim, diag);
	}
	e.root = tree.root;
	err = read_tree(e.root, lim, &e, diag);
	if (!err)
		err = scanned;
	if (err) {
		arena_clear(&e.arena);
		return err;
	}
	e.raw = data;
	e.raw_len = len;
	*ret = e;
	return ERR_OK;
}

int event_commitments(const struct event *e, struct commitment *ret, int max)
{
	const struct node *list = node_member(node_member(e->root, "data"), "commitments"), *one;
	int count = 0;

	if (!node_is(list, NODE_ARRAY))
		return 0;
	for (one = list->first; one && count < max; one = one->next) {
		const char *due = node_text(node_member(one, "due"));
		const char *what = node_text(node_member(one, "what"));
		const char *kind = node_text(node_member(one, "kind"));

		if (!due || !date_parse(due, strlen(due), &ret[count].due_day))
			continue;
		ret[count].what = what ? what : "";
		ret[count++].is_material = kind && strcmp(kind, "deferred-material") == 0;
	}
	return count;
}

bool event_valid_until(const struct event *e, int32_t *ret_day)
{
	const struct node *permit = node_member(node_member(e->root, "data"), "permit");
	const char *until = node_text(node_member(permit, "valid_until"));

	return until && date_parse(until, strlen(until), ret_day);
}

void event_clear(struct event *e)
{
	arena_clear(&e->arena);
	*e = (struct event){0};
}
