/*
 * policy_prove.c: two packs compared beside the loop, on stored events if wished. Events come a
 * slice at a time: read by the loop, decided beside it, so that no more than a slice is held.
 */
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "flow/decided.h"
#include "flow/policy_call.h"
#include "flow/row.h"

#define SLICE	    256
#define WORST_SHOWN 20

struct past { /* one stored event */
	struct bytes doc;
	int64_t at_ms;
	const char *holder; /* who held an earlier notice when it was decided, or NULL */
};
struct proof {
	struct proof_in in;
	proof_fn *fn;
	void *arg;
	int32_t today;
	struct event_limits limits;
	struct diff *diff;
	struct buf check, changes;
	struct proof_out out;
	struct arena arena; /* of the slice */
	struct past slice[SLICE];
	int slice_count, left;
	bool is_old; /* the scan has come to what was accepted before the time asked for */
	int64_t before;
};

static void next_slice(struct proof *p);

static void proof_end(struct proof *p, enum err e)
{
	p->out.check = buf_cstr(&p->check);
	p->out.diff = buf_cstr(&p->changes);
	policies_end(p->in.ps);
	p->fn(p->arg, e, &p->out);
	diff_free(p->diff);
	pack_unref(p->in.was);
	pack_unref(p->in.is);
	buf_clear(&p->check);
	buf_clear(&p->changes);
	arena_clear(&p->arena);
	free(p);
}

void proof_print(const struct diff *d, enum proof_kind kind, struct buf *ret_check,
		 struct buf *ret_diff)
{
	check_to_brief_json(diff_check(d, true), WORST_SHOWN, ret_check);
	if (kind == PROOF_BRIEF)
		diff_to_brief_json(d, ret_diff);
	else
		diff_to_json(d, ret_diff);
}

static void print(void *arg)
{
	struct proof *p = arg;
	const struct check_sums *sums = check_sums(diff_check(p->diff, true));

	proof_print(p->diff, p->in.kind, &p->check, &p->changes);
	p->out.sums = *diff_sums(p->diff);
	p->out.errors = sums->by_severity[CHECK_ERROR];
	p->out.standing = sums->standing_count;
	diff_free(p->diff);
	p->diff = NULL;
}

static void on_printed(void *arg)
{
	struct proof *p = arg;

	proof_end(p, p->check.overflow || p->changes.overflow ? ERR_TOO_LARGE : ERR_OK);
}

static void compare_slice(void *arg)
{
	struct proof *p = arg;

	for (int i = 0; i < p->slice_count; i++) {
		const struct past *x = &p->slice[i];
		struct decide_in in = {.at_ms = x->at_ms, .holder = x->holder};
		struct arena arena;
		struct event event;
		struct diag diag;

		arena_init(&arena);
		diag_init(&diag, &arena);
		if (event_parse(x->doc.data, x->doc.len, &p->limits, &event, &diag) == ERR_OK) {
			diff_event(p->diff, &event, &in);
			event_clear(&event);
		}
		arena_clear(&arena);
	}
}

static void on_compared(void *arg)
{
	next_slice(arg);
}

static void take_past(struct proof *p, const struct loaded *x)
{
	struct record record;

	if (!x->doc.data ||
	    record_decode(x->record.data, x->record.len, &p->arena, &record) != ERR_OK)
		return;
	if (record.accepted_ms < p->in.past.since_ms) {
		p->is_old = true;
		return;
	}
	p->slice[p->slice_count++] = (struct past){
		.doc = {arena_strndup(&p->arena, x->doc.data, x->doc.len), x->doc.len},
		.at_ms = record.accepted_ms,
		.holder = decided_holder(flow_pack_of(p->in.ps->flow, record.policy), &record,
					 &p->arena)};
}

static void on_rows(void *arg, enum err e, const struct loaded *items, int count)
{
	struct proof *p = arg;

	if (e != ERR_OK) {
		proof_end(p, e);
		return;
	}
	arena_reset(&p->arena);
	p->slice_count = 0;
	for (int i = 0; i < count && i < SLICE; i++)
		take_past(p, &items[i]);
	p->left = p->before && !p->is_old ? p->left - count : 0;
	loop_work(p->in.ps->flow->loop, compare_slice, on_compared, p);
}

static void on_slice(void *arg, enum err e, const struct loaded *items, int count, int64_t next)
{
	struct proof *p = arg;

	p->before = next;
	if (e == ERR_OK)
		rows_recall(p->in.ps->flow, items, count, on_rows, p);
	else
		proof_end(p, e);
}

static void next_slice(struct proof *p)
{
	int count = p->left < SLICE ? p->left : SLICE;

	if (p->left <= 0)
		loop_work(p->in.ps->flow->loop, print, on_printed, p);
	else
		store_scan(
			p->in.ps->flow->store,
			&(struct scan_in){
				.before = p->before, .need = "", .limit = count, .budget = count},
			on_slice, p);
}

static void begin(void *arg)
{
	struct proof *p = arg;

	p->diff = diff_new(p->in.was, p->in.is, p->today);
	if (p->in.kind == PROOF_COMBINATIONS)
		diff_combinations(p->diff);
}

static void on_begun(void *arg)
{
	next_slice(arg);
}

void policy_prove(const struct proof_in *in, proof_fn *fn, void *arg)
{
	static const struct proof_out nothing = {.check = "", .diff = ""};
	struct proof *p;

	if (!policies_begin(in->ps)) {
		fn(arg, ERR_UNAVAILABLE, &nothing);
		return;
	}
	p = mem_zalloc(sizeof(*p));
	p->in = *in;
	pack_ref(in->was);
	pack_ref(in->is);
	p->fn = fn;
	p->arg = arg;
	p->today = policies_today(in->ps);
	p->limits = in->ps->flow->limits;
	p->left = in->kind == PROOF_COMBINATIONS ? 0 : in->past.events;
	buf_init(&p->check, ANSWER_BYTES);
	buf_init(&p->changes, ANSWER_BYTES);
	arena_init(&p->arena);
	loop_work(in->ps->flow->loop, begin, on_begun, p);
}
