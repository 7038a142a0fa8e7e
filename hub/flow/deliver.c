/* deliver.c: see deliver.h. What may be sent now, and what not. deliver_attempt.c sends it. */
#include "flow/deliver_in.h"

#include <string.h>

#include "calendar.h"
#include "flow/contacts.h"
#include "flow/decided.h"
#include "flow/intake.h"
#include "flow/ladder.h"
#include "flow/optout.h"
#include "metrics.h"
#include "sms.h"
#include "timefmt.h"

#define SENDING_LEASE_MS 60000
#define ENOUGH_WHY	 "waits for the next morning: the number has had its texts of the day"

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

static bool has_ended_early(const struct notice *n)
{
	return n->state == STATE_WITHDRAWN || n->state == STATE_SUPERSEDED;
}

/* A permit that has stopped is worth waking somebody for. */
static bool is_urgent(const struct change *c, const struct delivery *d)
{
	enum event_type t = c->event->type;

	return d->notice >= 0 && d->term < 0 && !has_ended_early(&c->record.notices[d->notice]) &&
	       (t == EVENT_SUSPENDED || t == EVENT_REVOKED || t == EVENT_WITHDRAWN);
}

static int64_t due_of(const struct change *c, const struct delivery *d)
{
	if (d->term >= 0)
		return c->record.terms[d->term].due_ms;
	return d->notice >= 0 ? notice_due_ms(&c->record, &c->record.notices[d->notice]) : -1;
}

static struct contact_found whom(const struct change *c, const struct delivery *d)
{
	return contacts_find(c->flow, asked_body(c, d), d->post, c->now_ms);
}

/* When somebody is on duty and it is no quiet hour, unless what it is about would be over by then;
 * now when there is nobody to wait for. */
static int64_t not_before(const struct change *c, const struct delivery *d)
{
	int64_t due_ms = due_of(c, d);
	struct contact_found who = {.from_ms = c->now_ms};

	if (d->channel != CHANNEL_SMS)
		return c->now_ms;
	if (d->notice >= 0)
		who = whom(c, d);
	if (!who.works_then && !is_urgent(c, d))
		who.from_ms = hours_over(pack_view(c->flow->pack)->settings.quiet, who.from_ms,
					 SHANGHAI_MIN);
	return due_ms >= 0 && who.from_ms > due_ms ? c->now_ms : who.from_ms;
}

const char *delivery_address(const struct change *c, const struct delivery *d)
{
	if (d->channel != CHANNEL_SMS)
		return NULL;
	return d->notice < 0 ? c->event->applicant_phone : whom(c, d).phone;
}

void deliver_add(const struct flow *f, struct record *r, int notice, enum channel channel,
		 struct arena *arena)
{
	struct delivery *d = record_add_delivery(r, arena);

	(void)f;
	d->notice = notice;
	d->channel = channel;
	d->connector = d->address_hash = d->provider_id = d->detail = "";
	d->state = DELIVERY_WAITING;
	d->next_ms = r->accepted_ms;
}

void delivery_give_up(struct change *c, int i, const char *why)
{
	struct delivery *d = &c->record.deliveries[i];

	d->state = DELIVERY_FAILED;
	d->next_ms = -1;
	d->detail = why;
	change_receipt(c, RECEIPT_FAILED, d->notice, i)->detail = why;
	metric_add(METRIC_DELIVERIES_FAILED, 1);
}

/* Never sent again by the same way: its receipt settles it, or the notice's next channel or its
 * deadline does. */
void delivery_in_doubt(struct change *c, int i, const char *why)
{
	struct delivery *d = &c->record.deliveries[i];

	if (d->state == DELIVERY_SENDING) {
		metric_add(METRIC_DELIVERIES_UNKNOWN, 1);
		log_at(LOG_WARN, "", "delivery=d%lld.%d attempt=%d is in doubt: %s",
		       (long long)c->seq, i, d->attempts, why);
	}
	d->state = DELIVERY_UNKNOWN;
	d->next_ms = -1;
	d->detail = why;
}

static bool same_way(const struct delivery *a, const struct delivery *b)
{
	return a->notice == b->notice && a->channel == b->channel && a->term < 0 && b->term < 0 &&
	       !strcmp(a->post, b->post) && !strcmp(a->body, b->body);
}

static bool was_told(const struct delivery *d)
{
	return d->state == DELIVERY_SENDING || d->state == DELIVERY_ACCEPTED ||
	       d->state == DELIVERY_DELIVERED || d->state == DELIVERY_UNKNOWN;
}

/* Says that nothing needs doing any more; what waited when that came about was cancelled. */
static bool is_last_word(const struct change *c, const struct delivery *d)
{
	if (d->notice < 0 || !has_ended_early(&c->record.notices[d->notice]))
		return false;
	for (const struct delivery *x = c->record.deliveries; x < d; x++) {
		if (same_way(x, d) && was_told(x))
			return true;
	}
	return false;
}

void deliver_last_word(struct change *c, int notice)
{
	int told = c->record.delivery_count;

	for (int i = 0; i < told; i++) {
		const struct delivery from = c->record.deliveries[i];
		bool again = false;
		struct delivery *d;

		for (int k = 0; k < i; k++)
			again = again || (same_way(&c->record.deliveries[k], &from) &&
					  was_told(&c->record.deliveries[k]));
		if (from.notice != notice || from.term >= 0 || !was_told(&from) || again)
			continue;
		deliver_add(c->flow, &c->record, notice, from.channel, &c->arena);
		d = &c->record.deliveries[c->record.delivery_count - 1];
		d->post = from.post;
		d->body = from.body;
		d->next_ms = c->now_ms;
	}
}

/* Somebody has taken the matter on: a text that asks for it would only confuse. A reminder is
 * needed until all is done. */
static bool is_needless(const struct change *c, const struct delivery *d)
{
	const struct notice *n = d->notice >= 0 ? &c->record.notices[d->notice] : NULL;

	if (d->term >= 0)
		return !term_runs(&c->record, &c->record.terms[d->term]);
	if (is_last_word(c, d))
		return false;
	if (n && *d->post)
		return !lifecycle_is_todo(n->state, n->role) &&
		       !notice_owes_feedback(&c->record, n);
	return n && n->state != STATE_OPEN;
}

static int64_t next_morning(int64_t now_ms)
{
	return ms_of_day(day_of_ms(now_ms, SHANGHAI_MIN) + 1, SHANGHAI_MIN) + MORNING_MS;
}

/* However many texts the number has had today: a permit has stopped, or the deadline would pass
 * before the next morning. */
static bool is_exempt(const struct change *c, const struct delivery *d)
{
	int64_t due_ms = due_of(c, d);

	return is_urgent(c, d) || (due_ms >= c->now_ms && due_ms < next_morning(c->now_ms));
}

/* A notice's texts wait for others to the same number; the applicant's, and those about a clock of
 * the event, speak for themselves. */
static int64_t join_ms(const struct change *c, const struct delivery *d)
{
	struct duration window;
	int64_t ms, due_ms = due_of(c, d);

	if (d->notice < 0 || d->term >= 0 || is_urgent(c, d) || is_last_word(c, d) ||
	    !duration_parse(pack_view(c->flow->pack)->settings.sms_join, &window))
		return 0;
	ms = window.count * INT64_C(60000);
	return due_ms >= c->now_ms && due_ms < c->now_ms + ms ? 0 : ms;
}

/* So many of those that the gate names as one message may carry. */
static const char *first_of(const char *with, struct arena *arena)
{
	const char *end = with;

	for (int i = 0; i < DELIVER_JOIN_MAX && *end; i++)
		end += strcspn(end + (*end == '|'), "|") + (*end == '|');
	return arena_strndup(arena, with, (size_t)(end - with));
}

/* Whether there is a number to be texted, else why not; a body's people may all be such as want no
 * texts. */
static const char *find_number(const struct change *c, const struct delivery *d,
			       char ret[NUMBER_BYTES])
{
	const char *address = delivery_address(c, d);

	if (!address)
		return d->channel == CHANNEL_SMS && d->notice >= 0 && whom(c, d).opted_out
			       ? OPTOUT_WHY
			       : "no contact known";
	if (!number_normalise(address, ret))
		return "no telephone number";
	return optouts_hold_number(c->flow, address) ? OPTOUT_WHY : NULL;
}

static enum prepared pass_gate(struct change *c, int i, const char *hash, struct gate *g)
{
	struct delivery *d = &c->record.deliveries[i];
	const struct gate_answer *answer;

	if (d->channel != CHANNEL_SMS)
		return PREPARED_SEND;
	answer = gate_pass(g, &(struct gate_in){.seq = c->seq,
						.now_ms = c->now_ms,
						.delivery = i,
						.hash = hash,
						.is_exempt = is_exempt(c, d),
						.join_ms = join_ms(c, d)});
	switch (answer->pass) {
	case PASS_ASKED:
		return PREPARED_ASKED;
	case PASS_UNWANTED:
		delivery_give_up(c, i, OPTOUT_WHY);
		return PREPARED_MOVED;
	case PASS_ENOUGH:
		d->next_ms = next_morning(c->now_ms);
		d->detail = ENOUGH_WHY;
		return PREPARED_MOVED;
	case PASS_WAITS:
		d->next_ms = answer->until_ms;
		return PREPARED_MOVED;
	case PASS_MAY:
		d->also = first_of(answer->with, &c->arena);
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
	const char *hash,
		*why_not = way ? find_number(c, d, number) : "no connector for this channel";

	if (why_not) {
		delivery_give_up(c, i, why_not);
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
	delivery_begin(c, i, hash);
	d->with = "";
	return PREPARED_SEND;
}

void delivery_begin(struct change *c, int i, const char *hash)
{
	struct delivery *d = &c->record.deliveries[i];

	d->connector = c->flow->connectors[flow_connector_for(c->flow, d->channel)].name;
	d->address_hash = hash;
	d->detail = "";
	d->state = DELIVERY_SENDING;
	d->attempts++;
	if (d->tried_ms < 0)
		d->tried_ms = c->now_ms;
	d->next_ms = c->now_ms + SENDING_LEASE_MS;
}

bool delivery_may_join(const struct change *c, int i, const char *hash)
{
	const struct delivery *d = &c->record.deliveries[i];
	char number[NUMBER_BYTES];
	struct arena arena;
	bool may;

	if (d->state != DELIVERY_WAITING || d->channel != CHANNEL_SMS || !join_ms(c, d) ||
	    is_needless(c, d) || find_number(c, d, number) || not_before(c, d) > c->now_ms)
		return false;
	arena_init(&arena);
	may = !strcmp(decided_address_hash(c->flow, number, &arena), hash);
	arena_clear(&arena);
	return may;
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
		delivery_in_doubt(c, i,
				  "in doubt: the hub stopped between handing over and recording");
	else if (d->state == DELIVERY_WAITING)
		d->state = DELIVERY_CANCELLED;
	d->next_ms = -1;
	return PREPARED_MOVED;
}
