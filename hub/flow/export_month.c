/* export_month.c: the monthly report (审管联动工作通报) as a sheet. */
#include "flow/export_papers_in.h"

#include <stdlib.h>
#include <string.h>

/* As on the page: fewer are not ranked, a share in time below this is poor, and one return in so
 * many is much. */
#define RANKED_MIN   10
#define POOR_TENTHS  800
#define MANY_RETURNS 5

static const struct export_column figure_columns[] = {
	{"name|key", NULL, "名称", "Name"},
	{"sent", NULL, "已告知", "Told"},
	{"delivered", NULL, "已送达", "Delivered"},
	{"acknowledged_ever", NULL, "累计签收", "Acknowledged"},
	{"claimed_ever", NULL, "累计认领", "Claimed"},
	{"fed_back", NULL, "已反馈", "Fed back"},
	{"returned_ever", NULL, "累计退回", "Returned"},
	{"returns_upheld", NULL, "退回成立", "Returns upheld"},
	{"returns_rejected", NULL, "退回不成立", "Returns rejected"},
	{"overdue", NULL, "超期", "Overdue"},
	{"undelivered", NULL, "送达失败", "Undelivered"},
	{"claim_rate", "rate", "认领率", "Claim rate"},
	{"on_time_rate", "rate", "按时认领率", "On time"},
	{"return_rate", "rate", "退回率", "Return rate"},
	{"first_hit_rate", "rate", "首次命中率", "First hit"},
	{"hours_to_claim", "hours", "平均认领工时", "Hours to claim"},
	NO_MORE,
};
static const struct export_column gap_columns[] = {
	{"key", NULL, "事项编码", "Item code"},
	{"name", NULL, "事项", "Item"},
	{"no_lead", NULL, "曾无主", "Without a lead"},
	NO_MORE,
};

static int64_t count_of(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

/* The figures one below the other: this month, and the one before. */
static int put_overview(const struct export_paper *p, const json_t *total, struct book *book)
{
	const struct export_column *c = figure_columns;
	int rows = 0;

	paper_line(p, book, "一、概况", "1. Overview", NULL);
	book_cell(book, p->english ? "Figure" : "指标");
	book_cell(book, p->english ? "This month" : "本月");
	book_cell(book, p->english ? "The month before" : "上月");
	book_row_end(book);
	for (c++; c->path; c++, rows++) {
		book_cell(book, p->english ? c->en : c->zh);
		export_put_cell(c, p->english, total, book);
		export_put_cell(c, p->english, json_object_get(p->kept[REPORT_BEFORE], "total"),
				book);
		book_row_end(book);
	}
	book_row_end(book);
	return rows;
}

struct ranked { /* a body that supervises, or all those of a region together */
	int at, place;
	int64_t ranked, in_time, upheld, rejected;
};

static int64_t share(const struct ranked *c)
{
	return c->ranked ? c->in_time * 1000 / c->ranked : -1;
}

/* Those with enough to be ranked first, the best of them first; the rest as the policy has them. */
static int by_share(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	bool x_held = x->ranked >= RANKED_MIN, y_held = y->ranked >= RANKED_MIN;

	if (x_held != y_held)
		return x_held ? -1 : 1;
	if (!x_held || share(x) == share(y))
		return x_held && x->ranked != y->ranked ? (x->ranked > y->ranked ? -1 : 1)
							: x->at - y->at;
	return share(x) > share(y) ? -1 : 1;
}

/* The body of a row of figures, if it is one that supervises; else -1. */
static int supervising(const struct export_paper *p, const json_t *row)
{
	const struct pack_view *v = pack_view(p->pack);
	int b = pack_find_body(p->pack, paper_text(row, "key"));

	return b >= 0 && (v->bodies[b].kind == BODY_SUPERVISION ||
			  v->bodies[b].kind == BODY_ENFORCEMENT)
		       ? b
		       : -1;
}

static void add_row(struct ranked *to, const json_t *row)
{
	to->ranked += count_of(row, "ranked");
	to->in_time += count_of(row, "ranked_in_time");
	to->upheld += count_of(row, "returns_upheld");
	to->rejected += count_of(row, "returns_rejected");
}

static void put_county(const struct export_paper *p, const struct ranked *c, struct book *book)
{
	const char *name = pack_view(p->pack)->regions[c->at].name;
	char place[16] = "–", percent[32] = "–", part[48], returns[48];

	if (c->place) {
		snprintf(place, sizeof(place), "%d", c->place);
		snprintf(percent, sizeof(percent), "%lld.%lld%%", (long long)share(c) / 10,
			 (long long)share(c) % 10);
	}
	snprintf(part, sizeof(part), "%lld / %lld", (long long)c->in_time, (long long)c->ranked);
	snprintf(returns, sizeof(returns), "%lld / %lld", (long long)c->upheld,
		 (long long)c->rejected);
	book_cell(book, place);
	book_cell(book, name);
	book_cell(book, percent);
	book_cell(book, part);
	book_cell(book, returns);
	book_row_end(book);
}

static int put_ranking(const struct export_paper *p, const json_t *items, struct book *book)
{
	static const char *const heads[2][5] = {
		{"名次", "名称", "按时率", "按时／参与件数", "退回成立／不成立"},
		{"Place", "Name", "On time", "In time / ranked", "Returns upheld / rejected"}};
	int count = pack_view(p->pack)->region_count, rows = 0;
	struct ranked *counties = mem_zalloc(sizeof(*counties) * (size_t)(count + 1));
	const json_t *row;
	size_t k;

	for (int i = 0; i < count; i++)
		counties[i].at = i;
	json_array_foreach((json_t *)items, k, row) {
		int b = supervising(p, row);

		if (b >= 0)
			add_row(&counties[pack_view(p->pack)->bodies[b].region], row);
	}
	qsort(counties, (size_t)count, sizeof(*counties), by_share);
	for (int i = 0; i < 5; i++)
		book_cell(book, heads[p->english][i]);
	book_row_end(book);
	for (int i = 0; i < count; i++) {
		bool same = i && counties[i - 1].place &&
			    share(&counties[i]) == share(&counties[i - 1]);

		if (!counties[i].ranked)
			continue;
		counties[i].place = counties[i].ranked < RANKED_MIN ? 0
				    : same			    ? counties[i - 1].place
								    : i + 1;
		put_county(p, &counties[i], book);
		rows++;
	}
	book_row_end(book);
	free(counties);
	return rows;
}

static int put_gaps(const struct export_paper *p, const json_t *items, struct book *book)
{
	const json_t *row;
	size_t i;
	int rows = 0;

	paper_line(p, book, "三、监管空白", "3. Nobody in charge", NULL);
	export_put_columns(gap_columns, p->english, book);
	json_array_foreach((json_t *)items, i, row) {
		if (count_of(row, "no_lead") <= 0)
			continue;
		export_put_cells(gap_columns, p->english, row, book);
		rows++;
	}
	book_row_end(book);
	return rows;
}

/* What figures suggest; the number stands where the # is. */
struct advice {
	const char *figure, *zh, *en;
};
static const struct advice advice_gap = {
	"no_lead", "有 # 件曾无主，建议明确主管单位并补充规则。",
	"had # without a lead. Name who is responsible and add a rule."};
static const struct advice advice_disputes = {
	"", "# 件争议未了结，建议提请联席会议裁定。",
	"# disputes are open: put them to the joint meeting."};
static const struct advice advice_late = {"", "按时率 #%，建议督促改进。",
					  "is at #% in time. Ask for improvement."};
static const struct advice advice_returns = {
	"returned_ever", "累计退回 # 件，建议与审批部门核对职责和规则。",
	"returned #: go through duties and rules with the approvers."};
static const struct advice advice_undelivered = {
	"undelivered", "有 # 件送达失败，建议核对联络方式。",
	"could not be reached # times. Check the contacts."};

static int put_advice(const struct export_paper *p, struct book *book, const struct advice *a,
		      const char *who, const char *n)
{
	const char *text = p->english ? a->en : a->zh, *number = strchr(text, '#');
	struct buf said;

	buf_init(&said, 4096);
	buf_printf(&said, "%.*s%s%s", (int)(number - text), text, n, number + 1);
	if (*who)
		book_cell(book, who);
	book_cell(book, buf_cstr(&said));
	book_row_end(book);
	buf_clear(&said);
	return 1;
}

static int put_counted(const struct export_paper *p, struct book *book, const struct advice *a,
		       const json_t *row)
{
	const char *name = paper_text(row, "name");
	char n[24];

	snprintf(n, sizeof(n), "%lld", (long long)count_of(row, a->figure));
	return put_advice(p, book, a, *name ? name : paper_text(row, "key"), n);
}

/* Who has enough to be ranked, and is poor at it: the best of them first, as they are ranked. */
static int put_late(const struct export_paper *p, const json_t *items, struct book *book)
{
	const struct pack_view *v = pack_view(p->pack);
	size_t count = json_array_size(items);
	struct ranked *bodies = mem_zalloc(sizeof(*bodies) * (count + 1));
	int rows = 0;

	for (size_t i = 0; i < count; i++) {
		bodies[i].at = supervising(p, json_array_get(items, i));
		if (bodies[i].at >= 0)
			add_row(&bodies[i], json_array_get(items, i));
	}
	qsort(bodies, count, sizeof(*bodies), by_share);
	for (size_t i = 0; i < count && bodies[i].ranked >= RANKED_MIN; i++) {
		char percent[32];

		snprintf(percent, sizeof(percent), "%lld.%lld", (long long)share(&bodies[i]) / 10,
			 (long long)share(&bodies[i]) % 10);
		if (share(&bodies[i]) < POOR_TENTHS)
			rows += put_advice(p, book, &advice_late, v->bodies[bodies[i].at].name,
					   percent);
	}
	free(bodies);
	return rows;
}

static int put_proposals(const struct export_paper *p, struct book *book)
{
	const json_t *bodies = json_object_get(p->kept[REPORT_BODIES], "items"), *row;
	char open[24];
	size_t i;
	int rows = 0;

	paper_line(p, book, "五、建议", "5. Proposals", NULL);
	json_array_foreach(json_object_get(p->kept[REPORT_ITEMS], "items"), i, row) {
		if (count_of(row, "no_lead") > 0)
			rows += put_counted(p, book, &advice_gap, row);
	}
	snprintf(open, sizeof(open), "%lld", (long long)p->dispute_count);
	if (p->dispute_count)
		rows += put_advice(p, book, &advice_disputes, "", open);
	rows += put_late(p, bodies, book);
	json_array_foreach((json_t *)bodies, i, row) {
		if (supervising(p, row) >= 0 && count_of(row, "sent") >= RANKED_MIN &&
		    count_of(row, "returned_ever") * MANY_RETURNS >= count_of(row, "sent"))
			rows += put_counted(p, book, &advice_returns, row);
	}
	json_array_foreach((json_t *)bodies, i, row) {
		if (supervising(p, row) >= 0 && count_of(row, "undelivered") > 0)
			rows += put_counted(p, book, &advice_undelivered, row);
	}
	if (!rows)
		paper_line(p, book, "本月没有须提请注意的情况。",
			   "Nothing in this month asks for a proposal.", NULL);
	book_row_end(book);
	return rows;
}

/* Page by page; behind the last what was made of all answers, and the figures of each body. */
static int put_disputes(struct export_paper *p, const json_t *a, struct book *book)
{
	const json_t *items = json_object_get(a, "items");
	int rows = (int)json_array_size(items);

	if (!p->in_disputes) {
		paper_line(p, book, "四、未了结的争议", "4. Disputes not settled", NULL);
		export_put_columns(paper_disputes, p->english, book);
	}
	p->in_disputes = true;
	p->dispute_count += rows;
	for (int i = 0; i < rows; i++)
		export_put_cells(paper_disputes, p->english, json_array_get(items, (size_t)i),
				 book);
	if (json_is_string(json_object_get(a, "next")))
		return rows;
	book_row_end(book);
	rows += put_proposals(p, book);
	paper_line(p, book, "附：各单位", "Annex: bodies", NULL);
	return rows + paper_rows(p, figure_columns,
				 json_object_get(p->kept[REPORT_BODIES], "items"), book);
}

/* Its five parts as on the page, and behind them the figures of each body. */
int paper_put_month(struct export_paper *p, const json_t *a, struct book *book)
{
	const json_t *items = json_object_get(a, "items");

	if (p->step != REPORT_DISPUTES)
		p->kept[p->step] = json_deep_copy(a);
	switch ((enum report_step)p->step) {
	case REPORT_BEFORE:
		return 0;
	case REPORT_BODIES:
		paper_line(p, book, "审管联动工作通报", "Monthly report", NULL);
		paper_line(p, book, paper_text(a, "from"), paper_text(a, "from"),
			   paper_text(a, "to"));
		return put_overview(p, json_object_get(a, "total"), book);
	case REPORT_RANKING:
		paper_line(p, book, "二、排名（不足 10 件不排名）",
			   "2. Ranking (fewer than 10: none)",
			   json_is_object(json_object_get(a, "published"))
				   ? p->english ? "published" : "已发布"
				   : NULL);
		return put_ranking(p, items, book);
	case REPORT_ITEMS:
		return put_gaps(p, items, book);
	case REPORT_DISPUTES:
	case REPORT_STEPS:
		break;
	}
	return put_disputes(p, a, book);
}
