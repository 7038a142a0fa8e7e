/*
 * peer.h: sockets of the bench's client and of its stub server: one epoll, buffers in and out, HTTP
 * and WebSocket framing.
 *
 * peer_open or peer_adopt, then the owner's loop: peer_fill reads what has come, peer_flush writes
 * what may go. Cheap on purpose, so that the machine's time goes to the server that is measured.
 */
#ifndef TANDEM_BENCH_PEER_H
#define TANDEM_BENCH_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct peer {
	int fd, epoll;
	struct buf in, out;
	size_t in_at, out_at; /* taken, and sent */
	bool waits_out, is_socket;
};

/* Both set what the peer is known by in epoll's events. False: no connection. */
bool peer_open(struct peer *p, int epoll, int port, void *known_by);
bool peer_adopt(struct peer *p, int epoll, int fd, void *known_by);
void peer_close(struct peer *p);
bool peer_fill(struct peer *p); /* false: the other side has ended it */
bool peer_flush(struct peer *p);

/* One whole HTTP message at the front, request or answer. Its body lies behind the head. */
struct http_piece {
	const char *head, *body;
	size_t head_len, body_len;
	int status; /* of an answer */
};
bool http_take(struct peer *p, struct http_piece *ret);

struct ws_piece {
	int opcode;
	const char *data;
	size_t len;
};
bool ws_take(struct peer *p, struct ws_piece *ret); /* a client's mask is taken off */
enum ws_side { WS_FROM_SERVER, WS_FROM_CLIENT };
/* The mask is zero: it is legal, and leaves the bytes as they are. */
void ws_put(struct peer *p, enum ws_side from, const struct ws_piece *w);

int64_t now_ns(void);
/* The number behind the first `name` in the text, -1 when it is not there. */
int64_t number_after(const char *text, size_t len, const char *name);

#endif
