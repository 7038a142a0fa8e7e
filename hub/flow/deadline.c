/* deadline.c: see deadline.h. */
#include "flow/deadline.h"

#include <stdlib.h>
#include <string.h>

#include "flow/change.h"
#include "flow/correct.h"
#include "flow/deliver.h"
#include "flow/dispute.h"
#include "flow/ladder.h"
#include "flow/term.h"
#include "metrics.h"

#define TICK_MS 250
#define LEASE_MS 30000
#define CLAIM_MAX 128

struct due_clock {
	struct flow *flow;
	struct loop_timer *timer;
	bool claiming, again, stopped;
};
struct work { /* one event that is due */
	struct flow *flow;
	int64_t seq;
	int sends[RECORD_NOTICES_MAX];
	int send_count;
	bool correcting;
};

static void claim(struct due_clock *d);

static enum err apply_due(void *arg, struct change *c)
{
	struct work *w = arg;
	bool changed = dispute_due(c);

	w->send_count = 0;
	w->correcting = c->record.correcting;
	for (int i = 0; i < c->record.notice_count; i++)
		changed = ladder_due(c, i) || changed;
	changed = terms_due(c) || changed;
	/* What has no room stays due. */
	for (int i = 0; i < c->record.delivery_count && w->send_count < RECORD_NOTICES_MAX; i++) {
		bool send = false;

		changed = deliver_prepare(c, i, &send) || changed;
		if (send)
			w->sends[w->send_count++] = i;
	}
	/* Writing also sets the due moment right again after the lease moved it. */
	c->nothing = !changed && w->correcting;
	return ERR_OK;
}

static void done_due(void *arg, enum err e, struct change *c)
{
	struct work *w = arg;

	if (e == ERR_OK) {
		for (int i = 0; i < w->send_count; i++)
			deliver_send(c, w->sends[i]);
		if (w->correcting)
			correct_earlier(w->flow, w->seq, c->event);
		else if (record_next_ms(&c->record) >= 0)
			deadline_kick(w->flow->deadline, record_next_ms(&c->record));
	} else if (e == ERR_UNAVAILABLE) {
		for (int i = 0; i < w->send_count; i++)
			deliver_take_back(c, w->sends[i]);
	} else {
		log_at(LOG_ERROR, "", "event=e%lld: what is due could not be worked off (%s)", (long long)w->seq, err_name(e));
	}
	free(w);
}

static void on_claimed(void *arg, enum err e, const struct loaded *items, int count)
{
	struct due_clock *d = arg;

	d->claiming = false;
	for (int i = 0; e == ERR_OK && i < count; i++) {
		struct work *w = mem_zalloc(sizeof(*w));

		w->flow = d->flow;
		w->seq = items[i].seq;
		change_run(d->flow, items[i].seq, true, apply_due, done_due, w);
	}
	if (d->stopped)
		return;
	if (e == ERR_OK && (count == CLAIM_MAX || d->again))
		claim(d);
}

static void claim(struct due_clock *d)
{
	if (d->stopped || !store_is_up(d->flow->store))
		return;
	if (d->claiming) {
		d->again = true;
		return;
	}
	d->claiming = true;
	d->again = false;
	store_claim_due(d->flow->store, clock_now_ms(&d->flow->clock), LEASE_MS, CLAIM_MAX, on_claimed, d);
}

static void on_tick(void *arg)
{
	struct due_clock *d = arg;

	claim(d);
	deliver_record_again(d->flow);
}

struct due_clock *deadline_new(struct flow *f)
{
	struct due_clock *d = mem_zalloc(sizeof(*d));

	d->flow = f;
	d->timer = loop_timer_new(f->loop, on_tick, d);
	return d;
}

void deadline_start(struct due_clock *d)
{
	loop_timer_start(d->timer, TICK_MS, TICK_MS);
}

void deadline_stop(struct due_clock *d)
{
	d->stopped = true;
	loop_timer_stop(d->timer);
}

void deadline_free(struct due_clock *d)
{
	if (!d)
		return;
	loop_timer_free(d->timer);
	free(d);
}

/* The tick comes four times a second; only what should not wait even that long is claimed at once. */
void deadline_kick(struct due_clock *d, int64_t due_ms)
{
	if (due_ms <= clock_now_ms(&d->flow->clock))
		claim(d);
}
