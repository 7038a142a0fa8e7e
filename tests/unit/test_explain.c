/* Why and why not: the reasons of each row, the climbs, the deadline day by day. */
#include <stdlib.h>

#include <jansson.h>

#include "decide.h"
#include "rules_help.h"

static const char *explain(struct help *h, const struct pack *pack, const char *body, bool json)
{
	struct decide_in in = {0};
	struct event e;
	struct buf out;
	const char *text;

	assert_int_equal(help_event(h, "C1", "C1", &e), ERR_OK);
	in.at_ms = e.time_ms;
	buf_init(&out, 1 << 20);
	if (explain_body(pack, &e, &in, body, json, &out) != ERR_OK)
		buf_add_str(&out, "not found");
	text = arena_strdup(&h->arena, buf_cstr(&out));
	buf_clear(&out);
	event_clear(&e);
	return text;
}

/* A member of the at-th element of a list is this JSON. */
static void doc_has(json_t *doc, const char *list, size_t at, const char *name,
		    const char *expected)
{
	json_t *want = json_loads(expected, 0, NULL);
	json_t *found = json_object_get(json_array_get(json_object_get(doc, list), at), name);
	char *text = json_dumps(found, JSON_ENCODE_ANY);

	if (!want || !json_equal(want, found))
		fail_msg("%s[%zu].%s is %s", list, at, name, text);
	free(text);
	json_decref(want);
}

static void test_explain_body(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	json_t *doc;

	assert_int_equal(help_pack(h, "rules.csv",
				   "id,role,to,event,overrides,when:area,from,due,basis\n"
				   "R1,lead,body:znb,granted,,,2026-01-01,,\"law\nart. 1\"\n"
				   "R2,lead,市场@here,granted,R1,,,2wd,\n"
				   "R3,copy,body:znb,refused,,<5,,,\n",
				   &pack),
			 ERR_OK);
	assert_string_equal(
		explain(h, pack, "znb", false),
		"/sources/t e1: znb is not told\n"
		"  item 000123011000 甲: sector 卫生, devolution full (items.csv:3)\n"
		"  region 371302 区\n"
		"  R1 (lead, body:znb): matches and would name it, but R2 overrides the rule"
		"; basis: law art. 1; in force 2026-01-01..\n"
		"  R2 (lead, 市场@here): matches, but its recipient is not this body; overrides R1\n"
		"    looks for 市场: 371302 zf-q\n"
		"  R3 (copy, body:znb): would name it, but does not match: event has to be refused"
		" and is granted (and 1 more)\n");
	assert_string_equal(explain(h, pack, "zf-q", false),
			    "/sources/t e1: zf-q is told as lead\n"
			    "  item 000123011000 甲: sector 卫生, devolution full (items.csv:3)\n"
			    "  region 371302 区\n"
			    "  R1 (lead, body:znb): matches, but its recipient is not this body"
			    "; basis: law art. 1; in force 2026-01-01..\n"
			    "  R2 (lead, 市场@here): matches and names it; overrides R1\n"
			    "    looks for 市场: 371302 zf-q\n"
			    "  due 2026-11-25T23:59:59+08:00, by R2 (2wd)\n"
			    "    2026-11-23 the day of the event does not count\n"
			    "    2026-11-24 Tue working 1\n"
			    "    2026-11-25 Wed working 2\n");
	doc = json_loads(explain(h, pack, "znb", true), 0, NULL);
	assert_true(json_is_null(json_object_get(doc, "role")));
	assert_true(json_is_null(json_object_get(doc, "due")));
	doc_has(doc, "rules", 2, "fails",
		"[{\"column\":\"event\",\"cell\":\"refused\",\"value\":\"granted\"},"
		"{\"column\":\"when:area\",\"cell\":\"<5\",\"value\":\"1200\"}]");
	doc_has(doc, "rules", 1, "climbs",
		"[{\"for\":\"市场\",\"steps\":[{\"region\":\"371302\",\"body\":\"zf-q\","
		"\"several\":false}]}]");
	doc_has(doc, "rules", 1, "overrides", "[\"R1\"]");
	json_decref(doc);
	assert_string_equal(explain(h, pack, "nobody", false), "not found");
	pack_unref(pack);
}

/* Climbing goes up region by region, and a selector that finds nobody says where it looked. */
static void test_explain_climb(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	json_t *doc;

	assert_int_equal(help_pack(h, "rules.csv",
				   "id,role,to,due\n"
				   "R1,lead,coordination@here,1h\n"
				   "R2,copy,城管@city,\n"
				   "R3,copy,holder,\n",
				   &pack),
			 ERR_OK);
	doc = json_loads(explain(h, pack, "znb", true), 0, NULL);
	doc_has(doc, "rules", 0, "climbs",
		"[{\"for\":\"coordination\",\"steps\":["
		"{\"region\":\"371302\",\"body\":null,\"several\":false},"
		"{\"region\":\"371300\",\"body\":\"znb\",\"several\":false}]}]");
	doc_has(doc, "rules", 1, "climbs",
		"[{\"for\":\"城管\",\"steps\":["
		"{\"region\":\"371300\",\"body\":null,\"several\":false}]}]");
	doc_has(doc, "rules", 2, "climbs",
		"[{\"for\":\"卫生\",\"steps\":["
		"{\"region\":\"371302\",\"body\":\"wjw-q\",\"several\":false}]}]");
	assert_string_equal(json_string_value(json_object_get(json_object_get(doc, "due"), "rule")),
			    "R1");
	json_decref(doc);
	assert_non_null(strstr(explain(h, pack, "znb", false),
			       "  R2 (copy, 城管@city): matches, but its recipient is not this "
			       "body\n    looks for 城管: 371300 has nobody\n"));
	pack_unref(pack);
}

int main(void)
{
#define WITH_HELP(f) cmocka_unit_test_setup_teardown(f, help_setup, help_teardown)
	const struct CMUnitTest tests[] = {
		WITH_HELP(test_explain_body),
		WITH_HELP(test_explain_climb),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
