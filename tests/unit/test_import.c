/* Imports: encodings, old and new names, rows that cannot be used, and joined case messages. */
#include <jansson.h>
#include <stdio.h>

#include "import.h"
#include "packdir.h"
#include "rules_help.h"
#include "timefmt.h"

struct got {
	struct buf events, said, kept;
	struct import_counts counts;
	enum err err;
};

static void on_event(void *arg, const char *where, const char *json, size_t len)
{
	struct got *g = arg;
	struct event e;
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	assert_non_null(strchr(where, ':'));
	assert_int_equal(event_parse(json, len, &event_limits_default, &e, &diag), ERR_OK);
	event_clear(&e);
	arena_clear(&arena);
	buf_add(&g->events, json, len);
	buf_add_char(&g->events, '\n');
}

static void on_say(void *arg, const char *where, const char *what)
{
	struct got *g = arg;

	buf_printf(&g->said, "%s: %s\n", where, what);
}

static void on_keep(void *arg, const char *text, size_t len)
{
	struct got *g = arg;

	buf_add(&g->kept, text, len);
}

static struct import_job job_of(struct got *g, const char *file, const char *data, size_t len)
{
	buf_init(&g->events, 1 << 20);
	buf_init(&g->said, 1 << 20);
	buf_init(&g->kept, 1 << 20);
	return (struct import_job){.file = file,
				   .data = data,
				   .len = len,
				   .source = "/sources/t",
				   .sink = {on_event, on_say, on_keep, g}};
}

static void got_clear(struct got *g)
{
	buf_clear(&g->events);
	buf_clear(&g->said);
	buf_clear(&g->kept);
}

static void has(struct buf *b, const char *part)
{
	if (!strstr(buf_cstr(b), part))
		fail_msg("'%s' is not in:\n%s", part, buf_cstr(b));
}

static void encodings(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *name;
	} rows[] = {
		{"\xd0\xed\xbf\xc9", 4, "GB18030"},
		{"\xe8\xae\xb8\xe5\x8f\xaf", 6, "UTF-8"},
		{"\xef\xbb\xbf\xe8\xae\xb8\xe5\x8f\xaf", 9, "UTF-8"},
		{"\xff\xfe\xb8\x8b\xef\x53", 6, "UTF-16"},
		{"\xfe\xff\x8b\xb8\x53\xef", 6, "UTF-16"},
	};
	struct buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&out, 64);
		assert_string_equal(import_to_utf8(rows[i].data, rows[i].len, &out), rows[i].name);
		assert_string_equal(buf_cstr(&out), "许可");
		buf_clear(&out);
	}
	buf_init(&out, 64);
	assert_null(import_to_utf8("\xff\xff\xff\xff\xff", 5, &out));
	buf_clear(&out);
}

static const char new_sheet[] =
	"XK_XDR_MC,XK_XDR_SHXYM,XK_WSH,XK_JDRQ,XK_YXQZI,XK_XKJGDM,XK_ZT,事项编码,XK_XX\n"
	"甲公司,91320105780688132K,文1,2026/11/23,2099/12/31,11371302MB2855918W,1,000123011000,旧\n";
static const char old_sheet[] =
	"XK_XDR,XK_XDR_SHXYM,XK_WSH,XK_JDRQ,XK_JZQ,XK_XZJGDM,XK_ZT,事项编码,XK_XX\n"
	"甲公司,91320105780688132K,文1,20261123,2099/12/31,11371302MB2855918W,0,000123011000,旧\n";

static void old_and_new_names_make_one_event(void **state)
{
	struct got a = {0}, b = {0};
	struct import_job ja = job_of(&a, "a.csv", new_sheet, strlen(new_sheet)),
			  jb = job_of(&b, "b.csv", old_sheet, strlen(old_sheet));

	(void)state;
	assert_int_equal(import_permits(&ja, &a.counts), ERR_OK);
	assert_int_equal(import_permits(&jb, &b.counts), ERR_OK);
	assert_int_equal(a.counts.events, 1);
	assert_string_equal(buf_cstr(&a.events), buf_cstr(&b.events));
	has(&a.events, "\"type\":\"approval.granted\"");
	has(&a.events, "\"time\":\"2026-11-23T00:00:00+08:00\"");
	has(&a.events, "\"region\":\"371302\"");
	has(&a.events, "\"sheet\":{\"XK_XX\":\"旧\"}");
	assert_null(strstr(buf_cstr(&a.events), "valid_until"));
	got_clear(&a);
	got_clear(&b);
}

/* 1 is valid in the sheets of today and revoked in the old ones. */
static void states_mean_what_their_sheet_says(void **state)
{
	static const struct {
		const char *old_name, *state, *document, *type;
	} rows[] = {
		{"XK_XDR_MC", "1", "准予行政许可决定书", "granted"},
		{"XK_XDR", "1", "", "revoked"},
		{"XK_XDR", "0", "", "granted"},
		{"XK_XDR_MC", "2", "", "cancelled"},
		{"XK_XDR_MC", "1", "不予行政许可决定书", "refused"},
		{"XK_XDR_MC", "1", "准予变更行政许可决定书", "changed"},
		{"XK_XDR_MC", "1", "准予延续决定书", "renewed"},
		{"XK_XDR_MC", "撤销", "", "revoked"},
		{"XK_XDR_MC", "", "注销决定书", "cancelled"},
		{"XK_XDR_MC", "8", "", NULL},
	};
	char text[600], type[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct got g = {0};
		struct import_job j;

		snprintf(
			text, sizeof(text),
			"%s,XK_WSH,XK_JDRQ,XK_ZT,事项编码,XK_XKWS,DFBM\n甲,文1,20261123,%s,000123011000,%s,371302\n",
			rows[i].old_name, rows[i].state, rows[i].document);
		j = job_of(&g, "s.csv", text, strlen(text));
		assert_int_equal(import_permits(&j, &g.counts), ERR_OK);
		assert_int_equal(g.counts.events, rows[i].type ? 1 : 0);
		snprintf(type, sizeof(type), "\"type\":\"approval.%s\"",
			 rows[i].type ? rows[i].type : "");
		if (rows[i].type)
			has(&g.events, type);
		else
			has(&g.said, "s.csv:2: XK_ZT: a state that is not known");
		got_clear(&g);
	}
}

static void what_cannot_be_used_is_told_and_kept(void **state)
{
	static const char sheet[] =
		"\xef\xbb\xbf表头之上的标题,,,,,\n"
		"行政相对人名称,行政许可决定文书号,许可决定日期,事项编码,统一社会信用代码,身份证号\n"
		"甲公司,文1,2026-11-23,000123011000,91320105780688132X,371302199001011234\n"
		"乙公司,文2,2026-11-31,000123011000,,\n"
		",文3,2026-11-23,9,,\n"
		",,,,,\n"
		"\n"
		"丁公司,\"文4,2026-11-23,000123011000,,\n"
		"#戊,文5,2026-11-23,000123011000,,\n"
		"#戊,文5,2026-11-23,000123011000,,\n"
		"另一个名字,文5,2026-11-23,000123011000,,\n";
	struct got g = {0};
	struct import_job j = job_of(&g, "f.csv", sheet, sizeof(sheet) - 1);

	(void)state;
	j.region = "371302";
	assert_int_equal(import_permits(&j, &g.counts), ERR_OK);
	assert_int_equal(g.counts.rows, 7);
	assert_int_equal(g.counts.events, 2);
	assert_int_equal(g.counts.repeats, 1);
	assert_int_equal(g.counts.rejected, 4);
	assert_int_equal(g.counts.doubtful, 1);
	has(&g.said, "f.csv:3: 统一社会信用代码: fails the check of GB 32100");
	has(&g.said, "f.csv:4: 许可决定日期: not a date that can be read");
	has(&g.said, "f.csv:5: 行政相对人名称: is missing");
	has(&g.said, "f.csv:5: 事项编码: not an item code");
	has(&g.said, "f.csv:8: a quote is opened and never closed");
	has(&g.said, "f.csv:11: says something else about the matter of f.csv:9");
	has(&g.kept, "note_rejected\r\n乙公司,文2,2026-11-31,000123011000,,,许可决定日期: not");
	has(&g.kept, "丁公司,\"文4,2026-11-23,000123011000,,\r\n");
	has(&g.events, "\"name\":\"#戊\"");
	assert_null(strstr(buf_cstr(&g.events), "371302199001011234"));
	got_clear(&g);
}

/* What was kept can be mended and imported again as it is. */
static void kept_rows_can_be_imported_again(void **state)
{
	static const char sheet[] = "XK_XDR_MC,XK_WSH,XK_JDRQ,事项编码\n甲,文1,坏,000123011000\n";
	struct got g = {0}, again = {0};
	struct import_job j = job_of(&g, "f.csv", sheet, sizeof(sheet) - 1), k;
	char *bad, mended[600];

	(void)state;
	j.region = "371302";
	assert_int_equal(import_permits(&j, &g.counts), ERR_OK);
	bad = strstr(buf_cstr(&g.kept), "坏");
	assert_non_null(bad);
	snprintf(mended, sizeof(mended), "%.*s20261123%s", (int)(bad - g.kept.data), g.kept.data,
		 bad + strlen("坏"));
	k = job_of(&again, "g.csv", mended, strlen(mended));
	k.region = "371302";
	assert_int_equal(import_permits(&k, &again.counts), ERR_OK);
	assert_int_equal(again.counts.events, 1);
	got_clear(&g);
	got_clear(&again);
}

static void json_in_every_wrapping(void **state)
{
	static const char one[] =
		"{\"XK_XDR_MC\":\"甲\",\"XK_WSH\":\"文1\",\"XK_JDRQ\":46349,\"事项编码\":\"000123011000\",\"note_rejected\":\"x\"}";
	static const char *const shapes[] = {"%s", "[%s]", "{\"code\":0,\"data\":[%s]}", "%s\n"};
	char text[600];

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct got g = {0};
		struct import_job j;
		const char *shape = shapes[i], *at = strstr(shape, "%s");

		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - shape), shape, one, at + 2);
		j = job_of(&g, "f.json", text, strlen(text));
		j.region = "371302";
		assert_int_equal(import_permits(&j, &g.counts), ERR_OK);
		assert_int_equal(g.counts.events, 1);
		has(&g.events, "\"time\":\"2026-11-23T00:00:00+08:00\"");
		got_clear(&g);
	}
}

static void items_and_bodies_by_name(void **state)
{
	static const char sheet[] = "XK_XDR_MC,XK_WSH,XK_JDRQ,XK_XKZS,XK_XKJG,XK_NR\n"
				    "甲,文1,20261123,公共场所卫生许可证,临沂市行政审批服务局,\n"
				    "乙,文2,20261123,,,兰山某店食品经营许可一件\n"
				    "丙,文3,20261123,没有这个,,\n";
	struct help *h = *state;
	struct got g = {0};
	struct import_job j = job_of(&g, "f.csv", sheet, sizeof(sheet) - 1);
	struct pack *pack;

	assert_int_equal(pack_read_dir("rules/packs/linyi", &pack, &h->diag), ERR_OK);
	j.items = j.bodies = pack;
	j.region = "371302";
	assert_int_equal(import_permits(&j, &g.counts), ERR_OK);
	assert_int_equal(g.counts.events, 2);
	has(&g.events,
	    "\"item\":\"000123011000\",\"region\":\"371302\",\"bodies\":{\"deciding\":\"spj-371300\"}");
	has(&g.events, "\"item\":\"000131012000\"");
	has(&g.said, "f.csv:4: names no item code, and no single item of the catalogue");
	got_clear(&g);
	pack_unref(pack);
}

#define BASE                                                                                       \
	"\"taskcode\":\"11371302MB2855918W3000117052001\",\"regionid\":\"371302000000\",\"applicant\":\"甲公司\",\"applyerpagecode\":\"91320105780688132K\""

static void case_messages_are_joined(void **state)
{
	static const char text[] =
		"{\"projid\":\"A\",\"doneresult\":6,\"occurtime\":\"2026-11-23 10:15:00\",\"certificatelimit\":\"20301122\"}\n"
		"{\"projid\":\"A\"," BASE "}\n"
		"{\"projid\":\"A\",\"nodename\":\"受理\",\"noderesult\":4}\n"
		"{\"projid\":\"A\"," BASE "}\n"
		"{\"projid\":\"B\",\"base\":{" BASE
		"},\"proc\":[{\"nodename\":\"x\"}],\"done\":{\"doneresult\":\"7\",\"occurtime\":\"20261123\"}}\n"
		"{\"projid\":\"C\",\"doneresult\":\"6\",\"occurtime\":\"20261123\"}\n"
		"{\"projid\":\"D\"," BASE "}\n"
		"{\"data\":{\"projid\":\"E\"," BASE "}}\n"
		"{\"projid\":\"E\",\"doneresult\":\"3\",\"occurtime\":\"20261123\"}\n"
		"{\"what\":1}\n"
		"{\"doneresult\":\"6\"}\n"
		"{\"base\":{\"projid\":\"F\"," BASE
		"},\"done\":{\"doneresult\":\"6\",\"occurtime\":\"20261123\"}}\n";
	struct got g = {0};
	struct import_job j = job_of(&g, "c.ndjson", text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(import_cases(&j, &g.counts), ERR_OK);
	assert_int_equal(g.counts.events, 3);
	has(&g.events, "\"case\":\"F\"");
	assert_int_equal(g.counts.repeats, 1);
	assert_int_equal(g.counts.rejected, 4);
	assert_int_equal(g.counts.open, 1);
	has(&g.events, "\"type\":\"approval.granted\"");
	has(&g.events,
	    "\"case\":\"A\",\"item\":\"11371302MB2855918W3000117052001\",\"region\":\"371302000000\"");
	has(&g.events, "\"valid_until\":\"2030-11-22\"");
	has(&g.events, "\"type\":\"approval.refused\"");
	has(&g.said, "c.ndjson:6: no base message tells what this case is about");
	has(&g.said, "c.ndjson:9: doneresult: 3, withdrawn or ended");
	has(&g.said, "c.ndjson:10: neither base nor proc nor done");
	has(&g.said, "c.ndjson:11: projid: is missing");
	got_clear(&g);
}

/* Also one that is a good credit code by chance, one of full width, and one in an entity's place.
 */
static void numbers_of_persons_are_left_behind(void **state)
{
	static const char sheet[] = "XK_WSH,XK_JDRQ,XK_XDR_MC,XK_XDR_SHXYM,事项编码\n"
				    "文1,20261123,甲,37130219990101021X,000123011000\n";
	static const char *const codes[] = {"37130219990101021X", " ３７13021990030７123X "};
	char text[1024];
	struct got g = {0};
	struct import_job j = job_of(&g, "p.csv", sheet, sizeof(sheet) - 1);

	(void)state;
	j.region = "371302";
	assert_int_equal(import_permits(&j, &g.counts), ERR_OK);
	has(&g.events, "\"applicant\":{\"kind\":\"person\",\"name\":\"甲\"}");
	for (size_t i = 0; i < 2; i++) {
		got_clear(&g);
		g = (struct got){0};
		j = job_of(&g, "c.json", text, 0);
		j.len = (size_t)snprintf(
			text, sizeof(text),
			"{\"base\":{" BASE ",\"applyerpagecode\":\"%s\"},\"projid\":\"P\","
			"\"done\":{\"doneresult\":\"6\",\"occurtime\":\"20261123\"}}",
			codes[i]);
		assert_int_equal(import_cases(&j, &g.counts), ERR_OK);
		has(&g.events, "\"applicant\":{\"kind\":\"person\",\"name\":\"甲公司\"}");
	}
	got_clear(&g);
}

/* A correction has a higher DATAVERSION; the same number with other words is told, not guessed at.
 */
static void a_corrected_case_takes_the_place(void **state)
{
	static const char text[] =
		"{\"projid\":\"A\"," BASE "}\n"
		"{\"projid\":\"A\",\"doneresult\":7,\"occurtime\":\"20261123\",\"DATAVERSION\":1}\n"
		"{\"projid\":\"A\",\"doneresult\":6,\"occurtime\":\"20261123\",\"DATAVERSION\":2}\n"
		"{\"projid\":\"A\",\"doneresult\":7,\"occurtime\":\"20261124\",\"DATAVERSION\":2}\n";
	struct got g = {0};
	struct import_job j = job_of(&g, "c.ndjson", text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(import_cases(&j, &g.counts), ERR_OK);
	assert_int_equal(g.counts.events, 1);
	assert_int_equal(g.counts.rejected, 1);
	has(&g.events, "\"type\":\"approval.granted\"");
	has(&g.events, "\"version\":2");
	has(&g.said, "c.ndjson:4: says something else about the case of c.ndjson:3");
	got_clear(&g);
}

static void spreadsheets_become_pack_files(void **state)
{
	static const char items[] =
		"备注,事项名称,事项编码,主管部门,协管部门,下放方式,无关\n"
		"x,\"测试,事项\",123011000,卫生健康,市场监管、消防救援，公安,直接下放,1\n"
		"y,坏,1.23E+11,卫生健康,,直接下放,1\n"
		"z,坏,000123011000,卫生健康,,飞走,1\n";
	static const char bodies[] =
		"Name,ID,Type,Region,Sectors\n甲局,jia-1,监管,371302,卫生健康;公安\n";
	static const char more[] =
		"机构编码\t机构全称\t机构性质\t所在区划\t职责领域\njia-2\t乙,局\t审批\t371302\t\njia-3\t丙局\t公司\t371302\t\n";
	struct got g = {0}, b = {0};
	struct import_job m = job_of(&b, "m.txt", more, sizeof(more) - 1);
	struct import_job j = job_of(&g, "i.csv", items, sizeof(items) - 1),
			  k = job_of(&b, "b.csv", bodies, sizeof(bodies) - 1);
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 16);
	assert_int_equal(import_table(&j, IMPORT_ITEMS, &out, &g.counts), ERR_OK);
	assert_string_equal(
		buf_cstr(&out),
		"code,name,sector,assist,devolution,regions,basis,note\n"
		"000123011000,\"测试,事项\",卫生健康,市场监管|消防救援|公安,direct,,,x\n");
	assert_int_equal(g.counts.rejected, 2);
	has(&g.said, "i.csv: column 3, 事项编码, is code");
	has(&g.said, "i.csv: column 7, 无关, is not used");
	has(&g.said, "i.csv:3: 事项编码: a number in short form");
	buf_reset(&out);
	assert_int_equal(import_table(&k, IMPORT_BODIES, &out, &b.counts), ERR_OK);
	assert_string_equal(buf_cstr(&out), "id,name,kind,region,sectors,parent,code,note\n"
					    "jia-1,甲局,supervision,371302,卫生健康|公安,,,\n");
	buf_reset(&out);
	assert_int_equal(import_table(&m, IMPORT_BODIES, &out, &b.counts), ERR_OK);
	assert_string_equal(buf_cstr(&out), "id,name,kind,region,sectors,parent,code,note\n"
					    "jia-2,\"乙,局\",approval,371302,,,,\n");
	has(&b.said, "m.txt:3: 机构性质: must be one of 审批、审批部门、");
	buf_clear(&out);
	got_clear(&g);
	got_clear(&b);
}

/* Sheets come from people: a superior by name, digits as wide as the letters beside them, a row
 * twice, a comma too many. */
static void sheets_are_read_as_people_write_them(void **state)
{
	static const char bodies[] = "body_id,Body name,TYPE,region,上级单位,统一社会信用代码\n"
				     "ｊｉａ－１,甲局,Supervision,３７１３０２,乙局,\n"
				     "yi-1,乙局,审批,371302,,\n"
				     "jia-1,甲局,监管,371302,乙局,\n"
				     "jia-1,甲局,执法,371302,乙局,\n"
				     "bing-1,丙局,监管,371302,丁局,\n"
				     "#wu-1,戊局,监管,371302,,\n"
				     "ji-1,己局,监管,371302,,,x\n"
				     "jia-2,甲局,监管,371302,,,\n"
				     "geng-1,庚局,监管,371302,甲局,\n";
	static const char items[] =
		"Item-code,ITEM_NAME,Mode,regions\n"
		"０００１２３０１１０００,甲,WINDOW,3713\n000123011000,甲,window,3713\n000123011000,乙,window,3713\n"
		"000123011000,乙,window,3714\n000123011001,丙,no,3714\n";
	struct got g = {0}, b = {0};
	struct import_job j = job_of(&g, "i.csv", items, sizeof(items) - 1),
			  k = job_of(&b, "b.csv", bodies, sizeof(bodies) - 1);
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 16);
	assert_int_equal(import_table(&k, IMPORT_BODIES, &out, &b.counts), ERR_OK);
	assert_string_equal(buf_cstr(&out), "id,name,kind,region,sectors,parent,code,note\n"
					    "jia-1,甲局,supervision,371302,,yi-1,,\n"
					    "yi-1,乙局,approval,371302,,,,\n"
					    "jia-2,甲局,supervision,371302,,,,\n");
	assert_int_equal(b.counts.repeats, 1);
	assert_int_equal(b.counts.rejected, 5);
	has(&b.said, "b.csv:5: says something else about the matter of b.csv:2");
	has(&b.said, "b.csv:6: 上级单位: a body by a name that neither the sheet nor the pack has");
	has(&b.said, "b.csv:7: body_id: an id is visible ASCII");
	has(&b.said, "b.csv:8: has 7 cells, the header 6");
	has(&b.said, "b.csv:10: 上级单位: several bodies of the sheet have this name");
	has(&b.kept,
	    "\xef\xbb\xbf"
	    "body_id,Body name,TYPE,region,上级单位,统一社会信用代码,note_rejected\r\njia-1,甲局,执法");
	buf_reset(&out);
	assert_int_equal(import_table(&j, IMPORT_ITEMS, &out, &g.counts), ERR_OK);
	assert_string_equal(buf_cstr(&out),
			    "code,name,sector,assist,devolution,regions,basis,note\n"
			    "000123011000,甲,,,window,3713,,\n000123011000,乙,,,window,3714,,\n");
	assert_int_equal(g.counts.repeats, 1);
	has(&g.said, "i.csv:4: says something else about the matter of i.csv:2");
	has(&g.said, "、未下放、市级保留\n");
	buf_clear(&out);
	got_clear(&g);
	got_clear(&b);
}

static void nothing_of_ours_is_said_so(void **state)
{
	static const char *const texts[] = {"", "a,b,c\n1,2,3\n", "[{", "\xff\xff\xff\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct got g = {0};
		struct import_job j = job_of(&g, "f", texts[i], strlen(texts[i]));

		assert_int_equal(import_permits(&j, &g.counts), ERR_SYNTAX);
		assert_true(g.said.len > 0);
		got_clear(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodings),
		cmocka_unit_test(old_and_new_names_make_one_event),
		cmocka_unit_test(states_mean_what_their_sheet_says),
		cmocka_unit_test(what_cannot_be_used_is_told_and_kept),
		cmocka_unit_test(kept_rows_can_be_imported_again),
		cmocka_unit_test(json_in_every_wrapping),
		cmocka_unit_test_setup_teardown(items_and_bodies_by_name, help_setup,
						help_teardown),
		cmocka_unit_test(case_messages_are_joined),
		cmocka_unit_test(numbers_of_persons_are_left_behind),
		cmocka_unit_test(a_corrected_case_takes_the_place),
		cmocka_unit_test(spreadsheets_become_pack_files),
		cmocka_unit_test(sheets_are_read_as_people_write_them),
		cmocka_unit_test(nothing_of_ours_is_said_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
