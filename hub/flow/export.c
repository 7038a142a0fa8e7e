/* export.c: see export.h. A page is asked for on the loop and written beside it, to the end. */
#include "flow/export.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strmap.h"
#include "flow/audit.h"
#include "flow/board.h"
#include "flow/export_papers.h"
#include "flow/filter.h"
#include "flow/meeting.h"
#include "flow/ranking.h"
#include "flow/reconcile.h"
#include "timefmt.h"

#define PAGE_ROWS   500
#define TIME_MS_MAX 50000 /* the proxy in front waits a minute */

struct export
{
	struct flow *flow;
	struct export_in in;
	export_fn *done;
	reply_fn *refused;
	void *arg;
	struct arena arena;
	int64_t begun_ms;
	struct book *book;
	struct strmap cases; /* that stand in the sheet: of a list, a case stands once on a page */
	char *page;	     /* as it came, while it is read */
	size_t page_len;
	char *next; /* where the next one begins; NULL: there is none */
	int rows;
	enum err err;
	struct exported file;
	struct export_paper paper; /* of what is no list */
	struct pack *pack;	   /* that it was begun with */
};

static const struct {
	const char *params[EXPORT_PARAMS_MAX + 1]; /* ended by NULL */
	const char *name, *zh, *en;
} lists[EXPORT_LISTS] = {
	{{"body", "state", "role", "cause", "written", "mine", "due", "q", "figure", "region",
	  "item", "from", "to"},
	 "notices",
	 "告知清单",
	 "notices"},
	{{"region", "q"}, "pool", "认领池清单", "pool"},
	{{"q", "region", "item", "state", "body", "from", "to"}, "cases", "办件清单", "cases"},
	{{"state", "region", "item"}, "disputes", "争议清单", "disputes"},
	{{/* the days first: name_days */ "from", "to", "region", "by"}, "board", "看板", "board"},
	{{"region", "from", "to"}, "agenda", "联席会议议题", "agenda"},
	{{"meeting"}, "minutes", "联席会议纪要", "minutes"},
	{{"month", "bureau"}, "statement", "对账单", "statement"},
	{{"month", "region"}, "report", "工作通报", "report"},
};

const char *const *export_params(enum export_list list)
{
	return lists[list].params;
}

static void export_free(struct export *x)
{
	x->flow->exports--;
	book_drop(x->book);
	principal_unref(x->in.who);
	pack_unref(x->pack);
	export_paper_drop(&x->paper);
	free(x->page);
	free(x->next);
	arena_clear(&x->arena);
	free(x);
}

static void refuse(struct export *x, enum err e, const char *detail)
{
	reply_problem(x->refused, x->arg, e, detail);
	export_free(x);
}

static const char *value(const struct export *x, const char *name)
{
	const char *const *params = lists[x->in.list].params;

	for (int i = 0; params[i]; i++) {
		if (!strcmp(params[i], name))
			return x->in.values[i];
	}
	return "";
}

/* --- beside the loop: a page into the sheet --- */

static bool is_in_book(struct export *x, const json_t *item)
{
	const char *id = json_string_value(json_object_get(item, "case"));

	if (x->in.list != EXPORT_CASES || !id)
		return false;
	if (strmap_find(&x->cases, id, strlen(id)) >= 0)
		return true;
	strmap_add(&x->cases, arena_strdup(&x->arena, id), strlen(id), x->rows);
	return false;
}

/* The figures of all, below those of each. */
static void put_total(struct export *x, json_t *page)
{
	json_t *total = json_object_get(page, "total");

	if (x->in.list != EXPORT_BOARD || x->err != ERR_OK)
		return;
	json_object_set_new(total, "name", json_string(x->in.english ? "Total" : "合计"));
	export_put_item(x->in.list, x->in.english, total, x->book);
	x->rows++;
}

static void write_page(void *arg)
{
	struct export *x = arg;
	json_t *page = json_loadb(x->page, x->page_len, 0, NULL), *item;
	const char *next = json_string_value(json_object_get(page, "next"));
	size_t i;

	free(x->next);
	if (export_paper_steps(x->in.list)) {
		x->rows += export_put_paper(&x->paper, page, x->book);
		next = export_paper_next(&x->paper, page);
	}
	x->next = next ? mem_strdup(next) : NULL;
	if (export_paper_steps(x->in.list)) /* its items are rows already */
		json_object_clear(page);
	if (x->rows > x->flow->config->export_rows)
		x->err = ERR_TOO_LARGE;
	json_array_foreach(json_object_get(page, "items"), i, item) {
		if (x->err != ERR_OK || is_in_book(x, item))
			continue;
		if (x->rows == x->flow->config->export_rows) {
			x->err = ERR_TOO_LARGE;
			continue;
		}
		export_put_item(x->in.list, x->in.english, item, x->book);
		x->rows++;
	}
	put_total(x, page);
	json_decref(page);
	free(x->page);
	x->page = NULL;
}

static void put_pair(struct export *x, const char *zh, const char *en, const char *text)
{
	book_cell(x->book, x->in.english ? en : zh);
	book_cell(x->book, text);
	book_row_end(x->book);
}

static void put_filter(const struct export *x, struct buf *out)
{
	const char *const *params = lists[x->in.list].params;

	for (int i = 0; params[i]; i++) {
		if (*x->in.values[i])
			buf_printf(out, "%s%s=%s", out->len ? "; " : "", params[i],
				   x->in.values[i]);
	}
	if (!out->len)
		buf_add_str(out, x->in.english ? "none" : "无");
}

static void write_foot(void *arg)
{
	struct export *x = arg;
	char time[TIMEFMT_BYTES], rows[16];
	struct buf filter;

	buf_init(&filter, 64 << 10);
	put_filter(x, &filter);
	time_format(x->begun_ms / 1000 * 1000, SHANGHAI_MIN, time);
	snprintf(rows, sizeof(rows), "%d", x->rows);
	book_row_end(x->book);
	put_pair(x, "筛选条件", "Filter", buf_cstr(&filter));
	put_pair(x, "导出时间", "Exported at", time);
	put_pair(x, "导出人", "Exported by", x->in.who->name);
	put_pair(x, "行数", "Rows", rows);
	x->err = book_finish(x->book, &x->file.fd);
	x->book = NULL;
	buf_clear(&filter);
}

/* --- on the loop --- */

static void on_audited(void *arg, enum err e, const char *text)
{
	struct export *x = arg;

	(void)text;
	if (e != ERR_OK) {
		close(x->file.fd);
		refuse(x, e, "The audit log cannot be written just now");
		return;
	}
	x->done(x->arg, &x->file);
	export_free(x);
}

/* What was searched for may be a person's name: the log says that, not what. */
static void audit(struct export *x)
{
	const char *const *params = lists[x->in.list].params;
	struct audited a = {.at_ms = x->begun_ms,
			    .who = x->in.who->name,
			    .act = "export",
			    .notice = -1,
			    .body = value(x, "body"),
			    .region = principal_region(x->in.who, x->flow->pack)};
	struct buf detail, line;

	buf_init(&detail, 16 << 10);
	buf_init(&line, 64 << 10);
	buf_printf(&detail, "%s.%s, %d rows", lists[x->in.list].name,
		   x->in.format == BOOK_XLSX ? "xlsx" : "csv", x->rows);
	for (int i = 0; params[i]; i++) {
		if (*x->in.values[i] && strcmp(params[i], "body") != 0)
			buf_printf(&detail, ", %s=%s", params[i],
				   strcmp(params[i], "q") ? x->in.values[i] : "*");
	}
	a.detail = buf_cstr(&detail);
	audit_line(&a, &line);
	store_audit(x->flow->store, buf_cstr(&line), on_audited, x);
	buf_clear(&line);
	buf_clear(&detail);
}

static void foot_written(void *arg)
{
	struct export *x = arg;

	if (x->err != ERR_OK)
		refuse(x, x->err, "The sheet could not be written");
	else
		audit(x);
}

static void ask_page(struct export *x);

static void page_written(void *arg)
{
	struct export *x = arg;
	char why[96];

	if (x->err == ERR_TOO_LARGE) {
		snprintf(why, sizeof(why), "More than %lld rows: narrow the filter",
			 (long long)x->flow->config->export_rows);
		refuse(x, x->err, why);
	} else if (x->flow->draining) {
		refuse(x, ERR_UNAVAILABLE, "This hub is stopping; ask again");
	} else if (!x->next) {
		loop_work(x->flow->loop, write_foot, foot_written, x);
	} else if (clock_now_ms(&x->flow->clock) - x->begun_ms > TIME_MS_MAX) {
		refuse(x, ERR_TOO_LARGE,
		       "It takes too long to look through so many: narrow the filter");
	} else {
		ask_page(x);
	}
}

static void on_page(void *arg, const struct reply *r)
{
	struct export *x = arg;

	if (r->err != ERR_OK) {
		x->refused(x->arg, r);
		export_free(x);
		return;
	}
	x->page = mem_alloc(r->len + 1);
	memcpy(x->page, r->json, r->len);
	x->page_len = r->len;
	loop_work(x->flow->loop, write_page, page_written, x);
}

static void ask_notices(struct export *x, const char *cursor)
{
	const struct query_notices q = {.body = value(x, "body"),
					.state = value(x, "state"),
					.role = value(x, "role"),
					.cause = value(x, "cause"),
					.written = value(x, "written"),
					.mine = value(x, "mine"),
					.due = value(x, "due"),
					.q = value(x, "q"),
					.figure = value(x, "figure"),
					.region = value(x, "region"),
					.item = value(x, "item"),
					.from = value(x, "from"),
					.to = value(x, "to"),
					.cursor = cursor,
					.limit = PAGE_ROWS};

	query_notices(x->flow, x->in.who, &q, on_page, x);
}

static void ask_cases(struct export *x, const char *cursor)
{
	const struct query_cases q = {.q = value(x, "q"),
				      .region = value(x, "region"),
				      .item = value(x, "item"),
				      .state = value(x, "state"),
				      .body = value(x, "body"),
				      .from = value(x, "from"),
				      .to = value(x, "to"),
				      .cursor = cursor,
				      .limit = PAGE_ROWS};

	query_cases(x->flow, x->in.who, &q, on_page, x);
}

static void ask_board(struct export *x)
{
	const struct query_board q = {value(x, "from"), value(x, "to"), value(x, "region"),
				      value(x, "by")};

	query_board(x->flow, x->in.who, &q, on_page, x);
}

static void ask_report(struct export *x, const char *cursor)
{
	struct period p;
	char from[TIMEFMT_BYTES], to[TIMEFMT_BYTES];
	struct query_board q = {.from = from,
				.to = to,
				.region = value(x, "region"),
				.by = x->paper.step == REPORT_ITEMS ? "item" : "body"};

	if (!month_read(value(x, "month"), &p)) {
		reply_invalid(on_page, x, "month", "must be a month like 2026-01");
		return;
	}
	/* the day before a month's first is of the one before */
	if (x->paper.step == REPORT_BEFORE) {
		date_format(p.from_day - 1, to);
		to[strlen("2026-01")] = '\0';
		(void)month_read(to, &p);
	}
	date_format(p.from_day, from);
	date_format(p.to_day, to);
	if (x->paper.step == REPORT_RANKING)
		ranking_get(x->flow, &(struct ranking_in){x->in.who, value(x, "month"), q.region},
			    on_page, x);
	else if (x->paper.step == REPORT_DISPUTES)
		query_disputes(x->flow, x->in.who,
			       &(struct query_disputes){.state = "open",
							.region = q.region,
							.cursor = cursor,
							.limit = PAGE_ROWS},
			       on_page, x);
	else
		query_board(x->flow, x->in.who, &q, on_page, x);
}

static void ask_page(struct export *x)
{
	const char *cursor = x->next ? x->next : "";
	const struct query_notices pool = {.body = value(x, "region"),
					   .state = "todo",
					   .role = "",
					   .cause = "",
					   .due = "",
					   .q = value(x, "q"),
					   .cursor = cursor,
					   .limit = PAGE_ROWS};
	const struct query_disputes disputes = {value(x, "state"), value(x, "region"), cursor,
						value(x, "item"), PAGE_ROWS};

	switch (x->in.list) {
	case EXPORT_NOTICES:
		ask_notices(x, cursor);
		break;
	case EXPORT_CASES:
		ask_cases(x, cursor);
		break;
	case EXPORT_BOARD:
		ask_board(x);
		break;
	case EXPORT_AGENDA:
		query_agenda(
			x->flow, x->in.who,
			&(struct agenda_in){value(x, "region"), value(x, "from"), value(x, "to")},
			on_page, x);
		break;
	case EXPORT_MINUTES:
		query_meeting(x->flow, x->in.who, value(x, "meeting"), on_page, x);
		break;
	case EXPORT_STATEMENT:
		query_reconciliation(x->flow, x->in.who, value(x, "month"), on_page, x);
		break;
	case EXPORT_REPORT:
		ask_report(x, cursor);
		break;
	case EXPORT_POOL:
		query_pool(x->flow, x->in.who, &pool, on_page, x);
		break;
	default:
		query_disputes(x->flow, x->in.who, &disputes, on_page, x);
		break;
	}
}

/* 告知清单_20261128-1030.xlsx */
static void put_name(struct export *x)
{
	const char *title = x->in.english ? lists[x->in.list].en : lists[x->in.list].zh;
	char t[TIMEFMT_BYTES];

	time_format(x->begun_ms, SHANGHAI_MIN, t);
	snprintf(x->file.name, sizeof(x->file.name), "%s_%.4s%.2s%.2s-%.2s%.2s.%s", title, t, t + 5,
		 t + 8, t + 11, t + 14, x->in.format == BOOK_XLSX ? "xlsx" : "csv");
}

static void open_book(void *arg)
{
	struct export *x = arg;

	x->err = book_open(x->in.format, x->flow->config->data, &x->book);
	if (x->err == ERR_OK && !export_paper_steps(x->in.list))
		export_put_head(x->in.list, x->in.english, x->book);
}

static void book_opened(void *arg)
{
	struct export *x = arg;

	if (x->err != ERR_OK)
		refuse(x, x->err, "There is no room for the sheet in the hub's data folder");
	else
		ask_page(x);
}

/* A sheet of figures names its days, whoever left them to the hub. What cannot be read is refused
 * with the figures. */
static void name_days(struct export *x)
{
	char *from = arena_alloc(&x->arena, TIMEFMT_BYTES),
	     *to = arena_alloc(&x->arena, TIMEFMT_BYTES);
	struct filters filters;
	struct period p;

	if (x->in.list != EXPORT_BOARD)
		return;
	filters_init(&filters, x->flow->pack);
	p = filter_period(&filters, value(x, "from"), value(x, "to"), x->begun_ms);
	if (!filters_end(&filters, NULL, NULL))
		return;
	date_format(p.from_day, from);
	date_format(p.to_day, to);
	x->in.values[0] = from;
	x->in.values[1] = to;
}

void export_list_start(struct flow *f, const struct export_in *in, export_fn *done,
		       reply_fn *refused, void *arg)
{
	const char *const *params = lists[in->list].params;
	struct export *x;

	if (f->exports >= EXPORTS_MAX) {
		reply_problem(refused, arg, ERR_UNAVAILABLE,
			      "Other exports are being made; ask again");
		return;
	}
	f->exports++;
	x = mem_zalloc(sizeof(*x));
	x->flow = f;
	x->in = *in;
	x->in.who = principal_ref(in->who);
	x->done = done;
	x->refused = refused;
	x->arg = arg;
	x->begun_ms = clock_now_ms(&f->clock);
	arena_init(&x->arena);
	for (int i = 0; params[i]; i++)
		x->in.values[i] = arena_strdup(&x->arena, in->values[i]);
	name_days(x);
	x->pack = pack_ref(f->pack);
	x->paper = (struct export_paper){.list = in->list,
					 .english = in->english,
					 .only = value(x, "bureau"),
					 .pack = x->pack};
	strmap_init(&x->cases, &x->arena,
		    in->list == EXPORT_CASES ? (int)f->config->export_rows + 1 : 1);
	put_name(x);
	loop_work(f->loop, open_book, book_opened, x);
}
