/* recount.c: see recount.h. */
#include "flow/recount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "decide.h"
#include "flow/audit.h"
#include "flow/change.h"
#include "flow/ladder.h"
#include "flow/pause.h"
#include "metrics.h"
#include "timefmt.h"

#define LOOK_MS	    (3600 * 1000)
#define PAUSE_MS    5 /* between slices, for those who wait for an answer */
#define RETRY_MS    5000
#define SLICE	    64
#define BACK_MS	    (400LL * 24 * 3600 * 1000) /* no clock that counts working days runs longer */
#define MARK_TTL_MS (400LL * 24 * 3600 * 1000)

struct recount {
	struct flow *flow;
	struct loop_timer *look, *step;
	char name[CALENDAR_NAME_BYTES]; /* of the calendar that is walked for, or was */
	int64_t before, next;
	int waiting; /* changes under way, and one for the slice itself */
	int missing; /* as last told */
	bool walking, stopped, failed;
};
struct work { /* one event whose notices may change */
	struct recount *recount;
	int64_t seq;
	int changed_count;
};

static void slice_read(struct recount *r);
static void walk_begin(struct recount *r);

/* --- one notice --- */

struct clocks {
	const struct pack *decided; /* the pack whose rules they are */
	const struct calendar *calendar;
	int64_t from_ms;
	bool provisional; /* any of what was found */
};

/* The earliest of a notice's rules' times by the calendar in force; -1 when none of them sets one.
 */
static int64_t earliest(struct clocks *k, const struct notice *n, bool feedback)
{
	int64_t best = -1, at;
	struct duration time;
	char id[256];
	bool provisional, open = false;

	for (const char *rest = n->rules; *rest; rest += *rest == '|') {
		size_t len = strcspn(rest, "|");
		int rule;

		snprintf(id, sizeof(id), "%.*s", (int)len, rest);
		rest += len;
		rule = pack_find_rule(k->decided, id);
		if (rule < 0 || !pack_rule_time(k->decided, rule, feedback, &time))
			continue;
		at = calendar_due_ms(k->calendar, k->from_ms, time, &provisional);
		if (best == at)
			open |= provisional;
		if (best >= 0 && at >= best)
			continue;
		best = at;
		open = provisional;
	}
	k->provisional |= open;
	return best;
}

static bool can_recount(const struct notice *n)
{
	return n->provisional && lifecycle_is_live(n->state);
}

/* What a setting of a pack gives; false: it gives nothing. */
static bool of_setting(struct clocks *k, const char *setting, int64_t *ret_due)
{
	struct duration time;

	if (!duration_parse(setting, &time))
		return false;
	*ret_due = calendar_due_ms(k->calendar, k->from_ms, time, &k->provisional);
	return true;
}

/*
 * By the notice's rules; by the pack's setting for the pool, and for a bureau that feedback
 * alarmed, from that moment on; a letter says its time itself. What is handed on, sent on or given
 * by a ruling keeps the first one's clock, and its rules.
 */
static bool clocks_anew(const struct change *c, struct clocks *k, const struct notice *n,
			int64_t *ret_due, int64_t *ret_feedback)
{
	const struct letter *l = record_letter(&c->record, n);

	if (n->cause == CAUSE_FEEDBACK) {
		k->from_ms = notice_made_ms(&c->record, n);
		return of_setting(k, pack_view(c->flow->pack)->settings.alarm_due, ret_due);
	}
	if (l) {
		k->from_ms = l->asked_ms;
		return of_setting(k, l->time, ret_due);
	}
	if (n->cause == CAUSE_POOL || notice_is_pool(n->body))
		return of_setting(k, pack_view(k->decided)->settings.pool_due, ret_due);
	*ret_due = earliest(k, n, false);
	*ret_feedback = earliest(k, n, true);
	return true;
}

static bool notice_recount(struct change *c, const struct pack *decided, int i)
{
	struct notice *n = &c->record.notices[i];
	struct clocks k = {decided, pack_calendar(c->flow->pack), c->record.accepted_ms, false};
	struct pause *pause = record_pause(&c->record, i);
	int64_t *due_at = pause && pause->due_ms >= 0 ? &pause->due_ms : &n->due_ms;
	int64_t *feedback_at = pause && pause->feedback_due_ms >= 0 ? &pause->feedback_due_ms
								    : &n->feedback_due_ms;
	int64_t due = -1, feedback = -1;

	if (!clocks_anew(c, &k, n, &due, &feedback))
		return false;
	/* A rule that is not known any more changes nothing. */
	due = due < 0 ? *due_at : pause_moved(c, i, due);
	feedback = feedback < 0 ? *feedback_at : pause_moved(c, i, feedback);
	if (due == *due_at && feedback == *feedback_at && k.provisional)
		return false;
	if (due > c->now_ms)
		n->overdue_told = false;
	if (feedback > c->now_ms)
		n->feedback_told = false;
	*due_at = due;
	*feedback_at = feedback;
	n->provisional = k.provisional;
	n->version++;
	notice_schedule(c->flow, &c->record, n);
	change_tell(c, i, "");
	return true;
}

static void audit_notice(struct change *c, int notice, int64_t old_ms)
{
	const struct notice *n = &c->record.notices[notice];
	char was[TIMEFMT_BYTES] = "none", now[TIMEFMT_BYTES] = "none";

	if (old_ms >= 0)
		time_format(old_ms, SHANGHAI_MIN, was);
	if (n->due_ms >= 0)
		time_format(n->due_ms, SHANGHAI_MIN, now);
	change_audit(c, &(struct audited){
				.who = "calendar",
				.act = "recount",
				.notice = notice,
				.body = n->body,
				.region = c->record.region,
				.state = notice_state_name(n->state),
				.detail = arena_printf(&c->arena, "due %s, was %s", now, was)});
}

static enum err apply_recount(void *arg, struct change *c)
{
	struct work *w = arg;
	const struct pack *decided = flow_pack_of(c->flow, c->record.policy);

	w->changed_count = 0;
	for (int i = 0; i < c->record.notice_count; i++) {
		int64_t due_ms = c->record.notices[i].due_ms;

		if (!can_recount(&c->record.notices[i]) || !notice_recount(c, decided, i))
			continue;
		w->changed_count++;
		audit_notice(c, i, due_ms);
	}
	c->nothing = !w->changed_count;
	return ERR_OK;
}

static void slice_done(struct recount *r)
{
	if (--r->waiting > 0)
		return;
	r->before = r->next;
	if (r->walking && !r->stopped)
		loop_timer_start(r->step, r->failed ? RETRY_MS : PAUSE_MS, 0);
}

static void done_recount(void *arg, enum err e, struct change *c)
{
	struct work *w = arg;
	struct recount *r = w->recount;

	(void)c;
	if (e == ERR_OK) {
		metric_add(METRIC_CALENDAR_RECOUNTED, w->changed_count);
	} else if (e == ERR_UNAVAILABLE) { /* the slice is read once more */
		r->failed = true;
		r->next = r->before;
	} else {
		log_at(LOG_ERROR, "", "event=e%lld: its deadlines could not be counted anew (%s)",
		       (long long)w->seq, err_name(e));
	}
	free(w);
	slice_done(r);
}

/* --- the walk: newest first, a slice at a time, back to where no clock can reach from --- */

static bool has_provisional(const struct record *record)
{
	for (int i = 0; i < record->notice_count; i++) {
		if (can_recount(&record->notices[i]))
			return true;
	}
	return false;
}

static void take_event(struct recount *r, int64_t seq)
{
	struct work *w = mem_zalloc(sizeof(*w));

	w->recount = r;
	w->seq = seq;
	r->waiting++;
	change_run(r->flow, seq, false, apply_recount, done_recount, w);
}

static void on_marked(void *arg, enum err e, const char *text)
{
	(void)arg;
	(void)text;
	if (e != ERR_OK)
		log_at(LOG_WARN, "",
		       "that the deadlines were recounted could not be noted; a restart will look again");
}

static void walk_end(struct recount *r)
{
	r->walking = false;
	store_put_expiring(r->flow->store,
			   &(struct expiring){.kind = "recount",
					      .name = r->name,
					      .value = {"done", 4},
					      .ttl_ms = MARK_TTL_MS},
			   on_marked, r);
	log_at(LOG_INFO, "",
	       "the deadlines stand by the calendar in force; %lld were computed anew since the start",
	       (long long)metric_get(METRIC_CALENDAR_RECOUNTED));
}

static void on_slice(void *arg, enum err e, const struct loaded *items, int count, int64_t next)
{
	struct recount *r = arg;
	int64_t floor_ms = clock_now_ms(&r->flow->clock) - BACK_MS;
	struct arena arena;
	struct record record;
	bool old = false;

	r->failed = e != ERR_OK;
	r->next = e == ERR_OK ? next : r->before;
	r->waiting = 1;
	arena_init(&arena);
	for (int i = 0; e == ERR_OK && i < count; i++) {
		arena_reset(&arena);
		if (record_decode(items[i].record.data, items[i].record.len, &arena, &record) !=
		    ERR_OK)
			continue;
		old |= record.accepted_ms < floor_ms;
		if (has_provisional(&record))
			take_event(r, items[i].seq);
	}
	arena_clear(&arena);
	if (e == ERR_OK && (!next || old))
		r->next = -1;
	slice_done(r);
}

static void slice_read(struct recount *r)
{
	store_scan(
		r->flow->store,
		&(struct scan_in){.before = r->before, .need = "", .limit = SLICE, .budget = SLICE},
		on_slice, r);
}

static void on_step(void *arg)
{
	struct recount *r = arg;
	char now[CALENDAR_NAME_BYTES];

	calendar_name(pack_calendar(r->flow->pack), now);
	if (strcmp(now, r->name) != 0)
		walk_begin(r); /* there is a newer one by now */
	else if (r->before == -1)
		walk_end(r);
	else
		slice_read(r);
}

static void on_mark(void *arg, enum err e, const char *text)
{
	struct recount *r = arg;

	if (e == ERR_OK && text)
		r->walking = false;
	else if (!r->stopped)
		loop_timer_start(r->step, e == ERR_OK ? PAUSE_MS : RETRY_MS, 0);
}

static void walk_begin(struct recount *r)
{
	calendar_name(pack_calendar(r->flow->pack), r->name);
	r->walking = true;
	r->before = 0;
	store_get_expiring(r->flow->store, "recount", r->name, on_mark, r);
}

void recount_look(struct recount *r)
{
	int missing =
		calendar_missing_year(pack_calendar(r->flow->pack), clock_now_ms(&r->flow->clock));
	char now[CALENDAR_NAME_BYTES];

	metric_set(METRIC_CALENDAR_MISSING, missing);
	if (missing && missing != r->missing)
		log_at(LOG_WARN, "",
		       "the calendar does not list %d; deadlines in it are provisional (tandem calendar import)",
		       missing);
	r->missing = missing;
	calendar_name(pack_calendar(r->flow->pack), now);
	if (!r->walking && !r->stopped && strcmp(now, r->name) != 0)
		walk_begin(r);
	if (!r->stopped)
		loop_timer_start(r->look, LOOK_MS, 0);
}

static void on_look(void *arg)
{
	recount_look(arg);
}

struct recount *recount_new(struct flow *f)
{
	struct recount *r = mem_zalloc(sizeof(*r));

	r->flow = f;
	r->look = loop_timer_new(f->loop, on_look, r);
	r->step = loop_timer_new(f->loop, on_step, r);
	return r;
}

void recount_stop(struct recount *r)
{
	r->stopped = true;
	loop_timer_stop(r->look);
	loop_timer_stop(r->step);
}

void recount_free(struct recount *r)
{
	loop_timer_free(r->look);
	loop_timer_free(r->step);
	free(r);
}
