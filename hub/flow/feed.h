/*
 * feed.h: every change, in one order, to those who look after it.
 *
 * The store's stream is tailed into a ring of the newest lines. A subscriber names bodies and gets,
 * for each line about one of them, one message in the order of the stream; with a cursor it first
 * gets exactly what came after it, from the ring or from the store, as fast as it reads; or it is
 * told that this cannot be done. A new event's message needs its notice: it is rendered once for
 * all who get it, from the cache or after one read of the store, and nobody is served out of turn
 * meanwhile.
 */
#ifndef TANDEM_FEED_H
#define TANDEM_FEED_H

#include "flow/flow.h"

#define CURSOR_BYTES 80

struct feed_message {
	const char *method; /* "notice" or "change" */
	const char *cursor;
	const char *text; /* the whole JSON-RPC notification */
	size_t text_len;
	const char *params; /* the JSON object in it */
	size_t len;
};
struct feed_wish {
	const char *const *bodies; /* copied */
	int body_count;
	bool masked;
	void (*on_message)(void *arg, const struct feed_message *m);
	/* asked only while it catches up: for one message more, without its reader being called
	 * slow */
	bool (*has_room)(void *arg);
	/* what was missed cannot be given: the client must load the list anew; nothing more comes
	 */
	void (*on_gap)(void *arg);
	void *arg;
};
struct feed_sub;

struct feed *feed_new(struct flow *f, int64_t ring_entries);
void feed_start(struct feed *d);
void feed_free(struct feed *d);
bool feed_is_ready(const struct feed *d); /* the backlog is in */
/* the newest line known: whatever is read from now on holds it */
void feed_now(const struct feed *d, char ret_cursor[CURSOR_BYTES]);
/* Whether everything after `since` can be given: the ring knows, else the store is asked. Perhaps
 * from inside the call. */
typedef void feed_found_fn(void *arg, enum err e, bool is_found);
void feed_find(struct feed *d, const char *since, feed_found_fn *fn, void *arg);
/*
 * since NULL: from now on; else one that feed_find has found: everything after it comes, in order,
 * through on_message and never from inside this call. ret_cursor: where the subscriber stands.
 */
struct feed_sub *feed_subscribe(struct feed *d, const struct feed_wish *wish, const char *since,
				char ret_cursor[CURSOR_BYTES]);
/* safe at any time, also inside on_message */
void feed_unsubscribe(struct feed *d, struct feed_sub *s);
/* the "X" lines; a kind without a name: some of that kind may have been missed */
void feed_on_names(struct feed *d, void (*fn)(void *arg, const char *name), void *arg);

#endif
