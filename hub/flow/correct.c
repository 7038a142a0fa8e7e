/* correct.c: see correct.h. Each step can be repeated: a crash in between repeats what was done already, harmlessly. */
#include "flow/correct.h"

#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "flow/change.h"
#include "flow/deadline.h"
#include "flow/dispute.h"
#include "flow/term.h"

struct job {
	struct flow *flow;
	int64_t seq;	 /* the correction */
	int version;
	enum event_type type;
	int pending;
	bool failed;
};
struct one {
	int64_t by; /* superseded by */
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
			continue; /* what two bodies have to settle is not settled by a correction */
		if (lifecycle_next(n->state, n->role, ACT_SUPERSEDE, &to) == VERDICT_MOVES) {
			change_notice(c, i, to, c->record.by);
			change_note(c, act_name(ACT_SUPERSEDE), i);
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

static enum err apply_corrected(void *arg, struct change *c)
{
	(void)arg;
	c->nothing = !c->record.correcting;
	c->leased = true;
	c->record.correcting = false;
	return ERR_OK;
}

static void done_corrected(void *arg, enum err e, struct change *c)
{
	(void)arg;
	(void)e;
	(void)c;
}

static void job_step_done(void *arg, enum err e)
{
	struct job *j = arg;

	j->failed = j->failed || e != ERR_OK;
	if (--j->pending > 0)
		return;
	if (!j->failed)
		change_run(j->flow, j->seq, false, apply_corrected, done_corrected, NULL);
	free(j);
}

static void done_supersede(void *arg, enum err e, struct change *c)
{
	struct one *o = arg;

	(void)c;
	o->fn(o->arg, e);
	free(o);
}

static void supersede(struct flow *f, int64_t seq, int64_t by, correct_done_fn *fn, void *arg)
{
	struct one *o = mem_zalloc(sizeof(*o));

	o->by = by;
	o->fn = fn;
	o->arg = arg;
	change_run(f, seq, false, apply_supersede, done_supersede, o);
}

/* One "12/granted/1" of the case's list; whether it is of the type. */
static bool entry_parse(const char **list, const char *type, int64_t *ret_seq, int *ret_version)
{
	const char *end = *list;
	size_t len = strlen(type);
	bool same;

	*ret_seq = digits_take(&end);
	same = *end == '/' && !strncmp(end + 1, type, len) && end[1 + len] == '/';
	*ret_version = same ? (int)digits_at(end + 2 + len) : -1;
	*list = end + strcspn(end, ",");
	if (**list == ',')
		(*list)++;
	return same;
}

static void on_case(void *arg, enum err e, const char *list)
{
	struct job *j = arg;
	const struct term_end end = { j->type, j->seq };
	int64_t seq;
	int version;

	j->pending = 1;
	while (e == ERR_OK && list && *list) {
		bool is_corrected = entry_parse(&list, event_type_name(j->type), &seq, &version) && version < j->version && seq != j->seq;

		if (is_corrected) {
			j->pending++;
			supersede(j->flow, seq, j->seq, job_step_done, j);
		} else if (seq < j->seq && term_is_ended_by(j->type)) {
			j->pending++;
			terms_overtaken(j->flow, seq, &end, job_step_done, j);
		}
	}
	job_step_done(j, e);
}

bool correct_is_needed(const struct event *e)
{
	return e->version > 1 || term_is_ended_by(e->type);
}

void correct_earlier(struct flow *f, int64_t seq, const struct event *e)
{
	struct job *j = mem_zalloc(sizeof(*j));

	j->flow = f;
	j->seq = seq;
	j->version = e->version;
	j->type = e->type;
	store_find_case(f->store, e->case_id, on_case, j);
}

void correct_outdated(struct flow *f, const struct outdated *o, correct_done_fn *fn, void *arg)
{
	const char *list = o->list;
	int64_t other;
	int version;

	while (*list) {
		if (entry_parse(&list, event_type_name(o->event->type), &other, &version) && version > o->event->version) {
			supersede(f, o->seq, other, fn, arg);
			return;
		}
	}
	fn(arg, ERR_OK);
}
