/* correct.c: see correct.h. Each step can be repeated: a crash in between repeats what was done
 * already, harmlessly. */
#include "flow/correct.h"

#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "flow/change.h"
#include "flow/deadline.h"
#include "flow/deliver.h"
#include "flow/dispute.h"
#include "flow/term.h"
#include "metrics.h"

struct job {
	struct flow *flow;
	int64_t seq; /* the new event */
	int version;
	enum event_type type;
	char *permit; /* NULL: the case's events are all there is */
	int pending;
	bool failed;
	correct_done_fn *fn;
	void *arg;
};
struct one {
	int64_t seq;
	int64_t by;	      /* the new event */
	enum event_type type; /* its */
	bool gave;	      /* of ended ones: whether there are notices to withdraw */
	correct_done_fn *fn;
	void *arg;
};

static enum err apply_supersede(void *arg, struct change *c)
{
	struct one *o = arg;

	if (c->record.superseded_by) {
		c->nothing = true;
		return ERR_OK;
	}
	c->record.superseded_by = o->by;
	for (int i = 0; i < c->record.notice_count; i++) {
		struct notice *n = &c->record.notices[i];
		enum notice_state to;

		if (n->cause == CAUSE_LETTER)
			/* what two bodies have to settle is not settled by a correction */
			continue;
		if (n->state == STATE_RETURNED) { /* no longer the bureau's to send on */
			n->version++;
			change_split(c, i, false);
			change_tell(c, i, c->record.by);
		}
		if (lifecycle_next(n->state, n->role, ACT_SUPERSEDE, &to) == VERDICT_MOVES) {
			change_notice(c, i, to, c->record.by);
			change_note(c, act_name(ACT_SUPERSEDE), i);
			deliver_last_word(c, i);
		}
		n->next_ms = -1;
	}
	for (int i = 0; i < c->record.delivery_count; i++) {
		struct delivery *d = &c->record.deliveries[i];

		if (d->notice < 0 && d->state == DELIVERY_WAITING) {
			d->state = DELIVERY_CANCELLED;
			d->next_ms = -1;
		}
	}
	dispute_review(c);
	return ERR_OK;
}

/* Nobody has taken it on: what is disputed is the joint meeting's, what was returned the bureau's.
 */
static bool is_unclaimed(const struct notice *n)
{
	return !notice_is_aside(n) && (n->state == STATE_OPEN || n->state == STATE_ACKNOWLEDGED);
}

static enum err apply_ended(void *arg, struct change *c)
{
	const struct one *o = arg;
	bool withdrew = false;

	c->nothing = !terms_overtaken(c, o->type, o->by);
	for (int i = 0; o->gave && i < c->record.notice_count; i++) {
		struct notice *n = &c->record.notices[i];
		enum notice_state to;

		if (!is_unclaimed(n) ||
		    lifecycle_next(n->state, n->role, ACT_WITHDRAW, &to) != VERDICT_MOVES)
			continue;
		change_notice(c, i, to, c->record.by);
		change_note(c, act_name(ACT_WITHDRAW), i);
		deliver_last_word(c, i);
		n->next_ms = -1;
		withdrew = true;
	}
	if (withdrew)
		dispute_review(c);
	c->nothing = c->nothing && !withdrew;
	return ERR_OK;
}

static enum err apply_corrected(void *arg, struct change *c)
{
	(void)arg;
	c->nothing = !c->record.correcting;
	c->leased = true;
	c->record.correcting = false;
	return ERR_OK;
}

static void job_end(struct job *j, enum err e)
{
	if (j->fn)
		j->fn(j->arg, e);
	free(j->permit);
	free(j);
}

/* What else is due of it has waited for this. */
static void done_corrected(void *arg, enum err e, struct change *c)
{
	struct job *j = arg;

	if (e == ERR_OK && c && record_next_ms(&c->record) >= 0)
		deadline_kick(j->flow->deadline, record_next_ms(&c->record));
	job_end(j, e);
}

static void job_step_done(void *arg, enum err e)
{
	struct job *j = arg;

	j->failed = j->failed || e != ERR_OK;
	if (--j->pending > 0)
		return;
	if (j->failed)
		job_end(j, ERR_UNAVAILABLE);
	else
		change_run(j->flow, j->seq, false, apply_corrected, done_corrected, j);
}

static void done_one(void *arg, enum err e, struct change *c)
{
	struct one *o = arg;

	(void)c;
	/* There is no room to say it in: trying for ever would hold up the new event as well. */
	if (e == ERR_TOO_LARGE) {
		log_at(LOG_ERROR, "", "event=e%lld: is full, what e%lld does to it is not written",
		       (long long)o->seq, (long long)o->by);
		metric_add(METRIC_DUE_FAILED, 1);
		e = ERR_OK;
	}
	o->fn(o->arg, e);
	free(o);
}

static void run_one(struct flow *f, int64_t seq, change_apply_fn *apply, const struct one *o)
{
	struct one *own = mem_zalloc(sizeof(*own));

	*own = *o;
	own->seq = seq;
	change_run(f, seq, false, apply, done_one, own);
}

struct entry { /* one "12/granted/1" of a list of events */
	int64_t seq;
	enum event_type type; /* EVENT_TYPE_COUNT: none that is known here */
	int version;
};

static struct entry entry_take(const char **list)
{
	const char *at = *list;
	struct entry x = {.seq = digits_take(&at), .type = 0, .version = -1};
	size_t len;

	at += *at == '/';
	len = strcspn(at, "/,");
	while (x.type < EVENT_TYPE_COUNT &&
	       (strncmp(at, event_type_name(x.type), len) != 0 || event_type_name(x.type)[len]))
		x.type++;
	if (at[len] == '/')
		x.version = (int)digits_at(at + len + 1);
	*list += strcspn(*list, ",");
	*list += **list == ',';
	return x;
}

/* What gave a permit, changed it or stopped it for a while: there is nothing to take on once the
 * permit is gone. */
static bool is_about_a_permit(enum event_type type)
{
	return type == EVENT_GRANTED || type == EVENT_CHANGED || type == EVENT_RENEWED ||
	       type == EVENT_SUSPENDED || type == EVENT_REGISTERED || type == EVENT_REREGISTERED;
}

static void on_earlier(struct job *j, enum err e, const char *list, bool is_case)
{
	while (e == ERR_OK && list && *list) {
		const struct entry x = entry_take(&list);
		struct one one = {.by = j->seq, .type = j->type, .fn = job_step_done, .arg = j};

		if (is_case && x.type == j->type && x.version < j->version && x.seq != j->seq) {
			j->pending++;
			run_one(j->flow, x.seq, apply_supersede, &one);
		} else if (x.seq < j->seq && term_is_ended_by(j->type)) {
			one.gave = term_permit_ends_by(j->type) && is_about_a_permit(x.type);
			j->pending++;
			run_one(j->flow, x.seq, apply_ended, &one);
		}
	}
	job_step_done(j, e);
}

static void on_permit(void *arg, enum err e, const char *list)
{
	on_earlier(arg, e, list, false);
}

/* The permit's events come after the case's, of which they are mostly the same. */
static void on_case(void *arg, enum err e, const char *list)
{
	struct job *j = arg;

	if (j->permit) {
		j->pending++;
		store_find_permit(j->flow->store, j->permit, on_permit, j);
	}
	on_earlier(j, e, list, true);
}

bool correct_is_needed(const struct event *e)
{
	return e->version > 1 || term_is_ended_by(e->type);
}

const char *correct_permit(const struct event *e)
{
	return e->permit_number && *e->permit_number && is_about_a_permit(e->type)
		       ? e->permit_number
		       : NULL;
}

void correct_earlier(struct flow *f, int64_t seq, const struct event *e, correct_done_fn *fn,
		     void *arg)
{
	struct job *j = mem_zalloc(sizeof(*j));

	*j = (struct job){.flow = f,
			  .seq = seq,
			  .version = e->version,
			  .type = e->type,
			  .pending = 1,
			  .fn = fn,
			  .arg = arg};
	if (e->permit_number && *e->permit_number && term_is_ended_by(e->type))
		j->permit = mem_strdup(e->permit_number);
	store_find_case(f->store, e->case_id, on_case, j);
}

void correct_outdated(struct flow *f, const struct outdated *o, correct_done_fn *fn, void *arg)
{
	const char *list = o->list;

	while (*list) {
		const struct entry x = entry_take(&list);

		if (x.type == o->event->type && x.version > o->event->version) {
			run_one(f, o->seq, apply_supersede,
				&(struct one){.by = x.seq, .fn = fn, .arg = arg});
			return;
		}
	}
	fn(arg, ERR_OK);
}
