/*
 * store.h: everything the hub keeps, in Redis, as typed calls with callbacks.
 *
 * store_open connects and checks the Redis (appendonly, appendfsync always,
 * no-appendfsync-on-rewrite no, aof-load-truncated no, noeviction; master role); until that holds,
 * and whenever Redis is away, every call's callback gets ERR_UNAVAILABLE, never later than
 * redis_timeout_ms. A callback is called exactly once, never from inside the call that asked for
 * it. Pointers given to a callback are valid until it returns. Written before said: a callback of a
 * write with ERR_OK means Redis has it on disk (and on wait_replicas replicas).
 *
 * Calls of one loop turn travel together: accepts and commits are gathered and sent as one script
 * call each at the end of the turn, at most STORE_IN_FLIGHT such calls at a time, further ones
 * waiting to be joined. On any error or time-out the connection is freed and made anew; answers are
 * checked to belong to their question.
 */
#ifndef TANDEM_STORE_H
#define TANDEM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "loop.h"

struct redis_url;
struct store;
struct store_options {
	/* as redis_url_parse takes it; the embedded one is given as unix: by main */
	const char *url;
	const char *password_file, *sentinel_password_file; /* NULL or "": none besides the url's */
	const char *cell; /* jurisdiction code: the hash tag of every key */
	int64_t timeout_ms;
	int wait_replicas;
	const char *hub_id; /* consumer name; unique per process */
	void (*on_state)(void *arg, bool up, const char *why_not); /* each time it changes */
	void *arg;
};
/* NULL: a url or a file that config_read refuses */
struct store *store_open(struct loop *loop, const struct store_options *opt);
bool store_is_up(const struct store *s);
/* while it is up: behind what its url is called, where that led; "" if nowhere else */
const char *store_where(const struct store *s, struct arena *arena);
/* whether a master that dies may take with it what was answered in its last moment: a group, and
 * wait_replicas is 0 */
bool store_may_forget(const struct store *s);
#define STORE_MAY_FORGET                                                                           \
	"redis.wait_replicas is 0: what was answered in the last moment before a master dies can be gone"
/* where that is, for a program that goes there by itself: path, or host and port, and whom it must
 * be */
const struct redis_url *store_redis(const struct store *s);
/* answers everything pending with ERR_UNAVAILABLE */
void store_close(struct store *s, loop_fn *closed, void *arg);

struct bytes {
	const char *data;
	size_t len;
};

#include "store/writes.h"
#include "store/reads.h"
#include "store/lists.h"
#include "store/streams.h"
#include "store/policies.h"
#include "store/meetings.h"
#include "store/tables.h"
#include "store/sources.h"
#include "store/texts.h"
#include "store/room.h"

#endif
