#include "event.h"

#include <string.h>

#include "event_fields.h"
#include "json_scan.h"

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

static enum err read_tree(json_t *root, const struct event_limits *lim, struct event *e,
			  struct diag *diag)
{
	struct field_check c = {.lim = lim, .event = e, .diag = diag};
	size_t before = diag->count;

	if (!json_is_object(root)) {
		diag_add(diag, "", "an event must be a JSON object");
		return ERR_INVALID;
	}
	e->version = 1;
	event_fields_read(&c, root);
	return diag->count > before ? ERR_INVALID : ERR_OK;
}

/*
 * Repeats make the strict parse fail; then they are named one by one, and a lenient parse finds
 * what else is wrong, so that the sender hears of everything at once. Rejected events alone pay for
 * this.
 */
static json_t *parse_repeats(const char *data, size_t len, const struct event_limits *lim,
			     struct diag *diag)
{
	size_t before = diag->count;
	json_t *root;

	json_scan_repeats(data, len, lim, diag);
	root = json_loadb(data, len, JSON_DECODE_ANY, NULL);
	if (diag->count == before)
		diag_add(diag, "", "cannot be read as JSON");
	return root;
}

enum err event_parse(const char *data, size_t len, const struct event_limits *lim,
		     struct event *ret, struct diag *diag)
{
	struct event e = {0};
	struct scan_end end;
	enum err err, scanned;

	trim(&data, &len);
	if (len > lim->event_bytes) {
		diag_add(diag, "", "longer than the limit of an event in bytes, which is %zu",
			 lim->event_bytes);
		return ERR_TOO_LARGE;
	}
	scanned = json_scan_all(data, len, lim, diag, &end);
	if (!end.parseable)
		return scanned;
	e.root = json_loadb(data, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	if (!e.root) {
		scanned = ERR_INVALID;
		e.root = parse_repeats(data, len, lim, diag);
	}
	err = e.root ? read_tree(e.root, lim, &e, diag) : ERR_INVALID;
	if (!err)
		err = scanned;
	if (err) {
		json_decref(e.root);
		return err;
	}
	e.raw = data;
	e.raw_len = len;
	*ret = e;
	return ERR_OK;
}

enum err event_from_json(json_t *root, const struct event_limits *lim, struct event *ret,
			 struct diag *diag)
{
	struct event e = {0};
	size_t before = diag->count;
	enum err err;

	json_tree_check(root, lim, diag);
	err = read_tree(root, lim, &e, diag);
	if (err || diag->count > before)
		return ERR_INVALID;
	e.root = root;
	*ret = e;
	return ERR_OK;
}

void event_clear(struct event *e)
{
	json_decref(e->root);
	*e = (struct event){0};
}
