/* report.c: what providers send back: delivery reports find their delivery, replies find their
 * notice or are a word about texts as such. */
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "flow/connectors.h"
#include "flow/contacts.h"
#include "flow/decided.h"
#include "flow/deliver.h"
#include "flow/optout.h"
#include "flow/respond.h"
#include "metrics.h"
#include "reply.h"
#include "sms.h"
#include "text.h"

struct job {
	struct flow *flow;
	deliver_done_fn *done;
	void *arg;
	int64_t seq;
	int delivery, attempt; /* the attempt whose message is told of */
	enum report_kind kind;
	char connector[64], code[80], hash[64], dedupe[40];
	char *by; /* who replied: the whole name, as it is evidence */
	/* "d12.1-": the message told of, while those that it carried besides are told; else "" */
	char carrier[48];
	char *rest;  /* of these: "d15.0|d16.1" */
	int pending; /* notices that the reply answers */
	enum err worst;
};

static void job_done(struct job *j, enum err e)
{
	/* What belongs to nothing known is answered like the rest: a provider is told nothing about
	 * what exists. */
	j->done(j->arg, e == ERR_UNAVAILABLE ? e : ERR_OK);
	free(j->rest);
	free(j->by);
	free(j);
}

/* That an earlier message did not arrive says nothing about the one that was sent after it. */
static bool is_of_the_last(const struct job *j, const struct delivery *d)
{
	return *j->carrier || j->attempt == d->attempts;
}

static bool tells_of_failure(const struct job *j, const struct delivery *d)
{
	return (j->kind == REPORT_FAILED || j->kind == REPORT_EXPIRED) && is_of_the_last(j, d);
}

/*
 * States only go up: handed over, then delivered or failed; a late "delivered" after a failure is
 * believed. One that waits to be sent again was not sent by what its provider answered; a report
 * that it was ends the waiting, or it would come twice.
 */
static bool state_moves(struct delivery *d, const struct job *j)
{
	enum delivery_state to = d->state;

	if (j->kind == REPORT_DELIVERED)
		to = DELIVERY_DELIVERED;
	else if (tells_of_failure(j, d) && d->state != DELIVERY_DELIVERED)
		to = DELIVERY_FAILED;
	else if (j->kind == REPORT_HANDED_OVER &&
		 (d->state == DELIVERY_SENDING || d->state == DELIVERY_UNKNOWN ||
		  d->state == DELIVERY_WAITING))
		to = DELIVERY_ACCEPTED;
	if (to == d->state)
		return false;
	d->state = to;
	d->next_ms = -1;
	return true;
}

static enum receipt_kind receipt_of(enum report_kind kind)
{
	switch (kind) {
	case REPORT_DELIVERED:
		return RECEIPT_DELIVERED;
	case REPORT_FAILED:
	case REPORT_EXPIRED:
		return RECEIPT_FAILED;
	case REPORT_HANDED_OVER:
	case REPORT_BUFFERED:
	case REPORT_REPLY:
		break;
	}
	return RECEIPT_HANDED_OVER;
}

static enum err apply_report(void *arg, struct change *c)
{
	struct job *j = arg;
	struct delivery *d;
	struct receipt *r;
	bool moved;

	if (j->delivery >= c->record.delivery_count)
		return ERR_NOT_FOUND;
	d = &c->record.deliveries[j->delivery];
	if (strcmp(d->connector, j->connector) != 0 || !d->attempts ||
	    (!*j->carrier && j->attempt > d->attempts))
		return ERR_NOT_FOUND; /* no such message was sent */
	/* Ids come round again when a carrier begins anew, so the handset must be the one it was
	 * sent to as well. */
	if (*j->hash && strcmp(d->address_hash, j->hash) != 0)
		return ERR_NOT_FOUND;
	if (strncmp(d->with, j->carrier, strlen(j->carrier)) != 0)
		return ERR_NOT_FOUND; /* it might have been carried, and was not */
	moved = state_moves(d, j);
	if (!moved && (j->kind == REPORT_HANDED_OVER || c->bytes > RECORD_SAID_MAX ||
		       change_has_receipt(c, receipt_of(j->kind), j->delivery, j->code))) {
		c->nothing = true;
		return ERR_OK;
	}
	r = change_receipt(c, receipt_of(j->kind), d->notice, j->delivery);
	r->channel = channel_name(d->channel);
	r->detail = j->code;
	if (d->state == DELIVERY_DELIVERED)
		d->detail = ""; /* why it had failed, by an earlier report */
	else if (tells_of_failure(j, d))
		d->detail = j->code;
	return ERR_OK;
}

static void done_report(void *arg, enum err e, struct change *c);

/* The next one that the message carried; a report that comes again tells those whom a hub that died
 * had not told. */
static void report_rest(struct job *j)
{
	char id[48];

	while (j->rest && *j->rest) {
		size_t len = strcspn(j->rest, "|");

		snprintf(id, sizeof(id), "%.*s", (int)len, j->rest);
		memmove(j->rest, j->rest + len + (j->rest[len] == '|'),
			strlen(j->rest + len + (j->rest[len] == '|')) + 1);
		if (id_parse_delivery(id, &j->seq, &j->delivery)) {
			change_run(j->flow, j->seq, false, apply_report, done_report, j);
			return;
		}
	}
	job_done(j, ERR_OK);
}

static void done_report(void *arg, enum err e, struct change *c)
{
	struct job *j = arg;

	if (e == ERR_UNAVAILABLE || (e != ERR_OK && !*j->carrier)) {
		job_done(j, e);
		return;
	}
	if (!*j->carrier) {
		metric_add(METRIC_RECEIPTS, !c->nothing);
		snprintf(j->carrier, sizeof(j->carrier), "d%lld.%d-", (long long)j->seq,
			 j->delivery);
		j->rest = mem_strdup(c->record.deliveries[j->delivery].also);
	}
	report_rest(j);
}

static void done_answer(void *arg, enum err e)
{
	struct job *j = arg;

	if (e == ERR_UNAVAILABLE)
		j->worst = e;
	if (--j->pending > 0)
		return;
	metric_add(METRIC_REPLIES, j->worst == ERR_OK);
	job_done(j, j->worst);
}

static void done_sms(void *arg, enum err e)
{
	if (e == ERR_OK)
		metric_add(METRIC_REPLIES, 1);
	job_done(arg, e);
}

static void answer_notice(struct job *j, int64_t seq, int notice)
{
	struct respond_sms in = {.seq = seq,
				 .notice = notice,
				 .by = j->by,
				 .from_hash = j->hash,
				 .dedupe = j->dedupe};

	j->pending++;
	respond_by_sms(j->flow, &in, done_answer, j);
}

static void on_last(void *arg, enum err e, const char *text)
{
	struct job *j = arg;
	char id[48];
	int64_t seq;
	int notice;

	for (const char *rest = e == ERR_OK && text ? text : ""; *rest; rest += *rest == ' ') {
		size_t len = strcspn(rest, " ");

		snprintf(id, sizeof(id), "%.*s", (int)len, rest);
		if (id_parse_notice(id, &seq, &notice))
			answer_notice(j, seq, notice);
		rest += len;
	}
	if (!j->pending)
		job_done(j, e);
}

/* The name of whoever's number it is; a number nobody is known for stays masked. */
static const char *name_of_sender(const struct job *j, const char *number, struct arena *arena)
{
	const struct pack_view *p = pack_view(j->flow->pack);
	const char *kept = contacts_name_of(j->flow, number);
	char other[NUMBER_BYTES];

	if (kept)
		return kept;
	for (int i = 0; i < j->flow->people_count; i++) {
		if (number_normalise(j->flow->people[i].phone, other) && !strcmp(other, number))
			return j->flow->people[i].name;
	}
	for (int i = 0; i < p->contact_count; i++) {
		if (number_normalise(p->contacts[i].phone, other) && !strcmp(other, number))
			return *p->contacts[i].name ? p->contacts[i].name : p->contacts[i].post;
	}
	return arena_printf(arena, "sms:****%s",
			    strlen(number) > 4 ? number + strlen(number) - 4 : "");
}

/* Of the handset that was written to or that writes; it stays "" when the provider does not tell
 * it. */
static void hash_handset(struct job *j, const char *told)
{
	char number[NUMBER_BYTES];
	struct arena arena;

	if (!number_normalise(told, number))
		return;
	arena_init(&arena);
	snprintf(j->hash, sizeof(j->hash), "%s", decided_address_hash(j->flow, number, &arena));
	arena_clear(&arena);
}

static void word_came(struct job *j, const char *text)
{
	switch (reply_word(text)) {
	case REPLY_RECEIVED:
		store_get_expiring(j->flow->store, "lastsms", j->hash, on_last, j);
		break;
	case REPLY_STOP:
		optout_begin(j->flow, j->hash, done_sms, j);
		break;
	case REPLY_START:
		optout_end(j->flow, j->hash, done_sms, j);
		break;
	case REPLY_OTHER:
		job_done(j, ERR_OK);
		break;
	}
}

static void reply_came(struct job *j, const struct report *r)
{
	struct arena arena;
	int64_t seq;
	int notice;

	arena_init(&arena);
	snprintf(j->dedupe, sizeof(j->dedupe), "%s",
		 decided_address_hash(j->flow, r->dedupe, &arena));
	j->by = mem_strdup(name_of_sender(j, r->from, &arena));
	arena_clear(&arena);
	if (!*j->hash)
		job_done(j, ERR_OK); /* from nobody: it belongs to nothing */
	else if (short_code_find(r->text, &seq, &notice))
		answer_notice(j, seq, notice);
	else
		word_came(j, r->text);
}

/* "d12.1-2": delivery 1 of event 12, second attempt. */
static bool message_id_parse(const char *id, struct job *j)
{
	char head[48];
	size_t len = strcspn(id, "-");
	const char *rest = id + len;
	int64_t attempt;

	if (len >= sizeof(head) || *rest++ != '-')
		return false;
	memcpy(head, id, len);
	head[len] = '\0';
	attempt = digits_take(&rest);
	j->attempt = attempt > 0 && attempt <= INT_MAX && !*rest ? (int)attempt : 0;
	return j->attempt && id_parse_delivery(head, &j->seq, &j->delivery);
}

void deliver_report(struct flow *f, const char *connector, const struct report *r,
		    deliver_done_fn *done, void *arg)
{
	struct job *j = mem_zalloc(sizeof(*j));

	if (r->kind == REPORT_DELIVERED)
		connector_delivered(f, connector);
	j->flow = f;
	j->done = done;
	j->arg = arg;
	j->kind = r->kind;
	snprintf(j->connector, sizeof(j->connector), "%s", connector);
	snprintf(j->code, sizeof(j->code), "%s", r->code ? r->code : "");
	hash_handset(j, r->kind == REPORT_REPLY ? r->from : r->to);
	if (r->kind == REPORT_REPLY)
		reply_came(j, r);
	else if (message_id_parse(r->message_id, j))
		change_run(f, j->seq, false, apply_report, done_report, j);
	else
		job_done(j, ERR_OK);
}
