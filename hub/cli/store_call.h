/*
 * store_call.h: the store for a command: each call waits for its answer.
 *
 * store_call_open reads the settings and the pack, starts the private Redis for the moment if
 * nobody has, and waits until the store is up; then any number of calls; store_call_close in any
 * case. Texts that come back live until then. A hub may be running on the same Redis at the same
 * time.
 */
#ifndef TANDEM_STORE_CALL_H
#define TANDEM_STORE_CALL_H

#include "args.h"
#include "pack.h"
#include "store/private_redis.h"
#include "store/store.h"

struct store_call {
	struct arena arena;
	struct config config;
	struct pack *pack;
	struct private_redis redis;
	struct loop *loop;
	struct store *store;
	struct loop_timer *limit;
	/* of the call under way */
	bool waiting, up;
	enum err err;
	const char *text, *why_not;
	struct named *items;
	int item_count;
	/* of the policies' steps */
	const char *force; /* the version activated last */
	int steps_read;
	bool steps_more;
};
/* 0, or the exit status after saying why */
int store_call_open(struct store_call *c, const struct args *args);
void store_call_close(struct store_call *c);

MUST_CHECK enum err store_call_get(struct store_call *c, enum table t, const char *name,
				   const char **ret_text);
MUST_CHECK enum err store_call_write(struct store_call *c, const struct named_write *in);
MUST_CHECK enum err store_call_list(struct store_call *c, enum table t,
				    const struct named **ret_items, int *ret_count);

/* For calls of the store that are not among these: set waiting, ask, and wait; what is asked for
 * answers. */
enum err store_call_wait(struct store_call *c);
void store_call_answered(struct store_call *c, enum err e);

/* From now on c->pack is what is in force, where that is another than the folder's. */
MUST_CHECK enum err store_call_policy(struct store_call *c);
int store_call_failed(enum err e); /* says so; exit status 3 */
#endif
