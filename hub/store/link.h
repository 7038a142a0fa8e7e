/*
 * link.h: keeps one connection to Redis alive: connects, signs in, checks that this Redis may be trusted with the
 * data, and begins again with growing pauses when it is lost. Internal to hub/store.
 *
 * link_open; `up` when the Redis has been checked, `down` with the reason when it is lost or was refused (told again only
 * if the reason changes). link_send and link_ask are allowed while is_up. link_close, then `closed` once no handle is left,
 * possibly from inside link_close; the link is the owner's memory.
 */
#ifndef TANDEM_STORE_LINK_H
#define TANDEM_STORE_LINK_H

#include "store/keys.h"
#include "store/redis.h"

struct link;
struct link_events {
	void (*up)(struct link *l);
	void (*down)(struct link *l, const char *why);
	void (*closed)(struct link *l);
};
struct link_options {
	struct loop *loop;
	const struct redis_url *url;
	const struct keys *keys;
	int64_t limit_ms; /* for connecting, and for each answer of the check */
	int wait_replicas; /* that must have all that is there before the link is up */
	void *owner;	  /* for the events */
};
struct link {
	struct link_options opt;
	struct redis_url url;
	const struct link_events *events;
	struct redis *conn;	/* NULL between attempts */
	struct loop_timer *pause;
	int64_t pause_ms, number;
	int step;		/* of the check */
	bool is_up, is_closing;
	int connections;	/* not yet closed, the current one included */
	char id[33], fresh_id[33]; /* of the data set met first: another one later is refused */
	char why[160];		/* the last reason told */
};

void link_open(struct link *l, const struct link_options *opt, const struct link_events *events);
void link_send(struct link *l, const struct redis_command *cmd, redis_fn *fn, void *arg);
void link_drop(struct link *l, const char *why); /* this connection is not to be trusted any more */
void link_close(struct link *l);
int64_t link_next_number(struct link *l);
/* A plain command, its answer within limit_ms. */
void link_ask(struct link *l, const struct args *args, int64_t limit_ms, redis_fn *fn, void *arg);

#endif
