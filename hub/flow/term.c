/* term.c: see term.h. */
#include "flow/term.h"

#include <string.h>

#include "calendar.h"
#include "flow/contacts.h"
#include "flow/deliver.h"
#include "metrics.h"
#include "timefmt.h"

static const struct duration day_before = {.count = 1, .unit = DURATION_WORKING_DAYS};

/* --- when --- */

/* The morning that lies so long before the day, a working one: nobody reads on a day off. */
static int64_t morning_before(const struct pack *pack, int32_t day, struct duration ahead)
{
	const struct calendar *calendar = pack_calendar(pack);
	bool listed;

	if (ahead.unit == DURATION_WORKING_DAYS)
		day = calendar_shift(calendar, day, -ahead.count);
	else
		day -= ahead.count;
	if (!calendar_is_working(calendar, day, &listed))
		day = calendar_shift(calendar, day, -1);
	return ms_of_day(day, SHANGHAI_MIN) + MORNING_MS;
}

/* A permit shorter than what lies ahead of its end is announced the day before. */
static int64_t announce_at(const struct pack *pack, const struct term *t, int64_t after_ms)
{
	int32_t day = day_of_ms(t->due_ms, SHANGHAI_MIN);
	struct duration ahead;
	int64_t at = -1;

	if (t->kind == TERM_PERMIT &&
	    duration_parse(pack_view(pack)->settings.permit_ahead, &ahead))
		at = morning_before(pack, day, ahead);
	return at > after_ms ? at : morning_before(pack, day, day_before);
}

/* What would have been said before there was anything to say is passed over. */
static void schedule(const struct pack *pack, const struct record *r, struct term *t)
{
	if (t->told == TERM_QUIET) {
		t->next_ms = announce_at(pack, t, r->accepted_ms);
		if (t->next_ms > r->accepted_ms)
			return;
		t->told = TERM_ANNOUNCED;
	}
	t->next_ms = t->told == TERM_ANNOUNCED ? t->due_ms + 1 : -1;
}

/* --- at the decision --- */

static const char *cut(const char *text, struct arena *arena)
{
	const char *end = text;

	for (int n = 0; *end && (n < TERM_WHAT_CHARACTERS || ((unsigned char)*end & 0xc0) == 0x80);
	     end++)
		n += ((unsigned char)end[1] & 0xc0) != 0x80;
	return arena_strndup(arena, text, (size_t)(end - text));
}

static struct term *add(struct record *r, enum term_kind kind, int32_t day, struct arena *arena)
{
	struct term *t = record_add_term(r, arena);

	t->kind = kind;
	t->due_ms = ms_of_day(day + 1, SHANGHAI_MIN) - 1000;
	if (t->due_ms < 1)
		/* a day before there were clocks of this kind is over, whichever it was */
		t->due_ms = 1;
	return t;
}

static bool gives_permit(enum event_type type)
{
	return type == EVENT_GRANTED || type == EVENT_CHANGED || type == EVENT_RENEWED;
}

void terms_at_decision(const struct pack *pack, const struct event *e, struct record *r,
		       struct arena *arena)
{
	struct commitment *promised =
		arena_alloc(arena, sizeof(*promised) * (RECORD_TERMS_MAX - 1));
	int count = event_commitments(e, promised, RECORD_TERMS_MAX - 1);
	int32_t until;

	for (int i = 0; i < count; i++)
		add(r, promised[i].is_material ? TERM_MATERIAL : TERM_COMMITMENT,
		    promised[i].due_day, arena)
			->what = cut(promised[i].what, arena);
	/* What has run out before it was told, as when old permits are handed in, needs no
	 * announcement. */
	if (gives_permit(e->type) && event_valid_until(e, &until) &&
	    until >= day_of_ms(r->accepted_ms, SHANGHAI_MIN))
		add(r, TERM_PERMIT, until, arena);
	for (int i = 0; i < r->term_count; i++)
		schedule(pack, r, &r->terms[i]);
}

/* --- whose --- */

static int claim_to_it(const struct notice *n)
{
	if (n->role != ROLE_LEAD || notice_is_aside(n))
		return 0;
	if (n->claimed.at_ms && (n->state == STATE_CLAIMED || n->state == STATE_CLOSED))
		return 3;
	return lifecycle_is_live(n->state) ? 2 : 1;
}

int term_notice(const struct record *r)
{
	int best = r->notice_count ? 0 : -1;

	for (int i = 1; i < r->notice_count; i++) {
		if (claim_to_it(&r->notices[i]) > claim_to_it(&r->notices[best]))
			best = i;
	}
	return best;
}

bool term_is_promise(const struct term *t)
{
	return t->kind != TERM_PERMIT;
}

bool term_may_be_fulfilled(const struct record *r, int notice)
{
	for (int i = 0; notice == term_notice(r) && i < r->term_count; i++) {
		if (term_is_promise(&r->terms[i]) && term_runs(r, &r->terms[i]))
			return true;
	}
	return false;
}

/* --- telling --- */

static void text_to(struct change *c, int k, int notice, const char *body)
{
	struct delivery *d;

	deliver_add(c->flow, &c->record, notice, CHANNEL_SMS, &c->arena);
	d = &c->record.deliveries[c->record.delivery_count - 1];
	d->post = notice < 0 ? "" : CONTACTS_LIAISON;
	d->body = body;
	d->term = k;
	d->next_ms = c->now_ms;
}

static void tell(struct change *c, int k)
{
	const struct term *t = &c->record.terms[k];
	const char *bureau = c->event->deciding ? c->event->deciding : c->event->accepting;
	int notice = term_notice(&c->record);
	bool says_end = !term_is_promise(t) && t->told == TERM_OVER;
	struct receipt *r;

	if (!term_is_promise(t) && t->told == TERM_ANNOUNCED && c->event->applicant_phone)
		text_to(c, k, -1, "");
	if (notice < 0)
		return;
	r = change_receipt(c, RECEIPT_REMINDED, notice, -1);
	r->channel = channel_name(CHANNEL_PUSH);
	r->detail = arena_printf(&c->arena, "%s%s: %s", term_kind_name(t->kind),
				 t->told == TERM_OVER ? " over" : "", t->what);
	change_note(c, t->told == TERM_OVER ? "overdue" : "remind", notice);
	change_tell(c, notice, "");
	if (says_end)
		return; /* the end itself is shown; whoever had to know was told ahead */
	if (!notice_is_pool(c->record.notices[notice].body))
		text_to(c, k, notice, "");
	if (bureau && pack_find_body(c->flow->pack, bureau) >= 0 &&
	    strcmp(bureau, c->record.notices[notice].body) != 0)
		text_to(c, k, notice, arena_strdup(&c->arena, bureau));
}

bool terms_due(struct change *c)
{
	bool changed = false;

	for (int k = 0; k < c->record.term_count; k++) {
		struct term *t = &c->record.terms[k];
		bool is_over = c->now_ms > t->due_ms;

		if (t->next_ms < 0 || t->next_ms > c->now_ms || !term_runs(&c->record, t))
			continue;
		/* The hub was away past the day itself: only that is said. */
		t->told = is_over ? TERM_OVER : TERM_ANNOUNCED;
		tell(c, k);
		schedule(c->flow->pack, &c->record, &c->record.terms[k]);
		metric_add(METRIC_DUE_FIRED, 1);
		metric_add(METRIC_REMINDERS, 1);
		changed = true;
	}
	return changed;
}

void terms_compare(const struct pack *pack, const struct record *r, int64_t limit_ms,
		   struct rungs *sum)
{
	for (int k = 0; k < r->term_count; k++) {
		const struct term *t = &r->terms[k];
		int64_t announced = announce_at(pack, t, r->accepted_ms);
		bool is_over = t->due_ms<limit_ms, was_ahead = announced> r->accepted_ms &&
			       announced <= limit_ms;

		if (!term_runs(r, t))
			continue;
		sum->should += is_over || was_ahead;
		sum->did += is_over ? t->told == TERM_OVER : was_ahead && t->told != TERM_QUIET;
	}
}

void terms_checked(struct change *c, int notice, const char *by)
{
	for (int k = 0; notice == term_notice(&c->record) && k < c->record.term_count; k++) {
		struct term *t = &c->record.terms[k];

		if (t->kind != TERM_COMMITMENT || !term_runs(&c->record, t))
			continue;
		t->by = by;
		t->met_ms = c->now_ms;
	}
}

/* --- ended by a later event of the case or the permit --- */

bool term_permit_ends_by(enum event_type type)
{
	return type == EVENT_REVOKED || type == EVENT_WITHDRAWN || type == EVENT_CANCELLED ||
	       type == EVENT_DEREGISTERED;
}

bool term_is_ended_by(enum event_type type)
{
	return term_permit_ends_by(type) || type == EVENT_RENEWED;
}

bool terms_overtaken(struct change *c, enum event_type type, int64_t by)
{
	bool changed = false;

	for (int k = 0; k < c->record.term_count; k++) {
		struct term *t = &c->record.terms[k];

		if (!term_runs(&c->record, t) ||
		    (!term_permit_ends_by(type) && t->kind != TERM_PERMIT))
			continue;
		t->dropped = true;
		t->next_ms = -1;
		t->by = arena_printf(&c->arena, "e%lld", (long long)by);
		c->touched = changed = true;
	}
	return changed;
}
