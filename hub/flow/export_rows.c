/* export_rows.c: see export_rows.h. */
#include "flow/export_rows.h"

#include <string.h>

#define CELL_BYTES_MAX ((size_t)64 << 10)

/* The words of the page, for what the calls say in one word. */
static const struct word {
	const char *kind, *is, *zh, *en;
} words[] = {
	{"state", "open", "待签收", "To acknowledge"},
	{"state", "acknowledged", "已签收", "Acknowledged"},
	{"state", "claimed", "已认领", "Claimed"},
	{"state", "returned", "已退回", "Returned"},
	{"state", "transferred", "已转办", "Transferred"},
	{"state", "disputed", "争议", "Disputed"},
	{"state", "closed", "已办结", "Closed"},
	{"state", "withdrawn", "已撤回", "Withdrawn"},
	{"state", "superseded", "已更正", "Superseded"},
	{"state", "negotiating", "协商中", "Negotiating"},
	{"state", "agenda", "待上会", "On the agenda"},
	{"state", "ruled", "已裁定", "Ruled"},
	{"state", "settled", "已了结", "Settled"},
	{"lamp", "green", "正常", "In time"},
	{"lamp", "yellow", "临期", "Due soon"},
	{"lamp", "red", "超期", "Overdue"},
	{"role", "lead", "主管", "Lead"},
	{"role", "assist", "协管", "Assist"},
	{"role", "copy", "抄告", "Copy"},
	{"type", "approval.granted", "准予许可", "Granted"},
	{"type", "approval.refused", "不予许可", "Refused"},
	{"type", "approval.changed", "准予变更", "Changed"},
	{"type", "approval.renewed", "准予延续", "Renewed"},
	{"type", "approval.suspended", "暂停", "Suspended"},
	{"type", "approval.revoked", "撤销、吊销", "Revoked"},
	{"type", "approval.withdrawn", "撤回", "Withdrawn"},
	{"type", "approval.cancelled", "注销", "Cancelled"},
	{"type", "approval.registered", "设立登记", "Registered"},
	{"type", "approval.reregistered", "变更登记", "Re-registered"},
	{"type", "approval.deregistered", "注销登记", "Deregistered"},
	{"kind", "two-returns", "两次退回", "Returned twice"},
	{"kind", "several-leads", "多个主管单位", "Several leads"},
	{"body", "pool", "认领池", "Unclaimed pool"},
	{"overdue", "true", "超期", "Overdue"},
	{"kind", "no-lead", "没有主管单位", "No lead"},
};

#define COMMON_FIRST                                                                               \
	{"case", NULL, "受理编号", "Case"}, {"type", "type", "办理结果", "Result"},                \
		{"item.code", NULL, "事项编码", "Item code"}, {"item.name", NULL, "事项", "Item"}, \
		{"region_name|region", NULL, "区划", "Region"},                                    \
		{"applicant.name", NULL, "企业名称", "Applicant"},                                 \
		{"applicant.code", NULL, "统一社会信用代码", "Credit code"},                       \
	{                                                                                          \
		"permit", NULL, "许可证件", "Permit"                                               \
	}
#define COMMON_LAST                                                                                \
	{"received", "time", "收到时间", "Received"},                                              \
		{"bodies.accepting.name", NULL, "受理", "Accepting"},                              \
		{"bodies.reviewing.name", NULL, "审核担责", "Reviewing"},                          \
	{                                                                                          \
		"bodies.deciding.name", NULL, "决定盖章", "Deciding"                               \
	}

static const struct export_column notice_columns[] = {
	{"id", NULL, "告知编号", "Notice"},
	COMMON_FIRST,
	{"body_name|body", "body", "单位", "Body"},
	{"role", "role", "职责", "Role"},
	{"state", "state", "状态", "State"},
	{"lamp", "lamp", "时限状况", "Lamp"},
	{"due", "time", "签收时限", "Due"},
	{"feedback_due", "time", "反馈时限", "Feedback due"},
	{"acknowledged.by", NULL, "签收人", "Acknowledged by"},
	{"acknowledged.at", "time", "签收时间", "Acknowledged at"},
	{"claimed.by", NULL, "认领人", "Claimed by"},
	{"claimed.at", "time", "认领时间", "Claimed at"},
	{"rules.id", NULL, "规则", "Rules"},
	COMMON_LAST,
	{NULL, NULL, NULL, NULL},
};
static const struct export_column case_columns[] = {
	COMMON_FIRST,
	{"notices.body_name|body", "body", "被告知单位", "Told"},
	{"notices.state", "state", "各单位状态", "Their states"},
	COMMON_LAST,
	{NULL, NULL, NULL, NULL},
};
static const struct export_column dispute_columns[] = {
	{"id", NULL, "争议编号", "Dispute"},
	COMMON_FIRST,
	{"kind", "kind", "争议事由", "Cause"},
	{"state", "state", "状态", "State"},
	{"parties.name", NULL, "各方", "Parties"},
	{"interim.name", NULL, "暂由主管", "Interim lead"},
	{"opened", "time", "提出时间", "Opened"},
	{"negotiate_until", "time", "协商期限", "Negotiate until"},
	{"ended", "time", "了结时间", "Ended"},
	{"ruling.body.name", NULL, "裁定主管单位", "Body ruled"},
	{"ruling.basis", NULL, "裁定依据", "Basis"},
	COMMON_LAST,
	{NULL, NULL, NULL, NULL},
};
static const struct export_column board_columns[] = {
	{"key", "body", "编码", "Code"},
	{"name|key", NULL, "名称", "Name"},
	{"sent", NULL, "已告知", "Sent"},
	{"delivered", NULL, "已送达", "Delivered"},
	{"open", NULL, "待签收", "Open"},
	{"acknowledged", NULL, "已签收待办", "Acknowledged"},
	{"claimed", NULL, "已认领", "Claimed"},
	{"returned", NULL, "已退回", "Returned"},
	{"transferred", NULL, "已转办", "Transferred"},
	{"disputed", NULL, "争议中", "In dispute"},
	{"closed", NULL, "已办结", "Closed"},
	{"withdrawn", NULL, "已撤回", "Withdrawn"},
	{"superseded", NULL, "已更正", "Superseded"},
	{"overdue", NULL, "超期", "Overdue"},
	{"fed_back", NULL, "已反馈", "Fed back"},
	{"pool", NULL, "无主", "Unclaimed"},
	{"no_lead", NULL, "曾无主", "Had no lead"},
	{"lead_sent", NULL, "告知主管", "Sent to leads"},
	{"lead_standing", NULL, "主管有效告知", "Leads standing"},
	{"lead_claimed", NULL, "主管已认领", "Leads claimed"},
	{"due", NULL, "认领到期", "Due"},
	{"claimed_in_time", NULL, "按时认领", "Claimed in time"},
	{"first_sent", NULL, "首次告知", "First addressed"},
	{"first_hit", NULL, "首次即认领", "First addressee claimed"},
	{"acknowledged_ever", NULL, "累计签收", "Ever acknowledged"},
	{"claimed_ever", NULL, "累计认领", "Ever claimed"},
	{"returned_ever", NULL, "累计退回", "Ever returned"},
	{"clocks_overdue", NULL, "承诺超期", "Promises overdue"},
	{"undelivered", NULL, "送达失败", "Not delivered"},
	{"feedback_overdue", NULL, "反馈超期", "Feedback overdue"},
	{"ranked", NULL, "参与排名", "Held to"},
	{"ranked_in_time", NULL, "其中按时认领", "Of those claimed in time"},
	{"returns_upheld", NULL, "退回成立", "Returns upheld"},
	{"returns_rejected", NULL, "退回不成立", "Returns rejected"},
	{"claim_rate", "rate", "认领率", "Claim rate"},
	{"on_time_rate", "rate", "按时认领率", "Claimed in time"},
	{"return_rate", "rate", "退回率", "Return rate"},
	{"first_hit_rate", "rate", "首次命中率", "First-hit rate"},
	{"hours_to_claim", "hours", "平均认领工时", "Hours to claim"},
	{NULL, NULL, NULL, NULL},
};
static const struct export_column *const columns_of[EXPORT_AGENDA] = {
	notice_columns, notice_columns, case_columns, dispute_columns, board_columns};

static void put_word(const char *kind, const char *is, bool english, struct buf *out)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i].kind, kind) && !strcmp(words[i].is, is)) {
			buf_add_str(out, english ? words[i].en : words[i].zh);
			return;
		}
	}
	buf_add_str(out, is);
}

/* "2026-11-25T23:59:59+08:00" as an office program writes it; all of them are of one zone. */
static void put_time(const char *text, struct buf *out)
{
	size_t day = strlen("2026-11-25"), clock = strlen("T23:59:59");

	if (strlen(text) < day + clock)
		return;
	buf_add(out, text, day);
	buf_add_char(out, ' ');
	buf_add(out, text + day + 1, clock - 1);
}

static const json_t *member(const json_t *o, const char *name, size_t len)
{
	char key[32];

	if (len >= sizeof(key))
		return NULL;
	memcpy(key, name, len);
	key[len] = '\0';
	return json_object_get(o, key);
}

/* Cut down, not rounded, as on the page: 94.9 % is 94 %. A rate has four places. */
static void put_number(const struct export_column *c, double value, struct buf *out)
{
	if (c->word && !strcmp(c->word, "rate"))
		buf_printf(out, "%lld%%", (long long)(value * 10000 + 0.5) / 100);
	else if (c->word)
		buf_printf(out, "%.1f", value);
	else
		buf_printf(out, "%lld", (long long)value);
}

static void put_value(const struct export_column *c, bool english, const json_t *value,
		      struct buf *out)
{
	const char *text = json_string_value(value);

	if (json_is_boolean(value))
		text = json_is_true(value) ? "true" : "";
	if (json_is_number(value))
		put_number(c, json_number_value(value), out);
	if (!text)
		return;
	if (!c->word)
		buf_add_str(out, text);
	else if (!strcmp(c->word, "time"))
		put_time(text, out);
	else
		put_word(c->word, strncmp(text, "pool:", 5) ? text : "pool", english, out);
}

/* The last step of a path names what may stand for it: "body_name|body". */
static const json_t *last_member(const json_t *o, const char *path)
{
	const json_t *value = NULL;

	while (*path && (!value || json_is_null(value))) {
		size_t len = strcspn(path, "|");

		value = member(o, path, len);
		path += len + (path[len] == '|');
	}
	return value;
}

/* Of a list the rest of the path is followed in each item. */
static void put_path(const struct export_column *c, bool english, const json_t *at,
		     const char *path, struct buf *out)
{
	const json_t *item;
	size_t i;

	while (path[strcspn(path, ".")] && json_is_object(at)) {
		at = member(at, path, strcspn(path, "."));
		path += strcspn(path, ".") + 1;
	}
	if (!json_is_array(at)) {
		put_value(c, english, last_member(at, path), out);
		return;
	}
	for (i = 0; i < json_array_size(at); i++) {
		item = json_array_get(at, i);
		if (i)
			buf_add_str(out, "; ");
		put_value(c, english, last_member(item, path), out);
	}
}

void export_put_columns(const struct export_column *c, bool english, struct book *book)
{
	for (; c->path; c++)
		book_cell(book, english ? c->en : c->zh);
	book_row_end(book);
}

/* Only a whole number by itself is one: an id, a date or a share is text. */
void export_put_cell(const struct export_column *c, bool english, const json_t *item,
		     struct book *book)
{
	struct buf cell;

	buf_init(&cell, CELL_BYTES_MAX);
	put_path(c, english, item, c->path, &cell);
	if (json_is_integer(json_object_get(item, c->path)))
		book_number(book, buf_cstr(&cell));
	else
		book_cell(book, buf_cstr(&cell));
	buf_clear(&cell);
}

void export_put_cells(const struct export_column *c, bool english, const json_t *item,
		      struct book *book)
{
	for (; c->path; c++)
		export_put_cell(c, english, item, book);
	book_row_end(book);
}

void export_put_head(enum export_list list, bool english, struct book *book)
{
	export_put_columns(columns_of[list], english, book);
}

void export_put_item(enum export_list list, bool english, const json_t *item, struct book *book)
{
	export_put_cells(columns_of[list], english, item, book);
}
