/* api_events.c: events coming in over HTTP, in the four forms of CloudEvents that the contract
 * names. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "flow/gather.h"
#include "flow/intake.h"
#include "flow/query.h"
#include "net/api.h"

/* --- several: cut into parts, a slice in hand at a time, so that a large batch does not hold the
 * loop --- */

#define SLICE	 128
#define SLICE_MS 10 /* events full of faults take long each and are answered at once */

struct batch;
struct part {
	struct batch *batch;
	void *slot;
};
struct batch {
	struct call *call;
	struct event_part *parts;
	struct part *asked; /* one a part */
	size_t count, next, waiting;
	struct gather *gather;
	struct loop_deferred rest;
	bool submitting;
};

static void batch_go_on(struct batch *b)
{
	if (b->waiting > 0 || b->submitting)
		return;
	if (b->next < b->count) {
		loop_defer(b->call->api->flow->loop, &b->rest);
		return;
	}
	gather_seal(b->gather);
	free(b->asked);
	free(b);
}

static void on_part(void *arg, const struct reply *r)
{
	struct part *p = arg;
	struct batch *b = p->batch;

	gather_on_reply(p->slot, r);
	b->waiting--;
	batch_go_on(b);
}

static void batch_slice(void *arg)
{
	struct batch *b = arg;
	struct loop *loop = b->call->api->flow->loop;
	size_t end = b->next + SLICE < b->count ? b->next + SLICE : b->count;
	int64_t until_ms = loop_mono_ms(loop) + SLICE_MS;

	b->submitting = true;
	while (b->next < end && loop_mono_ms(loop) < until_ms) {
		const struct event_part *e = &b->parts[b->next];
		struct part *p = &b->asked[b->next];

		p->batch = b;
		p->slot = gather_slot(b->gather, b->next++);
		b->waiting++;
		intake_submit(b->call->api->flow, b->call->who, (struct bytes){e->data, e->len},
			      on_part, p);
	}
	b->submitting = false;
	batch_go_on(b);
}

static void submit_many(struct call *c, bool ndjson)
{
	struct batch *b = mem_zalloc(sizeof(*b));
	struct diag diag;
	enum err e;

	diag_init(&diag, c->req->arena);
	e = event_split(c->req->body, c->req->body_len, ndjson, &c->api->flow->limits,
			c->req->arena, &b->parts, &b->count, &diag);
	if (e != ERR_OK) {
		free(b);
		call_faults(c, e, "The batch cannot be read; nothing was stored", &diag);
		return;
	}
	b->call = c;
	b->asked = mem_alloc(b->count * sizeof(*b->asked));
	b->rest = (struct loop_deferred){.fn = batch_slice, .arg = b};
	b->gather = gather_new(b->count, call_on_reply, c);
	batch_slice(b);
}

/* --- binary mode: the attributes stand in headers, the body is data alone --- */

static bool has_attributes(struct call *c)
{
	const char *name, *value;

	for (int i = 0; http_header_at(c->req, i, &name, &value); i++) {
		if (!strncasecmp(name, "ce-", 3))
			return true;
	}
	return false;
}

/* What stands in double quotes as it is meant (RFC 9110 5.6.4); NULL: a quote that nothing ends. */
static const char *unquoted(struct arena *arena, const char *in)
{
	char *out = arena_alloc(arena, strlen(in) + 1), *to = out;
	bool quoted = false;

	for (; *in; in++) {
		if (*in == '"') {
			quoted = !quoted;
			continue;
		}
		in += quoted && *in == '\\' && in[1];
		*to++ = *in;
	}
	*to = '\0';
	return quoted ? NULL : out;
}

/* Each ce- header as a member, or the one that cannot be read. What is there twice is found by
 * whoever reads the document. */
static const char *put_attributes(struct call *c, struct buf *out)
{
	const char *name, *value;

	for (int i = 0; http_header_at(c->req, i, &name, &value); i++) {
		char key[64];

		if (strncasecmp(name, "ce-", 3) != 0)
			continue;
		snprintf(key, sizeof(key), "%s", name + 3);
		for (char *k = key; *k; k++)
			*k = (char)(*k >= 'A' && *k <= 'Z' ? *k + 32 : *k);
		/* as the HTTP binding of CloudEvents asks: quotes first, then one round of escapes
		 */
		value = unquoted(c->req->arena, value);
		value = value ? call_unescape(c->req->arena, value) : NULL;
		if (!value || utf8_valid_bytes(value, strlen(value)) != strlen(value))
			return name;
		buf_add_json(out, key);
		buf_add_char(out, ':');
		buf_add_json(out, value);
		buf_add_char(out, ',');
	}
	return NULL;
}

/* Written out as the structured form, so that both are read by the same eyes. */
static void submit_binary(struct call *c)
{
	const char *text, *bad;
	struct diag diag;
	struct buf out;
	enum err e;

	diag_init(&diag, c->req->arena);
	e = json_scan(c->req->body, c->req->body_len, &c->api->flow->limits, &diag);
	if (e == ERR_SYNTAX || e == ERR_TOO_LARGE) {
		call_faults(c, e,
			    e == ERR_SYNTAX ? "The body is not JSON"
					    : "The event has faults; nothing was stored",
			    &diag);
		return;
	}
	buf_init(&out, c->req->body_len + (64u << 10));
	buf_add_char(&out, '{');
	bad = put_attributes(c, &out);
	if (bad) {
		buf_clear(&out);
		reply_invalid(call_on_reply, c, bad, "must be percent-encoded UTF-8");
		return;
	}
	buf_add_str(&out, "\"datacontenttype\":\"application/json\",\"data\":");
	buf_add(&out, c->req->body, c->req->body_len);
	buf_add_char(&out, '}');
	text = arena_strndup(c->req->arena, buf_cstr(&out), out.len);
	intake_submit(c->api->flow, c->who, (struct bytes){text, out.len}, call_on_reply, c);
	buf_clear(&out);
}

/* The media type without its parameters; a charset other than UTF-8 is none of ours. */
static bool is_type(const char *header, const char *type)
{
	size_t len = strlen(type);
	const char *charset = strcasestr(header, "charset=");

	if (charset && strncasecmp(charset + 8, "utf-8", 5) != 0 &&
	    strncasecmp(charset + 8, "\"utf-8\"", 7) != 0)
		return false;
	return !strncasecmp(header, type, len) &&
	       (!header[len] || header[len] == ';' || header[len] == ' ');
}

void api_events(struct call *c)
{
	const char *type = http_header(c->req, "Content-Type");

	if (!type)
		type = "";
	if (is_type(type, "application/json") && has_attributes(c))
		submit_binary(c);
	else if (is_type(type, "application/cloudevents+json") || is_type(type, "application/json"))
		intake_submit(c->api->flow, c->who, (struct bytes){c->req->body, c->req->body_len},
			      call_on_reply, c);
	else if (is_type(type, "application/cloudevents-batch+json"))
		submit_many(c, false);
	else if (is_type(type, "application/x-ndjson"))
		submit_many(c, true);
	else
		call_problem(
			c, ERR_MEDIA_TYPE,
			"application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson, or "
			"application/json with ce- headers");
}

void api_event(struct call *c)
{
	query_event(c->api->flow, c->who, c->args[0], call_on_reply, c);
}

void api_event_explain(struct call *c)
{
	query_explain(c->api->flow, c->who, c->args[0], call_query(c, "body"), call_on_reply, c);
}
