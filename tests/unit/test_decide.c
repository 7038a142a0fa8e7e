/* Decisions: the worked cases line by line, and the corners of contract section 3 one by one. */
#include <stdio.h>

#include <jansson.h>

#include "decide.h"
#include "packdir.h"
#include "rules_help.h"

static char *file_read(struct help *h, const char *path)
{
	FILE *f = fopen(path, "rb");
	char *data = arena_alloc(&h->arena, 1 << 17);
	size_t len;

	assert_non_null(f);
	len = fread(data, 1, (1 << 17) - 1, f);
	fclose(f);
	data[len] = '\0';
	return data;
}

static const char *decide_text(struct help *h, const struct pack *pack, const char *event,
			       size_t len)
{
	struct decision d;
	struct decide_in in = {0};
	struct event e;
	struct buf out;
	const char *text;

	if (event_parse(event, len, &event_limits_default, &e, &h->diag))
		fail_msg("%s", help_faults(h));
	in.at_ms = e.time_ms;
	decide(pack, &e, &in, &h->arena, &d);
	buf_init(&out, 1 << 20);
	decision_to_json(pack, &e, &d, &out);
	text = arena_strndup(&h->arena, out.data, out.len);
	buf_clear(&out);
	event_clear(&e);
	return text;
}

/* Problems are a set; everything else has its order. */
static bool problems_equal(json_t *a, json_t *b)
{
	size_t i, j, found = 0;

	if (json_array_size(a) != json_array_size(b))
		return false;
	for (i = 0; i < json_array_size(a); i++) {
		for (j = 0; j < json_array_size(b); j++)
			found += json_equal(json_array_get(a, i), json_array_get(b, j));
	}
	return found == json_array_size(a);
}

static void expect_equal(const char *expected, const char *found)
{
	json_t *a = json_loads(expected, 0, NULL), *b = json_loads(found, 0, NULL);

	json_object_del(a, "policy");
	assert_true(json_is_string(json_object_get(b, "policy")));
	json_object_del(b, "policy");
	if (!problems_equal(json_object_get(a, "problems"), json_object_get(b, "problems")))
		fail_msg("expected %s\nfound    %s", expected, found);
	json_object_del(a, "problems");
	json_object_del(b, "problems");
	if (!json_equal(a, b))
		fail_msg("expected %s\nfound    %s", expected, found);
	json_decref(a);
	json_decref(b);
}

static void test_worked_cases(void **state)
{
	struct help *h = *state;
	char *events = file_read(h, "tests/cases/mini/events.ndjson");
	char *decisions = file_read(h, "tests/cases/mini/decisions.ndjson");
	struct pack *pack;
	int count = 0;

	assert_int_equal(pack_read_dir("tests/cases/mini", &pack, &h->diag), ERR_OK);
	for (; *events; count++) {
		size_t event_len = strcspn(events, "\n"), decision_len = strcspn(decisions, "\n");

		expect_equal(arena_strndup(&h->arena, decisions, decision_len),
			     decide_text(h, pack, events, event_len));
		events += event_len + (events[event_len] == '\n');
		decisions += decision_len + (decisions[decision_len] == '\n');
	}
	assert_int_equal(count, 20);
	assert_string_equal(decisions, "");
	pack_unref(pack);
}

/* The notices of the good event (one member changed) by the small pack with these rules, as short
 * text. */
static const char *told(struct help *h, const char *rules, const char *from, const char *to)
{
	const char *event = help_event_text(h, from, to), *text;
	json_t *d, *one;
	struct pack *pack;
	char *all = arena_strdup(&h->arena, "");
	size_t i;

	if (help_pack(h, "rules.csv", rules, &pack))
		fail_msg("%s", help_faults(h));
	text = decide_text(h, pack, event, strlen(event));
	d = json_loads(text, 0, NULL);
	json_array_foreach(json_object_get(d, "notices"), i, one) {
		all = arena_printf(&h->arena, "%s%s:%s ", all,
				   json_string_value(json_object_get(one, "body")),
				   json_string_value(json_object_get(one, "role")));
	}
	json_array_foreach(json_object_get(d, "problems"), i, one) {
		all = arena_printf(&h->arena, "%s!%s ", all,
				   json_string_value(json_object_get(one, "code")));
	}
	json_decref(d);
	pack_unref(pack);
	return all;
}

static bool matches(struct help *h, const char *cell, const char *from, const char *to)
{
	const char *rules =
		arena_printf(&h->arena, "id,role,to,when:area\nR,lead,body:znb,\"%s\"\n", cell);

	return strstr(told(h, rules, from, to), "znb:lead") != NULL;
}

static const struct {
	const char *cell, *value;
	bool holds;
} value_cases[] = {
	{"", "1", true},
	{"*", "1", true},
	{"", "null", true},
	{"<5", "null", false},
	{"!<5", "null", false},
	{"<5", "4.999", true},
	{"<5", "5", false},
	{"<=5", "5", true},
	{">5", "5", false},
	{">5", "5.001", true},
	{">=5", "5.0", true},
	{"=5", "5.0", true},
	{"=5", "\"5\"", false},
	{"5", "5", false},
	{"5", "\"5\"", true},
	{"[1..5)", "1", true},
	{"[1..5)", "5", false},
	{"(1..5]", "1", false},
	{"(1..5]", "5", true},
	{"(1..5)", "3", true},
	{"[1..1]", "1", true},
	{"[-2..-1]", "-1.5", true},
	{"<0", "-1e3", true},
	{"true", "true", true},
	{"true", "false", false},
	{"true", "\"true\"", false},
	{"!true", "false", true},
	{"!true", "1", true},
	{"hi*", "\"high\"", true},
	{"hi*", "\"h\"", false},
	{"!hi*", "\"low\"", true},
	{"!hi*", "\"hi\"", false},
	{"a|<5|>10", "11", true},
	{"a|<5|>10", "7", false},
	{"!a|<5", "\"a\"", false},
	{"!a|<5", "7", true},
	{"x", "[1]", false},
	{"!x", "[1]", true},
	{"!x", "{}", true},
	{"", "[]", true},
	{"h|hi*|hig", "\"higher\"", true},
	{"hig*|h", "\"hi\"", false},
	{"许*", "\"许可\"", true},
};

static void test_values(void **state)
{
	struct help *h = *state;
	size_t i;

	for (i = 0; i < sizeof(value_cases) / sizeof(value_cases[0]); i++) {
		if (matches(h, value_cases[i].cell, "1200", value_cases[i].value) !=
		    value_cases[i].holds)
			fail_msg("cell %s, value %s: expected %d", value_cases[i].cell,
				 value_cases[i].value, value_cases[i].holds);
	}
	assert_false(matches(h, "!x", "\"area\":1200,", ""));
	assert_true(matches(h, "", "\"area\":1200,", ""));
	assert_false(matches(h, "!x", ",\"attributes\":{\"area\":1200,\"risk\":\"high\"}", ""));
}

static void test_columns(void **state)
{
	static const struct {
		const char *column, *cell, *from, *to;
		bool holds;
	} cases[] = {
		{"event", "granted|refused", "C1", "C1", true},
		{"event", "!granted", "C1", "C1", false},
		{"event", "re*", "granted", "revoked", true},
		{"item", "0001230*", "C1", "C1", true},
		{"item", "!000123011000", "C1", "C1", false},
		{"sector", "卫生", "C1", "C1", true},
		{"sector", "!卫生", "000123011000", "999999999999", false},
		{"sector", "*", "000123011000", "999999999999", true},
		{"devolution", "full", "C1", "C1", true},
		{"devolution", "full", "\"region\":\"371302\"", "\"region\":\"371321\"", false},
		{"region", "371300", "C1", "C1", true},
		{"region", "371302", "\"region\":\"371302\"", "\"region\":\"371302001000\"", true},
		{"region", "371302001000", "C1", "C1", false},
		{"region", "!371302", "\"region\":\"371302\"", "\"region\":\"371302001000\"",
		 false},
		{"region", "!371302", "\"region\":\"371302\"", "\"region\":\"371321\"", true},
		{"region", "3713*", "\"region\":\"371302\"", "\"region\":\"371321\"", true},
		{"region", "37130*", "\"region\":\"371302\"", "\"region\":\"371321\"", false},
		{"region", "371302", "\"region\":\"371302\"", "\"region\":\"371302999000\"", true},
		{"from", "2026-11-23", "C1", "C1", true},
		{"from", "2026-11-24", "C1", "C1", false},
		{"until", "2026-11-23", "C1", "C1", true},
		{"until", "2026-11-22", "C1", "C1", false},
	};
	struct help *h = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *rules = arena_printf(&h->arena, "id,role,to,%s\nR,lead,body:znb,%s\n",
						 cases[i].column, cases[i].cell);
		bool holds = strstr(told(h, rules, cases[i].from, cases[i].to), "znb:lead") != NULL;

		if (holds != cases[i].holds)
			fail_msg("%s = %s, %s: expected %d", cases[i].column, cases[i].cell,
				 cases[i].to, cases[i].holds);
	}
}

static void test_recipients(void **state)
{
	static const struct {
		const char *to, *from, *into, *told;
	} cases[] = {
		{"sector@here", "C1", "C1", "wjw-q:lead "},
		{"sector@here", "\"region\":\"371302\"", "\"region\":\"371302001000\"",
		 "wjw-q:lead "},
		{"sector@here", "\"region\":\"371302\"", "\"region\":\"371321\"", "wjw-s:lead "},
		{"sector@city", "C1", "C1", "wjw-s:lead "},
		{"sector@county", "\"region\":\"371302\"", "\"region\":\"371321\"",
		 "!no-body !no-lead "},
		{"sector@province", "C1", "C1", "!no-body !no-lead "},
		{"sector@here", "000123011000", "999999999999", "!no-body !unknown-item !no-lead "},
		{"市场@here", "C1", "C1", "zf-q:lead "},
		{"市场@city", "C1", "C1", "sc-s:lead "},
		{"enforcement@here", "C1", "C1", "zf-q:lead "},
		{"enforcement@city", "C1", "C1", "!no-body !no-lead "},
		{"coordination@here", "C1", "C1", "znb:lead "},
		{"accepting", "\"accepting\":\"spj-q\"", "\"accepting\":\"znb\"", "znb:lead "},
		{"reviewing", "\"reviewing\":\"spj-q\"", "\"reviewing\":\"gone\"",
		 "!no-body !no-lead "},
		{"deciding", "\"deciding\":\"spj-q\"", "\"deciding\":null", "!no-body !no-lead "},
		{"holder", "C1", "C1", "wjw-q:lead "},
		{"body:znb", "C1", "C1", "znb:lead "},
		{"body:znb", "91320105780688132K", "91320105780688132X", "znb:lead !bad-code "},
		{"body:znb", "\"entity\"", "\"person\"", "znb:lead "},
		{"body:znb", "\"region\":\"371302\"", "\"region\":\"440100\"",
		 "znb:lead !unknown-region "},
		{"body:znb", "\"region\":\"371302\"", "\"region\":\"371302000000\"",
		 "znb:lead !unknown-region "},
		{"body:znb", "\"region\":\"371302\"", "\"region\":\"371302999000\"",
		 "znb:lead !unknown-region "},
		{"body:znb", "000123011000", "11371302MB2855918W300011705200101", "znb:lead "},
	};
	struct help *h = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *rules = arena_printf(&h->arena, "id,role,to\nR,lead,%s\n", cases[i].to);

		assert_string_equal(told(h, rules, cases[i].from, cases[i].into), cases[i].told);
	}
}

static void test_merging_and_overrides(void **state)
{
	static const struct {
		const char *rows, *told;
	} cases[] = {
		{"A,copy,body:znb,\nB,lead,body:znb,\nC,assist,body:znb,\n", "znb:lead "},
		{"A,copy,body:znb,\nB,assist,body:sc-s,\nC,lead,body:wjw-q,\nD,assist,body:spj-q,"
		 "\n",
		 "wjw-q:lead sc-s:assist spj-q:assist znb:copy "},
		{"A,copy,body:znb,\nB,lead,body:sc-s,\nC,lead,body:znb,\n",
		 "znb:lead sc-s:lead !several-leads "},
		{"A,lead,body:znb,B\nB,lead,body:sc-s,\n", "znb:lead "},
		/* All rows that match override, also one that is itself removed. */
		{"A,lead,body:znb,B\nB,lead,body:sc-s,C\nC,copy,body:wjw-q,\n", "znb:lead "},
		{"A,none,,\nB,copy,body:znb,\n", "znb:copy "},
		{"A,none,,\nB,copy,body:znb,A\n", "znb:copy !no-lead "},
		{"A,copy,body:znb,\n", "znb:copy !no-lead "},
		{"A,assist,assist@here,\n", "!no-lead "},
	};
	struct help *h = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *rules =
			arena_printf(&h->arena, "id,role,to,overrides\n%s", cases[i].rows);

		assert_string_equal(told(h, rules, "C1", "C1"), cases[i].told);
	}
}

static void test_merged_members(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	const char *event = help_event_text(h, "C1", "C1");

	assert_int_equal(help_pack(h, "rules.csv",
				   "id,role,to,due,feedback,via\n"
				   "A,copy,body:znb,3d,,sms\n"
				   "B,lead,body:znb,24h,7d,push|sms|chat\n"
				   "C,copy,body:znb,,5d,\n"
				   "D,applicant,applicant,,,email|sms\n"
				   "E,applicant,applicant,,,\n",
				   &pack),
			 ERR_OK);
	expect_equal(
		"{\"event\":{\"source\":\"/sources/t\",\"id\":\"e1\"},"
		"\"item\":{\"code\":\"000123011000\",\"sector\":\"卫生\",\"devolution\":\"full\"},"
		"\"notices\":[{\"body\":\"znb\",\"role\":\"lead\",\"due\":\"2026-11-24T10:15:00+08:"
		"00\","
		"\"feedback_due\":\"2026-11-28T23:59:59+08:00\",\"via\":[\"sms\",\"push\",\"chat\"]"
		","
		"\"rules\":[\"A\",\"B\",\"C\"]}],"
		"\"applicant\":{\"via\":[\"email\",\"sms\",\"push\"],\"rules\":[\"D\",\"E\"]},"
		"\"problems\":[]}",
		decide_text(h, pack, event, strlen(event)));
	pack_unref(pack);
}

static void test_holder(void **state)
{
	struct help *h = *state;
	struct decide_in in = {.holder = "znb"};
	struct decision d;
	struct event e;
	struct pack *pack;

	assert_int_equal(
		help_pack(h, "rules.csv", "id,role,to,event\nR,lead,holder,granted\n", &pack),
		ERR_OK);
	assert_int_equal(help_event(h, "C1", "C1", &e), ERR_OK);
	assert_true(decide_needs_holder(pack, &e));
	decide(pack, &e, &in, &h->arena, &d);
	assert_int_equal(d.notices[0].body, pack_find_body(pack, "znb"));
	in.holder = "gone";
	decide(pack, &e, &in, &h->arena, &d);
	assert_int_equal(d.notices[0].body, pack_find_body(pack, "wjw-q"));
	e.type = EVENT_REFUSED;
	assert_false(decide_needs_holder(pack, &e));
	event_clear(&e);
	pack_unref(pack);
}

static struct pack *wide_pack(struct help *h, const struct buf *bodies, const struct buf *rules)
{
	static const char meta[] = "{\"id\":\"t\",\"jurisdiction\":\"371302\"}";
	static const char regions[] = "code,name,level\n371302,x,county\n", items[] = "code,name\n";
	const struct pack_file files[] = {
		{"pack.json", meta, sizeof(meta) - 1},
		{"regions.csv", regions, sizeof(regions) - 1},
		{"bodies.csv", bodies->data, bodies->len},
		{"items.csv", items, sizeof(items) - 1},
		{"rules.csv", rules->data, rules->len},
	};
	struct pack *pack;

	if (pack_read(files, 5, &pack, &h->diag))
		fail_msg("%s", help_faults(h));
	return pack;
}

/* More bodies and more rows than the short paths are made for. */
static void test_many(void **state)
{
	struct help *h = *state;
	const char *event = help_event_text(h, "C1", "C1");
	struct buf bodies, rules;
	struct decision d;
	struct event e;
	struct decide_in in = {0};
	struct pack *pack;
	int i;

	buf_init(&bodies, 1 << 20);
	buf_init(&rules, 1 << 20);
	buf_add_str(&bodies, "id,name,kind,region\n");
	buf_add_str(&rules, "id,role,to\n");
	for (i = 0; i < 300; i++) {
		buf_printf(&bodies, "b%d,x,approval,371302\n", i);
		buf_printf(&rules, "R%d,copy,body:b%d\nS%d,assist,body:b%d\n", i, i, i, 299 - i);
	}
	pack = wide_pack(h, &bodies, &rules);
	assert_int_equal(event_parse(event, strlen(event), &event_limits_default, &e, &h->diag),
			 ERR_OK);
	decide(pack, &e, &in, &h->arena, &d);
	assert_int_equal(d.notice_count, 300);
	for (i = 0; i < 300; i++) {
		assert_int_equal(d.notices[i].rule_count, 2);
		assert_int_equal(d.notices[i].role, ROLE_ASSIST);
	}
	event_clear(&e);
	pack_unref(pack);
	buf_clear(&bodies);
	buf_clear(&rules);
}

int main(void)
{
#define WITH_HELP(f) cmocka_unit_test_setup_teardown(f, help_setup, help_teardown)
	const struct CMUnitTest tests[] = {
		WITH_HELP(test_worked_cases),
		WITH_HELP(test_values),
		WITH_HELP(test_columns),
		WITH_HELP(test_recipients),
		WITH_HELP(test_merging_and_overrides),
		WITH_HELP(test_merged_members),
		WITH_HELP(test_holder),
		WITH_HELP(test_many),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
