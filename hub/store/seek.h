/*
 * seek.h: asks sentinels, or the nodes of a cluster, where the Redis of a cell is. Internal to
 * hub/store.
 *
 * seek_init; seek_start asks all of them at once, those of the url and those learned of since, and
 * `done` is called once, later, with the place or with the reason why there is none, within the
 * time limit in any case; not after seek_stop. As soon as more than half have answered, the one
 * whose view is the newest is believed: a sentinel or a node that was cut off still names the old
 * place. What stands at the place is checked by whoever connects to it. `closed` when the last
 * connection is gone after seek_stop or `done`; seek_is_open until then.
 */
#ifndef TANDEM_STORE_SEEK_H
#define TANDEM_STORE_SEEK_H

#include "store/args.h"
#include "store/redis.h"

#define SPOT_HOST_BYTES 256
struct spot {
	char host[SPOT_HOST_BYTES]; /* "" is none */
	int port;
};
bool spot_is(const struct spot *a, const struct spot *b);
/* False: the host is longer than a name may be, or the port is none. */
MUST_CHECK bool spot_set(struct spot *p, const char *host, size_t len, int64_t port);

#define SEEK_OTHERS_MAX 16
struct others {
	struct spot v[SEEK_OTHERS_MAX];
	int count;
};
/* once each; of more than there is room for, the first */
void others_add(struct others *o, const struct spot *p);

struct finding { /* what one of those asked has said */
	struct spot place;
	struct others others; /* who could be asked too */
	int64_t epoch;	      /* how new its view is; the cluster's or the sentinels' own count */
};
struct seek;
struct question { /* to be asked in this order, each on every connection */
	void (*ask)(const struct seek *s, struct args *a);
	/* NULL, or why the answer is of no use. `from` stands in where an answer leaves the host
	 * out. */
	const char *(*judge)(const struct seek *s, const struct spot *from,
			     const struct redis_reply *r, struct finding *ret);
};
#define SEEK_QUESTIONS 2
struct dialect {
	const char *nobody; /* what the reason begins with when nobody knows */
	struct question questions[SEEK_QUESTIONS];
};

struct seek_options {
	struct loop *loop;
	const struct redis_url *url;
	int slot;	      /* of the cell, in a cluster */
	const char *password; /* of those that are asked; NULL: none */
	const char *user;
	int64_t limit_ms;
	/* found NULL: nobody knows */
	void (*done)(void *arg, const struct finding *found, const char *why);
	void (*closed)(void *arg);
	void *arg;
};
struct probe;
struct seek {
	struct seek_options opt;
	const struct dialect *dialect;
	struct probe *probes; /* of this time */
	struct loop_timer *limit;
	struct spot now;  /* where the caller is: of views that are equally new, this one */
	struct spot hint; /* a node that is said to know, asked besides */
	/* whom the last view that was believed has named, asked besides: those of the url may be
	 * gone by then */
	struct others known;
	struct finding best;
	bool is_asking;
	int asked, answered, over, attempt;
	int open; /* connections not closed yet */
	char why[160];
};
void seek_init(struct seek *s, const struct seek_options *opt);
void seek_start(struct seek *s);
void seek_stop(struct seek *s);
bool seek_is_open(const struct seek *s);
void seek_clear(struct seek *s); /* when it is not open */

#endif
