/*
 * config_redis.h: redis.url, taken apart. The embedded form is not known here: whoever runs the
 * private Redis makes a unix: of it.
 */
#ifndef TANDEM_CONFIG_REDIS_H
#define TANDEM_CONFIG_REDIS_H

#include "base/arena.h"

enum redis_kind { REDIS_DIRECT, REDIS_SENTINEL, REDIS_CLUSTER };
#define REDIS_SEEDS_MAX 16
struct redis_seed {
	const char *host;
	int port;
};
struct redis_url { /* strings live in the arena given */
	enum redis_kind kind;
	const char *path, *host;     /* direct: one of them */
	const char *user, *password; /* of Redis, not of a sentinel */
	int port, db;
	int attempt;	    /* of several addresses of the host the one to try, counted around */
	const char *master; /* as the sentinels call it */
	/* sentinels, or nodes of the cluster: whom to ask */
	struct redis_seed seeds[REDIS_SEEDS_MAX];
	int seed_count;
};
/* On failure says in plain words why, without the password. */
MUST_CHECK enum err redis_url_parse(const char *url, struct arena *arena, struct redis_url *ret,
				    const char **ret_why);

#endif
