/* http_conn.c: one connection: what comes in, whose turn it is, what goes out. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "metrics.h"
#include "net/http_internal.h"

#define IN_STOP_BYTES  ((size_t)65536) /* pipelined bytes that may wait; past it nothing is read */
#define OUT_STOP_BYTES ((size_t)65536) /* of answers that wait; past it no request is taken */
#define LINGER_MS      1500
#define OVER_MAX       64 /* connections past the limit that still get an answer */

static void conn_free(struct conn *c)
{
	struct http *h = c->http;

	*(c->prev ? &c->prev->next : &h->conns) = c->next;
	if (c->next)
		c->next->prev = c->prev;
	h->conn_count--;
	metric_add(METRIC_CONNECTIONS, -1);
	buf_clear(&c->in);
	buf_clear(&c->out.bytes);
	buf_clear(&c->writing.bytes);
	free(c);
	if (h->is_draining)
		loop_defer(h->loop, &h->turn);
}

static void on_closed(uv_handle_t *handle)
{
	struct conn *c = handle->data;

	conn_free(c);
}

static void dirty_remove(struct conn *c)
{
	struct http *h = c->http;

	if (!c->is_dirty)
		return;
	*(c->dirty_prev ? &c->dirty_prev->dirty_next : &h->dirty_first) = c->dirty_next;
	*(c->dirty_next ? &c->dirty_next->dirty_prev : &h->dirty_last) = c->dirty_prev;
	c->is_dirty = false;
}

void conn_touch(struct conn *c)
{
	struct http *h = c->http;

	if (c->is_dirty || c->is_closed)
		return;
	c->is_dirty = true;
	c->dirty_next = NULL;
	c->dirty_prev = h->dirty_last;
	*(h->dirty_last ? &h->dirty_last->dirty_next : &h->dirty_first) = c;
	h->dirty_last = c;
	loop_defer(h->loop, &h->turn);
}

struct conn *conn_next_touched(struct http *h)
{
	struct conn *c = h->dirty_first;

	if (c)
		dirty_remove(c);
	return c;
}

void conn_begin_close(struct conn *c)
{
	struct exchange *ex = c->exchange;

	if (c->is_closed)
		return;
	c->is_closed = true;
	wheel_remove(c);
	dirty_remove(c);
	if (ex && ex->is_streaming) {
		stream_cut(ex, false);
	} else if (ex && c->is_busy) {
		ex->conn = NULL;
		c->http->detached_count++;
	} else if (ex) {
		exchange_let_go(ex);
	}
	c->exchange = NULL;
	uv_close(&c->uv.handle, on_closed);
}

size_t conn_waiting(const struct conn *c)
{
	size_t written = c->is_writing ? uv_stream_get_write_queue_size(&c->uv.stream) : 0;

	return c->out.bytes.len + c->out.spliced_bytes + written;
}

static bool conn_can_take(const struct conn *c)
{
	return !c->is_closed && !c->is_last && !c->is_busy && !c->is_ready && !c->is_writing &&
	       conn_waiting(c) < OUT_STOP_BYTES && c->out.splice_count < HTTP_SPLICES_MAX;
}

static struct exchange *exchange_get(struct conn *c)
{
	struct http *h = c->http;
	struct exchange *ex = h->spare;

	if (c->exchange)
		return c->exchange;
	if (ex) {
		h->spare = ex->next;
		h->spare_count--;
		ex->next = NULL;
	} else {
		ex = mem_zalloc(sizeof(*ex));
	}
	exchange_start(ex, &h->options, &h->held_bytes);
	ex->http = h;
	ex->conn = c;
	ex->started_ms = loop_mono_ms(h->loop);
	ex->next = h->open;
	if (h->open)
		h->open->prev = ex;
	h->open = ex;
	c->exchange = ex;
	return ex;
}

/* What is written before an upgrade has to be gone first: the socket leaves without it. */
static void conn_hand_over(struct conn *c)
{
	struct exchange *ex = c->exchange;
	const struct http_options *opt = &c->http->options;

	c->is_ready = ex->req.wants_upgrade && conn_waiting(c) > 0;
	if (c->is_ready) {
		conn_touch(c);
		return;
	}
	c->is_busy = true;
	c->has_asked = true;
	ex->req.connection = c->number;
	ex->req.from_loopback = c->from_loopback;
	metric_add(METRIC_HTTP_REQUESTS, 1);
	opt->handle(opt->arg, &ex->req);
}

void conn_refuse(struct conn *c, int status, const char *detail)
{
	struct exchange *ex = c->exchange;
	bool is_head = ex && ex->req.is_head;

	c->exchange = NULL;
	c->is_busy = c->is_ready = false;
	c->is_last = true;
	reply_fault(c, status, detail, is_head);
	if (ex)
		exchange_let_go(ex); /* the detail may lie in it */
}

static void offer_body(struct conn *c)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct exchange *ex = c->exchange;

	if (!ex->expects_continue || ex->stage != EXCHANGE_BODY || ex->body.len)
		return;
	ex->expects_continue = false;
	buf_add(&c->out.bytes, go_on, sizeof(go_on) - 1);
	conn_touch(c);
}

/* Requests are taken until one has to be waited for: its bytes, or its answer. */
static size_t conn_take(struct conn *c, const char *data, size_t len)
{
	size_t at = 0;

	c->is_running = true;
	while (at < len && conn_can_take(c)) {
		struct exchange *ex = exchange_get(c);

		at += exchange_feed(ex, data + at, len - at);
		c->rest = data + at;
		c->rest_bytes = len - at;
		if (ex->stage == EXCHANGE_REFUSED) {
			conn_refuse(c, ex->status, ex->detail);
		} else if (ex->stage == EXCHANGE_WHOLE) {
			conn_hand_over(c);
		} else {
			offer_body(c);
			break;
		}
	}
	c->is_running = false;
	return at;
}

static void in_drop(struct conn *c)
{
	c->in_at = 0;
	if (c->in.cap > HTTP_KEPT_BYTES_MAX)
		buf_clear(&c->in);
	buf_reset(&c->in);
}

static void in_keep(struct conn *c, const char *data, size_t len)
{
	if (c->is_closed || c->is_last || len == 0)
		return;
	if (c->in_at) {
		memmove(c->in.data, c->in.data + c->in_at, c->in.len - c->in_at);
		c->in.len -= c->in_at;
		c->in_at = 0;
	}
	buf_add(&c->in, data, len);
}

static size_t take_kept(struct conn *c)
{
	size_t len = c->in.len - c->in_at, used;

	if (len == 0)
		return 0;
	used = conn_take(c, c->in.data + c->in_at, len);
	c->in_at += used;
	if (c->in_at == c->in.len)
		in_drop(c);
	return used;
}

static void on_written(uv_write_t *req, int status)
{
	struct conn *c = req->data;

	c->is_writing = false;
	out_reset(&c->writing);
	c->active_ms = loop_mono_ms(c->http->loop);
	if (status < 0)
		conn_begin_close(c);
	conn_touch(c);
}

static void write_rest(struct conn *c, uv_buf_t *bufs, int count)
{
	struct out swap = c->writing;

	c->writing = c->out;
	c->out = swap;
	c->is_writing = true;
	c->write.data = c;
	c->progress_ms = loop_mono_ms(c->http->loop);
	if (uv_write(&c->write, &c->uv.stream, bufs, (unsigned int)count, on_written) < 0) {
		c->is_writing = false;
		conn_begin_close(c);
		return;
	}
	c->queue_bytes = uv_stream_get_write_queue_size(&c->uv.stream);
}

void conn_write(struct conn *c, bool is_early)
{
	uv_buf_t bufs[HTTP_BUFS_MAX];
	int count, sent;

	if (c->is_closed || c->is_writing || conn_waiting(c) == 0)
		return;
	count = out_bufs(&c->out, bufs);
	sent = uv_try_write(&c->uv.stream, bufs, (unsigned int)count);
	if (sent < 0 && sent != UV_EAGAIN) {
		if (!is_early)
			conn_begin_close(c);
		return;
	}
	count = bufs_skip(bufs, count, sent > 0 ? (size_t)sent : 0);
	if (count) {
		write_rest(c, bufs, count);
		return;
	}
	out_reset(&c->out);
	c->active_ms = loop_mono_ms(c->http->loop);
}

void conn_pump(struct conn *c)
{
	bool was_full;
	size_t used;

	do {
		if (c->is_ready && conn_waiting(c) == 0)
			conn_hand_over(c);
		was_full = !conn_can_take(c);
		used = take_kept(c);
		conn_write(c, false);
		/* What left in one piece calls nobody back: what waited for it is taken here. */
	} while (!c->is_closed &&
		 (used || (was_full && conn_can_take(c)) || (c->is_ready && conn_waiting(c) == 0)));
	conn_settle(c);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct conn *c = handle->data;

	(void)suggested;
	*buf = uv_buf_init(c->http->read_bytes, HTTP_READ_BYTES);
}

/* A client that shuts its side may still want its answer, but nobody half-closes a stream of events
 * and reads on. */
static void on_end(struct conn *c, bool is_orderly)
{
	bool is_stream = c->exchange && c->exchange->is_streaming;

	c->is_ended = true;
	c->is_reading = false;
	uv_read_stop(&c->uv.stream);
	if (!is_orderly || c->is_lingering || is_stream)
		conn_begin_close(c);
	conn_settle(c);
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
	struct conn *c = stream->data;
	size_t used, len = nread > 0 ? (size_t)nread : 0;

	if (nread < 0) {
		on_end(c, nread == UV_EOF);
		return;
	}
	if (len == 0 || c->is_last)
		return;
	if (c->in.len) {
		in_keep(c, buf->base, len);
		take_kept(c);
	} else {
		used = conn_take(c, buf->base, len);
		in_keep(c, buf->base + used, len - used);
	}
	conn_settle(c);
}

static void on_shut(uv_shutdown_t *req, int status)
{
	struct conn *c = req->data;

	if (status < 0)
		conn_begin_close(c);
}

/* Closing while the client still sends would reset the connection, maybe before our answer. */
static void linger_begin(struct conn *c)
{
	in_drop(c);
	if (c->is_ended) {
		conn_begin_close(c);
		return;
	}
	c->is_lingering = true;
	c->linger_ms = loop_mono_ms(c->http->loop) + LINGER_MS;
	c->shutdown.data = c;
	if (uv_shutdown(&c->shutdown, &c->uv.stream, on_shut) < 0)
		conn_begin_close(c);
}

static void reading_settle(struct conn *c)
{
	bool wants = !c->is_ended && (c->is_last || c->in.len - c->in_at < IN_STOP_BYTES);

	if (c->is_closed || wants == c->is_reading)
		return;
	c->is_reading = wants;
	if (!wants)
		uv_read_stop(&c->uv.stream);
	else if (uv_read_start(&c->uv.stream, on_alloc, on_read) < 0)
		conn_begin_close(c);
}

bool conn_has_begun(const struct conn *c)
{
	return c->exchange &&
	       (c->exchange->scanned_bytes > 0 || c->exchange->stage != EXCHANGE_HEAD);
}

void conn_settle(struct conn *c)
{
	if (c->is_ended && conn_can_take(c)) {
		if (conn_has_begun(c))
			conn_refuse(c, 400, "The request was cut off");
		else
			c->is_last = true;
	}
	if (c->is_closed)
		return;
	if (c->exchange)
		stream_count(c->exchange);
	if (c->is_last && !c->is_busy && !c->is_lingering && conn_waiting(c) == 0)
		linger_begin(c);
	reading_settle(c);
	if (!c->is_closed)
		wheel_note(c);
}

static bool peer_is_local(const struct conn *c)
{
	struct sockaddr_storage peer;
	int len = sizeof(peer);

	if (c->uv.handle.type == UV_NAMED_PIPE)
		return true;
	if (uv_tcp_getpeername(&c->uv.tcp, (struct sockaddr *)&peer, &len) < 0)
		return false;
	if (peer.ss_family == AF_INET)
		return ntohl(((struct sockaddr_in *)&peer)->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&peer)->sin6_addr);
}

static struct conn *conn_new(struct http *h)
{
	struct conn *c = mem_zalloc(sizeof(*c));
	uv_loop_t *loop = loop_uv(h->loop);

	if (h->listener.handle.type == UV_NAMED_PIPE)
		uv_pipe_init(loop, &c->uv.pipe, 0);
	else
		uv_tcp_init(loop, &c->uv.tcp);
	c->uv.handle.data = c;
	c->http = h;
	c->number = ++h->numbers;
	buf_init(&c->in, IN_STOP_BYTES + HTTP_READ_BYTES);
	buf_init(&c->out.bytes, (size_t)1 << 30);
	buf_init(&c->writing.bytes, (size_t)1 << 30);
	c->active_ms = loop_mono_ms(h->loop);
	c->next = h->conns;
	if (h->conns)
		h->conns->prev = c;
	h->conns = c;
	h->conn_count++;
	metric_add(METRIC_CONNECTIONS, 1);
	return c;
}

void conn_accept(struct http *h)
{
	struct conn *c = conn_new(h);
	int over = h->conn_count + h->detached_count - h->options.connections_max;

	if (uv_accept(&h->listener.stream, &c->uv.stream) < 0 || over > OVER_MAX) {
		conn_begin_close(c);
		return;
	}
	c->from_loopback = peer_is_local(c);
	if (over > 0)
		conn_refuse(c, 503, "Too many connections");
	conn_settle(c);
}
