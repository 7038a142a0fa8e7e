/* ladder.c: see ladder.h. */
#include "flow/ladder.h"

#include <string.h>

#include "calendar.h"
#include "flow/deliver.h"
#include "flow/dispute.h"
#include "flow/pause.h"
#include "metrics.h"
#include "timefmt.h"

static int64_t earlier(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/* --- the channels of the rule, one after the other while nobody has answered --- */

static const char *rest_of_via(const struct notice *n)
{
	const char *rest = n->via;

	for (int i = 0; i < n->rung && *rest; i++)
		rest += strcspn(rest, "|") + (strchr(rest, '|') ? 1 : 0);
	return rest;
}

static enum channel first_channel(const char *via)
{
	enum channel ch;

	for (ch = CHANNEL_PUSH; ch < CHANNEL_COUNT; ch++) {
		size_t len = strlen(channel_name(ch));

		if (!strncmp(via, channel_name(ch), len) && (via[len] == '\0' || via[len] == '|'))
			break;
	}
	return ch;
}

static int64_t rung_at(const struct flow *f, const struct record *r, const struct notice *n)
{
	const char *rest = rest_of_via(n);

	if (!*rest || n->state != STATE_OPEN || first_channel(rest) == CHANNEL_PUSH)
		return -1;
	return notice_made_ms(r, n) + pack_view(f->pack)->settings.sms_after_ms * n->rung;
}

/* --- the clock that runs: until somebody takes it on, then until supervision has reported --- */

struct running {
	int64_t due_ms;	 /* -1: none to keep */
	int64_t from_ms; /* since when there has been something to say */
	int step;
	bool told, reports;
};

static bool clock_of(const struct record *r, const struct notice *n, struct running *ret)
{
	const struct stamp *taken = n->claimed.at_ms ? &n->claimed : &n->acknowledged;
	const struct letter *l = record_letter(r, n); /* may have been asked more than once */

	if (lifecycle_is_todo(n->state, n->role))
		*ret = (struct running){n->due_ms, l ? l->asked_ms : notice_made_ms(r, n), n->step,
					n->overdue_told, false};
	else if (notice_owes_feedback(r, n))
		*ret = (struct running){n->feedback_due_ms, taken->at_ms, n->feedback_step,
					n->feedback_told, true};
	else
		return false;
	return true;
}

static void keep(struct notice *n, const struct running *k)
{
	*(k->reports ? &n->feedback_step : &n->step) = k->step;
	*(k->reports ? &n->feedback_told : &n->overdue_told) = k->told;
}

/* --- the steps of the pack, counted from the deadline --- */

static const struct ladder_step *step_of(const struct flow *f, enum role role, int step)
{
	const struct pack_settings *s = &pack_view(f->pack)->settings;
	int seen = 0;

	for (int i = 0; i < s->ladder_count; i++) {
		if (s->ladder[i].role == role && seen++ == step)
			return &s->ladder[i];
	}
	return NULL;
}

static int64_t moment_of(const struct flow *f, const struct running *k, const struct ladder_step *s)
{
	return ms_of_day(calendar_shift(pack_calendar(f->pack), day_of_ms(k->due_ms, SHANGHAI_MIN),
					s->working_days),
			 SHANGHAI_MIN) +
	       MORNING_MS;
}

static int64_t step_at(const struct flow *f, enum role role, const struct running *k)
{
	const struct ladder_step *s = k->due_ms >= 0 ? step_of(f, role, k->step) : NULL;

	return s ? moment_of(f, k, s) : -1;
}

void notice_schedule(const struct flow *f, const struct record *r, struct notice *n)
{
	const struct pause *pause = record_pause(r, (int)(n - r->notices));
	struct running k;
	int64_t step;

	n->next_ms = pause ? pause->until_ms : -1;
	if (pause || !clock_of(r, n, &k))
		return;
	/* What would have been said before there was anything to say is passed over. */
	while ((step = step_at(f, n->role, &k)) >= 0 && step <= k.from_ms)
		k.step++;
	keep(n, &k);
	n->next_ms = earlier(rung_at(f, r, n), step);
	if (k.due_ms >= 0 && !k.told)
		n->next_ms = earlier(n->next_ms, k.due_ms + 1);
}

enum channel ladder_take_channel(struct notice *n)
{
	const char *rest = rest_of_via(n);

	n->rung += *rest != '\0';
	return first_channel(rest);
}

static void take_rung(struct change *c, int i)
{
	enum channel ch = ladder_take_channel(&c->record.notices[i]);

	if (ch != CHANNEL_COUNT)
		deliver_add(c->flow, &c->record, i, ch, &c->arena);
}

static void take_step(struct change *c, int i, struct running *k)
{
	const struct ladder_step *s = step_of(c->flow, c->record.notices[i].role, k->step++);
	bool to_office = !strcmp(s->post, body_kind_name(BODY_COORDINATION));
	struct delivery *d;
	struct receipt *r;

	r = change_receipt(c, RECEIPT_REMINDED, i, -1);
	r->channel = channel_name(s->via);
	r->detail = arena_printf(&c->arena, "%s%s", k->reports ? "feedback: " : "", s->post);
	change_note(c, "remind", i);
	metric_add(METRIC_REMINDERS, 1);
	if (s->via == CHANNEL_PUSH) {
		change_tell(c, i, "");
		return;
	}
	deliver_add(c->flow, &c->record, i, s->via, &c->arena);
	d = &c->record.deliveries[c->record.delivery_count - 1];
	r->delivery = c->record.delivery_count - 1;
	d->post = arena_strdup(&c->arena, s->post);
	d->body =
		to_office ? dispute_office(c->flow->pack, c->record.region, BODY_COORDINATION) : "";
	d->next_ms = c->now_ms;
}

static void take_what_is_due(struct change *c, int i, struct running *k)
{
	int64_t at = rung_at(c->flow, &c->record, &c->record.notices[i]);

	if (at >= 0 && at <= c->now_ms)
		take_rung(c, i);
	while ((at = step_at(c->flow, c->record.notices[i].role, k)) >= 0 && at <= c->now_ms)
		take_step(c, i, k);
	if (k->due_ms >= 0 && c->now_ms > k->due_ms && !k->told) {
		k->told = true;
		change_note(c, "overdue", i);
		change_tell(c, i, "");
	}
	keep(&c->record.notices[i], k);
}

bool ladder_due(struct change *c, int i)
{
	struct notice *n = &c->record.notices[i];
	struct running k;

	if (n->next_ms < 0 || n->next_ms > c->now_ms)
		return false;
	metric_add(METRIC_DUE_FIRED, 1);
	if (!pause_due(c, i) && clock_of(&c->record, n, &k))
		take_what_is_due(c, i, &k);
	notice_schedule(c->flow, &c->record, n);
	return true;
}

/* --- for the watchdog: counted from the deadline and the pack, not from where the record says that
 * the ladder stands --- */

static void compare_steps(const struct flow *f, const struct notice *n, const struct running *k,
			  int64_t limit_ms, struct rungs *sum)
{
	const struct pack_settings *s = &pack_view(f->pack)->settings;
	int passed = 0, should = 0, did;

	for (int i = 0; i < s->ladder_count; i++) {
		int64_t at =
			s->ladder[i].role == n->role ? moment_of(f, k, &s->ladder[i]) : INT64_MAX;

		passed += at <= k->from_ms;
		should += at > k->from_ms && at <= limit_ms;
	}
	did = k->step - passed;
	sum->should += should;
	sum->did += did < 0 ? 0 : did < should ? did : should;
}

static void compare_channels(const struct flow *f, const struct record *r, const struct notice *n,
			     int64_t limit_ms, struct rungs *sum)
{
	struct notice probe = *n;
	int64_t at;

	for (probe.rung = 1; (at = rung_at(f, r, &probe)) >= 0 && at <= limit_ms; probe.rung++) {
		sum->should++;
		sum->did += n->rung > probe.rung;
	}
}

void ladder_compare(const struct flow *f, const struct record *r, int notice, int64_t limit_ms,
		    struct rungs *sum)
{
	const struct notice *n = &r->notices[notice];
	struct running k;

	if (record_pause(r, notice) || !clock_of(r, n, &k))
		return;
	compare_channels(f, r, n, limit_ms, sum);
	if (k.due_ms < 0)
		return;
	compare_steps(f, n, &k, limit_ms, sum);
	sum->should += k.due_ms < limit_ms;
	sum->did += k.due_ms < limit_ms && k.told;
}
