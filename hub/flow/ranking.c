/* ranking.c: see ranking.h. */
#include "flow/ranking.h"

#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/board.h"
#include "flow/filter.h"
#include "flow/reconcile.h"
#include "flow/view.h"
#include "timefmt.h"

#define RANKING_BYTES ((size_t)32 << 20)

struct ranking {
	struct flow *flow;
	struct principal *who;
	struct arena arena;
	const char *month, *region, *name;
	struct period period;
	bool publishes;
	int64_t now_ms;
	struct buf out;
	reply_fn *fn;
	void *arg;
};

static void end(struct ranking *r, const struct reply *reply)
{
	r->fn(r->arg, reply);
	principal_unref(r->who);
	buf_clear(&r->out);
	arena_clear(&r->arena);
	free(r);
}

static void on_problem(void *arg, const struct reply *reply)
{
	end(arg, reply);
}

static void refuse(struct ranking *r, enum err e, const char *detail)
{
	reply_problem(on_problem, r, e, detail);
}

static bool is_over(const struct ranking *r)
{
	return r->period.to_day < day_of_ms(r->now_ms, SHANGHAI_MIN);
}

static bool may_publish(const struct ranking *r)
{
	return principal_oversees(r->who, r->flow->pack, r->region, WHO_COORDINATOR);
}

/* The document as it is kept, without its closing brace, and with what may be done now behind it.
 */
static void answer(struct ranking *r, const char *kept, size_t len)
{
	struct reply reply = {.err = ERR_OK, .status = 200, .etag = ""};
	struct buf out;

	buf_init(&out, RANKING_BYTES);
	buf_add(&out, kept, len);
	buf_printf(&out, ",\"allowed\":[%s]}",
		   !r->publishes && is_over(r) && may_publish(r) ? "\"publish\"" : "");
	reply.json = buf_cstr(&out);
	reply.len = out.len;
	end(r, &reply);
	buf_clear(&out);
}

static void on_written(void *arg, enum err e, const char *text)
{
	struct ranking *r = arg;

	(void)text;
	if (e == ERR_OK)
		answer(r, r->out.data, r->out.len);
	else
		refuse(r, e,
		       e == ERR_CONFLICT ? "The ranking of this month is published already"
					 : err_title(e));
}

static void publish(struct ranking *r)
{
	struct buf line;

	buf_init(&line, 4096);
	audit_line(&(struct audited){.at_ms = r->now_ms,
				     .who = r->who->name,
				     .act = "ranking-published",
				     .notice = -1,
				     .region = r->region,
				     .detail = r->month},
		   &line);
	store_write_named(r->flow->store,
			  &(struct named_write){.table = TABLE_RANKINGS,
						.name = r->name,
						.value = {r->out.data, r->out.len},
						.told = "",
						.audit = buf_cstr(&line)},
			  on_written, r);
	buf_clear(&line);
}

static void put_head(struct ranking *r)
{
	buf_add_str(&r->out, "{\"month\":");
	buf_add_json(&r->out, r->month);
	buf_add_str(&r->out, ",\"region\":");
	buf_add_json(&r->out, r->region);
	if (r->publishes) {
		buf_add_str(&r->out, ",\"published\":{\"by\":");
		buf_add_json(&r->out, r->who->name);
		buf_add_str(&r->out, ",\"at\":");
		view_time(&r->out, r->now_ms);
		buf_add_char(&r->out, '}');
	} else {
		buf_add_str(&r->out, ",\"published\":null");
	}
}

static void on_board(void *arg, const struct reply *board)
{
	struct ranking *r = arg;
	json_t *o;
	char *items;

	if (board->err != ERR_OK) {
		end(r, board);
		return;
	}
	o = json_loadb(board->json, board->len, JSON_DECODE_ANY, NULL);
	items = json_dumps(json_object_get(o, "items"), JSON_COMPACT | JSON_REAL_PRECISION(15));
	put_head(r);
	buf_add_str(&r->out, ",\"items\":");
	buf_add_str(&r->out, items ? items : "[]");
	free(items);
	json_decref(o);
	if (r->publishes)
		publish(r);
	else
		answer(r, r->out.data, r->out.len);
}

static void ask_board(struct ranking *r)
{
	char from[TIMEFMT_BYTES], to[TIMEFMT_BYTES];

	date_format(r->period.from_day, from);
	date_format(r->period.to_day, to);
	query_board(
		r->flow, r->who,
		&(struct query_board){.from = from, .to = to, .region = r->region, .by = "body"},
		on_board, r);
}

static void on_kept(void *arg, enum err e, const char *text)
{
	struct ranking *r = arg;

	if (e != ERR_OK) {
		refuse(r, e, err_title(e));
	} else if (text) {
		r->publishes = true; /* it has been */
		answer(r, text, strlen(text));
	} else {
		ask_board(r);
	}
}

static struct ranking *ranking_new(struct flow *f, const struct ranking_in *in, reply_fn *fn,
				   void *arg)
{
	const struct pack_view *p = pack_view(f->pack);
	const char *region = *in->region ? in->region : p->regions[p->jurisdiction].code;
	struct filters filters;
	struct ranking *r;
	struct period period;

	filters_init(&filters, f->pack);
	filter_region(&filters, region);
	if (!month_read(in->month, &period))
		filter_fault(&filters, "month", "must be a month like 2026-01");
	if (!filters_end(&filters, fn, arg))
		return NULL;
	r = mem_zalloc(sizeof(*r));
	arena_init(&r->arena);
	buf_init(&r->out, RANKING_BYTES);
	r->flow = f;
	r->who = principal_ref(in->who);
	r->month = arena_strdup(&r->arena, in->month);
	r->region = arena_strdup(&r->arena, region);
	r->name = arena_printf(&r->arena, "%s|%s", region, in->month);
	r->period = period;
	r->now_ms = clock_now_ms(&f->clock);
	r->fn = fn;
	r->arg = arg;
	return r;
}

void ranking_get(struct flow *f, const struct ranking_in *in, reply_fn *fn, void *arg)
{
	struct ranking *r = ranking_new(f, in, fn, arg);

	if (r)
		store_get(f->store, TABLE_RANKINGS, r->name, on_kept, r);
}

void ranking_publish(struct flow *f, const struct ranking_in *in, reply_fn *fn, void *arg)
{
	struct ranking *r = ranking_new(f, in, fn, arg);

	if (!r)
		return;
	r->publishes = true;
	if (!may_publish(r))
		refuse(r, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
	else if (!is_over(r))
		refuse(r, ERR_CONFLICT, "The month is not over");
	else
		ask_board(r);
}
