/* stream.c: the same messages as server-sent events, for whoever cannot open a WebSocket. */
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "net/inbox.h"

static void on_gone(void *arg)
{
	inbox_gone(arg);
}

static void write_or_end(struct inbox *b, const struct buf *text)
{
	if (http_stream_write(b->stream, text->data, text->len, b->api->backlog.each_bytes))
		return;
	metric_add(METRIC_SLOW_CLOSED, 1);
	http_stream_break(b->stream); /* it comes back with Last-Event-ID; on_gone follows */
}

void stream_push(struct inbox *b, const struct feed_message *m)
{
	struct buf out;

	buf_init(&out, 1u << 20);
	buf_printf(&out, "id: %s\nevent: %s\ndata: ", m->cursor, m->method);
	buf_add(&out, m->params, m->len);
	buf_add_str(&out, "\n\n");
	write_or_end(b, &out);
	buf_clear(&out);
}

void stream_beat(void *arg)
{
	static const char beat[] = ": beat\n\n";
	struct buf out = {.data = (char *)(uintptr_t)beat, .len = sizeof(beat) - 1};
	struct api *a = arg;

	for (struct inbox *b = a->inboxes, *next; b; b = next) {
		next = b->next;
		if (b->stream)
			write_or_end(b, &out);
	}
}

static void on_opened(void *arg, const struct inbox_opened *o)
{
	struct inbox *b = arg;
	struct buf out;

	if (!b->stream) {
		inbox_unref(b);
		return;
	}
	buf_init(&out, 4096);
	if (o->err == ERR_OK)
		buf_printf(
			&out,
			"id: %s\nevent: open\ndata: {\"cursor\":\"%s\",\"recovered\":%s,\"open\":%lld}\n\n",
			o->cursor, o->cursor, o->recovered ? "true" : "false", (long long)o->open);
	else
		buf_printf(&out, "event: refused\ndata: {\"status\":%d}\n\n",
			   err_http_status(o->err));
	write_or_end(b, &out);
	buf_clear(&out);
	if (o->err != ERR_OK && b->stream) {
		http_stream_end(b->stream);
		inbox_gone(b);
	}
	inbox_unref(b);
}

void api_stream(struct call *c)
{
	const char *since = http_header(c->req, "Last-Event-ID"), *body = call_query(c, "body");
	struct inbox *b;

	if (!since && *call_query(c, "since"))
		since = call_query(c, "since");
	if (*body && !principal_answers(c->who, body)) {
		call_problem(c, ERR_NOT_FOUND, "No such body");
		return;
	}
	if (api_not_ready(c->api)) {
		call_problem(c, ERR_UNAVAILABLE, api_not_ready(c->api));
		return;
	}
	b = inbox_new(c->api, c->who);
	body = mem_strdup(body);
	since = since ? mem_strdup(since) : NULL;
	b->stream = http_stream_begin(
		c->req, "Content-Type: text/event-stream\r\nCache-Control: no-store\r\n", on_gone,
		b);
	principal_unref(c->who);
	free(c);
	if (b->stream) {
		http_stream_counts(b->stream, &b->api->backlog);
		inbox_open(b, body, since, on_opened, inbox_ref(b));
	} else {
		inbox_gone(b);
	}
	free((void *)(uintptr_t)body);
	free((void *)(uintptr_t)since);
}
