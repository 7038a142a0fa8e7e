/* api_asked.c: what a call asks for: its query, its headers, its body. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/digits.h"
#include "flow/filter.h"
#include "json_scan.h"
#include "net/api.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX     200

/* Bytes of the white space that begins s, as people type it: also the full-width and the hard
 * space. */
static size_t blank_length(const char *s)
{
	if (*s && strchr(" \t\r\n", *s))
		return 1;
	if (!strncmp(s, "\xc2\xa0", 2))
		return 2;
	return strncmp(s, "\xe3\x80\x80", 3) ? 0 : 3;
}

static const char *trimmed(struct arena *arena, const char *s)
{
	size_t len, step;

	while ((step = blank_length(s)))
		s += step;
	len = strlen(s);
	for (step = 1; step <= 3 && step <= len; step++) {
		if (blank_length(s + len - step) == step) {
			len -= step;
			step = 0;
		}
	}
	return arena_strndup(arena, s, len);
}

const char *call_query(struct call *c, const char *name)
{
	const char *v = http_query(c->req, name);

	if (v && !strcmp(name, "q"))
		return trimmed(c->req->arena, v);
	return v ? v : "";
}

int call_limit_said(struct call *c)
{
	const char *s = call_query(c, "limit");
	long n = *s ? strtol(s, NULL, 10) : LIMIT_DEFAULT;

	if (strspn(s, "0123456789") != strlen(s))
		return 0;
	return n > LIMIT_MAX ? LIMIT_MAX : (int)n;
}

bool call_limit(struct call *c, int *ret)
{
	int limit = call_limit_said(c);

	if (!limit) {
		reply_invalid(call_on_reply, c, "limit", FILTER_BAD_LIMIT);
		return false;
	}
	*ret = limit;
	return true;
}

/* The version that an entity tag is, -1 none of ours: weak, or nothing that a tag looks like. */
static int tag_version(const char *s, size_t len)
{
	int v = 0;

	if (len < 3 || len > 11 || s[0] != '"' || s[len - 1] != '"' || s[1] == '0')
		return -1;
	for (size_t i = 1; i < len - 1; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

/* A comma inside a tag cuts it into what matches nothing, as the whole would. */
struct seen_versions call_if_match(struct call *c)
{
	struct seen_versions seen = {0};
	const char *name, *h;

	for (int i = 0; http_header_at(c->req, i, &name, &h); i++) {
		if (strcasecmp(name, "If-Match") != 0)
			continue;
		if (!strcmp(h, "*"))
			return (struct seen_versions){0};
		seen.is_asked = true;
		while (*(h += strspn(h, " \t,")) && seen.count < SEEN_MAX) {
			size_t len = strcspn(h, " \t,");
			int version = tag_version(h, len);

			if (version >= 0)
				seen.versions[seen.count++] = version;
			h += len;
		}
	}
	return seen;
}

const char *call_unescape(struct arena *arena, const char *in)
{
	char *out = arena_alloc(arena, strlen(in) + 1), *w = out;

	for (; *in; in++) {
		int c = *in == '%' ? digits_escaped(in, strnlen(in, 3)) : (unsigned char)*in;

		if (c <= 0)
			return NULL;
		*w++ = (char)c;
		in += *in == '%' ? 2 : 0;
	}
	*w = '\0';
	return out;
}

static void refuse_scanned(struct call *c, enum err e, struct diag *diag)
{
	call_faults(c, e, e == ERR_SYNTAX ? "The body is not JSON" : "The body has faults", diag);
}

static void refuse_members(struct call *c, const char *what, struct diag *diag)
{
	diag_add(diag, "", "%s", what);
	call_faults(c, ERR_INVALID, "The body must be a JSON object that has each member once",
		    diag);
}

json_t *call_object(struct call *c)
{
	struct diag diag;
	json_t *o;
	enum err e;

	diag_init(&diag, c->req->arena);
	e = json_scan(c->req->body, c->req->body_len, &c->api->flow->limits, &diag);
	if (e != ERR_OK) {
		refuse_scanned(c, e, &diag);
		return NULL;
	}
	o = json_loadb(c->req->body, c->req->body_len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
		       NULL);
	if (json_is_object(o))
		return o;
	refuse_members(c, o ? "must be an object" : "a member is there twice", &diag);
	json_decref(o);
	return NULL;
}

const struct node *call_members(struct call *c)
{
	const struct event_limits *lim = &c->api->flow->limits;
	struct diag diag;
	struct scan_tree tree;
	enum err e;

	diag_init(&diag, c->req->arena);
	e = json_scan_body(&(struct scan_in_bytes){c->req->body, c->req->body_len, lim},
			   c->req->arena, &diag, &tree);
	if (e != ERR_OK) {
		refuse_scanned(c, e, &diag);
		return NULL;
	}
	if (!tree.has_repeats && node_is(tree.root, NODE_OBJECT))
		return tree.root;
	refuse_members(c, tree.has_repeats ? "a member is there twice" : "must be an object",
		       &diag);
	return NULL;
}

bool call_said(struct call *c, json_t **ret)
{
	bool has_body = c->req->body_len > 0; /* asked first: a refusal is the end of the call */

	*ret = has_body ? call_object(c) : NULL;
	return *ret || !has_body;
}
