/* digest.c: see digest.h. The bodies of the pack are taken one after the other. */
#include "flow/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "flow/audit.h"
#include "flow/connectors.h"
#include "flow/contacts.h"
#include "flow/decided.h"
#include "flow/intake.h"
#include "sms.h"
#include "text.h"
#include "timefmt.h"

#define EVERY_MS    (60 * 1000)
#define MARK_TTL_MS (2LL * 24 * 3600 * 1000)
/*
 * A morning's text that could not be sent in its hours is owed until then. What waits is not done
 * by evening that nobody was told of by the end of the afternoon, and half a day later the next
 * morning's text says the same: a text after work would only be noise.
 */
#define OWED_UNTIL_MIN (17 * 60)

static const char fallback[] = "【{sign}】{body}今日尚有{count}件未认领，请登录审管联动平台办理";

struct digest {
	struct flow *flow;
	struct loop_timer *timer;
	struct pack *pack;    /* while a look is under way */
	struct arena arena;   /* of the day */
	const char **numbers; /* of each body of the pack, NULL: nobody is asked there now */
	const char **handed;  /* the numbers whose text this hub has handed over that day */
	int handed_count;
	/* the body under work, and the one with the same number that is counted */
	int first, other;
	int64_t waiting;     /* for that number */
	struct message text; /* to it */
	/* the last that was begun, and the last of which some hub has said that nothing is left */
	int32_t day, done_day;
	bool busy, stopped;
	/* something could not be asked: what is left is looked at again a minute later */
	bool failed;
	loop_fn *done;
	void *arg;
};

static void end(struct digest *d)
{
	loop_fn *done = d->done;

	if (d->busy)
		pack_unref(d->pack);
	d->busy = false;
	d->done = NULL;
	if (!d->stopped)
		loop_timer_start(d->timer, EVERY_MS, 0);
	if (done)
		done(d->arg);
}

static void next_number(struct digest *d);

/* --- one text --- */

static const char *wording(struct digest *d)
{
	const struct pack_view *p = pack_view(d->pack);
	const char *tmpl = pack_text_find(d->pack, "sms-digest"), *text;
	char count[24];
	const struct text_value values[] = {{"sign", p->settings.sms_sign},
					    {"body", p->bodies[d->first].name},
					    {"count", count}};
	struct buf out;

	snprintf(count, sizeof(count), "%lld", (long long)d->waiting);
	buf_init(&out, 4096);
	if (!tmpl || !text_fill(tmpl, values, 3, &out)) {
		buf_reset(&out);
		if (!text_fill(fallback, values, 3, &out))
			buf_reset(&out);
	}
	text = arena_strdup(&d->arena, buf_cstr(&out));
	buf_clear(&out);
	return text;
}

static void on_sent(void *arg, const struct send_result *r)
{
	struct flow *f = arg;

	connector_heard(f, &f->connectors[flow_connector_for(f, CHANNEL_SMS)], r);
	if (r->outcome != OUTCOME_ACCEPTED)
		log_at(LOG_WARN, "", "a morning's text was not taken: %s",
		       outcome_name(r->outcome));
}

static bool can_be_sent(struct digest *d)
{
	struct flow *f = d->flow;
	int k = flow_connector_for(f, CHANNEL_SMS);
	const char *body = pack_view(d->pack)->bodies[d->first].id;
	struct diag diag;

	d->text = (struct message){.id = arena_printf(&d->arena, "g%d-%s", d->day, body),
				   .to = d->numbers[d->first],
				   .text = wording(d)};
	diag_init(&diag, &d->arena);
	if (k >= 0 && f->connectors[k].kind->check(&d->text, &diag) == ERR_OK)
		return true;
	log_at(LOG_WARN, "", "body=%s: the morning's text cannot be sent: %s", body,
	       diag.first ? diag.first->what : "no connector");
	return false;
}

static void send(struct digest *d)
{
	struct flow_connector *c = &d->flow->connectors[flow_connector_for(d->flow, CHANNEL_SMS)];

	c->kind->send(c->self, &d->text, on_sent, d->flow);
	d->handed = arena_grow(&d->arena, d->handed, d->handed_count, sizeof(*d->handed));
	d->handed[d->handed_count++] = d->text.to;
}

static const char *hash_of_number(struct digest *d)
{
	return decided_address_hash(d->flow, d->numbers[d->first], &d->arena);
}

/* Whose answer was lost may have marked it: the mark is this hub's then, and it is asked for again.
 */
static void on_marked(void *arg, enum err e, const char *text)
{
	struct digest *d = arg;

	d->failed = d->failed || e != ERR_OK;
	if (e == ERR_OK && text && !strcmp(text, d->flow->writer) && !d->stopped)
		send(d);
	next_number(d);
}

/* The mark and its line of the audit log come first: a crash leaves a line without its text then,
 * never a text without its line. */
static void mark(struct digest *d)
{
	const char *writer = d->flow->writer;
	struct buf line;

	buf_init(&line, 8192);
	audit_line(&(struct audited){.at_ms = clock_now_ms(&d->flow->clock),
				     .who = "hub",
				     .act = "digest",
				     .notice = -1,
				     .body = pack_view(d->pack)->bodies[d->first].id},
		   &line);
	store_mark(d->flow->store,
		   &(struct expiring){
			   .kind = "digest",
			   .name = arena_printf(&d->arena, "%s:%d", hash_of_number(d), d->day),
			   .value = {writer, strlen(writer)},
			   .ttl_ms = MARK_TTL_MS},
		   buf_cstr(&line), on_marked, d);
	buf_clear(&line);
}

static void on_pass(void *arg, enum err e, const struct text_pass_out *out)
{
	struct digest *d = arg;

	d->failed = d->failed || e != ERR_OK;
	if (e == ERR_OK && out->pass == TEXT_MAY && can_be_sent(d))
		mark(d);
	else
		next_number(d);
}

/* It is one of the texts that the number gets that day; the mark comes last, right before it goes.
 */
static void ask_for_it(struct digest *d)
{
	store_text_pass(d->flow->store,
			&(struct text_pass_in){.hash = hash_of_number(d),
					       .id = "digest",
					       .day = d->day,
					       .limit = d->flow->config->sms_per_day},
			on_pass, d);
}

/* --- the way through the bodies --- */

static bool same_number(const struct digest *d, int a, int b)
{
	return d->numbers[a] && d->numbers[b] && !strcmp(d->numbers[a], d->numbers[b]);
}

static void count_next(struct digest *d);

static void on_count(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	struct digest *d = arg;

	(void)refs;
	(void)count;
	d->failed = d->failed || e != ERR_OK;
	d->waiting += total;
	if (e == ERR_OK)
		count_next(d);
	else
		next_number(d);
}

static void count_next(struct digest *d)
{
	const struct pack_view *p = pack_view(d->pack);

	while (++d->other < p->body_count && !same_number(d, d->first, d->other))
		;
	if (d->other < p->body_count)
		store_body_list(d->flow->store,
				&(struct list_in){.body = p->bodies[d->other].id,
						  .todo_only = true,
						  .below = -1,
						  .limit = 1},
				on_count, d);
	else if (d->waiting)
		ask_for_it(d);
	else
		next_number(d);
}

/* Whoever answers for several bodies was counted with the first of them; whoever has the text needs
 * no other. */
static bool is_dealt_with(const struct digest *d)
{
	for (int i = 0; i < d->first; i++) {
		if (same_number(d, i, d->first))
			return true;
	}
	for (int i = 0; i < d->handed_count; i++) {
		if (!strcmp(d->handed[i], d->numbers[d->first]))
			return true;
	}
	return false;
}

static const char *done_mark(struct digest *d)
{
	return arena_printf(&d->arena, "done:%d", d->day);
}

static void on_done(void *arg, enum err e, const char *text)
{
	struct digest *d = arg;

	if (e == ERR_OK && text && !d->stopped)
		d->done_day = d->day;
	end(d);
}

/* Said to all hubs: whoever had nothing waiting is not looked at again when one of them starts
 * later in the day. */
static void mark_done(struct digest *d)
{
	store_put_expiring(d->flow->store,
			   &(struct expiring){.kind = "digest",
					      .name = done_mark(d),
					      .value = {"done", 4},
					      .ttl_ms = MARK_TTL_MS},
			   on_done, d);
}

static void next_number(struct digest *d)
{
	int count = pack_view(d->pack)->body_count;

	while (++d->first < count && (!d->numbers[d->first] || is_dealt_with(d)))
		;
	if (d->stopped || (d->first >= count && d->failed)) {
		end(d);
		return;
	}
	if (d->first >= count) {
		mark_done(d);
		return;
	}
	d->waiting = 0;
	d->other = d->first - 1;
	count_next(d);
}

/* In its hours or, while it is owed, after them. */
static bool is_time(const struct digest *d, int64_t now_ms)
{
	const struct pack_settings *said = &pack_view(d->flow->pack)->settings;
	int32_t day = day_of_ms(now_ms, SHANGHAI_MIN);
	int minute = (int)((now_ms - ms_of_day(day, SHANGHAI_MIN)) / 60000), from, to;
	bool listed;

	return hours_parse(said->digest, &from, &to) && minute >= from &&
	       minute < (to > OWED_UNTIL_MIN ? to : OWED_UNTIL_MIN) &&
	       hours_over(said->quiet, now_ms, SHANGHAI_MIN) == now_ms && day != d->done_day &&
	       calendar_is_working(pack_calendar(d->flow->pack), day, &listed);
}

static void find_numbers(struct digest *d)
{
	const struct pack_view *p = pack_view(d->pack);

	d->numbers = arena_zalloc(&d->arena, sizeof(*d->numbers) * (size_t)(p->body_count + 1));
	for (int b = 0; b < p->body_count; b++) {
		struct contact_found who = contacts_find(d->flow, p->bodies[b].id, CONTACTS_LIAISON,
							 clock_now_ms(&d->flow->clock));
		char number[NUMBER_BYTES];

		if (who.phone && number_normalise(who.phone, number))
			d->numbers[b] = arena_strdup(&d->arena, number);
	}
}

static void on_is_done(void *arg, enum err e, const char *text)
{
	struct digest *d = arg;

	if (e != ERR_OK || text || d->stopped) {
		on_done(d, e, text);
		return;
	}
	find_numbers(d);
	d->first = -1;
	next_number(d);
}

void digest_look(struct digest *d, loop_fn *done, void *arg)
{
	int64_t now_ms = clock_now_ms(&d->flow->clock);

	if (done) {
		d->done = done;
		d->arg = arg;
	}
	if (d->busy)
		return;
	if (d->stopped || !store_is_up(d->flow->store) ||
	    store_is_short(d->flow->store, ROOM_FOR_ENDS) || !is_time(d, now_ms)) {
		end(d);
		return;
	}
	d->busy = true;
	d->failed = false;
	if (d->day != day_of_ms(now_ms, SHANGHAI_MIN)) {
		arena_reset(&d->arena);
		d->day = day_of_ms(now_ms, SHANGHAI_MIN);
		d->handed = NULL;
		d->handed_count = 0;
	}
	d->pack = pack_ref(d->flow->pack);
	store_get_expiring(d->flow->store, "digest", done_mark(d), on_is_done, d);
}

static void on_timer(void *arg)
{
	digest_look(arg, NULL, NULL);
}

struct digest *digest_new(struct flow *f)
{
	struct digest *d = mem_zalloc(sizeof(*d));

	d->flow = f;
	d->day = d->done_day = INT32_MIN;
	arena_init(&d->arena);
	d->timer = loop_timer_new(f->loop, on_timer, d);
	return d;
}

void digest_start(struct digest *d)
{
	loop_timer_start(d->timer, EVERY_MS, 0);
}

void digest_stop(struct digest *d)
{
	d->stopped = true;
	loop_timer_stop(d->timer);
}

void digest_free(struct digest *d)
{
	if (d->busy)
		pack_unref(d->pack);
	arena_clear(&d->arena);
	loop_timer_free(d->timer);
	free(d);
}
