/* deliver_attempt.c: attempts and what came of them. See deliver.h. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "flow/connectors.h"
#include "flow/deadline.h"
#include "flow/deliver_in.h"
#include "flow/deliver_text.h"
#include "flow/intake.h"
#include "metrics.h"
#include "sms.h"

#define BACKOFF_BASE_MS 1000
#define BACKOFF_CAP_MS	300000
#define GIVE_UP_MS	(24LL * 3600 * 1000)
#define LAST_SMS_MS	(72LL * 3600 * 1000)

static int64_t backoff_ms(int attempts)
{
	int64_t cap = BACKOFF_BASE_MS;

	for (int i = 1; i < attempts && cap < BACKOFF_CAP_MS; i++)
		cap *= 2;
	return 250 + randombytes_uniform((uint32_t)(cap < BACKOFF_CAP_MS ? cap : BACKOFF_CAP_MS));
}

static void try_again(struct change *c, int i, const struct attempt *a)
{
	struct delivery *d = &c->record.deliveries[i];
	int64_t wait = a->retry_after_ms > 0 ? a->retry_after_ms : backoff_ms(d->attempts);

	if (c->now_ms + wait - d->tried_ms > GIVE_UP_MS) {
		delivery_give_up(c, i, "given up after a day of attempts");
		return;
	}
	d->state = DELIVERY_WAITING;
	d->next_ms = c->now_ms + wait;
	d->detail = arena_strdup(&c->arena, a->code);
}

/* Reports have not settled it; its lease may have ended before its outcome could be written. */
static bool is_open(const struct delivery *d)
{
	return d->state == DELIVERY_SENDING || d->state == DELIVERY_UNKNOWN;
}

static void handed_over(struct change *c, int i, const struct attempt *a)
{
	struct delivery *d = &c->record.deliveries[i];
	struct receipt *r;

	if (!is_open(d) && change_has_receipt(c, RECEIPT_HANDED_OVER, i, d->connector)) {
		c->nothing = true; /* it was written, only the answer was lost */
		return;
	}
	d->provider_id = arena_strdup(&c->arena, a->provider_id);
	d->next_ms = -1;
	if (is_open(d))
		d->state = DELIVERY_ACCEPTED;
	r = change_receipt(c, RECEIPT_HANDED_OVER, d->notice, i);
	r->channel = channel_name(d->channel);
	r->detail = d->connector;
	metric_add(METRIC_DELIVERIES_SENT, 1);
}

static enum err apply_outcome(void *arg, struct change *c)
{
	struct attempt *a = arg;
	struct delivery *d;

	if (a->delivery >= c->record.delivery_count)
		return ERR_NOT_FOUND;
	d = &c->record.deliveries[a->delivery];
	c->nothing = d->attempts != a->number ||
		     (a->taken_back_ms && a->taken_back_ms != d->next_ms) ||
		     (a->outcome != OUTCOME_ACCEPTED && !is_open(d));
	if (c->nothing)
		return ERR_OK;
	switch (a->outcome) {
	case OUTCOME_ACCEPTED:
		handed_over(c, a->delivery, a);
		break;
	case OUTCOME_REFUSED:
		delivery_give_up(c, a->delivery, arena_strdup(&c->arena, a->code));
		break;
	case OUTCOME_LATER:
	case OUTCOME_CHANNEL_DOWN:
	case OUTCOME_NOT_SENT:
		try_again(c, a->delivery, a);
		break;
	case OUTCOME_UNKNOWN:
	case OUTCOME_COUNT:
		delivery_in_doubt(c, a->delivery, arena_strdup(&c->arena, a->code));
		break;
	}
	return ERR_OK;
}

static void kept_last(void *arg, enum err e, const char *text)
{
	(void)arg;
	(void)e;
	(void)text;
}

/* So that a bare "received" without a code finds what the newest text to that number told of. */
static void keep_last(struct flow *f, const struct attempt *a)
{
	if (a->notices)
		store_put_expiring(f->store,
				   &(struct expiring){.kind = "lastsms",
						      .name = a->last_key,
						      .ttl_ms = LAST_SMS_MS,
						      .value = {a->notices, strlen(a->notices)}},
				   kept_last, NULL);
}

void attempt_free(struct attempt *a)
{
	for (struct attempt *with; a; a = with) {
		with = a->with;
		free(a->notices);
		free(a);
	}
}

static void done_outcome(void *arg, enum err e, struct change *c)
{
	struct attempt *a = arg;

	/* What is known for certain must not become a doubt because Redis was away just then. */
	if (e == ERR_UNAVAILABLE) {
		a->next = a->flow->unrecorded;
		a->flow->unrecorded = a;
		return;
	}
	if (e != ERR_OK)
		log_at(LOG_WARN, "", "delivery=d%lld.%d: the outcome %s could not be recorded",
		       (long long)a->seq, a->delivery, outcome_name(a->outcome));
	else if (a->outcome == OUTCOME_ACCEPTED)
		keep_last(c->flow, a);
	attempt_free(a);
}

static void record_outcome(struct attempt *a)
{
	change_run(a->flow, a->seq, false, apply_outcome, done_outcome, a);
}

void deliver_record_again(struct flow *f)
{
	struct attempt *a = f->unrecorded, *next;

	if (!store_is_up(f->store))
		return;
	f->unrecorded = NULL;
	for (; a; a = next) {
		next = a->next;
		record_outcome(a);
	}
}

void deliver_forget(struct flow *f)
{
	for (struct attempt *a = f->unrecorded, *next; a; a = next) {
		next = a->next;
		log_at(LOG_WARN, "",
		       "delivery=d%lld.%d attempt=%d: the outcome %s could not be recorded",
		       (long long)a->seq, a->delivery, a->number, outcome_name(a->outcome));
		attempt_free(a);
	}
	f->unrecorded = NULL;
}

struct attempt *attempt_new(const struct change *c, int i)
{
	const struct delivery *d = &c->record.deliveries[i];
	struct attempt *a = mem_zalloc(sizeof(*a));

	a->flow = c->flow;
	a->seq = c->seq;
	a->delivery = i;
	a->number = d->attempts;
	if (d->notice >= 0) {
		char id[48];

		snprintf(id, sizeof(id), "n%lld.%d", (long long)c->seq, d->notice);
		a->notices = mem_strdup(id);
	}
	a->connector = flow_connector_for(c->flow, d->channel);
	snprintf(a->last_key, sizeof(a->last_key), "%s", d->address_hash);
	return a;
}

void deliver_take_back(const struct change *c, int i)
{
	struct attempt *a;

	if (i >= c->record.delivery_count)
		return; /* lost between two tries of the change, of which the first was refused */
	a = attempt_new(c, i);
	a->outcome = OUTCOME_NOT_SENT;
	a->taken_back_ms = c->record.deliveries[i].next_ms;
	snprintf(a->code, sizeof(a->code), "the hub could not write that it was about to send");
	a->next = c->flow->unrecorded;
	c->flow->unrecorded = a;
}

/* Each that the message carries hears the same, by a change of its own. */
static void settle(struct attempt *first, const struct send_result *r)
{
	struct flow *f = first->flow;

	for (struct attempt *a = first, *with; a; a = with) {
		with = a->with;
		a->with = NULL;
		a->outcome = r->outcome;
		a->retry_after_ms = r->retry_after_ms;
		snprintf(a->provider_id, sizeof(a->provider_id), "%s",
			 r->provider_id ? r->provider_id : "");
		snprintf(a->code, sizeof(a->code), "%s", r->code ? r->code : "");
		log_at(LOG_INFO, "", "delivery=d%lld.%d attempt=%d connector=%s outcome=%s",
		       (long long)a->seq, a->delivery, a->number,
		       a->flow->connectors[a->connector].name, outcome_name(r->outcome));
		a->next = f->unrecorded;
		f->unrecorded = a;
	}
	deliver_record_again(f);
}

static void on_sent(void *arg, const struct send_result *r)
{
	struct attempt *a = arg;
	struct flow *f = a->flow;

	connector_heard(f, &f->connectors[a->connector], r);
	f->connectors[a->connector].begun--;
	settle(a, r);
	deadline_room(f->deadline);
}

void attempt_send(struct attempt *a, const struct message *m)
{
	struct flow_connector *way = &a->flow->connectors[a->connector];
	struct arena arena;
	struct diag diag;

	if (a->flow->draining) { /* its connector may be closed already */
		way->begun--;
		settle(a, &(struct send_result){.outcome = OUTCOME_NOT_SENT,
						.code = "the hub was about to end"});
		return;
	}
	arena_init(&arena);
	diag_init(&diag, &arena);
	if (way->kind->check(m, &diag) == ERR_OK) {
		way->kind->send(way->self, m, on_sent, a);
	} else {
		way->begun--;
		settle(a, &(struct send_result){.outcome = OUTCOME_REFUSED,
						.code = diag.first ? diag.first->what : "refused"});
	}
	arena_clear(&arena);
}

const char *attempt_message_id(struct change *c, int i)
{
	return arena_printf(&c->arena, "d%lld.%d-%d", (long long)c->seq, i,
			    c->record.deliveries[i].attempts);
}

void deliver_send(struct change *c, int i)
{
	const struct delivery *d = &c->record.deliveries[i];
	const char *address = delivery_address(c, d);
	char number[NUMBER_BYTES] = "";
	struct message m = {.id = attempt_message_id(c, i), .to = number};

	/* Gone since it was begun: then the check refuses the empty number. */
	if (address)
		(void)number_normalise(address, number);
	m.text = deliver_text(c, d);
	if (*d->also)
		join_send(c, i, &m);
	else
		attempt_send(attempt_new(c, i), &m);
}
