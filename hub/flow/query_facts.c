/*
 * query_facts.c: the list behind a figure: the same facts that were counted, newest first, read and
 * shown a page at a time. The cursor is the last notice shown.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/board.h"
#include "flow/figures.h"
#include "flow/filter.h"
#include "flow/handover.h"
#include "flow/row.h"

#define PAGE_MAX      200
#define LOOKED_AT_MAX 4096

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	struct period period;
	int region, role, cause, state; /* -1 any */
	bool todo, has_figure, mine, no_item;
	enum figure figure;
	bool *bodies; /* by number of the name; NULL any */
	int32_t item; /* -1 any, -2 one that no fact names */
	char item_code[ITEM_CODE_LEN + 1];
	const char *lamp; /* NULL any */
	char *q, *body_name;
	int64_t before_seq;
	int before_notice;
	int64_t now_ms;
	struct fact_scope *scope;
	struct ref refs[LOOKED_AT_MAX];
	int ref_count, shown, at, asked, limit;
	int64_t total;
	struct buf out;
};

static void call_free(struct call *c)
{
	principal_unref(c->who);
	free(c->q);
	free(c->body_name);
	free(c->bodies);
	buf_clear(&c->out);
	free(c);
}

static void call_end(struct call *c, enum err e)
{
	if (e == ERR_OK) {
		buf_add_char(&c->out, ']');
		if (!c->mine) /* of the facts, which do not know whose it is */
			buf_printf(&c->out, ",\"total\":%lld", (long long)c->total);
		buf_add_str(&c->out, ",\"next\":");
		if (c->at < c->ref_count || c->ref_count == LOOKED_AT_MAX)
			view_id(&c->out, "", 'n', c->refs[c->at - 1].seq,
				c->refs[c->at - 1].notice);
		else
			buf_add_str(&c->out, "null");
		buf_add_char(&c->out, '}');
	}
	reply_built(c->fn, c->arg, e, "", &c->out);
	call_free(c);
}

static bool lamp_matches(const struct call *c, const struct fact *x)
{
	bool todo = lifecycle_is_todo((enum notice_state)x->state, (enum role)x->role);

	return !c->lamp ||
	       !strcmp(view_lamp(c->flow->pack, todo ? x->due_ms : x->feedback_ms, c->now_ms),
		       c->lamp);
}

static bool kind_matches(const struct call *c, const struct fact *x)
{
	if ((c->state >= 0 && x->state != c->state) || (c->role >= 0 && x->role != c->role))
		return false;
	if (c->todo && !lifecycle_is_todo((enum notice_state)x->state, (enum role)x->role))
		return false;
	return c->cause < 0 || x->cause == c->cause;
}

static bool matches(const struct call *c, const struct fact *x)
{
	if (!kind_matches(c, x))
		return false;
	if ((c->bodies && !c->bodies[x->body]) || (c->item != -1 && x->item != c->item))
		return false;
	if (c->has_figure && !figure_counts(c->figure, x, c->now_ms))
		return false;
	return lamp_matches(c, x) &&
	       region_covers(c->flow->pack, c->region, figures_name(c->flow->figures, x->region)) &&
	       fact_in_scope(c->scope, x);
}

static bool is_after_cursor(const struct call *c, const struct fact *x)
{
	return !c->before_seq || x->seq < c->before_seq ||
	       (x->seq == c->before_seq && x->notice < c->before_notice);
}

static bool collect(void *arg, const struct fact *x)
{
	struct call *c = arg;

	if (!matches(c, x))
		return true;
	c->total++;
	if (c->ref_count < LOOKED_AT_MAX && is_after_cursor(c, x))
		c->refs[c->ref_count++] = (struct ref){.seq = x->seq, .notice = x->notice};
	return true;
}

/* Asked once more of the record itself: the facts only said where to look. */
static void show(struct call *c, struct row *row, int notice)
{
	enum sight sight;
	struct buf common;

	if (notice >= row->record.notice_count)
		return;
	sight = principal_sees_notice(c->who, c->flow->pack, &row->record.notices[notice],
				      &row->event, &row->record);
	row->view.masked = sight == SIGHT_MASKED;
	if (sight == SIGHT_NONE || !row_holds_text(row, c->q) ||
	    (c->mine && !handover_is_keeper(c->who, &row->record, notice)))
		return;
	buf_init(&common, VIEW_COMMON_BYTES);
	view_common(&row->view, &common);
	if (c->shown++)
		buf_add_char(&c->out, ',');
	view_notice(&row->view, notice, (struct bytes){common.data, common.len}, &c->out);
	buf_clear(&common);
}

static void next_page(struct call *c);

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct call *c = arg;

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	for (int i = 0; i < count && !page_is_full(&c->out, c->shown, c->limit); i++) {
		struct row row;
		int notice = c->refs[c->at++].notice;

		if (row_open(c->flow, c->who, &items[i], &row) != ERR_OK)
			continue;
		show(c, &row, notice);
		row_close(&row);
	}
	next_page(c);
}

static void next_page(struct call *c)
{
	int64_t seqs[PAGE_MAX];
	int count = 0;

	while (!page_is_full(&c->out, c->shown, c->limit) && count < PAGE_MAX &&
	       c->at + count < c->ref_count) {
		seqs[count] = c->refs[c->at + count].seq;
		count++;
	}
	if (count)
		rows_load(c->flow, &(struct rows_wanted){seqs, count}, on_loaded, c);
	else
		call_end(c, ERR_OK);
}

/* Not kept when it is new: a question leaves nothing behind. */
static int32_t name_of(const struct call *c, const char *name)
{
	int32_t n = figures_find(c->flow->figures, name);

	return n < 0 ? -2 : n;
}

static int32_t name_or_any(const struct call *c, const char *name)
{
	return *name ? name_of(c, name) : -1;
}

/* One body, or those of a row or column of the board, with commas between. */
static bool *bodies_or_any(const struct call *c)
{
	char *names, *at, *name;
	bool *bodies;

	if (!*c->body_name)
		return NULL;
	names = at = mem_strdup(c->body_name);
	bodies = mem_zalloc((size_t)figures_name_count(c->flow->figures) + 1);
	while ((name = strsep(&at, ","))) {
		int32_t n = figures_find(c->flow->figures, name);

		if (n >= 0)
			bodies[n] = true;
	}
	free(names);
	return bodies;
}

static void on_read(void *arg, enum err e)
{
	struct call *c = arg;

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	c->now_ms = clock_now_ms(&c->flow->clock);
	c->bodies = bodies_or_any(c);
	c->item = c->no_item ? name_of(c, "") : name_or_any(c, c->item_code);
	c->scope = fact_scope_new(c->flow->figures, c->who, c->flow->pack);
	figures_each(c->flow->figures, c->period.from_day, c->period.to_day, collect, c);
	fact_scope_free(c->scope);
	next_page(c);
}

static bool read_filters(struct call *c, const struct query_notices *q)
{
	struct filters f;

	filters_init(&f, c->flow->pack);
	filter_limit(&f, q->limit);
	c->state = filter_state(&f, q->state, &c->todo);
	c->role = filter_role(&f, q->role);
	c->cause = filter_cause(&f, q->cause);
	c->lamp = filter_due(&f, q->due);
	c->mine = filter_flag(&f, "mine", q->mine);
	c->region = filter_region(&f, q->region);
	c->no_item = filter_item_or_none(&f, q->item, c->item_code);
	c->has_figure = *q->figure != '\0';
	if (c->has_figure && !figure_parse(q->figure, &c->figure))
		filter_fault(&f, "figure", "must be a figure of the board");
	c->period = filter_period(&f, q->from, q->to, clock_now_ms(&c->flow->clock));
	if (*q->cursor && !id_parse_notice(q->cursor, &c->before_seq, &c->before_notice))
		filter_fault(&f, "cursor", FILTER_BAD_CURSOR);
	return filters_end(&f, c->fn, c->arg);
}

void query_facts(struct flow *f, struct principal *who, const struct query_notices *q, reply_fn *fn,
		 void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->limit = q->limit;
	c->q = mem_strdup(q->q);
	buf_init(&c->out, REPLY_PAGE_BYTES);
	buf_add_str(&c->out, "{\"items\":[");
	if (!read_filters(c, q)) {
		call_free(c);
		return;
	}
	c->body_name = mem_strdup(q->body);
	figures_read(f->figures, c->period.from_day, on_read, c);
}
