#include "phrase.h"

#include <string.h>

#define PARAMS_MAX	 4
#define PHRASE_BYTES_MAX ((size_t)64 << 10) /* more than any sentence has */
struct phrase {
	/* {} is what was filled in, in the order of the English */
	const char *code, *english, *chinese;
};
/* Of two that fit the first is meant. A code is never given to another fault, and one that is gone
 * is not used again. */
static const struct phrase phrases[] = {
	/* files and their bytes */
	{"not-utf8", "these bytes are not UTF-8", "不是 UTF-8 编码，请另存为 UTF-8 后再提交"},
	{"not-utf8", "invalid UTF-8", "不是 UTF-8 编码，请另存为 UTF-8 后再提交"},
	{"nul-byte", "a NUL byte", "含有空字节"},
	{"nul-byte", "a NUL character", "含有空字符"},
	{"too-long", "longer than {} bytes", "超过 {} 字节"},
	{"too-long", "longer than the limit in bytes, which is {}", "超过上限 {} 字节"},
	{"too-long", "longer than the limit of an event in bytes, which is {}",
	 "办件超过上限 {} 字节"},
	{"too-long", "longer than the limit of a batch in bytes, which is {}",
	 "整批超过上限 {} 字节"},
	{"too-long", "longer than 16 MiB", "超过 16 MiB"},
	{"file-missing", "the file is missing", "缺少这个文件"},
	{"file-unreadable", "not a file that can be read", "不是可以读取的文件"},
	{"file-unreadable", "cannot be opened", "无法打开"},
	{"file-unreadable", "cannot be read to its end", "没有读完"},
	{"folder-missing", "there is no such folder", "没有这个文件夹"},
	{"texts-many", "more texts than a pack may have", "文稿过多"},
	{"file-foreign", "is not a file of a pack", "不是政策包里的文件"},
	{"file-not-text", "must be the text of the file", "须为文件的文本"},
	{"files-missing", "must be an object of file name and text", "须为文件名与文本的对象"},
	{"files-missing", "must hold the files of a pack", "须含有政策包的文件"},
	{"why-missing", "must say why, in at most {} characters", "请填写理由，最多 {} 个字"},
	{"jurisdiction-other", "the jurisdiction is another one than this hub's",
	 "辖区与本系统的不同"},
	{"pack-large", "too many regions and sectors together", "区划与主管领域合计过多"},
	{"content-bad", "not the canonical content of a pack", "不是政策包的规范内容"},
	/* evidence */
	{"evidence-order", "entry {} stands where entry {} must stand",
	 "第 {} 条的位置应为第 {} 条"},
	{"evidence-changed", "entry {} is not as it was, or one before it is missing or was put in",
	 "第 {} 条被改动，或它之前有条目缺失、插入"},
	{"evidence-seal", "the entries up to {} are not those that the hub sealed",
	 "第 {} 条及以前的内容与封存时不一致"},
	{"evidence-end", "the file ends with entry {} and not with that which it names last",
	 "文件止于第 {} 条，与所写的末条不符"},
	{"evidence-sum", "the file is not, byte for byte, as it was written",
	 "文件与写出时不完全一致"},
	{"evidence-behind", "something stands behind the end", "文件结尾之后还有内容"},
	{"evidence-line", "this is no line of such a file", "不是存证文件应有的行"},
	{"evidence-foreign", "this is no evidence that a hub has exported",
	 "不是本系统导出的存证文件"},
	{"evidence-cut", "the end is missing: the file was cut off", "缺少结尾，文件不完整"},
	{"evidence-head", "the hash that was kept elsewhere stands nowhere here",
	 "另存的哈希值在文件中找不到"},
	/* CSV */
	{"quote-inside", "a quote inside a cell that does not begin with one",
	 "单元格中间有双引号；含双引号的单元格须整体加双引号"},
	{"quote-open", "a quote is opened and never closed", "双引号没有配对"},
	{"quote-behind", "text behind a closing quote", "右双引号后面还有文字"},
	{"bare-return", "a carriage return without a line feed", "换行符不完整（只有回车）"},
	{"cell-long", "a cell longer than 65536 bytes", "单元格超过 65536 字节"},
	{"cells-many", "more than 128 cells in a row", "一行超过 128 格"},
	{"header-missing", "there is no header row", "缺少表头"},
	{"column-missing", "the column {} is missing", "缺少 {} 列"},
	{"column-unknown", "an unknown column", "不认识的列；备注列的列名须以 note 开头"},
	{"column-twice", "this column is there twice", "列名重复"},
	{"column-when", "when: needs the name of an attribute", "when: 后面须写属性名"},
	{"row-cells", "the row has {} cells, the header {}", "本行有 {} 格，表头有 {} 格"},
	{"rows-many", "more than {} rows", "超过 {} 行"},
	/* JSON */
	{"json-broken", "not well-formed JSON at line {}, column {}",
	 "JSON 有语法错误：第 {} 行第 {} 列"},
	{"json-broken", "not well-formed JSON", "JSON 有语法错误"},
	{"json-broken", "not a well-formed JSON list of events", "不是完整的办件 JSON 列表"},
	{"json-surrogate", "an unpaired surrogate", "含有不成对的代理字符"},
	{"json-string-long", "a string longer than the limit in bytes, which is {}",
	 "字符串超过上限 {} 字节"},
	{"json-number", "a number written with more than 64 characters", "数字超过 64 个字符"},
	{"json-number", "a number outside plus or minus 2^53", "数字超出正负 2^53"},
	{"json-deep", "nested deeper than the limit, which is {}", "嵌套超过上限 {} 层"},
	{"json-members", "more members than the limit, which is {}", "成员超过上限 {} 个"},
	{"json-name-long", "a name longer than the limit in bytes, which is {}",
	 "成员名超过上限 {} 字节"},
	{"member-twice", "this member is there twice", "成员重复"},
	{"member-unknown", "an unknown member", "不认识的成员"},
	{"member-missing", "the member {} is missing", "缺少成员 {}"},
	{"member-missing", "is missing", "缺少此项"},
	{"not-object", "must be a JSON object", "须为 JSON 对象"},
	{"not-object", "must be an object", "须为对象"},
	{"not-list", "must be a list", "须为列表"},
	{"not-string", "must be a string that is not empty", "须为非空的字符串"},
	{"not-string", "must be a string", "须为字符串"},
	/* what a cell or a setting says */
	{"blank", "must not be blank", "不能为空"},
	{"blank", "must not be empty", "不能为空"},
	{"id-bad", "must be 1 to 128 characters of visible ASCII without | * ! , and quotes",
	 "须为 1 至 128 个可见的英文字符，不含 | * ! , 和引号"},
	{"id-bad", "must be 1 to 128 characters of visible ASCII",
	 "须为 1 至 128 个可见的英文字符"},
	{"id-bad", "must be 1 to 128 bytes without |", "须为 1 至 128 字节，不含 |"},
	{"id-bad", "must be visible ASCII without @", "须为可见的英文字符，不含 @"},
	{"id-twice", "this one is there already", "与前面的行重复"},
	{"id-twice", "a rule of this id is there already", "规则编号重复"},
	{"word-unknown", "not one of the words that this column knows", "不是本列可填的值"},
	{"word-unknown",
	 "must be direct, review, window, full, partial, entrusted, retained or blank",
	 "须为 direct、review、window、full、partial、entrusted、retained 之一，或留空"},
	{"word-unknown", "must be lead, assist, copy, applicant or none",
	 "须为 lead、assist、copy、applicant、none 之一"},
	{"word-unknown", "a channel is push, sms, email, webhook or chat",
	 "渠道须为 push、sms、email、webhook、chat 之一"},
	{"event-unknown", "not a type of event", "没有这种办件类型"},
	{"devolution-unknown", "not a way of devolution", "没有这种放权方式"},
	{"item-code-bad", "must be a basic code of 12 letters and digits",
	 "须为 12 位基本编码（字母和数字）"},
	{"date-bad", "not a date like 2026-01-31", "日期须写作 2026-01-31"},
	{"date-bad", "must be a date like 2026-01-31", "日期须写作 2026-01-31"},
	{"dates-order", "the row ends before it begins", "失效日期早于生效日期"},
	{"duration-bad", "not a duration like 2wd, 7d, 24h or 30m",
	 "期限须写作 2wd（工作日）、7d（自然日）、24h 或 30m"},
	{"duration-bad", "must be 1 to 60 minutes, like 2m", "须为 1 至 60 分钟，如 2m"},
	{"duration-bad", "must be working days, like 1wd", "须为工作日数，如 1wd"},
	{"duration-bad", "must be days or working days, like 30d", "须为自然日或工作日数，如 30d"},
	{"duration-bad", "must be days or working days, like 5wd", "须为自然日或工作日数，如 5wd"},
	{"duration-bad", "must be minutes or hours, like 30m or 2h",
	 "须为分钟或小时数，如 30m 或 2h"},
	{"durations-many", "more than {} different durations", "不同的期限超过 {} 种"},
	{"hours-bad", "must be hours like 21:00-07:00, and not all of them",
	 "须为时间段，如 21:00-07:00，且不能是全天"},
	{"hours-bad", "must be hours of one day like 09:00-10:00",
	 "须为一天之内的时间段，如 09:00-10:00"},
	{"timezone-unknown", "Asia/Shanghai is the one time zone known here",
	 "时区只能是 Asia/Shanghai"},
	/* names that lead nowhere, and trees */
	{"region-missing", "there is no such region in regions.csv", "regions.csv 里没有这个区划"},
	{"body-missing", "there is no such body in bodies.csv", "bodies.csv 里没有这个机构"},
	{"item-missing", "there is no such item in items.csv", "items.csv 里没有这个事项"},
	{"rule-missing", "there is no rule of this id", "没有这个编号的规则"},
	{"sector-name", "a sector's name cannot have | or @", "主管领域的名称不能含有 | 或 @"},
	{"sector-name", "a sector's name cannot have an @", "主管领域的名称不能含有 @"},
	{"sectors-many", "more sectors than a pack may have", "主管领域过多"},
	{"parents-circle", "the parents go round in a circle", "上级关系成环"},
	{"parent-lower", "the parent is of a lower level", "上级的层级更低"},
	{"parents-many", "more than {} regions above it", "上级超过 {} 层"},
	/* the cell grammar */
	{"cell-comparison", "a comparison needs a number behind it", "比较符后面须为数字"},
	{"cell-range", "a range is written like [1..5), with two numbers",
	 "区间须写作 [1..5)，两端为数字"},
	{"cell-range-empty", "a range that holds no number", "区间内没有任何数字"},
	{"cell-alternative", "an empty alternative", "竖线之间为空"},
	{"cell-star", "a star can only stand at the end", "星号只能在末尾"},
	{"cell-star", "a star that means anything has to stand alone in the cell",
	 "表示任意的星号须独占单元格"},
	{"list-empty", "an empty name in the list", "列表中有空的名称"},
	{"list-twice", "the same name twice in the list", "列表中名称重复"},
	/* rules */
	{"recipient-missing", "must name a recipient", "须写明告知谁"},
	{"recipient-bad", "not a known form of naming a recipient", "告知对象的写法不对"},
	{"recipient-level", "behind the @ stands here, county, city, province or township",
	 "@ 后面须为 here、county、city、province、township 之一"},
	{"recipient-applicant", "the role applicant and the recipient applicant belong together",
	 "角色为 applicant 时告知对象也须为 applicant，反之亦然"},
	{"table-large", "the table grows beyond {} bytes when compiled",
	 "规则表编译后超过 {} 字节"},
	/* the ladder, and texts */
	{"ladder-step",
	 "a step is a role, working days, a post and a channel, like \"lead +1wd section-head sms\"",
	 "每一级须写明角色、工作日、岗位和渠道，如“lead +1wd section-head sms”"},
	{"ladder-role", "the role must be lead, assist or copy",
	 "角色须为 lead、assist、copy 之一"},
	{"ladder-time", "the time must be working days from the deadline, like -1wd or +3wd",
	 "时间须为距期限的工作日，如 -1wd 或 +3wd"},
	{"ladder-channel", "there is no such channel", "没有这种渠道"},
	{"ladder-steps", "must be a list of at most 64 steps", "须为最多 64 级的列表"},
	{"ladder-order", "stands behind a later step of its role",
	 "同一角色的各级须按时间先后排列"},
	{"text-brace", "a closing brace without an opening one", "右花括号没有配对"},
	{"text-brace", "an opening brace without a closing one", "左花括号没有配对"},
	{"text-place", "not a place that this text can have", "这份文稿里没有这个占位名"},
	/* the calendar, and its yearly notice */
	{"day-year", "a day of another year", "不是这一年的日期"},
	{"day-twice", "this day is there twice", "日期重复"},
	{"days-many", "more days than a calendar may have", "日期过多"},
	{"days-many", "more than {} days", "超过 {} 天"},
	{"dates-list", "must be a list of at most 366 dates", "须为最多 366 个日期的列表"},
	{"year-bad", "must be a year like 2026 with an object in it",
	 "须为年份，如 2026，其内容为对象"},
	{"years-many", "more years than a calendar may have", "年份过多"},
	{"years-missing", "needs the member years, an object", "缺少 years 对象"},
	{"notice-repeats", "an event that repeats; the notice names single days",
	 "含有重复日程；放假安排须逐日列明"},
	{"notice-days", "an event without days that can be read", "日程没有可以识别的日期"},
	{"notice-order", "an event that ends before it begins or lasts longer than {} days",
	 "日程的止日早于起日，或长于 {} 天"},
	{"notice-open", "an event that does not end", "日程没有结束标记"},
	{"notice-twice", "{} is {}; at {} it is the same already", "{} 在此为“{}”；{} 处已列过"},
	{"notice-contrary", "{} is {}; at {} it is {}", "{} 在此为“{}”，{} 处却为“{}”"},
	{"notice-calendar", "{} is {}; the calendar has it as {}",
	 "{} 在此为“{}”，工作日历中却为“{}”"},
	{"notice-times", "{} is no day of these times", "{} 不是近年的日期"},
	{"notice-stray",
	 "{} is of a year that the calendar does not list, and the notice names too few of its days to be that year's",
	 "{} 所在年份工作日历没有列出，而通知中该年的日期太少，不像是该年的安排"},
	{"notice-form", "needs date and isOffDay", "缺少 date 和 isOffDay"},
	{"notice-form", "needs years, off and work, or days", "缺少 years、off 与 work，或 days"},
	{"notice-form", "neither iCalendar nor a JSON object",
	 "既不是 iCalendar，也不是 JSON 对象"},
	{"notice-long", "longer than a yearly notice can be", "文件过大，不像一年的放假安排"},
	{"notice-empty", "names no day", "没有列出任何日期"},
	/* events */
	{"not-object", "an event must be a JSON object", "办件须为 JSON 对象"},
	{"batch-many", "more events than the limit of a batch, which is {}",
	 "一批办件超过上限 {} 件"},
	{"batch-faults",
	 "Too many faults to list in one answer; sent alone, this event gets its own",
	 "错误过多，一次列不完；单独报送可看到全部"},
	{"remark-long", "longer than the limit of a remark, which is 500 characters",
	 "备注超过 500 个字"},
	{"item-code-bad", "must be an item code of 12, 31 or 33 letters and digits",
	 "须为 12、31 或 33 位事项编码"},
	{"event-unknown", "must be approval. and one of the known types of event",
	 "没有这种办件类型"},
	{"time-bad", "must be a time by RFC 3339 with an offset",
	 "时间须带时区，如 2026-01-31T09:00:00+08:00"},
	{"word-unknown", "must be 1.0", "须为 1.0"},
	{"word-unknown", "must be application/json", "须为 application/json"},
	{"word-unknown", "must be informed-commitment or deferred-material",
	 "须为 informed-commitment 或 deferred-material"},
	{"version-bad", "must be a whole number from 1", "须为不小于 1 的整数"},
	{"commitments-many", "more commitments than the limit, which is {}", "承诺超过上限 {} 项"},
	/* what becomes of a version, and of a ruling that is to be a row */
	{"versions-wait", "100 submitted packs wait to be in force; withdraw some first",
	 "待施行的版本已有 100 个，请先撤回一些"},
	{"version-name", "Another pack has this version's name", "另一个政策包已占用这个版本名"},
	{"version-history", "A policy that was in force stays in the history",
	 "施行过的版本须留作历史"},
	{"version-in-force", "This policy is in force; there is nothing to compare",
	 "这就是现行版本，没有可以比较的"},
	{"version-in-force", "This policy is in force already", "这个版本已在施行"},
	{"version-unapproved", "A second person has to approve this policy first",
	 "须先由另一人批准"},
	{"calendar-same", "The calendar in force has all of these days already",
	 "现行工作日历已有这些日期"},
	{"event-other", "This source and id were used before with other content",
	 "此前已按另外的内容报送，原报送不变"},
	{"ruling-open", "The joint meeting has not ruled on this dispute", "联席会议尚未裁定"},
	{"ruling-item",
	 "The event names no item, so that a row would stand for every event of its kind in the region",
	 "办件没有事项，规则行会涵盖当地的全部同类办件"},
	{"ruling-region", "The policy in force does not know the event's region",
	 "现行政策里没有办件所在的区划"},
	{"ruling-twice", "The policy in force has a row of this ruling already",
	 "现行政策里已有这项裁定的规则行"},
	{"ruling-same", "The policy in force decides such events so already",
	 "现行政策对这类办件已按裁定研判"},
	{"ruling-attributes",
	 "Two rows that name leads ask for one attribute in different ways; one row cannot stand for both",
	 "两条确定主管的规则对同一属性要求不同，一行规则不能兼顾"},
	{"ruling-kept", "Another row of the policy in force keeps this one from deciding",
	 "现行政策里的另一条规则使这一行不起作用"},
	/* who may sign in, and as what */
	{"account-name", "must have 1 to 64 bytes and no blanks", "须为 1 至 64 个字节，不含空格"},
	{"account-role", "must be approver, supervisor, coordinator, auditor or admin",
	 "没有这种角色"},
	{"account-body", "is needed for this role", "这个角色须有单位"},
	{"account-body", "is no body of the policy in force", "现行政策没有这个单位"},
	{"key-name", "must be 1 to 64 letters, digits, dots, dashes and underscores",
	 "须为字母、数字、点、横线、下划线，最多 64 个"},
	{"key-bodies", "must be a list of 1 to 16 bodies", "须有 1 至 16 个单位"},
	{"key-taken", "There is a key of that name; revoke it first", "已有同名密钥，请先吊销"},
	{"needed", "is needed", "请填写"},
	{"account-taken", "There is somebody of that name", "已有同名人员"},
	{"account-own", "Nobody changes their own account here; ask another who runs the hub",
	 "不能更改自己的账号，请由另一位系统管理员办理"},
	{"account-only-role", "It is the only role of this person; disable them instead",
	 "这是此人唯一的角色，请改为停用"},
	{"account-roles-many", "Nobody has more than 32 roles", "每人最多 32 个角色"},
	{"password-old", "is not the password", "原密码不对"},
	{"password-new", "must have 10 characters or more, and at most 256 bytes",
	 "须为 10 个字以上、256 个字节以内"},
	{"password-same", "must be another than the old one and the name",
	 "不能与原密码或账号相同"},
	{"item-absent", "is missing, and there is no scope to stand for it",
	 "缺少事项，也没有经营范围可以代替"},
};

/* Where in the text stands what was filled in. */
struct piece {
	const char *at;
	size_t len;
};

/* How many were filled in; -1 when it is another sentence. */
static int phrase_match(const char *english, const char *text, struct piece *ret)
{
	const char *hole = strstr(english, "{}"), *next, *end;
	size_t len = hole ? (size_t)(hole - english) : strlen(english), left;
	int count = 0;

	if (strncmp(text, english, len) != 0)
		return -1;
	text += len;
	for (; hole; hole = next) {
		english = hole + 2;
		next = strstr(english, "{}");
		len = next ? (size_t)(next - english) : strlen(english);
		left = strlen(text);
		end = next	    ? memmem(text, left, english, len)
		      : left >= len ? text + left - len
				    : NULL;
		if (!end || memcmp(end, english, len) != 0)
			return -1;
		ret[count++] = (struct piece){text, (size_t)(end - text)};
		text = end + len;
	}
	return *text ? -1 : count;
}

static const struct phrase *phrase_find(const char *what, struct piece *ret, int *ret_count)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++) {
		/* A batch can have faults by the hundred thousand. */
		if (*phrases[i].english != *what && *phrases[i].english != '{')
			continue;
		*ret_count = phrase_match(phrases[i].english, what, ret);
		if (*ret_count >= 0)
			return &phrases[i];
	}
	return NULL;
}

/* Of what is filled in, the two words that a calendar has are told in Chinese too. */
static void add_piece(struct buf *text, const struct piece *p)
{
	if (p->len == 4 && memcmp(p->at, "work", 4) == 0)
		buf_add_str(text, "上班");
	else if (p->len == 3 && memcmp(p->at, "off", 3) == 0)
		buf_add_str(text, "放假");
	else
		buf_add(text, p->at, p->len);
}

static void add_chinese(const struct phrase *p, const struct piece *pieces, struct buf *text)
{
	const char *from = p->chinese, *hole;

	for (; (hole = strstr(from, "{}")); from = hole + 2) {
		buf_add(text, from, (size_t)(hole - from));
		add_piece(text, pieces++);
	}
	buf_add_str(text, from);
}

bool phrase_print(const char *what, struct buf *out)
{
	struct piece pieces[PARAMS_MAX];
	const struct phrase *p;
	const char *sentence = what, *colon = what;
	struct buf text;
	char room[512];
	int count;

	p = phrase_find(what, pieces, &count);
	/* Of a JSON file the member stands in front: "/ladder/2: there is no such channel". */
	while (!p && *what == '/' && (colon = strstr(colon, ": "))) {
		colon += 2;
		sentence = colon;
		p = phrase_find(sentence, pieces, &count);
	}
	if (!p)
		return false;
	buf_init_in(&text, room, sizeof(room), PHRASE_BYTES_MAX);
	if (sentence != what) {
		buf_add(&text, what, (size_t)(sentence - what) - 2);
		buf_add_str(&text, "：");
	}
	add_chinese(p, pieces, &text);
	buf_add_str(out, ",\"code\":\"");
	buf_add_str(out, p->code);
	buf_add_char(out, '"');
	for (int i = 0; i < count; i++) {
		buf_add_str(out, i ? "," : ",\"params\":[");
		buf_add_jsonn(out, pieces[i].at, pieces[i].len);
	}
	buf_add_str(out, count ? "],\"zh\":" : ",\"zh\":");
	buf_add_json(out, buf_cstr(&text));
	buf_clear(&text);
	return true;
}
