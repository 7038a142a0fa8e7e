/* deadline.c: see deadline.h. */
#include "flow/deadline.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "flow/archive.h"
#include "flow/change.h"
#include "flow/correct.h"
#include "flow/deliver.h"
#include "flow/dispute.h"
#include "flow/ladder.h"
#include "flow/term.h"
#include "metrics.h"

#define TICK_MS	 250
#define LEASE_MS 5000 /* a hub that died delays what it had claimed by so much */
/* Whoever asks for something while much is due waits behind so much of it and no more, and then
 * comes before the rest. */
#define CLAIM_MAX   32
#define BREATH_MS   10
#define WAITING_MAX 4096
#define PUT_OFF_MS  (60 * INT64_C(60000)) /* what could not be written, as its record is full */

struct work { /* one event that is due */
	STAILQ_ENTRY(work) next;
	struct flow *flow;
	int64_t seq, lease_ms;
	struct {
		int delivery;
		enum channel channel;
	} sends[RECORD_NOTICES_MAX];
	int send_count;
	struct gate gate;
	bool correcting, waits, asks, running, had_its_turn, in_hand;
};
struct due_clock {
	struct flow *flow;
	struct loop_timer *timer, *breath;
	STAILQ_HEAD(, work) waiting;	     /* for a place of a connector */
	int waiting_count, turns;	     /* turns: of these, the ones being worked off */
	int in_hand;			     /* of what was claimed: neither done nor waiting */
	bool claiming, again, more, stopped; /* more: the last claim was full */
};

static void claim(struct due_clock *d);

static void drop_sends(struct work *w)
{
	while (w->send_count > 0)
		deliver_drop(w->flow, w->sends[--w->send_count].channel);
}

static enum err apply_due(void *arg, struct change *c)
{
	struct work *w = arg;
	bool changed = dispute_due(c);

	drop_sends(w); /* another change came between: all anew */
	w->waits = w->asks = false;
	w->correcting = c->record.correcting;
	for (int i = 0; i < c->record.notice_count; i++)
		changed = ladder_due(c, i) || changed;
	changed = terms_due(c) || changed;
	changed = archive_due(c) || changed;
	/* What has no room stays due. */
	for (int i = 0; i < c->record.delivery_count && w->send_count < RECORD_NOTICES_MAX; i++) {
		enum prepared p = deliver_prepare(c, i, &w->gate);

		changed = changed || p == PREPARED_MOVED || p == PREPARED_SEND;
		w->waits = w->waits || p == PREPARED_WAITS;
		w->asks = w->asks || p == PREPARED_ASKED;
		if (p == PREPARED_SEND) {
			w->sends[w->send_count].delivery = i;
			w->sends[w->send_count++].channel = c->record.deliveries[i].channel;
		}
	}
	/* writing also sets the due moment right again after the lease moved it */
	c->leased = true;
	c->nothing = !changed && (w->correcting || w->waits || w->asks);
	return ERR_OK;
}

/* More is claimed soon only when what there was has been dealt with; else the next tick brings it.
 */
static void put_down(struct work *w)
{
	struct due_clock *d = w->flow->deadline;

	if (!w->in_hand)
		return;
	w->in_hand = false;
	if (--d->in_hand == 0 && d->more && !d->stopped)
		loop_timer_start(d->breath, BREATH_MS, 0);
}

static void work_free(struct work *w)
{
	put_down(w);
	gate_clear(&w->gate);
	free(w);
}

static struct work *next_waiting(struct due_clock *d)
{
	struct work *w = STAILQ_FIRST(&d->waiting);

	STAILQ_REMOVE_HEAD(&d->waiting, next);
	d->waiting_count--;
	return w;
}

/* Whose lease has ended is claimed anew, here or by another hub. */
static void forget_ended(struct due_clock *d)
{
	int64_t now_ms = clock_now_ms(&d->flow->clock);

	while (d->waiting_count > 0 && STAILQ_FIRST(&d->waiting)->lease_ms <= now_ms)
		work_free(next_waiting(d));
}

static void wait_for_place(struct due_clock *d, struct work *w)
{
	forget_ended(d);
	if (d->waiting_count == WAITING_MAX) {
		work_free(w);
		return;
	}
	w->had_its_turn = false;
	put_down(w);
	STAILQ_INSERT_TAIL(&d->waiting, w, next);
	d->waiting_count++;
}

static void go_on(struct work *w);

static enum err apply_put_off(void *arg, struct change *c)
{
	(void)arg;
	c->leased = true;
	c->later_ms = c->now_ms + PUT_OFF_MS;
	return ERR_OK;
}

/* When that failed too, its lease ends and it is claimed anew. */
static void done_put_off(void *arg, enum err e, struct change *c)
{
	(void)arg;
	(void)e;
	(void)c;
}

static void could_not(struct work *w, enum err e)
{
	log_at(LOG_ERROR, "", "event=e%lld: what is due could not be worked off (%s)",
	       (long long)w->seq, err_name(e));
	metric_add(METRIC_DUE_FAILED, 1);
	if (e == ERR_TOO_LARGE)
		change_run(w->flow, w->seq, false, apply_put_off, done_put_off, NULL);
}

static void done_due(void *arg, enum err e, struct change *c)
{
	struct work *w = arg;
	struct due_clock *d = w->flow->deadline;

	d->turns -= w->had_its_turn;
	w->had_its_turn = w->running = false;
	if (e == ERR_OK) {
		for (int i = 0; i < w->send_count; i++)
			deliver_send(c, w->sends[i].delivery);
		w->send_count = 0;
		/* When it has to ask the gate first, the rest comes when that has answered. */
		if (!w->asks && w->correcting)
			correct_earlier(w->flow, w->seq, c->event, NULL, NULL);
		else if (!w->asks && record_next_ms(&c->record) >= 0)
			deadline_kick(w->flow->deadline, record_next_ms(&c->record));
	} else if (e == ERR_UNAVAILABLE) {
		for (int i = 0; i < w->send_count; i++)
			deliver_take_back(c, w->sends[i].delivery);
	} else {
		could_not(w, e);
	}
	drop_sends(w);
	w->asks = w->asks && e == ERR_OK;
	if (w->asks || w->gate.pending)
		go_on(w);
	else if (e == ERR_OK && w->waits && c->nothing)
		wait_for_place(d, w);
	else
		work_free(w);
	deadline_room(d);
}

static void run(struct work *w)
{
	w->running = true;
	change_run(w->flow, w->seq, true, apply_due, done_due, w);
}

/* Both what holds and what the gate says are known. */
static void go_on(struct work *w)
{
	if (w->running || w->gate.pending)
		return;
	if (w->asks && !w->gate.failed)
		run(w);
	else
		work_free(w); /* its lease ends, and it is claimed anew */
}

static void on_gate(void *arg)
{
	go_on(arg);
}

void deadline_room(struct due_clock *d)
{
	forget_ended(d);
	while (!d->stopped && d->waiting_count > 0 && d->turns < deliver_places(d->flow)) {
		struct work *w = next_waiting(d);

		w->had_its_turn = true;
		d->turns++;
		run(w);
	}
}

static void on_claimed(void *arg, enum err e, const struct loaded *items, int count)
{
	struct due_clock *d = arg;
	/* Not when it was asked for: this clock may be behind the cell's time, or have been put
	 * right since. */
	int64_t now_ms = clock_now_ms(&d->flow->clock);

	d->claiming = false;
	for (int i = 0; e == ERR_OK && i < count; i++) {
		struct work *w = mem_zalloc(sizeof(*w));

		w->flow = d->flow;
		w->seq = items[i].seq;
		w->lease_ms = now_ms + LEASE_MS;
		w->gate = (struct gate){.flow = d->flow, .answered = on_gate, .arg = w};
		w->in_hand = true;
		d->in_hand++;
		run(w);
	}
	d->more = e == ERR_OK && count == CLAIM_MAX;
	if (e == ERR_OK && d->again)
		claim(d);
}

static void claim(struct due_clock *d)
{
	if (d->stopped || !store_is_up(d->flow->store) ||
	    store_is_short(d->flow->store, ROOM_FOR_ENDS))
		return;
	if (d->claiming) {
		d->again = true;
		return;
	}
	d->claiming = true;
	d->again = false;
	store_claim_due(d->flow->store, clock_now_ms(&d->flow->clock), LEASE_MS, CLAIM_MAX,
			on_claimed, d);
}

static void on_tick(void *arg)
{
	struct due_clock *d = arg;

	claim(d);
	deadline_room(d);
	deliver_record_again(d->flow);
}

static void on_breath(void *arg)
{
	claim(arg);
}

struct due_clock *deadline_new(struct flow *f)
{
	struct due_clock *d = mem_zalloc(sizeof(*d));

	d->flow = f;
	STAILQ_INIT(&d->waiting);
	d->timer = loop_timer_new(f->loop, on_tick, d);
	d->breath = loop_timer_new(f->loop, on_breath, d);
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
	loop_timer_stop(d->breath);
}

void deadline_free(struct due_clock *d)
{
	if (!d)
		return;
	while (d->waiting_count > 0)
		work_free(next_waiting(d));
	loop_timer_free(d->timer);
	loop_timer_free(d->breath);
	free(d);
}

/* The tick comes four times a second; only what should not wait even that long is claimed at once.
 */
void deadline_kick(struct due_clock *d, int64_t due_ms)
{
	if (due_ms <= clock_now_ms(&d->flow->clock))
		claim(d);
}
