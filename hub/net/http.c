/* http.c: the server: opening, one turn, draining, freeing. */
#include "net/http.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "net/http_internal.h"

#define HEADER_BYTES_MAX ((size_t)60000) /* http_parser's own limit is 80 KiB */
#define SPARE_MAX	 128

void exchange_let_go(struct exchange *ex)
{
	struct http *h = ex->http;

	if (!h) {
		exchange_free(ex);
		return;
	}
	*(ex->prev ? &ex->prev->next : &h->open) = ex->next;
	if (ex->next)
		ex->next->prev = ex->prev;
	if (!ex->conn)
		h->detached_count--;
	if (h->spare_count >= SPARE_MAX) {
		exchange_free(ex);
		return;
	}
	exchange_clear(ex);
	ex->next = h->spare;
	h->spare = ex;
	h->spare_count++;
}

/* The owner of a stream learns of its end here, never from inside one of its own calls. */
static void gone_tell(struct http *h)
{
	struct exchange *ex;

	while ((ex = h->gone)) {
		bool is_ended = ex->is_stream_ended;

		h->gone = ex->next_gone;
		ex->is_stream_ended = true;
		if (!is_ended && ex->stream.on_gone)
			ex->stream.on_gone(ex->stream.arg);
		exchange_let_go(ex);
	}
}

static void drain_check(struct http *h)
{
	loop_fn *done = h->drained;

	if (!done || h->conns || h->is_listening || h->gone)
		return;
	h->drained = NULL;
	loop_timer_stop(h->wheel.timer);
	done(h->drained_arg); /* may free h */
}

static void on_turn(void *arg)
{
	struct http *h = arg;
	struct conn *c;

	while ((c = conn_next_touched(h)))
		conn_pump(c);
	gone_tell(h);
	if (!h->dirty_first)
		drain_check(h);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct http *h = listener->data;

	if (status < 0)
		log_at(LOG_WARN, "", "a connection could not be accepted: %s", uv_strerror(status));
	else
		conn_accept(h);
}

struct http *http_open(struct loop *loop, const struct http_options *opt, struct diag *diag)
{
	struct http *h = mem_zalloc(sizeof(*h));

	h->loop = loop;
	h->options = *opt;
	if (h->options.header_bytes > HEADER_BYTES_MAX || h->options.header_bytes == 0)
		h->options.header_bytes = HEADER_BYTES_MAX;
	h->turn = (struct loop_deferred){.fn = on_turn, .arg = h};
	h->common_second = -1;
	buf_init(&h->taken, (size_t)1 << 20);
	h->listener.handle.data = h;
	if (!http_listen(h, on_connection, diag)) {
		free(h);
		return NULL;
	}
	h->is_listening = true;
	wheel_start(h);
	return h;
}

int http_port(const struct http *h)
{
	return h->port;
}

static void on_listener_closed(uv_handle_t *handle)
{
	struct http *h = handle->data;

	h->is_listening = false;
	loop_defer(h->loop, &h->turn);
}

static void conn_drain(struct conn *c)
{
	struct exchange *ex = c->exchange;

	if (ex && ex->is_stream_finite)
		return;
	if (ex && ex->is_streaming)
		stream_cut(ex, true);
	else if (!ex && conn_waiting(c) == 0)
		conn_begin_close(c);
	else if (!ex)
		c->is_last = true; /* an answer is on its way yet: closed behind it */
}

void http_drain(struct http *h, loop_fn *done, void *arg)
{
	struct conn *c, *next;
	bool is_urgent = h->is_draining;

	h->drained = done;
	h->drained_arg = arg;
	if (!h->is_draining)
		uv_close(&h->listener.handle, on_listener_closed);
	if (!h->is_draining && h->unix_path)
		unlink(h->unix_path);
	h->is_draining = true;
	for (c = h->conns; c; c = next) {
		next = c->next;
		if (is_urgent)
			conn_begin_close(c);
		else
			conn_drain(c);
	}
	loop_defer(h->loop, &h->turn);
}

void http_free(struct http *h)
{
	struct exchange *ex, *next;

	if (!h)
		return;
	for (ex = h->open; ex; ex = next) { /* still in a handler's hands: freed when it answers */
		next = ex->next;
		ex->http = NULL;
		ex->held_bytes = NULL;
		ex->prev = ex->next = NULL;
	}
	for (ex = h->spare; ex; ex = next) {
		next = ex->next;
		exchange_free(ex);
	}
	loop_timer_free(h->wheel.timer);
	buf_clear(&h->taken);
	free(h->unix_path);
	free(h);
}
