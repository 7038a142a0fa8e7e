/*
 * ask.h: one question to Redis on the main connection, from the call that wants it to its callback.
 * Internal to hub/store.
 *
 * ask_new, fill `keys` and `args` (a script's first argument, the number of the question, is put
 * there by ask_new; a plain command is all in `args`), set `done`, then ask_submit: it goes out at
 * the end of the loop's turn. `done` is called exactly once, later, with ERR_OK and the reply or
 * with the reason; then the ask and its arena are gone. A script that Redis has forgotten is sent
 * again with its text.
 */
#ifndef TANDEM_STORE_ASK_H
#define TANDEM_STORE_ASK_H

#include "store/args.h"
#include "store/redis.h"
#include "store/scripts.h"

struct ask;
typedef void ask_done_fn(struct ask *a, enum err e, const struct redis_reply *r);
struct ask {
	struct ask *next;
	struct store *store;
	struct arena arena;
	enum script script;
	struct args keys, args;
	bool is_write;	/* waits for replicas, where that is set */
	bool with_text; /* the second try */
	int64_t due_ms;
	ask_done_fn *done;
	union { /* the caller's */
		store_text_fn *text;
		store_accept_fn *accept;
		store_load_fn *load;
		store_refs_fn *refs;
		store_scan_fn *scan;
		store_list_fn *list;
		store_feed_piece_fn *feed;
		store_lines_fn *lines;
		store_text_pass_fn *pass;
		store_number_fn *number;
		store_source_fn *source;
	} fn;
	void *arg;
	void *own; /* what `done` wants to know again, in the arena */
};

struct ask *ask_new(struct store *s, enum script script, ask_done_fn *done, void *arg);
void ask_submit(struct ask *a);
/* For the pump in store.c: sends it now, or tells done that it cannot be. */
void ask_send(struct ask *a);
void ask_fail(struct ask *a, enum err e);
/* The reply has another form than its question asks for: it is of no use, and neither is the
 * connection. */
enum err ask_misfit(struct ask *a);

#endif
