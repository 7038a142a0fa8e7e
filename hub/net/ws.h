/*
 * ws.h: WebSockets through libwebsockets; only ws.c includes it. It gets sockets whose handshake
 * http.c has read and ws_check_handshake has approved, by lws_adopt_socket_vhost_readbuf; it never
 * listens.
 *
 * Per connection: messages joined up to the limits, a bounded queue out, what one turn of the loop
 * sends written with one system call at its end, pings from our own timer wheel, close codes of
 * contract 6. A connection is named by its ws_conn from on_open to on_close; ws_open, ws_free and
 * done belong to main, and ws_free ends every connection with on_close before done comes.
 */
#ifndef TANDEM_WS_H
#define TANDEM_WS_H

#include <stdbool.h>
#include <stdint.h>

#include "http.h"
#include "loop.h"

struct ws;	/* the service: one lws context on the loop */
struct ws_conn; /* one connection */

enum ws_close {
	WS_DRAINING = 1001,
	WS_BAD_FRAME = 1002,
	WS_BAD_TEXT = 1007,
	WS_NOT_ALLOWED = 1008,
	WS_TOO_BIG = 1009,
	WS_TOO_SLOW = 4001,
	WS_PROTOCOL = 4002,
	WS_SESSION_ENDED = 4003
};

struct ws_options {
	/* When more than it allows for one waits and another message comes, the connection is
	 * closed with WS_TOO_SLOW. The caller's. */
	struct backlog *backlog;
	/* 1 MiB: the most any message may have. The handler closes what is over 64 KiB and no
	   event.submit. */
	size_t message_bytes;
	int fragments_max; /* 128 */
	/* A ping so often; nothing heard for pong_ms after it: closed with WS_TOO_SLOW. */
	int64_t ping_ms, pong_ms;
	void (*on_open)(void *arg, struct ws_conn *c);
	/* Text only, valid UTF-8; it lives until the call returns. */
	void (*on_message)(void *arg, struct ws_conn *c, const char *text, size_t len);
	/* The last call for c; also when we closed it. Not from inside ws_send or ws_close. */
	void (*on_close)(void *arg, struct ws_conn *c);
	void *arg;
};
struct diag;
/* NULL: libwebsockets-evlib-uv is missing, and the diag says so. */
struct ws *ws_open(struct loop *loop, const struct ws_options *opt, struct diag *diag);
void ws_free(struct ws *w, loop_fn *done, void *arg);

/* Whether the upgrade request is one RFC 6455 allows and asks for tandem.v1: GET, version 13, a key
   of 16 bytes, one Host, Connection and Upgrade as they must be, no body, no other upgrade. NULL
   when good, else what is wrong (400; 426 for a wrong version, or no upgrade at all). */
const char *ws_check_handshake(struct http_request *req, int *ret_status);
/* Takes the socket over; user is kept for ws_user; on_open comes before it returns. ERR_* when lws
   would not have it: the socket is closed then, and on_open never came. */
MUST_CHECK enum err ws_adopt(struct ws *w, struct http_request *req, void *user);

void *ws_user(const struct ws_conn *c);
/* Copies. May decide to close as too slow; on_close comes later. */
void ws_send(struct ws_conn *c, const char *text, size_t len);
/* Flushes what waits (but for WS_TOO_SLOW), says why, waits two seconds at most. */
void ws_close(struct ws_conn *c, enum ws_close code, const char *reason);
size_t ws_waiting(const struct ws_conn *c);
bool ws_is_closing(const struct ws_conn *c); /* what is sent now is dropped */

#endif
