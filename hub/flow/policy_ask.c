/* policy_ask.c: what is asked about policies: the history, one with its check, comparisons,
 * rehearsals, the matrix. */
#include <stdlib.h>
#include <string.h>

#include "flow/policy_call.h"
#include "timefmt.h"

#define WORST_SHOWN 20

struct ask {
	struct policy_call call;
	const char *from; /* "" the one in force */
	enum proof_kind kind;
	struct proof_past past;
	int limit;
	int below; /* of the list: places from here on were given */
	struct pack *was, *is;
};

static void ask_free(struct ask *a)
{
	pack_unref(a->was);
	pack_unref(a->is);
	free(a);
}

static void ask_refuse(struct ask *a, enum err e, const char *detail)
{
	policy_refuse(&a->call, e, detail);
	ask_free(a);
}

static struct ask *ask_new(struct flow *f, const struct policy_asked *asked, reply_fn *fn,
			   void *arg)
{
	struct ask *a = mem_zalloc(sizeof(*a));

	(void)f;
	policy_call_begin(&a->call, asked, fn, arg);
	a->from = "";
	return a;
}

/* --- the history, newest first; the cursor is a place counted from the oldest, which never moves
 * --- */

static void on_list_fresh(void *arg, enum err e)
{
	struct ask *a = arg;
	const struct policies *ps = a->call.ps;
	const char *comma = "";
	struct buf out;
	int i, left = a->limit;

	if (e != ERR_OK) {
		ask_refuse(a, e, err_title(e));
		return;
	}
	buf_init(&out, ANSWER_BYTES);
	buf_add_str(&out, "{\"items\":[");
	for (i = a->below >= 0 && a->below < ps->count ? a->below : ps->count; i > 0 && left; i--) {
		if (!policy_state(ps, ps->list[i - 1]))
			continue;
		buf_add_str(&out, comma);
		buf_add_char(&out, '{');
		policy_call_life(&a->call, ps->list[i - 1], &out);
		buf_add_char(&out, '}');
		comma = ",";
		left--;
	}
	if (i > 0)
		buf_printf(&out, "],\"next\":\"%d\"}", i);
	else
		buf_add_str(&out, "],\"next\":null}");
	policy_answer(&a->call, buf_cstr(&out), out.len);
	buf_clear(&out);
	ask_free(a);
}

void policy_list(struct flow *f, const struct policy_page *page, reply_fn *fn, void *arg)
{
	struct ask *a;

	if (strspn(page->cursor, "0123456789") != strlen(page->cursor) ||
	    strlen(page->cursor) > 8) {
		reply_invalid(fn, arg, "cursor", "must be one that a list gave");
		return;
	}
	a = ask_new(f, &(struct policy_asked){f, page->who, ""}, fn, arg);
	a->limit = page->limit;
	a->below = *page->cursor ? (int)strtol(page->cursor, NULL, 10) : -1;
	policies_fresh(f->policies, on_list_fresh, a);
}

/* --- two packs --- */

static void on_proven(void *arg, enum err e, const struct proof_out *out)
{
	struct ask *a = arg;

	if (e != ERR_OK) {
		ask_refuse(a, e,
			   e == ERR_UNAVAILABLE
				   ? "Other long work is under way, or Redis is away; ask again"
				   : err_title(e));
		return;
	}
	if (a->kind == PROOF_BRIEF) {
		struct buf members;

		buf_init(&members, ANSWER_BYTES);
		buf_printf(&members, ",\"check\":%s,\"diff\":null", out->check);
		policy_answer_life(&a->call, 200, buf_cstr(&members));
		buf_clear(&members);
	} else {
		policy_answer(&a->call, out->diff, strlen(out->diff));
	}
	ask_free(a);
}

static void on_was(void *arg, enum err e, struct pack *pack)
{
	struct ask *a = arg;

	if (e != ERR_OK) {
		ask_refuse(a, e,
			   e == ERR_NOT_FOUND ? "No such version to compare with" : err_title(e));
		return;
	}
	a->was = pack_ref(pack);
	policy_prove(&(struct proof_in){.ps = a->call.ps,
					.was = a->was,
					.is = a->is,
					.kind = a->kind,
					.past = a->past},
		     on_proven, a);
}

static void on_is(void *arg, enum err e, struct pack *pack)
{
	struct ask *a = arg;

	if (e != ERR_OK) {
		ask_refuse(a, e, err_title(e));
		return;
	}
	a->is = pack_ref(pack);
	if (a->kind == PROOF_BRIEF)
		on_was(a, ERR_OK, pack);
	else if (*a->from)
		policy_with_pack(a->call.ps, a->from, on_was, a);
	else
		on_was(a, ERR_OK, a->call.ps->flow->pack);
}

static void on_stored_answer(void *arg, enum err e, const char *text)
{
	struct ask *a = arg;

	if (e != ERR_OK) {
		ask_refuse(a, e, err_title(e));
	} else if (text) {
		policy_answer_life(&a->call, 200, text);
		ask_free(a);
	} else { /* it came from the folder: nobody has asked before */
		policy_with_pack(a->call.ps, a->call.version, on_is, a);
	}
}

static void on_fresh(void *arg, enum err e)
{
	struct ask *a = arg;
	struct policies *ps = a->call.ps;

	if (e != ERR_OK)
		ask_refuse(a, e, err_title(e));
	else if (!policy_state(ps, policy_find(ps, a->call.version)))
		ask_refuse(a, ERR_NOT_FOUND, "No such version of the policy");
	else if (a->kind == PROOF_BRIEF)
		store_policy_answer(ps->flow->store, a->call.version, on_stored_answer, a);
	else
		policy_with_pack(ps, a->call.version, on_is, a);
}

void policy_one(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg)
{
	struct ask *a = ask_new(f, &(struct policy_asked){f, in->who, in->version}, fn, arg);

	a->kind = PROOF_BRIEF;
	policies_fresh(f->policies, on_fresh, a);
}

void policy_compare(struct flow *f, const char *version, const char *from, reply_fn *fn, void *arg)
{
	struct ask *a = ask_new(f, &(struct policy_asked){f, NULL, version}, fn, arg);

	a->kind = PROOF_COMBINATIONS;
	a->from = arena_strdup(&a->call.arena, from);
	policies_fresh(f->policies, on_fresh, a);
}

void policy_rehearse(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg)
{
	static const char *const members[] = {"events", "days", NULL};
	struct ask *a = ask_new(f, &(struct policy_asked){f, in->who, in->version}, fn, arg);
	struct diag diag;

	a->kind = PROOF_EVENTS;
	diag_init(&diag, &a->call.arena);
	policy_members(in->said, members, &diag);
	policy_past(&a->call, in->said, &a->past, &diag);
	if (!policy_call_may(&a->call)) {
		ask_refuse(a, ERR_FORBIDDEN,
			   "Policies are rehearsed by those who coordinate the whole jurisdiction");
	} else if (diag.count) {
		policy_refuse_faults(&a->call, ERR_INVALID, &diag);
		ask_free(a);
	} else {
		policies_fresh(f->policies, on_fresh, a);
	}
}

/* --- who leads where --- */

struct grid {
	struct policy_call call;
	struct pack *pack;
	const char *item, *region;
	int32_t day;
	enum err outcome;
	struct buf out;
};

static void grid_work(void *arg)
{
	struct grid *g = arg;
	struct check *c = check_pack(g->pack, &(struct check_options){g->day});

	g->outcome = check_grid(c,
				&(struct check_grid_ask){*g->item ? g->item : NULL,
							 *g->region ? g->region : NULL, true},
				&g->out);
	check_free(c);
}

static void grid_end(struct grid *g)
{
	pack_unref(g->pack);
	buf_clear(&g->out);
	free(g);
}

static void grid_done(void *arg)
{
	struct grid *g = arg;

	policies_end(g->call.ps);
	if (g->out.overflow)
		policy_refuse(&g->call, ERR_TOO_LARGE,
			      "The matrix is larger than one answer; ask for an item or a region");
	else if (g->outcome == ERR_OK)
		policy_answer(&g->call, buf_cstr(&g->out), g->out.len);
	else
		policy_refuse(&g->call, ERR_NOT_FOUND,
			      "There is no such item or region in the jurisdiction");
	grid_end(g);
}

void policy_matrix(struct flow *f, const struct policy_matrix *q, reply_fn *fn, void *arg)
{
	int64_t at_ms = clock_now_ms(&f->clock);
	int32_t day = policies_today(f->policies);
	struct grid *g;

	if (*q->at && !date_parse(q->at, strlen(q->at), &day)) {
		if (!time_parse_rfc3339(q->at, strlen(q->at), &at_ms)) {
			reply_invalid(fn, arg, "at", "must be a date or a time, as 2026-12-01");
			return;
		}
		day = day_of_ms(at_ms, SHANGHAI_MIN);
	}
	g = mem_zalloc(sizeof(*g));
	policy_call_begin(&g->call, &(struct policy_asked){f, NULL, ""}, fn, arg);
	buf_init(&g->out, ANSWER_BYTES);
	g->item = arena_strdup(&g->call.arena, q->item);
	g->region = arena_strdup(&g->call.arena, q->region);
	g->day = day;
	g->pack = pack_ref(f->pack);
	if (policies_begin(f->policies)) {
		loop_work(f->loop, grid_work, grid_done, g);
		return;
	}
	policy_refuse(&g->call, ERR_UNAVAILABLE, "Other long work is under way; ask again");
	grid_end(g);
}
