/*
 * harness.h: a store on a real Redis, and ways to wait for what its callbacks say.
 *
 * harness_open, calls, harness_until a counter has reached a number, harness_close. Nothing here
 * waits for time to pass: it waits for the number, and fails the test when that does not come in
 * HARNESS_LIMIT_MS.
 */
#ifndef TANDEM_TEST_HARNESS_H
#define TANDEM_TEST_HARNESS_H

#include "contract/redis_server.h"
#include "store/store.h"

#define HARNESS_LIMIT_MS 180000
#define CELL		 "371300"
#define KEY		 "tdm:{371300}:"

struct harness {
	struct redis_server server;
	struct loop *loop;
	struct loop_timer *look, *guard;
	struct store *store;
	const int *counter;
	int wanted;
	int ups, downs, closes;
	char why[200];
	int64_t timeout_ms;
	int wait_replicas;
	const char *hub_id;
};

/* What came back, in the order it came. */
struct heard {
	int count;
	enum err e[1024];
	int64_t seq[1024];
	int result[1024];
	char text[1024][256];
};

void harness_open(struct harness *h);	 /* server, loop, store, and up */
void harness_loop(struct harness *h);	 /* server and loop */
void harness_try(struct harness *h);	 /* the store, whatever becomes of it */
void harness_connect(struct harness *h); /* the store, and up */
void harness_disconnect(struct harness *h);
void harness_close(struct harness *h);
int harness_setup(void **state); /* harness_open and harness_close as cmocka wants them */
int harness_teardown(void **state);
void harness_until(struct harness *h, const int *counter, int wanted);

/* An event number i for the case, with notices for the bodies given, comma between. */
struct sample {
	struct accept_in in;
	char case_id[32], doc[700], record[400], names[256];
	const char *bodies[16];
};
void sample_event(struct sample *s, int i, const char *bodies);
void heard_accept(void *arg, enum err e, const struct accept_out *out);
void heard_commit(void *arg, enum err e, struct bytes current);
void heard_text(void *arg, enum err e, const char *text);
/* one entry an event, then one more */
void heard_load(void *arg, enum err e, const struct loaded *items, int count);
void heard_refs(void *arg, enum err e, const struct ref *refs, int count, int64_t total);
/* seq: where to go on */
void heard_scan(void *arg, enum err e, const struct loaded *items, int count, int64_t next);
void heard_list(void *arg, enum err e, const struct named *items, int count);
/* one entry a line; a gap is one, seq -1 */
void heard_feed(void *arg, const struct feed_entry *entries, int count);
void heard_intake(void *arg, const char *entry_id, struct bytes event); /* "id event" */
/* Accepts samples first .. first + count - 1 and waits for the answers. */
void accept_samples(struct harness *h, struct sample *s, int first, int count, struct heard *heard);

#endif
