/*
 * private_redis.h: the Redis that a hub without settings runs for itself, in its data folder, on a
 * unix socket only. Blocking; used before the loop runs and by commands.
 *
 * private_redis_start, and private_redis_stop at the end. All that use one data folder share one
 * Redis, whoever came first; the last to stop ends it. A Redis that somebody else put there is used
 * and left alone.
 */
#ifndef TANDEM_PRIVATE_REDIS_H
#define TANDEM_PRIVATE_REDIS_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct private_redis {
	/* absolute path; as data_dir was given, if only that is short enough for a socket */
	const char *socket;
	pid_t pid;	    /* 0: somebody else (another hub) started it and it is being shared */
	const char *folder; /* DATA/redis */
	int users_fd;	    /* a shared lock on it says that it is in use */
	/* the lock of whoever starts it; -1 unless private_redis_keep has started one that does not
	 * listen yet */
	int start_fd;
};
MUST_CHECK enum err private_redis_start(const char *data_dir, struct arena *arena,
					struct private_redis *ret, struct diag *diag);
/* For a command that may be the first to start one. Root could do it in a folder of the service's
 * user, and what it leaves there the service could not open any more: ERR_UNAVAILABLE, and says as
 * whom to do it. A hub is root's own choice, on a mounted volume say, and does not ask. */
MUST_CHECK enum err private_redis_leaves_none(const char *data_dir, struct arena *arena,
					      struct diag *diag);
/* For the loop, now and then while the store is away: starts it again when nobody listens any more
 * (it was killed), one hub of all that share it. Does not wait. True: one was started now. */
bool private_redis_keep(struct private_redis *r);
/* waits until it has ended; nothing if others still use it */
void private_redis_stop(struct private_redis *r);
/* The url of the settings as store_open takes it; "embedded" without starting one: the socket in
 * the data folder. */
const char *redis_url_resolve(const char *url, const char *data_dir, struct arena *arena);

#endif
