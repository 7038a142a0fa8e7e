/*
 * loop.h: the one loop, as the flow may see it: timers, later, work on other threads. uv stays
 * behind it.
 *
 * Timers fire on the loop's thread; a stopped timer never fires. loop_defer runs a function once at
 * the end of the current turn, before the loop sleeps: what one turn has gathered goes out
 * together. Owner: main.
 */
#ifndef TANDEM_LOOP_H
#define TANDEM_LOOP_H

#include <stdint.h>

#include "base/clock.h"

struct loop;
struct loop *loop_new(void);
void *loop_uv(struct loop *l); /* uv_loop_t *, for net, store and connectors only */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* aborts if a handle was left open: that is a bug, and a test holds it */
void loop_free(struct loop *l);
struct clock loop_clock(struct loop *l); /* wall time, never backwards */
int64_t loop_mono_ms(struct loop *l);

struct loop_timer; /* heap; loop_timer_free may be called from its own callback */
typedef void loop_fn(void *arg);
struct loop_timer *loop_timer_new(struct loop *l, loop_fn *fn, void *arg);
void loop_timer_start(struct loop_timer *t, int64_t after_ms, int64_t repeat_ms);
void loop_timer_stop(struct loop_timer *t);
void loop_timer_free(struct loop_timer *t);

struct loop_deferred {
	loop_fn *fn;
	void *arg;
	struct loop_deferred *next;
	int queued;
};
/* caller's memory; queued twice runs once */
void loop_defer(struct loop *l, struct loop_deferred *d);
/* work runs in libuv's pool, done on the loop. For what takes too long for the loop: argon2id,
 * policies. */
void loop_work(struct loop *l, loop_fn *work, loop_fn *done, void *arg);

#endif
