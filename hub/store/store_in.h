/*
 * store_in.h: the inside of struct store, for the files of hub/store only.
 *
 * Calls are gathered: plain questions in `asks`, accepts and commits in their queues. The pump runs
 * at the end of every turn that brought something, sends what may go and answers what cannot.
 */
#ifndef TANDEM_STORE_IN_H
#define TANDEM_STORE_IN_H

#include "store/ask.h"
#include "store/link.h"
#include "store/room_watch.h"
#include "base/strmap.h"

#define STORE_IN_FLIGHT	   4
#define STORE_WAITING_MAX  20000
#define STORE_BATCH_BYTES  ((size_t)4 << 20)
#define STORE_FEED_ENTRIES 200000

struct item { /* begins what waits in a queue */
	struct item *next;
	int64_t due_ms;
	void (*fail)(struct item *it, enum err e); /* tells its callback and frees it */
	const struct near *near;		   /* in the item */
};
struct queue {
	struct item *first, **last;
	int count;
};

struct feed_tail;
struct intake_tail;
struct store {
	struct loop *loop;
	struct arena arena;
	struct keys keys;
	struct redis_url url;
	const char *hub_id, *sentinel_password;
	int wait_replicas;
	int64_t limit_ms; /* for waiting here, and again for the answer */
	void (*on_state)(void *arg, bool up, const char *why_not);
	void *arg;
	struct link main;
	struct loop_deferred pump;
	struct loop_timer *expiry;
	struct room_watch watch;
	struct ask *asks, **asks_last;
	int ask_count;	   /* waiting and sent */
	struct ask *audit; /* of this turn: its lines go together */
	struct queue accepts, commits, refused;
	int batches; /* sent and not answered */
	bool commits_next, expiring;
	struct feed_tail *feed;
	struct intake_tail *intake;
	int parts; /* links not closed yet */
	bool closing;
	loop_fn *closed;
	void *closed_arg;
};

void store_pump_soon(struct store *s);
void store_part_closed(struct store *s);
void store_link_options(struct store *s, struct link_options *ret, void *owner);
void queue_put(struct store *s, struct queue *q, struct item *it);
struct item *queue_take(struct queue *q);
/* Asks for an item's own memory, and for what the callback of one that was asked for some calls ago
 * will look at. NULL: none. */
#define ITEMS_AHEAD 8
#define NEAR_AHEAD  3
void item_look_ahead(const struct item *far, const struct item *next);

/* both take from their queue what fits one script call, and send it */
void store_accept_batch(struct store *s);
void store_commit_batch(struct store *s);
void store_batch_done(struct store *s);
/* A plain command that answers with texts: fill its args and submit it. from: the place of the
 * first, for the total. */
struct ask *store_texts_ask(struct store *s, int64_t from, store_lines_fn *fn, void *arg);

/* What a batch says about one body, put together so that one command serves many events. */
struct place {
	const char *body;
	int at; /* which event of the batch, from 1 */
	int notice, change;
	int next; /* of the same body, -1 at the end */
};
struct group {
	const char *body;
	int first, last, count; /* places */
};
struct groups {
	struct place *places;
	int place_count;
	struct group *groups;
	int group_count;
	struct strmap by_body;
};
#define PLACE_MAX 0xffff
/* in two bytes for a script, the higher one first; behind them */
char *place_number(char *to, int v);
void groups_init(struct groups *g, struct arena *arena, int room);
void groups_add(struct groups *g, const struct place *p);

int feed_count_lines(const char *lines);
/* An entry's lines, cut in place, each with its cursor; how many. */
int feed_cut_lines(struct arena *arena, const char *id, char *lines, struct feed_entry *out);
/* the main connection is up: to where it leads, if that has changed */
void feed_tail_follow(struct feed_tail *t);
void feed_tail_close(struct feed_tail *t);
void feed_tail_free(struct feed_tail *t);
void intake_tail_follow(struct intake_tail *t);
void intake_tail_close(struct intake_tail *t);
void intake_tail_free(struct intake_tail *t);

#endif
