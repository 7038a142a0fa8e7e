/* policy_calendar.c: the years that the calendar in force has, and the yearly notice as a new
 * version of the policy, submitted like any other. */
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "calendar_import.h"
#include "flow/figures.h"
#include "flow/policy_call.h"
#include "metrics.h"
#include "timefmt.h"

#define BACK_DAYS  400 /* no clock that counts working days runs longer */
#define SAID_BYTES ((size_t)1 << 20)

/* --- how many deadlines wait for a calendar --- */

struct count {
	struct flow *flow;
	int64_t provisional;
	void (*fn)(void *arg, enum err e, int64_t provisional);
	void *arg;
};

static bool add_fact(void *arg, const struct fact *x)
{
	struct count *n = arg;

	n->provisional += (x->flags & FACT_PROVISIONAL) != 0;
	return true;
}

static int32_t today(const struct flow *f)
{
	return day_of_ms(clock_now_ms(&f->clock), SHANGHAI_MIN);
}

static void on_figures(void *arg, enum err e)
{
	struct count *n = arg;

	if (e == ERR_OK)
		figures_each(n->flow->figures, today(n->flow) - BACK_DAYS, today(n->flow), add_fact,
			     n);
	n->fn(n->arg, e, n->provisional);
	free(n);
}

static void count_provisional(struct flow *f,
			      void (*fn)(void *arg, enum err e, int64_t provisional), void *arg)
{
	struct count *n = mem_zalloc(sizeof(*n));

	*n = (struct count){f, 0, fn, arg};
	figures_read(f->figures, today(f) - BACK_DAYS, on_figures, n);
}

/* --- the years --- */

struct asking {
	struct flow *flow;
	bool may;
	reply_fn *fn;
	void *arg;
};

static void on_counted(void *arg, enum err e, int64_t provisional)
{
	struct asking *a = arg;
	const struct calendar *c = pack_calendar(a->flow->pack);
	int missing = calendar_missing_year(c, clock_now_ms(&a->flow->clock));
	struct buf out;

	if (e != ERR_OK) {
		reply_problem(a->fn, a->arg, e, err_title(e));
		free(a);
		return;
	}
	buf_init(&out, 64 << 10);
	buf_add_str(&out, "{\"policy\":");
	buf_add_json(&out, pack_view(a->flow->pack)->version);
	buf_add_str(&out, ",\"years\":");
	calendar_years_to_json(c, &out);
	if (missing)
		buf_printf(&out, ",\"missing\":%d", missing);
	else
		buf_add_str(&out, ",\"missing\":null");
	buf_printf(&out, ",\"provisional\":%lld,\"recounted\":%lld,\"allowed\":[%s]}",
		   (long long)provisional, (long long)metric_get(METRIC_CALENDAR_RECOUNTED),
		   a->may ? "\"import\"" : "");
	reply_built(a->fn, a->arg, ERR_OK, "", &out);
	buf_clear(&out);
	free(a);
}

void policy_calendar_years(struct flow *f, struct principal *who, reply_fn *fn, void *arg)
{
	struct asking *a = mem_zalloc(sizeof(*a));

	*a = (struct asking){f, policy_may_change(f, who), fn, arg};
	count_provisional(f, on_counted, a);
}

/* --- the notice --- */

struct importing {
	struct flow *flow;
	struct principal *who;
	struct bytes body;
	int64_t provisional;
	reply_fn *fn;
	void *arg;
};

static void put_lines(const struct buf *said, struct buf *out)
{
	const char *line = said->data, *end = said->data + said->len;

	buf_add_str(out, ",\"changes\":[");
	while (line < end) {
		size_t len =
			(size_t)((const char *)memchr(line, '\n', (size_t)(end - line)) - line);

		buf_add_str(out, line == said->data ? "" : ",");
		buf_add_jsonn(out, line, len);
		line += len + 1;
	}
	buf_add_char(out, ']');
}

/* Beside the loop. */
static enum err make(void *arg, const struct pack *in_force, struct policy_made *ret,
		     struct diag *diag)
{
	const struct importing *x = arg;
	struct calendar_notice notice;
	struct buf said;
	enum err e = calendar_notice_read(
		&(struct calendar_source){"/notice", x->body.data, x->body.len}, diag->arena,
		&notice, diag);

	if (e != ERR_OK)
		return ERR_INVALID;
	buf_init(&said, SAID_BYTES);
	e = pack_with_calendar(in_force, &notice, &ret->pack, &said, diag);
	if (e == ERR_OK && !strcmp(pack_view(ret->pack)->version, pack_view(in_force)->version)) {
		diag_add(diag, "", "The calendar in force has all of these days already");
		e = ERR_CONFLICT;
	}
	if (e == ERR_OK) {
		ret->why = arena_printf(diag->arena, "导入%.4s年放假安排", said.data);
		put_lines(&said, ret->members);
		buf_printf(ret->members, ",\"provisional\":%lld,\"passed_over\":%d",
			   (long long)x->provisional, notice.ignored);
	}
	buf_clear(&said);
	return e;
}

static void on_answer(void *arg, const struct reply *r)
{
	struct importing *x = arg;

	x->fn(x->arg, r);
	principal_unref(x->who);
	free(x);
}

static void on_import_counted(void *arg, enum err e, int64_t provisional)
{
	struct importing *x = arg;

	x->provisional = provisional;
	if (e == ERR_OK)
		policy_submit_made(&(struct policy_submit_in){x->flow, x->who, {make, x}},
				   on_answer, x);
	else
		reply_problem(on_answer, x, e, err_title(e));
}

void policy_calendar_import(struct flow *f, struct principal *who, struct bytes body, reply_fn *fn,
			    void *arg)
{
	struct importing *x = mem_zalloc(sizeof(*x));

	*x = (struct importing){f, principal_ref(who), body, 0, fn, arg};
	count_provisional(f, on_import_counted, x);
}
