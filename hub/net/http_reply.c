/* http_reply.c: answers, streams of events, and sockets given away. */
#include <fcntl.h>
#include <http_parser.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "net/http_internal.h"
#include "net/static.h"

#define SPLICE_BYTES_MIN ((size_t)4096) /* below it a copy is cheaper than a second piece */

static struct exchange *exchange_of(struct http_request *req)
{
	return (struct exchange *)req; /* its first member */
}

/* What every answer says besides, made once a second. */
static void common_add(struct http *h, struct buf *out)
{
	struct clock clock = loop_clock(h->loop);
	int64_t second = clock_now_ms(&clock) / 1000;
	time_t t = (time_t)second;
	struct tm tm;
	size_t n;

	if (second != h->common_second) {
		gmtime_r(&t, &tm);
		n = strftime(h->common, sizeof(h->common), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n",
			     &tm);
		n += (size_t)snprintf(h->common + n, sizeof(h->common) - n, "%s",
				      static_security_headers);
		h->common_bytes = n < sizeof(h->common) ? n : sizeof(h->common) - 1;
		h->common_second = second;
	}
	buf_add(out, h->common, h->common_bytes);
}

static void head_add(struct conn *c, int status, const char *connection, const char *headers)
{
	struct buf *out = &c->out.bytes;

	buf_reserve(out, 1024);
	buf_add_str(out, "HTTP/1.1 ");
	buf_add_int(out, status);
	buf_add_char(out, ' ');
	buf_add_str(out, http_status_str((enum http_status)status));
	buf_add_str(out, "\r\n");
	common_add(c->http, out);
	buf_add_str(out, connection);
	buf_add_str(out, headers);
}

static void length_add(struct buf *out, size_t len)
{
	buf_add_str(out, "Content-Length: ");
	buf_add_int(out, (int64_t)len);
	buf_add_str(out, "\r\n\r\n");
}

static bool must_close(const struct conn *c, const struct exchange *ex)
{
	bool has_more = c->is_running ? c->rest_bytes > 0 : c->in.len > c->in_at;

	return !ex->keep_alive || c->http->is_draining || (c->is_ended && !has_more);
}

static const char *connection_line(const struct exchange *ex, bool closes)
{
	if (closes)
		return "Connection: close\r\n";
	return ex->version_minor == 0 ? "Connection: keep-alive\r\n" : "";
}

static void body_add(struct conn *c, const char *body, size_t len, bool keep)
{
	struct out *o = &c->out;

	if (!keep || len < SPLICE_BYTES_MIN || o->splice_count == HTTP_SPLICES_MAX) {
		buf_add(&o->bytes, body, len);
		return;
	}
	o->splices[o->splice_count++] =
		(struct splice){.at = o->bytes.len, .data = body, .len = len};
	o->spliced_bytes += len;
}

/* The exchange and its connection part: the next request may be taken, after the turn if not right
 * now. */
static void conn_release(struct conn *c, bool closes)
{
	c->exchange = NULL;
	c->is_busy = false;
	if (closes)
		c->is_last = true;
	conn_touch(c);
}

static void reply(struct http_request *req, int status, const char *headers, struct splice body,
		  bool keep)
{
	struct exchange *ex = exchange_of(req);
	struct conn *c = ex->conn;
	bool closes;

	if (c) {
		closes = must_close(c, ex);
		head_add(c, status, connection_line(ex, closes), headers);
		if (status == 204 || status == 304)
			buf_add_str(&c->out.bytes, "\r\n");
		else
			length_add(&c->out.bytes, body.len);
		if (status != 204 && status != 304 && !req->is_head)
			body_add(c, body.data, body.len, keep);
		conn_release(c, closes);
	}
	exchange_let_go(ex);
}

void http_reply(struct http_request *req, int status, const char *headers, const char *body,
		size_t len)
{
	reply(req, status, headers, (struct splice){.data = body, .len = len}, false);
}

void http_reply_static(struct http_request *req, int status, const char *headers, const char *body,
		       size_t len)
{
	reply(req, status, headers, (struct splice){.data = body, .len = len}, true);
}

static const char *fault_header(int status)
{
	if (status == 405)
		return "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";
	return status == 503 ? "Retry-After: 1\r\n" : "";
}

void reply_fault(struct conn *c, int status, const char *detail, bool is_head)
{
	char body[256], headers[128], about[40];
	int len = snprintf(
		body, sizeof(body),
		"{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n",
		http_status_str((enum http_status)status), status, detail);

	snprintf(headers, sizeof(headers), "Content-Type: application/problem+json\r\n%s",
		 fault_header(status));
	head_add(c, status, "Connection: close\r\n", headers);
	length_add(&c->out.bytes, (size_t)len);
	if (!is_head)
		buf_add(&c->out.bytes, body, (size_t)len);
	snprintf(about, sizeof(about), "connection=%lld", (long long)c->number);
	log_at(LOG_DEBUG, about, "refused %d: %s", status, detail);
	conn_touch(c);
}

void stream_count(struct exchange *ex)
{
	struct http_stream *s = &ex->stream;

	if (ex->is_streaming && s->backlog)
		backlog_count(s->backlog, &s->counted_bytes, ex->conn ? conn_waiting(ex->conn) : 0);
}

void http_stream_counts(struct http_stream *s, struct backlog *backlog)
{
	s->backlog = backlog;
	stream_count(s->exchange);
}

/* Nobody listens any more, or nothing more may be said: the owner is told at the end of the turn.
 */
static void stream_detach(struct exchange *ex)
{
	struct http *h = ex->http;

	if (ex->conn)
		h->detached_count++;
	ex->conn = NULL;
	stream_count(ex);
	ex->next_gone = h->gone;
	h->gone = ex;
	loop_defer(h->loop, &h->turn);
}

static void stream_finish(struct conn *c, const struct exchange *ex)
{
	if (ex->version_minor > 0)
		buf_add_str(&c->out.bytes, "0\r\n\r\n");
	conn_release(c, ex->version_minor == 0 || must_close(c, ex));
}

void stream_cut(struct exchange *ex, bool is_orderly)
{
	struct conn *c = ex->conn;

	if (is_orderly)
		stream_finish(c, ex);
	stream_detach(ex);
}

struct http_stream *http_stream_begin(struct http_request *req, const char *headers,
				      void (*on_gone)(void *arg), void *arg)
{
	struct exchange *ex = exchange_of(req);
	struct conn *c = ex->conn;
	bool closes;

	ex->is_streaming = true;
	ex->stream = (struct http_stream){.exchange = ex, .on_gone = on_gone, .arg = arg};
	if (!c) {
		if (ex->http)
			stream_detach(ex);
		return &ex->stream;
	}
	closes = ex->version_minor == 0 || must_close(c, ex);
	head_add(c, 200, closes ? "Connection: close\r\n" : "", headers);
	buf_add_str(&c->out.bytes,
		    ex->version_minor > 0 ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n");
	conn_touch(c);
	if (req->is_head) {
		conn_release(c, closes);
		stream_detach(ex);
	}
	return &ex->stream;
}

bool http_stream_write(struct http_stream *s, const char *data, size_t len, size_t limit_bytes)
{
	struct exchange *ex = s->exchange;
	struct conn *c = ex->conn;
	struct buf *out;

	if (!c || len == 0)
		return true;
	if (s->backlog && backlog_most(s->backlog, c->is_writing) < limit_bytes)
		limit_bytes = backlog_most(s->backlog, c->is_writing);
	/* One turn of the loop can bring more than may wait: the socket says whether its reader is
	 * slow. */
	if (conn_waiting(c) + len > limit_bytes)
		conn_write(c, true);
	if (conn_waiting(c) + len > limit_bytes)
		return false;
	out = &c->out.bytes;
	if (ex->version_minor > 0)
		buf_printf(out, "%zx\r\n", len);
	buf_add(out, data, len);
	if (ex->version_minor > 0)
		buf_add_str(out, "\r\n");
	stream_count(ex);
	conn_touch(c);
	return true;
}

size_t http_stream_waiting(const struct http_stream *s)
{
	return s->exchange->conn ? conn_waiting(s->exchange->conn) : 0;
}

void http_stream_is_finite(struct http_stream *s)
{
	s->exchange->is_stream_finite = true;
}

void http_stream_break(struct http_stream *s)
{
	if (s->exchange->conn)
		conn_begin_close(s->exchange->conn);
}

void http_stream_end(struct http_stream *s)
{
	struct exchange *ex = s->exchange;
	struct conn *c = ex->conn;

	if (!c && ex->http) { /* it waits to be told; now it need not be */
		ex->is_stream_ended = true;
		return;
	}
	if (c)
		stream_finish(c, ex);
	exchange_let_go(ex);
}

int http_take_over(struct http_request *req, const char **ret_bytes, size_t *ret_len)
{
	struct exchange *ex = exchange_of(req);
	struct conn *c = ex->conn;
	struct http *h = ex->http;
	uv_os_fd_t own;
	int fd = -1;

	*ret_bytes = "";
	*ret_len = 0;
	if (c && ex->raw && uv_fileno(&c->uv.handle, &own) == 0) {
		fd = fcntl(own, F_DUPFD_CLOEXEC, 0);
		buf_reset(&h->taken);
		buf_add(&h->taken, ex->raw, ex->raw_bytes);
		if (c->is_running)
			buf_add(&h->taken, c->rest, c->rest_bytes);
		else
			buf_add(&h->taken, c->in.data + c->in_at, c->in.len - c->in_at);
		*ret_bytes = h->taken.data;
		*ret_len = h->taken.len;
	}
	if (c) {
		conn_release(c, true);
		conn_begin_close(c);
	}
	exchange_let_go(ex);
	return fd;
}
