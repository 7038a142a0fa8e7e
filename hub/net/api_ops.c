/* api_ops.c: alive, fit to serve, figures; and what providers call. */
#include <stdlib.h>
#include <string.h>

#include "flow/deliver.h"
#include "flow/feed.h"
#include "flow/policies.h"
#include "metrics.h"
#include "net/api.h"

void api_healthz(struct call *c)
{
	static const char ok[] = "{\"status\":\"alive\"}";

	call_json(c, 200, ok, sizeof(ok) - 1);
}

const char *api_not_ready(const struct api *a)
{
	if (a->draining)
		return "Draining";
	if (!store_is_up(a->flow->store))
		return "Redis is away or not set safely";
	if (!policies_are_read(a->flow->policies))
		return "Still reading the policies";
	return feed_is_ready(a->flow->feed) ? NULL : "Still reading the feed";
}

void api_readyz(struct call *c)
{
	const char *why_not = api_not_ready(c->api),
		   *hint = store_is_short(c->api->flow->store, ROOM_SCARCE);
	struct buf out;

	if (why_not) {
		call_problem(c, ERR_UNAVAILABLE, why_not);
		return;
	}
	buf_init(&out, 4096);
	buf_add_str(&out, "{\"status\":\"ready\"");
	if (hint) {
		buf_add_str(&out, ",\"hint\":");
		buf_add_json(&out, hint);
	}
	buf_add_char(&out, '}');
	call_json(c, 200, out.data, out.len);
	buf_clear(&out);
}

void api_metrics(struct call *c)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	metrics_print(&out);
	http_reply(
		c->req, 200,
		"Content-Type: text/plain; version=0.0.4; charset=utf-8\r\nCache-Control: no-store\r\n",
		buf_cstr(&out), out.len);
	buf_clear(&out);
	free(c);
}

/* --- providers --- */

struct callback {
	struct call *call;
	struct reports reports;
	int waiting;
	bool failed;
};

static void callback_done(void *arg, enum err e)
{
	struct callback *cb = arg;
	struct call *c = cb->call;
	char headers[128];

	cb->failed = cb->failed || e != ERR_OK;
	if (--cb->waiting > 0)
		return;
	if (cb->failed) {
		call_problem(c, ERR_UNAVAILABLE, "Send it again");
	} else {
		snprintf(headers, sizeof(headers), "Content-Type: %s\r\n",
			 cb->reports.content_type);
		http_reply(c->req, cb->reports.status, headers, cb->reports.answer,
			   strlen(cb->reports.answer));
		free(c);
	}
	free(cb);
}

static const struct flow_connector *connector_named(const struct flow *f, const char *name)
{
	for (int i = 0; i < f->connector_count; i++) {
		if (!strcmp(f->connectors[i].name, name))
			return &f->connectors[i];
	}
	return NULL;
}

static void report_refused(struct call *c, enum err e)
{
	struct diag diag;

	if (e != ERR_INVALID) {
		call_problem(c, e, err_title(e));
		return;
	}
	diag_init(&diag, c->req->arena);
	diag_add(&diag, "", "is no report as this kind of connector gives it");
	reply_faults(call_on_reply, c, "The report cannot be read; nothing was kept", &diag);
}

static void provider_called(struct call *c, bool is_reply)
{
	const struct flow_connector *k = connector_named(c->api->flow, c->args[0]);
	struct http_in in = {.method = c->req->method,
			     .query = c->req->query,
			     .body = c->req->body,
			     .body_len = c->req->body_len,
			     .content_type = http_header(c->req, "Content-Type"),
			     .is_reply = is_reply};
	struct callback *cb;
	enum err e;

	cb = mem_zalloc(sizeof(*cb));
	e = k && k->kind->receipt ? k->kind->receipt(k->self, &in, c->req->arena, &cb->reports)
				  : ERR_NOT_FOUND;
	if (e != ERR_OK) {
		free(cb);
		report_refused(c, e);
		return;
	}
	cb->call = c;
	cb->waiting = cb->reports.count + 1;
	for (int i = 0; i < cb->reports.count; i++)
		deliver_report(c->api->flow, k->name, &cb->reports.items[i], callback_done, cb);
	callback_done(cb, ERR_OK);
}

void api_receipt(struct call *c)
{
	provider_called(c, false);
}

void api_reply(struct call *c)
{
	provider_called(c, true);
}
