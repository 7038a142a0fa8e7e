/*
 * store.h: everything the hub keeps, in Redis, as typed calls with callbacks.
 *
 * store_open connects and checks the Redis (appendonly, appendfsync always, no-appendfsync-on-rewrite no,
 * aof-load-truncated no, noeviction; master role); until that holds, and whenever Redis is away, every call's callback gets
 * ERR_UNAVAILABLE, never later than redis_timeout_ms. A callback is called exactly once, never from inside the
 * call that asked for it. Pointers given to a callback are valid until it returns. Written before said: a
 * callback of a write with ERR_OK means Redis has it on disk (and on wait_replicas replicas).
 *
 * Calls of one loop turn travel together: accepts and commits are gathered and sent as one script call each at the end
 * of the turn, at most STORE_IN_FLIGHT such calls at a time, further ones waiting to be joined.
 * On any error or time-out the connection is freed and made anew; answers are checked to belong to their question.
 */
#ifndef TANDEM_STORE_H
#define TANDEM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "loop.h"

struct store;
struct store_options {
	const char *url;  /* as redis_url_parse takes it; the embedded one is given as unix: by main */
	const char *password_file, *sentinel_password_file; /* NULL or "": none besides the url's */
	const char *cell; /* jurisdiction code: the hash tag of every key */
	int64_t timeout_ms;
	int wait_replicas;
	const char *hub_id; /* consumer name; unique per process */
	void (*on_state)(void *arg, bool up, const char *why_not); /* each time it changes */
	void *arg;
};
struct store *store_open(struct loop *loop, const struct store_options *opt); /* NULL: a url or a file that config_read refuses */
bool store_is_up(const struct store *s);
const char *store_where(const struct store *s, struct arena *arena); /* while it is up: behind what its url is called, where that led; "" if nowhere else */
void store_close(struct store *s, loop_fn *closed, void *arg); /* answers everything pending with ERR_UNAVAILABLE */

struct bytes {
	const char *data;
	size_t len;
};

/* --- accept: dedupe, event, record, what is due, indexes, feed: one atomic step --- */
/* What a callback will look at. A batch's answer calls hundreds whose memory nobody has touched since they were sent, so it is asked for
   some calls ahead. NULL: nothing; it is never read here. */
struct near { const void *at[8]; };
struct accept_in {			/* all borrowed until the callback */
	struct near near;
	unsigned char identity[16];	/* hash of source and id */
	unsigned char fingerprint[16];	/* hash of the canonical content */
	const char *case_id, *type;	/* "granted" */
	const char *permit;		/* its number, when later events may ask for it; else NULL */
	int version;
	struct bytes doc, record;
	const char *const *bodies;	/* of the notices, in their order: notice k is for bodies[k] */
	int body_count;
	int64_t due_ms;			/* -1: nothing is due */
};
enum accept_result { ACCEPT_NEW, ACCEPT_REPEAT, ACCEPT_CONFLICT };
struct accept_out {
	enum accept_result result;
	int64_t seq;		/* of the new or the first */
	struct bytes record;	/* on repeat: as it stands now */
	const char *earlier;	/* on new: the case's earlier events, "12/granted/1,15/changed/1", or "" */
};
typedef void store_accept_fn(void *arg, enum err e, const struct accept_out *out);
void store_accept(struct store *s, const struct accept_in *in, store_accept_fn *fn, void *arg);

/* --- commit: compare-and-set of one record, with its consequences --- */
struct commit_index { /* of the set of things a body still has to do */
	const char *body;
	int notice;
	bool todo;
	bool added; /* also append to the body's list of all: a notice made after acceptance (transfer, ruling) */
};
struct commit_in {
	struct near near;
	int64_t seq;
	int expected_version;
	const char *expected_writer; /* the mark of the write that made it; NULL or "": it was accepted so */
	struct bytes record; /* encoded with version expected_version + 1 */
	int64_t due_ms;	     /* new next moment; -1: nothing is due */
	bool due_stands;     /* it has not moved, and nobody works on what is due: Redis keeps what it has */
	const struct commit_index *index; int index_count;
	const char *feed;    /* feed lines (see below), or "" */
	const char *audit;   /* lines of the audit log, a line feed between; NULL or "": none */
	const char *holder_body; const char *holder_case; const char *holder_permit; /* set on a claim, else NULL */
};
/* ERR_STALE: somebody was first; current is the record as it stands. ERR_NOT_FOUND: no such event. */
typedef void store_commit_fn(void *arg, enum err e, struct bytes current);
void store_commit(struct store *s, const struct commit_in *in, store_commit_fn *fn, void *arg);

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
