/* deliver.c: see deliver.h. */
#include "flow/deliver.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "flow/contacts.h"
#include "flow/deadline.h"
#include "flow/decided.h"
#include "flow/deliver_text.h"
#include "flow/intake.h"
#include "flow/optout.h"
#include "metrics.h"
#include "sms.h"
#include "timefmt.h"

#define SENDING_LEASE_MS 60000
#define MORNING_MS (INT64_C(9) * 3600000) /* of the day: nobody is woken */
#define ENOUGH_WHY "waits for the next morning: the number has had its texts of the day"
#define BACKOFF_BASE_MS 1000
#define BACKOFF_CAP_MS 300000
#define GIVE_UP_MS (24LL * 3600 * 1000)
#define LAST_SMS_MS (72LL * 3600 * 1000)

int flow_connector_for(const struct flow *f, enum channel c)
{
	for (int i = 0; i < f->connector_count; i++) {
		if (f->connectors[i].channel == c)
			return i;
	}
	return -1;
}

static const char *asked_body(const struct change *c, const struct delivery *d)
{
	return *d->body ? d->body : c->record.notices[d->notice].body;
}

/* A permit that has stopped is worth waking somebody for. */
static bool is_urgent(const struct change *c, const struct delivery *d)
{
	enum event_type t = c->event->type;

	return d->notice >= 0 && d->term < 0 && (t == EVENT_SUSPENDED || t == EVENT_REVOKED || t == EVENT_WITHDRAWN);
}

static int64_t after_quiet(const struct change *c, int64_t at_ms)
{
	int32_t day = day_of_ms(at_ms, SHANGHAI_MIN);
	int minute = (int)((at_ms - ms_of_day(day, SHANGHAI_MIN)) / 60000), from, to;

	if (!hours_parse(pack_view(c->flow->pack)->settings.quiet, &from, &to))
		return at_ms;
	if (from < to ? minute < from || minute >= to : minute < from && minute >= to)
		return at_ms;
	return ms_of_day(day + (from > to && minute >= from), SHANGHAI_MIN) + to * INT64_C(60000);
}

static int64_t due_of(const struct change *c, const struct delivery *d)
{
	return d->term >= 0 ? c->record.terms[d->term].due_ms : d->notice >= 0 ? c->record.notices[d->notice].due_ms : -1;
}

static struct contact_found whom(const struct change *c, const struct delivery *d)
{
	return contacts_find(c->flow, asked_body(c, d), d->post, c->now_ms);
}

/* When somebody is on duty and it is no quiet hour, unless what it is about would be over by then; now when there is nobody to wait for. */
static int64_t not_before(const struct change *c, const struct delivery *d)
{
	int64_t due_ms = due_of(c, d);
	struct contact_found who = { .from_ms = c->now_ms };

	if (d->channel != CHANNEL_SMS)
		return c->now_ms;
	if (d->notice >= 0)
		who = whom(c, d);
	if (!who.works_then && !is_urgent(c, d))
		who.from_ms = after_quiet(c, who.from_ms);
	return due_ms >= 0 && who.from_ms > due_ms ? c->now_ms : who.from_ms;
}

static const char *address_of(const struct change *c, const struct delivery *d)
{
	if (d->channel != CHANNEL_SMS)
		return NULL;
	return d->notice < 0 ? c->event->applicant_phone : whom(c, d).phone;
}

void deliver_add(const struct flow *f, struct record *r, int notice, enum channel channel, struct arena *arena)
{
	struct delivery *d = record_add_delivery(r, arena);

	(void)f;
	d->notice = notice;
	d->channel = channel;
	d->connector = d->address_hash = d->provider_id = d->detail = "";
	d->state = DELIVERY_WAITING;
	d->next_ms = r->accepted_ms;
}

static void give_up(struct change *c, int i, const char *why)
{
	struct delivery *d = &c->record.deliveries[i];

	d->state = DELIVERY_FAILED;
	d->next_ms = -1;
	d->detail = why;
	change_receipt(c, RECEIPT_FAILED, d->notice, i)->detail = why;
	metric_add(METRIC_DELIVERIES_FAILED, 1);
}

/* Never sent again by the same way: its receipt settles it, or the notice's next channel or its deadline does. */
static void in_doubt(struct change *c, int i, const char *why)
{
	struct delivery *d = &c->record.deliveries[i];

	if (d->state == DELIVERY_SENDING) {
		metric_add(METRIC_DELIVERIES_UNKNOWN, 1);
		log_at(LOG_WARN, "", "delivery=d%lld.%d attempt=%d is in doubt: %s", (long long)c->seq, i, d->attempts, why);
	}
	d->state = DELIVERY_UNKNOWN;
	d->next_ms = -1;
	d->detail = why;
}

/* Somebody has taken the matter on: a text that asks for it would only confuse. A reminder is needed until all is done. */
static bool is_needless(const struct change *c, const struct delivery *d)
{
	const struct notice *n = d->notice >= 0 ? &c->record.notices[d->notice] : NULL;

	if (d->term >= 0)
		return !term_runs(&c->record, &c->record.terms[d->term]);
	return n && (*d->post ? !lifecycle_is_todo(n->state, n->role) : n->state != STATE_OPEN);
}

static int64_t next_morning(int64_t now_ms)
{
	return ms_of_day(day_of_ms(now_ms, SHANGHAI_MIN) + 1, SHANGHAI_MIN) + MORNING_MS;
}

/* However many texts the number has had today: a permit has stopped, or the deadline would pass before the next morning. */
static bool is_exempt(const struct change *c, const struct delivery *d)
{
	int64_t due_ms = due_of(c, d);

	return is_urgent(c, d) || (due_ms >= c->now_ms && due_ms < next_morning(c->now_ms));
}

/* Whether there is a number to be texted, else why not; a body's people may all be such as want no texts. */
static const char *find_number(const struct change *c, const struct delivery *d, char ret[NUMBER_BYTES])
{
	const char *address = address_of(c, d);

	if (!address)
		return d->channel == CHANNEL_SMS && d->notice >= 0 && whom(c, d).opted_out ? OPTOUT_WHY : "no contact known";
	if (!number_normalise(address, ret))
		return "no telephone number";
	return optouts_hold_number(c->flow, address) ? OPTOUT_WHY : NULL;
}

static enum prepared pass_gate(struct change *c, int i, const char *hash, struct gate *g)
{
	struct delivery *d = &c->record.deliveries[i];

	if (d->channel != CHANNEL_SMS)
		return PREPARED_SEND;
	switch (gate_pass(g, &(struct gate_in){ .seq = c->seq, .now_ms = c->now_ms, .delivery = i, .hash = hash,
						.is_exempt = is_exempt(c, d) })) {
	case PASS_ASKED:
		return PREPARED_ASKED;
	case PASS_UNWANTED:
		give_up(c, i, OPTOUT_WHY);
		return PREPARED_MOVED;
	case PASS_ENOUGH:
		d->next_ms = next_morning(c->now_ms);
		d->detail = ENOUGH_WHY;
		return PREPARED_MOVED;
	case PASS_MAY:
		break;
	}
	return PREPARED_SEND;
}

static enum prepared begin_attempt(struct change *c, int i, struct gate *g)
{
	struct delivery *d = &c->record.deliveries[i];
	int k = flow_connector_for(c->flow, d->channel);
	struct flow_connector *way = k < 0 ? NULL : &c->flow->connectors[k];
	char number[NUMBER_BYTES];
	enum prepared passed;
	const char *hash, *why_not = way ? find_number(c, d, number) : "no connector for this channel";

	if (why_not) {
		give_up(c, i, why_not);
		return PREPARED_MOVED;
	}
	if (not_before(c, d) > c->now_ms) {
		d->next_ms = not_before(c, d);
		return PREPARED_MOVED;
	}
	if (way->down_until_ms > c->now_ms) {
		d->next_ms = way->down_until_ms;
		return PREPARED_MOVED;
	}
	if (way->begun >= way->kind->width(way->self))
		return PREPARED_WAITS;
	hash = decided_address_hash(c->flow, number, &c->arena);
	passed = pass_gate(c, i, hash, g);
	if (passed != PREPARED_SEND)
		return passed;
	way->begun++;
	d->connector = way->name;
	d->address_hash = hash;
	d->detail = "";
	d->state = DELIVERY_SENDING;
	d->attempts++;
	d->next_ms = c->now_ms + SENDING_LEASE_MS;
	return PREPARED_SEND;
}

int deliver_places(const struct flow *f)
{
	int places = 0;

	for (int i = 0; i < f->connector_count; i++) {
		const struct flow_connector *way = &f->connectors[i];
		int width = way->kind->width(way->self);

		places += way->begun < width ? width - way->begun : 0;
	}
	return places;
}

void deliver_drop(struct flow *f, enum channel channel)
{
	f->connectors[flow_connector_for(f, channel)].begun--;
}

enum prepared deliver_prepare(struct change *c, int i, struct gate *g)
{
	struct delivery *d = &c->record.deliveries[i];

	if (d->next_ms < 0 || d->next_ms > c->now_ms)
		return PREPARED_NOTHING;
	if (d->state == DELIVERY_WAITING && !is_needless(c, d))
		return begin_attempt(c, i, g);
	if (d->state == DELIVERY_SENDING)
		in_doubt(c, i, "in doubt: the hub stopped between handing over and recording");
	else if (d->state == DELIVERY_WAITING)
		d->state = DELIVERY_CANCELLED;
	d->next_ms = -1;
	return PREPARED_MOVED;
}

struct attempt {
	struct attempt *next; /* of those not recorded yet */
	struct flow *flow;
	int64_t seq;
	int delivery, number, connector;
	enum outcome outcome;
	int64_t retry_after_ms;
	char provider_id[128], code[80], last_key[64];
	int notice;
	int64_t taken_back_ms; /* 0, or the lease of one that this hub never sent, not knowing whether it was written */
};

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

	if (c->now_ms + wait - c->record.accepted_ms > GIVE_UP_MS) {
		give_up(c, i, "given up after a day of attempts");
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
	c->nothing = d->attempts != a->number || (a->taken_back_ms && a->taken_back_ms != d->next_ms) ||
		     (a->outcome != OUTCOME_ACCEPTED && !is_open(d));
	if (c->nothing)
		return ERR_OK;
	switch (a->outcome) {
	case OUTCOME_ACCEPTED:
		handed_over(c, a->delivery, a);
		break;
	case OUTCOME_REFUSED:
		give_up(c, a->delivery, arena_strdup(&c->arena, a->code));
		break;
	case OUTCOME_LATER:
	case OUTCOME_CHANNEL_DOWN:
	case OUTCOME_NOT_SENT:
		try_again(c, a->delivery, a);
		break;
	case OUTCOME_UNKNOWN:
	case OUTCOME_COUNT:
		in_doubt(c, a->delivery, arena_strdup(&c->arena, a->code));
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

/* So that a bare "received" without a code finds the newest notice sent to that number. */
static void keep_last(struct flow *f, const struct attempt *a)
{
	char value[48];

	if (a->notice < 0)
		return;
	snprintf(value, sizeof(value), "n%lld.%d", (long long)a->seq, a->notice);
	store_put_expiring(f->store,
			   &(struct expiring){ .kind = "lastsms", .name = a->last_key, .ttl_ms = LAST_SMS_MS,
					       .value = { value, strlen(value) } },
			   kept_last, NULL);
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
		log_at(LOG_WARN, "", "delivery=d%lld.%d: the outcome %s could not be recorded", (long long)a->seq, a->delivery,
		       outcome_name(a->outcome));
	else if (a->outcome == OUTCOME_ACCEPTED)
		keep_last(c->flow, a);
	free(a);
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
		log_at(LOG_WARN, "", "delivery=d%lld.%d attempt=%d: the outcome %s could not be recorded", (long long)a->seq, a->delivery,
		       a->number, outcome_name(a->outcome));
		free(a);
	}
	f->unrecorded = NULL;
}

static struct attempt *attempt_new(const struct change *c, int i)
{
	const struct delivery *d = &c->record.deliveries[i];
	struct attempt *a = mem_zalloc(sizeof(*a));

	a->flow = c->flow;
	a->seq = c->seq;
	a->delivery = i;
	a->number = d->attempts;
	a->notice = d->notice;
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

static void on_sent(void *arg, const struct send_result *r)
{
	struct attempt *a = arg;

	a->outcome = r->outcome;
	a->retry_after_ms = r->retry_after_ms;
	snprintf(a->provider_id, sizeof(a->provider_id), "%s", r->provider_id ? r->provider_id : "");
	snprintf(a->code, sizeof(a->code), "%s", r->code ? r->code : "");
	if (r->outcome == OUTCOME_CHANNEL_DOWN)
		a->flow->connectors[a->connector].down_until_ms = clock_now_ms(&a->flow->clock) + 30000;
	log_at(LOG_INFO, "", "delivery=d%lld.%d attempt=%d connector=%s outcome=%s", (long long)a->seq, a->delivery, a->number,
	       a->flow->connectors[a->connector].name, outcome_name(r->outcome));
	a->flow->connectors[a->connector].begun--;
	record_outcome(a);
	deadline_room(a->flow->deadline);
}

void deliver_send(struct change *c, int i)
{
	const struct delivery *d = &c->record.deliveries[i];
	const char *address = address_of(c, d);
	struct attempt *a = attempt_new(c, i);
	char number[NUMBER_BYTES] = "", id[64];
	struct message m = { .id = id, .to = number };
	struct diag diag;

	snprintf(id, sizeof(id), "d%lld.%d-%d", (long long)c->seq, i, d->attempts);
	/* Gone since begin_attempt saw it: then the check below refuses the empty number. */
	if (address)
		(void)number_normalise(address, number);
	m.text = deliver_text(c, d);
	diag_init(&diag, &c->arena);
	if (c->flow->connectors[a->connector].kind->check(&m, &diag) != ERR_OK) {
		deliver_drop(c->flow, d->channel);
		a->outcome = OUTCOME_REFUSED;
		snprintf(a->code, sizeof(a->code), "%s", diag.first ? diag.first->what : "refused");
		record_outcome(a);
		return;
	}
	c->flow->connectors[a->connector].kind->send(c->flow->connectors[a->connector].self, &m, on_sent, a);
}
