/* export_papers.c: see export_papers.h. */
#include "flow/export_papers_in.h"

#include <string.h>

struct part {
	const char *list; /* where its rows stand: "disputes.items" */
	const char *zh, *en;
	const struct export_column *columns;
};

static const struct export_column decision_columns[] = {
	{"text", NULL, "决定事项", "Decision"},	    {"owner.name|id", NULL, "责任单位", "Owner"},
	{"due", NULL, "完成期限", "Due"},	    {"overdue", "overdue", "超期", "Overdue"},
	{"done.at", "time", "办结时间", "Done at"}, {"done.by", NULL, "办结人", "Done by"},
	{"done.remark", NULL, "说明", "Remark"},    NO_MORE,
};
const struct export_column paper_disputes[] = {
	{"id", NULL, "争议编号", "Dispute"},
	{"case", NULL, "受理编号", "Case"},
	{"applicant.name", NULL, "企业名称", "Applicant"},
	{"item.name|code", NULL, "事项", "Item"},
	{"region_name|region", NULL, "区划", "Region"},
	{"kind", "kind", "争议事由", "Cause"},
	{"state", "state", "状态", "State"},
	{"parties.name|body", NULL, "各方", "Parties"},
	{"opened", "time", "提出时间", "Opened"},
	NO_MORE,
};
static const struct export_column overdue_columns[] = {
	{"id", NULL, "告知编号", "Notice"},
	{"case", NULL, "受理编号", "Case"},
	{"applicant.name", NULL, "企业名称", "Applicant"},
	{"item.name|code", NULL, "事项", "Item"},
	{"body_name|body", "body", "单位", "Body"},
	{"due", "time", "签收时限", "Due"},
	NO_MORE,
};
static const struct export_column unmatched_columns[] = {
	{"item.code", NULL, "事项编码", "Item code"},
	{"item.name", NULL, "事项", "Item"},
	{"events", NULL, "件数", "Events"},
	NO_MORE,
};
static const struct export_column return_columns[] = {
	{"body.name|id", NULL, "单位", "Body"},
	{"returned", NULL, "退回", "Returned"},
	{"sent", NULL, "已告知", "Told"},
	NO_MORE,
};
static const struct export_column department_columns[] = {
	{"body.name|id", NULL, "单位", "Department"},
	{"body.id", NULL, "单位编号", "Its id"},
	{"told", NULL, "已告知", "Told"},
	{"leads", NULL, "告知主管", "As lead"},
	{"delivered", NULL, "已送达", "Delivered"},
	{"acknowledged", NULL, "累计签收", "Acknowledged"},
	{"claimed", NULL, "累计认领", "Claimed"},
	{"returned", NULL, "累计退回", "Returned"},
	{"fed_back", NULL, "已反馈", "Fed back"},
	{"overdue", NULL, "超期", "Overdue"},
	{"withdrawn", NULL, "已撤回", "Withdrawn"},
	{"superseded", NULL, "已更正", "Superseded"},
	{"agreed.bureau.by", NULL, "审批局确认人", "Bureau agreed"},
	{"agreed.bureau.at", "time", "审批局确认时间", "at"},
	{"agreed.department.by", NULL, "单位确认人", "Department agreed"},
	{"agreed.department.at", "time", "单位确认时间", "at"},
	NO_MORE,
};
static const struct part agenda_parts[] = {
	{"decisions", "往次决定尚未办结", "Decisions not done", decision_columns},
	{"disputes.items", "待裁定争议", "Disputes", paper_disputes},
	{"overdue.items", "超期告知（红灯）", "Overdue notices", overdue_columns},
	{"unmatched", "没有规则的事项", "Items without a rule", unmatched_columns},
	{"returns", "退回最多的单位", "Most returns", return_columns},
};

int export_paper_steps(enum export_list list)
{
	return list == EXPORT_REPORT ? REPORT_STEPS : list < EXPORT_AGENDA ? 0 : 1;
}

void paper_line(const struct export_paper *p, struct book *book, const char *zh, const char *en,
		const char *more)
{
	book_cell(book, p->english ? en : zh);
	if (more)
		book_cell(book, more);
	book_row_end(book);
}

const char *paper_text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

/* "disputes.items" is two steps. */
static const json_t *list_at(const json_t *o, const char *path)
{
	const char *dot = strchr(path, '.');
	char first[32];

	if (!dot)
		return json_object_get(o, path);
	snprintf(first, sizeof(first), "%.*s", (int)(dot - path), path);
	return json_object_get(json_object_get(o, first), dot + 1);
}

int paper_rows(const struct export_paper *p, const struct export_column *columns,
	       const json_t *rows, struct book *book)
{
	export_put_columns(columns, p->english, book);
	for (size_t i = 0; i < json_array_size(rows); i++)
		export_put_cells(columns, p->english, json_array_get(rows, i), book);
	book_row_end(book);
	return (int)json_array_size(rows);
}

static int put_agenda(const struct export_paper *p, const json_t *a, struct book *book)
{
	int rows = 0;

	paper_line(p, book, "联席会议议题", "Agenda of the joint meeting", NULL);
	paper_line(p, book, paper_text(a, "from"), paper_text(a, "from"), paper_text(a, "to"));
	for (size_t i = 0; i < sizeof(agenda_parts) / sizeof(*agenda_parts); i++) {
		paper_line(p, book, agenda_parts[i].zh, agenda_parts[i].en, NULL);
		rows += paper_rows(p, agenda_parts[i].columns, list_at(a, agenda_parts[i].list),
				   book);
	}
	return rows;
}

static int put_minutes(const struct export_paper *p, const json_t *m, struct book *book)
{
	const char *title = paper_text(m, "title");

	paper_line(p, book, *title ? title : "联席会议", *title ? title : "Joint meeting",
		   paper_text(m, "date"));
	paper_line(p, book, paper_text(json_object_get(m, "body"), "name"),
		   paper_text(json_object_get(m, "body"), "name"), NULL);
	return paper_rows(p, decision_columns, json_object_get(m, "decisions"), book);
}

static int put_statement(const struct export_paper *p, const json_t *s, struct book *book)
{
	const json_t *item;
	size_t i;
	int rows = 0;

	paper_line(p, book, "对账单", "Statement", paper_text(s, "month"));
	json_array_foreach((json_t *)json_object_get(s, "items"), i, item) {
		const json_t *bureau = json_object_get(item, "bureau"),
			     *taken = json_object_get(item, "taken"), *sender;
		char count[24];
		size_t k;

		if (*p->only && strcmp(paper_text(bureau, "id"), p->only) != 0)
			continue;
		paper_line(p, book, "审批局", "Bureau", paper_text(bureau, "name"));
		snprintf(count, sizeof(count), "%lld", (long long)json_integer_value(taken));
		if (json_is_integer(taken))
			paper_line(p, book, "中枢收到办件事件", "Events taken", count);
		json_array_foreach((json_t *)json_object_get(item, "senders"), k, sender) {
			snprintf(count, sizeof(count), "%lld",
				 (long long)json_integer_value(json_object_get(sender, "taken")));
			paper_line(p, book, paper_text(sender, "name"), paper_text(sender, "name"),
				   count);
		}
		rows += paper_rows(p, department_columns, json_object_get(item, "departments"),
				   book);
	}
	return rows;
}

void export_paper_drop(struct export_paper *p)
{
	for (int i = 0; i < REPORT_STEPS; i++)
		json_decref(p->kept[i]);
}

int export_put_paper(struct export_paper *p, const json_t *answer, struct book *book)
{
	switch (p->list) {
	case EXPORT_AGENDA:
		return put_agenda(p, answer, book);
	case EXPORT_MINUTES:
		return put_minutes(p, answer, book);
	case EXPORT_STATEMENT:
		return put_statement(p, answer, book);
	default:
		return paper_put_month(p, answer, book);
	}
}

/* Of all that a paper is made of the disputes alone come in pages. */
const char *export_paper_next(struct export_paper *p, const json_t *answer)
{
	const char *page = json_string_value(json_object_get(answer, "next"));

	if (p->in_disputes && page)
		return page;
	return ++p->step < export_paper_steps(p->list) ? "" : NULL;
}
