/*
 * redis.h: one connection to Redis, from its making to its end. Internal to hub/store; redis.c is
 * the only file that knows hiredis, whose parser it uses, and libuv's sockets.
 *
 * redis_open starts connecting and calls `opened` or `lost`. redis_send gathers commands; those of
 * one turn of the loop leave in one write. Each command's callback is called exactly once, in
 * order, never from inside redis_send: with its reply, or with NULL if the connection ended first
 * and its outcome is unknown. Replies are checked to belong to their question: a script returns the
 * number it was given first, before every other command an ECHO of the number is sent. A refused
 * connection, an error, a late reply or one that does not belong ends the connection: `lost` is
 * called once with the reason, the callbacks with NULL after it, then `closed`, and nothing of it
 * is used again. redis_close ends it the same way, without `lost`.
 */
#ifndef TANDEM_STORE_REDIS_H
#define TANDEM_STORE_REDIS_H

#include "base/arena.h"
#include "config_redis.h"
#include "loop.h"
#include "store/store.h"

enum redis_type { REDIS_NIL, REDIS_INTEGER, REDIS_STRING, REDIS_STATUS, REDIS_ERROR, REDIS_ARRAY };
struct redis_reply { /* lives until the callback returns */
	enum redis_type type;
	int64_t integer;
	const char *str; /* of strings, states and errors: NUL-terminated, "" otherwise */
	size_t len;
	struct redis_reply *items;
	int count;
};

struct redis_events {
	void (*opened)(void *arg);
	void (*lost)(void *arg, const char *why);
	void (*closed)(void *arg);
};
struct redis_command {
	const struct bytes *args; /* only needed until redis_send returns */
	int count;
	int64_t number; /* of the question; for a script also among its arguments */
	bool is_script;
	bool is_asking;	   /* of a cluster's slot that is just being moved here */
	int wait_replicas; /* > 0: a reply counts only when so many replicas have the write */
	int64_t limit_ms;  /* for the reply to come */
};
typedef void redis_fn(void *arg, const struct redis_reply *r);

struct redis;
/* Of the url the place (path, or host and port) alone. */
struct redis *redis_open(struct loop *loop, const struct redis_url *url, int64_t connect_ms,
			 const struct redis_events *events, void *arg);
void redis_send(struct redis *c, const struct redis_command *cmd, redis_fn *fn, void *arg);
void redis_drop(struct redis *c, const char *why); /* as if an error had ended it */
void redis_close(struct redis *c);

#endif
