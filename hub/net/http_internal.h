/*
 * http_internal.h: the server and its connections. Internal to http*.c and listen.c.
 *
 * A connection holds an exchange only while a request is being read or answered; an idle one is
 * little more than its uv handle. What one turn of the loop has written to a connection leaves with
 * one system call at its end (http_turn). A connection that is closed lets go of its exchange,
 * which stays alive until the handler answers. Nothing here frees a connection at once: uv does,
 * through its close callback.
 */
#ifndef TANDEM_HTTP_INTERNAL_H
#define TANDEM_HTTP_INTERNAL_H

#include <uv.h>

#include "net/http_exchange.h"
#include "net/http_wheel.h"

#define HTTP_READ_BYTES	    65536
#define HTTP_SPLICES_MAX    8
#define HTTP_BUFS_MAX	    (2 * HTTP_SPLICES_MAX + 1)
#define HTTP_KEPT_BYTES_MAX ((size_t)4096) /* of each buffer, while nothing is in it */

/* Bytes on their way out; static bodies are spliced in by reference. */
struct splice {
	size_t at; /* in bytes */
	const char *data;
	size_t len;
};
struct out {
	struct buf bytes;
	struct splice splices[HTTP_SPLICES_MAX];
	int splice_count;
	size_t spliced_bytes;
};
union any_stream {
	uv_handle_t handle;
	uv_stream_t stream;
	uv_tcp_t tcp;
	uv_pipe_t pipe;
};
struct conn {
	union any_stream uv;
	struct http *http;
	struct conn *prev, *next, *dirty_prev, *dirty_next, *wheel_prev, *wheel_next;
	int64_t slot_tick; /* its place in the wheel; 0: none */
	struct exchange *exchange;
	int64_t number;

	struct buf in; /* bytes come but not taken, from in_at on */
	size_t in_at;
	const char *rest; /* while running: what stands behind the request in hand */
	size_t rest_bytes;
	struct out out, writing;
	size_t queue_bytes; /* as last seen, to know progress */
	uv_write_t write;
	uv_shutdown_t shutdown;
	int64_t active_ms, progress_ms, linger_ms;

	bool is_reading, is_running, is_dirty, from_loopback;
	bool is_busy;	/* the handler has the exchange */
	bool is_ready;	/* whole, but what was written before has to leave first */
	bool has_asked; /* a request was handled before */
	bool is_ended;	/* the client will send no more */
	bool is_last;	/* nothing is taken any more; close when all is written */
	bool is_writing;
	bool is_lingering; /* our side is shut; reads are thrown away until the client closes */
	bool is_closed;
};
struct http {
	struct loop *loop;
	struct http_options options;
	union any_stream listener;
	char *unix_path; /* to be removed at the end */
	int port;
	struct conn *conns, *dirty_first, *dirty_last;
	struct exchange *open, *spare, *gone;
	int conn_count, detached_count, spare_count;
	struct loop_deferred turn;
	struct wheel wheel;
	struct buf taken; /* what the last take-over gave away */
	size_t held_bytes;
	int64_t numbers;
	char common[1024]; /* Date and the security headers */
	size_t common_bytes;
	int64_t common_second;
	loop_fn *drained;
	void *drained_arg;
	bool is_draining, is_listening;
	char read_bytes[HTTP_READ_BYTES];
};

/* listen.c: the listening socket, bound on a descriptor of our own. */
bool http_listen(struct http *h, uv_connection_cb on_connection, struct diag *diag);

/* http_conn.c */
void conn_accept(struct http *h);
void conn_begin_close(struct conn *c);
void conn_touch(struct conn *c); /* something is to be written or taken: look at it in this turn */
/* early: what fails fails again, and is seen, when its turn comes */
void conn_write(struct conn *c, bool is_early);
struct conn *conn_next_touched(struct http *h);
void conn_refuse(struct conn *c, int status, const char *detail);
void conn_settle(struct conn *c);
void conn_pump(struct conn *c);
size_t conn_waiting(const struct conn *c); /* bytes out */
bool conn_has_begun(const struct conn *c); /* some of a request has come */
void exchange_let_go(struct exchange *ex); /* the answer is complete, or nobody waits for it */

/* http_out.c */
void out_reset(struct out *o);
int out_bufs(const struct out *o, uv_buf_t bufs[static HTTP_BUFS_MAX]); /* how many */
int bufs_skip(uv_buf_t *bufs, int count, size_t sent_bytes);		/* how many are left */

/* http_reply.c */
void reply_fault(struct conn *c, int status, const char *detail, bool is_head);
void stream_count(struct exchange *ex);
/* by us or by the client; on_gone comes at the end of the turn */
void stream_cut(struct exchange *ex, bool is_orderly);

#endif
