/*
 * link.h: keeps one connection to Redis alive: connects, signs in, checks that this Redis may be
 * trusted with the data, and begins again with growing pauses when it is lost. Internal to
 * hub/store.
 *
 * Where the Redis is, is in the url; or it is sought, by asking sentinels or a cluster, before each
 * connection. Sentinels are asked now and then while it stands, too: the one that they have
 * replaced may not know it. A link with a leader goes where that one is.
 *
 * link_open; `up` when the Redis has been checked, `down` with the reason when it is lost or was
 * refused (told again only if the reason changes). link_send and link_ask are allowed while is_up.
 * link_close, then `closed` once no handle is left, possibly from inside link_close; the link is
 * the owner's memory.
 */
#ifndef TANDEM_STORE_LINK_H
#define TANDEM_STORE_LINK_H

#include "store/keys.h"
#include "store/seek.h"

struct aside;
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
	int64_t limit_ms;	       /* for connecting, and for each answer of the check */
	int wait_replicas;	       /* that must have all that is there before the link is up */
	const char *sentinel_password; /* NULL: they want none */
	const struct link *leader;     /* NULL: this one goes its own way */
	bool is_aside;		       /* to a node that is only just being given the data */
	void *owner;		       /* for the events */
};
struct link {
	struct link_options opt;
	struct redis_url url;
	const struct link_events *events;
	struct redis *conn; /* NULL between attempts */
	struct spot place;  /* of a Redis that was sought: where it is */
	struct seek seek;
	int64_t epoch;		 /* how new the view was that this place comes from */
	struct loop_timer *look; /* whether the sentinels still name it */
	struct aside *aside;	 /* where the slot is being moved to, NULL: nowhere */
	int asides;		 /* not yet closed */
	struct loop_timer *pause;
	int64_t pause_ms, number;
	int step; /* of the check */
	bool is_up, is_closing;
	int connections;	   /* not yet closed, the current one included */
	char id[33], fresh_id[33]; /* of the data set met first: another one later is refused */
	/* the newest event's number that was given out: an older state of the data is refused */
	int64_t answered_seq;
	char why[160]; /* the last reason told */
};

void link_open(struct link *l, const struct link_options *opt, const struct link_events *events);
void link_open_at(struct link *l, const struct link_options *opt, const struct link_events *events,
		  const struct spot *at);
void link_follow(struct link *l); /* its leader is up: goes there if it is not there already */
void link_send(struct link *l, const struct redis_command *cmd, redis_fn *fn, void *arg);
void link_drop(struct link *l, const char *why); /* this connection is not to be trusted any more */
void link_close(struct link *l);
int64_t link_next_number(struct link *l);
/* A plain command, its answer within limit_ms. */
void link_ask(struct link *l, const struct args *args, int64_t limit_ms, redis_fn *fn, void *arg);

#endif
