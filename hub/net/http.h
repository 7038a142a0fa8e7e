/*
 * http.h: HTTP/1.1 to the letter, over libuv and http_parser. Nothing else includes http_parser.
 *
 * http_open listens (listen.c: TCP, with SO_REUSEPORT when it is shared, or a unix socket) and
 * calls `handle` once for each whole, well-formed request. Answer with http_reply, now or later,
 * exactly once. The request and its arena live until then, also when the client has gone: the
 * answer is then dropped. Requests pipelined behind it wait, so answers leave in order. What is
 * malformed, late or too large is answered here (400, 408, 411, 413, 431, 501, 505) and closed; the
 * handler never sees it.
 *
 * A streaming answer (server-sent events): http_stream_begin, http_stream_write, http_stream_end;
 * on_gone tells of its end. An upgrade: the handler calls http_take_over, which gives the socket
 * and the bytes read behind the request away.
 */
#ifndef TANDEM_HTTP_H
#define TANDEM_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "loop.h"
#include "net/backlog.h"

struct http;

/* Stands in a decoded path for a slash that was escaped: it belongs to its segment and ends none.
 * Nothing else makes this byte. */
#define HTTP_ESCAPED_SLASH '\x1f'

struct http_request {
	struct arena *arena;
	const char *method; /* "POST" */
	/* decoded once, checked: no NUL, no dot segments, HTTP_ESCAPED_SLASH; without the query */
	const char *path;
	const char *query; /* raw, "" when absent */
	const char *body;  /* NUL behind it, not counted */
	size_t body_len;
	int64_t connection; /* number, for logs */
	bool is_head, wants_upgrade;
	bool from_loopback;
	void *priv;
};
struct http_options {
	const char *listen; /* "127.0.0.1:8080", "[::1]:8080", "unix:/path" */
	/* other processes of ours listen there too; else the address is this one's alone */
	bool is_shared;
	size_t header_bytes; /* 16384; past it 431 */
	size_t body_bytes;   /* most any route takes; past it 413 before the body is read */
	/* Lower limit for one route, asked once the head is in; 0: the general one. */
	size_t (*body_limit)(void *arg, const char *method, const char *path);
	/* Whether a POST without any length is one without a body, and no 411; asked as body_limit
	 * is. */
	bool (*may_lack_length)(void *arg, const char *method, const char *path);
	int64_t request_timeout_ms, idle_timeout_ms;
	int connections_max;
	void (*handle)(void *arg, struct http_request *req);
	void *arg;
};
struct diag;
/* NULL: could not listen, see diag */
struct http *http_open(struct loop *loop, const struct http_options *opt, struct diag *diag);
int http_port(const struct http *h); /* the one really bound, when 0 was asked for */
/* refuses new connections, finishes what is in hand, closes */
void http_drain(struct http *h, loop_fn *done, void *arg);
void http_free(struct http *h); /* after done */

/* case-blind; NULL; first of that name */
const char *http_header(const struct http_request *req, const char *name);
int http_header_count(const struct http_request *req, const char *name);
/* Walks all headers; i from 0; false at the end. */
bool http_header_at(const struct http_request *req, int i, const char **ret_name,
		    const char **ret_value);
/* Query member, decoded into the arena; NULL when absent or badly encoded. */
const char *http_query(struct http_request *req, const char *name);
bool http_query_is_sound(struct http_request *req); /* every member can be decoded */
#define HTTP_QUERY_MAX 64
/* The name of a member of a sound query that stands there twice; "": there are more than
 * HTTP_QUERY_MAX members; NULL: neither. */
const char *http_query_repeated(struct http_request *req);

/* headers: full lines "Name: value\r\n" or "". HEAD sends no body, 204 and 304 neither. Body is
   copied unless `keep` (then it must live as long as the process: static files). */
void http_reply(struct http_request *req, int status, const char *headers, const char *body,
		size_t len);
void http_reply_static(struct http_request *req, int status, const char *headers, const char *body,
		       size_t len);

struct http_stream;
struct http_stream *http_stream_begin(struct http_request *req, const char *headers,
				      void (*on_gone)(void *arg), void *arg);
/* What waits counts into this one from now on, which also limits it. */
void http_stream_counts(struct http_stream *s, struct backlog *backlog);
/* Queues bytes; false when more than limit bytes wait, or than the backlog allows (the caller ends
 * it then). */
bool http_stream_write(struct http_stream *s, const char *data, size_t len, size_t limit_bytes);
size_t http_stream_waiting(const struct http_stream *s);
void http_stream_end(struct http_stream *s); /* on_gone is not called after it */
/* it has an end of its own, and a drain waits for that */
void http_stream_is_finite(struct http_stream *s);
/* the client sees that the end is missing; on_gone is called */
void http_stream_break(struct http_stream *s);

/* For upgrades only: a duplicate of the socket in non-blocking mode, and the request head's own
 * bytes plus all behind it, to be replayed. The request is gone after it. */
int http_take_over(struct http_request *req, const char **ret_bytes, size_t *ret_len);

#endif
