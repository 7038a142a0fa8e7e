/* watchdog.c: see watchdog.h. */
#include "flow/watchdog.h"

#include <stdlib.h>

#include "flow/change.h"
#include "flow/ladder.h"
#include "flow/term.h"
#include "flow/sources.h"
#include "metrics.h"

#define FIRST_MS (10 * 60 * 1000) /* what fell due while no hub ran is worked off by then */
#define EVERY_MS (3600 * 1000)
/* Half a million events are looked through in a quarter of an hour, and what is asked for meanwhile
 * waits behind few of them. */
#define PAUSE_MS  100
#define SLICE	  64
#define GRACE_MS  (2 * 60 * 1000)
#define BACK_MS	  (400LL * 24 * 3600 * 1000) /* no ladder reaches further */
#define AGAIN_MAX 100			     /* put on the clock again by one look */

struct watchdog {
	struct flow *flow;
	struct loop_timer *timer;
	/* events from here on have been looked at; 0: none is left, or no look is under way */
	int64_t before;
	struct rungs sum;
	int again;
	watchdog_fn *fn;
	void *arg;
	bool looking, stopped;
};

static void wait_for_next(struct watchdog *w)
{
	w->looking = false;
	if (!w->stopped)
		loop_timer_start(w->timer, EVERY_MS, 0);
}

static void look_end(struct watchdog *w)
{
	watchdog_fn *fn = w->fn;

	metric_set(METRIC_RUNGS_DUE, w->sum.should);
	metric_set(METRIC_RUNGS_FIRED, w->sum.did);
	if (w->sum.should != w->sum.did)
		log_at(LOG_ERROR, "", "the clock: %lld rungs should have fired, %lld did",
		       (long long)w->sum.should, (long long)w->sum.did);
	w->fn = NULL;
	wait_for_next(w);
	if (fn)
		fn(w->arg, w->sum.should, w->sum.did);
}

/* Written again as it stands, it is on the clock at the moment its deadlines give. */
static enum err apply_again(void *arg, struct change *c)
{
	(void)arg;
	c->leased = true; /* or its mark in Redis is lost */
	for (int i = 0; i < c->record.notice_count; i++)
		notice_schedule(c->flow, &c->record, &c->record.notices[i]);
	return ERR_OK;
}

static void done_again(void *arg, enum err e, struct change *c)
{
	(void)arg;
	if (e != ERR_OK)
		log_at(LOG_WARN, "", "event=e%lld: could not be put on the clock again: %s",
		       c ? (long long)c->seq : 0, err_name(e));
}

static void compare(struct watchdog *w, int64_t seq, const struct record *r, int64_t limit_ms)
{
	struct rungs one = {0};

	for (int i = 0; i < r->notice_count; i++)
		ladder_compare(w->flow, r, i, limit_ms, &one);
	terms_compare(w->flow->pack, r, limit_ms, &one);
	/* it is no more, once it has come up */
	one.should += r->archive_ms && r->archive_ms <= limit_ms;
	w->sum.should += one.should;
	w->sum.did += one.did;
	if (one.should == one.did)
		return;
	log_at(LOG_ERROR, "", "event=e%lld: %lld rungs should have fired, %lld did", (long long)seq,
	       (long long)one.should, (long long)one.did);
	if (w->again++ < AGAIN_MAX)
		change_run(w->flow, seq, false, apply_again, done_again, NULL);
}

static void on_slice(void *arg, enum err e, const struct loaded *items, int count)
{
	struct watchdog *w = arg;
	int64_t now_ms = clock_now_ms(&w->flow->clock);
	struct arena arena;
	struct record r;

	if (e != ERR_OK || w->stopped) {
		wait_for_next(w);
		return;
	}
	arena_init(&arena);
	for (int i = 0; i < count; i++) {
		arena_reset(&arena);
		if (!items[i].record.data ||
		    record_decode(items[i].record.data, items[i].record.len, &arena, &r) != ERR_OK)
			continue;
		if (r.accepted_ms < now_ms - BACK_MS)
			w->before = 0;
		compare(w, items[i].seq, &r, now_ms - GRACE_MS);
	}
	arena_clear(&arena);
	if (w->before > 1)
		loop_timer_start(w->timer, PAUSE_MS, 0);
	else
		look_end(w);
}

static void slice_read(struct watchdog *w)
{
	int64_t seqs[SLICE];
	int count = 0;

	while (count < SLICE && w->before > 1)
		seqs[count++] = --w->before;
	store_load(w->flow->store, seqs, count, false, on_slice, w);
}

static void on_newest(void *arg, enum err e, const struct loaded *items, int count, int64_t next)
{
	struct watchdog *w = arg;

	(void)next;
	if (e != ERR_OK || w->stopped) {
		wait_for_next(w);
		return;
	}
	if (!count) {
		look_end(w);
		return;
	}
	w->before = items[0].seq + 1;
	slice_read(w);
}

void watchdog_look(struct watchdog *w, watchdog_fn *fn, void *arg)
{
	static const struct scan_in newest = {.need = "", .limit = 1, .budget = 1};

	if (fn) {
		w->fn = fn;
		w->arg = arg;
	}
	if (w->looking || w->stopped)
		return;
	sources_look(w->flow);
	w->looking = true;
	w->sum = (struct rungs){0};
	w->again = 0;
	store_scan(w->flow->store, &newest, on_newest, w);
}

static void on_timer(void *arg)
{
	struct watchdog *w = arg;

	if (w->looking)
		slice_read(w);
	else
		watchdog_look(w, NULL, NULL);
}

struct watchdog *watchdog_new(struct flow *f)
{
	struct watchdog *w = mem_zalloc(sizeof(*w));

	w->flow = f;
	w->timer = loop_timer_new(f->loop, on_timer, w);
	return w;
}

void watchdog_start(struct watchdog *w)
{
	loop_timer_start(w->timer, FIRST_MS, 0);
}

void watchdog_stop(struct watchdog *w)
{
	w->stopped = true;
	loop_timer_stop(w->timer);
}

void watchdog_free(struct watchdog *w)
{
	loop_timer_free(w->timer);
	free(w);
}
