/* respond_clocks.c: what people say about the clocks of a matter. */
#include <string.h>

#include "flow/ladder.h"
#include "flow/pause.h"
#include "flow/respond_in.h"
#include "flow/term.h"
#include "timefmt.h"

#define PAUSE_DAYS_MAX 366

static enum err refuse(struct answering *a, const char *why)
{
	a->detail = why;
	return ERR_CONFLICT;
}

enum err act_fulfil(struct answering *a, struct change *x, struct notice *n)
{
	enum notice_state to;
	enum err e = act_verdict(a, x, n, ACT_FULFIL, &to);
	struct term *t = a->p->clock < x->record.term_count ? &x->record.terms[a->p->clock] : NULL;

	if (e != ERR_OK)
		return e;
	if (!t || a->notice != term_notice(&x->record))
		return refuse(a, "This notice has no such clock");
	if (!term_is_promise(t))
		return refuse(a, "The end of a permit is nothing to be fulfilled");
	x->nothing = t->met_ms > 0;
	if (x->nothing)
		return ERR_OK;
	if (!term_runs(&x->record, t))
		return refuse(a, "The clock has ended with the permit");
	t->by = a->by;
	t->met_ms = x->now_ms;
	t->next_ms = -1;
	act_receipt(a, x, RECEIPT_FULFILLED)->detail =
		arena_printf(&x->arena, "%s: %s%s%s", term_kind_name(t->kind), t->what,
			     *a->p->remark ? ": " : "", a->p->remark);
	n->version++;
	change_tell(x, a->notice, a->by);
	return ERR_OK;
}

/* --- pauses: the coordinator any clock, a body the one it has after it claimed --- */

static bool is_coordinators(const struct answering *a, const struct change *x)
{
	return a->who &&
	       principal_oversees(a->who, x->flow->pack, x->record.region, WHO_COORDINATOR);
}

static enum err may_touch_clock(struct answering *a, struct change *x, const struct notice *n,
				enum act act)
{
	enum notice_state to;
	enum err e = act_verdict(a, x, n, act, &to);

	if (e == ERR_OK && n->state != STATE_CLAIMED && !is_coordinators(a, x))
		return refuse(a, "The clock of what is not claimed is the coordinator's to pause");
	return e;
}

static const char *cannot_pause(const struct change *x, const struct notice *n)
{
	bool todo = lifecycle_is_todo(n->state, n->role);
	int64_t due_ms = todo && n->due_ms >= 0 ? n->due_ms : n->feedback_due_ms;

	if (due_ms < 0)
		return "No clock runs here";
	if (due_ms < x->now_ms)
		return "The clock has run out already";
	return x->record.pause_count >= RECORD_PAUSES_MAX
		       ? "It has been paused as often as it can be"
		       : NULL;
}

static int64_t until_ms(const struct answering *a)
{
	return a->p->until == INT32_MIN ? -1 : ms_of_day(a->p->until + 1, SHANGHAI_MIN);
}

enum err act_pause(struct answering *a, struct change *x, struct notice *n)
{
	enum err e = may_touch_clock(a, x, n, ACT_PAUSE);
	const struct pause *now = record_pause(&x->record, a->notice);
	const char *why_not;

	if (e != ERR_OK)
		return e;
	if (a->p->until != INT32_MIN &&
	    (until_ms(a) <= x->now_ms ||
	     a->p->until - day_of_ms(x->now_ms, SHANGHAI_MIN) > PAUSE_DAYS_MAX)) {
		diag_init(&a->diag, &a->arena);
		diag_add(&a->diag, "/until", "must be today or a day within a year");
		return ERR_INVALID;
	}
	x->nothing = now && !strcmp(now->reason, a->p->remark) && now->until_ms == until_ms(a);
	if (x->nothing)
		return ERR_OK;
	if (now)
		return refuse(a, "It is paused already");
	why_not = cannot_pause(x, n);
	if (why_not)
		return refuse(a, why_not);
	pause_begin(x, &(struct pausing){a->notice, a->by, arena_strdup(&x->arena, a->p->remark),
					 until_ms(a)});
	act_receipt(a, x, RECEIPT_PAUSED)->detail = arena_strdup(&x->arena, a->p->remark);
	n->version++;
	notice_schedule(x->flow, &x->record, n);
	change_tell(x, a->notice, a->by);
	return ERR_OK;
}

static bool was_paused(const struct record *r, int notice)
{
	for (int i = 0; i < r->pause_count; i++) {
		if (r->pauses[i].notice == notice)
			return true;
	}
	return false;
}

enum err act_resume(struct answering *a, struct change *x, struct notice *n)
{
	enum err e = may_touch_clock(a, x, n, ACT_RESUME);

	if (e != ERR_OK)
		return e;
	x->nothing = !record_pause(&x->record, a->notice);
	if (x->nothing)
		return was_paused(&x->record, a->notice) ? ERR_OK
							 : refuse(a, "Nothing is paused here");
	pause_end(x, a->notice, a->by, a->channel);
	n->version++;
	notice_schedule(x->flow, &x->record, n);
	change_tell(x, a->notice, a->by);
	return ERR_OK;
}
