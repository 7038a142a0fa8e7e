/*
 * inbox.h: a live session: somebody at the other end of a WebSocket or an event stream who looks
 * after some bodies.
 *
 * An inbox is counted by reference: the connection holds one, each answer under way another, so an
 * answer that comes after the connection has gone is dropped and nothing is freed under anybody's
 * feet.
 */
#ifndef TANDEM_INBOX_H
#define TANDEM_INBOX_H

#include "flow/board.h"
#include "flow/feed.h"
#include "net/api.h"

struct board_watch {		 /* figures this session wants to be told of */
	struct query_board wish; /* strings owned */
	uint64_t seen;		 /* figures_changes when they were last looked at */
	bool open, asking;
	unsigned char last[16]; /* hash of what was told last */
};
struct inbox {
	struct api *api;
	struct principal *who;
	struct ws_conn *conn; /* NULL: closed, or a stream */
	struct http_stream *stream;
	struct feed_sub *sub;
	struct board_watch board;
	int64_t ask_ms; /* own clock: then the session is asked for again */
	bool asking;
	int refs;
	struct inbox *prev, *next; /* of the api's list, while it is open */
};
struct inbox *inbox_new(struct api *a, struct principal *who);
struct inbox *inbox_ref(struct inbox *b);
void inbox_unref(struct inbox *b);
/* the connection has ended: leaves the feed and the list, drops its reference */
void inbox_gone(struct inbox *b);

/* body "" for all one looks after. Counts what is open, subscribes, then calls back; messages come
 * after the callback. */
struct inbox_opened {
	enum err err; /* ERR_NOT_FOUND: not a body of this principal */
	const char *cursor;
	bool recovered;
	int64_t open;
};
typedef void inbox_opened_fn(void *arg, const struct inbox_opened *o);
void inbox_open(struct inbox *b, const char *body, const char *since, inbox_opened_fn *fn,
		void *arg);

/* board_push.c: figures now, and again whenever they change, at most once a second. */
void board_open(struct inbox *b, const struct query_board *wish, reply_fn *fn, void *arg);
void board_beat(struct inbox *b);
void board_forget(struct inbox *b);

struct ws_options inbox_ws_options(struct api *a);
/* a session, user or key ended: its connections are closed; or a body's contacts changed, or which
 * numbers want no texts; a kind without a name: any of that kind */
void inbox_name_changed(void *api, const char *name);
/* once a second: figures that have changed are told, and sessions that have ended are closed */
void inbox_beat(void *api);
void inbox_bye(struct api *a);

/* socket.c: one JSON-RPC message */
void socket_message(void *arg, struct ws_conn *c, const char *text, size_t len);
void socket_push(struct inbox *b, const struct feed_message *m);
void stream_push(struct inbox *b, const struct feed_message *m);
void stream_beat(void *api); /* a comment line to every stream */

#endif
