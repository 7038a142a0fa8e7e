#include <stdio.h>

#include "rules_help.h"
#include "timefmt.h"

static void test_good_event(void **state)
{
	struct help *h = *state;
	const char *text = help_event_text(h, "\"C1\"", "\"C1\"");
	const char *padded = arena_printf(&h->arena, " \r\n%s\n", text);
	struct event e;

	assert_int_equal(event_parse(padded, strlen(padded), &event_limits_default, &e, &h->diag),
			 ERR_OK);
	assert_int_equal(h->diag.count, 0);
	assert_int_equal(e.raw_len, strlen(text));
	assert_memory_equal(e.raw, text, e.raw_len);
	assert_int_equal(e.type, EVENT_GRANTED);
	assert_string_equal(e.source, "/sources/t");
	assert_string_equal(e.id, "e1");
	assert_string_equal(e.case_id, "C1");
	assert_int_equal(e.version, 1);
	assert_string_equal(e.item_code, "000123011000");
	assert_string_equal(e.handling, "01");
	assert_string_equal(e.region, "371302");
	assert_string_equal(e.deciding, "spj-q");
	assert_string_equal(e.applicant_phone, "13900000000");
	assert_string_equal(e.permit_number, "P1");
	assert_string_equal(e.scope, "s");
	assert_int_equal(e.decision_day, day_of_civil(2026, 11, 23));
	assert_true(node_is(e.attributes, NODE_OBJECT));
	event_clear(&e);
}

/* What stands for `from` in a good event, the pointer of the fault, and a part of its words. */
static const struct change {
	const char *from, *to, *where, *what;
} changes[] = {
	{"\"specversion\":\"1.0\",", "", "/specversion", "missing"},
	{"\"1.0\"", "\"0.3\"", "/specversion", "1.0"},
	{"\"1.0\"", "1.0", "/specversion", "string"},
	{"approval.granted", "approval.grantedx", "/type", "known types"},
	{"approval.granted", "granted", "/type", "known types"},
	{"\"type\":\"approval.granted\",", "", "/type", "missing"},
	{"\"source\":\"/sources/t\",", "", "/source", "missing"},
	{"\"/sources/t\"", "\"\"", "/source", "visible ASCII"},
	{"\"/sources/t\"", "\"a b\"", "/source", "visible ASCII"},
	{"\"e1\"", "\"许可\"", "/id", "visible ASCII"},
	{"\"e1\"", "7", "/id", "string"},
	{"\"e1\"", "null", "/id", "missing"},
	{"2026-11-23T10:15:00+08:00", "2026-11-23T10:15:00", "/time", "RFC 3339"},
	{"application/json", "text/plain", "/datacontenttype", "application/json"},
	{"\"case\":\"C1\",", "", "/data/case", "missing"},
	{"\"version\":1", "\"version\":0", "/data/version", "whole number"},
	{"\"version\":1", "\"version\":1.5", "/data/version", "whole number"},
	{"\"version\":1", "\"version\":\"1\"", "/data/version", "whole number"},
	{"\"item\":\"000123011000\",", "", "/data/item", "missing"},
	{"000123011000", "0001230110", "/data/item", "12, 31 or 33"},
	{"000123011000", "00012301100?", "/data/item", "12, 31 or 33"},
	{"\"region\":\"371302\",", "", "/data/region", "missing"},
	{"\"region\":\"371302\"", "\"region\":371302", "/data/region", "string"},
	{"{\"accepting\":\"spj-q\"", "{\"accepting\":[]", "/data/bodies/accepting", "string"},
	{"{\"accepting\":\"spj-q\"", "{\"accepting\":\"x|spj-q\"", "/data/bodies/accepting",
	 "without | * ! ,"},
	{"{\"accepting\":\"spj-q\"", "{\"reviewing\":\"spj-q,x\"", "/data/bodies/reviewing",
	 "without | * ! ,"},
	{"{\"accepting\":\"spj-q\"", "{\"reviewing\":\"*\"", "/data/bodies/reviewing",
	 "without | * ! ,"},
	{"{\"accepting\":\"spj-q\"", "{\"reviewing\":\"a\\tb\"", "/data/bodies/reviewing",
	 "visible ASCII"},
	{"\"name\":\"示例公司\",", "", "/data/applicant/name", "missing"},
	{"示例公司", "", "/data/applicant/name", "empty"},
	{"示例公司", " \\t\u3000", "/data/applicant/name", "empty"},
	{"\"phone\":\"13900000000\"", "\"phone\":13900000000", "/data/applicant/phone", "string"},
	{"\"decided_on\":\"2026-11-23\"", "\"decided_on\":\"2026-11-31\"",
	 "/data/permit/decided_on", "date"},
	{"\"valid_until\":\"2030-11-22\"", "\"valid_until\":\"long\"", "/data/permit/valid_until",
	 "date"},
	{"deferred-material", "deferred", "/data/commitments/0/kind", "deferred-material"},
	{"\"2026-12-31\"", "\"soon\"", "/data/commitments/0/due", "date"},
	{"\"what\":\"w\"", "\"what\":3", "/data/commitments/0/what", "string"},
	{"[{\"kind\"", "[7,{\"kind\"", "/data/commitments/0", "object"},
	{"{\"area\":1200,\"risk\":\"high\"}", "[]", "/data/attributes", "object"},
	{"{\"area\":1200", "{\"area\":9007199254740993", "/data/attributes/area", "2^53"},
	{"{\"area\":1200", "{\"area\":-9007199254740993", "/data/attributes/area", "2^53"},
	{"{\"area\":1200", "{\"area\":1e16", "/data/attributes/area", "2^53"},
	{"{\"area\":1200", "{\"area\":1e999", "/data/attributes/area", "2^53"},
	{"{\"area\":1200", "{\"area\":1,\"area\":2", "/data/attributes/area", "twice"},
	{"{\"area\":1200", "{\"area\":1,\"\\u0061rea\":2", "/data/attributes/area", "twice"},
	{"\"high\"", "\"a\\u0000b\"", "/data/attributes/risk", "NUL"},
	{"\"high\"", "\"\\ud800\"", "/data/attributes/risk", "surrogate"},
	{"\"high\"", "\"\\udc00\\ud800\"", "/data/attributes/risk", "surrogate"},
	{"\"high\"", "\"\\ud800\\u0041\"", "/data/attributes/risk", "surrogate"},
	{"\"high\"", "\"\xff\"", "/data/attributes/risk", "UTF-8"},
	{"\"high\"", "\"\xed\xa0\x80\"", "/data/attributes/risk", "UTF-8"},
};

static void test_every_member_has_its_fault(void **state)
{
	struct help *h = *state;
	struct event e;
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		diag_init(&h->diag, &h->arena);
		assert_int_equal(help_event(h, changes[i].from, changes[i].to, &e), ERR_INVALID);
		help_expect_fault(h, changes[i].where, changes[i].what);
	}
}

static void test_numbers_at_the_edge(void **state)
{
	struct help *h = *state;
	struct event e;

	assert_int_equal(help_event(h, "{\"area\":1200", "{\"area\":9007199254740992", &e), ERR_OK);
	event_clear(&e);
	assert_int_equal(help_event(h, "{\"area\":1200", "{\"area\":-9007199254740992", &e),
			 ERR_OK);
	event_clear(&e);
	assert_int_equal(help_event(h, "{\"area\":1200", "{\"area\":0.00000000000000000001", &e),
			 ERR_OK);
	event_clear(&e);
}

static void test_syntax(void **state)
{
	static const char *const broken[] = {
		"",	     "{",	    "}",
		"{\"a\"}",   "{\"a\":}",    "{\"a\":1,}",
		"[1,]",	     "{a:1}",	    "nul",
		"01",	     "1.",	    "1e",
		"-",	     "\"abc",	    "\"\t\"",
		"\"\\x\"",   "\"\\u12g4\"", "{} {}",
		"{\"a\" 1}", "[1 2]",	    "+1",
		".5",	     "'a'",	    "\xef\xbb\xbf{}",
		"{\"a\":1]", "tru",	    "{\"a\":1 \"b\":2}",
	};
	struct help *h = *state;
	struct event e;
	size_t i;

	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		diag_init(&h->diag, &h->arena);
		assert_int_equal(event_parse(broken[i], strlen(broken[i]), &event_limits_default,
					     &e, &h->diag),
				 ERR_SYNTAX);
		assert_int_equal(h->diag.count, 1);
		assert_non_null(
			strstr(h->diag.first->what, "not well-formed JSON at line 1, column"));
	}
	diag_init(&h->diag, &h->arena);
	assert_int_equal(event_parse("[]", 2, &event_limits_default, &e, &h->diag), ERR_INVALID);
	assert_int_equal(event_parse("7", 1, &event_limits_default, &e, &h->diag), ERR_INVALID);
	assert_int_equal(event_parse("{\"a\":\"\0\"}", 9, &event_limits_default, &e, &h->diag),
			 ERR_INVALID);
	help_expect_fault(h, "/a", "NUL byte");
}

static char *repeat(struct help *h, const char *part, int count)
{
	size_t len = strlen(part);
	char *all = arena_alloc(&h->arena, len * (size_t)count + 1);
	int i;

	for (i = 0; i < count; i++)
		memcpy(all + len * (size_t)i, part, len);
	all[len * (size_t)count] = '\0';
	return all;
}

static char *members(struct help *h, int count)
{
	char *all = arena_alloc(&h->arena, (size_t)count * 16 + 1), *out = all;
	int i;

	for (i = 0; i < count; i++)
		out += snprintf(out, 16, "%s\"m%d\":%d", i ? "," : "", i, i);
	return all;
}

/* Each limit once at its edge and once beyond it. */
static void limit_is(struct help *h, const char *from, const char *good, const char *bad,
		     const char *where)
{
	struct event e;

	diag_init(&h->diag, &h->arena);
	if (help_event(h, from, good, &e) != ERR_OK)
		fail_msg("at the limit of %s: %s", where, help_faults(h));
	event_clear(&e);
	assert_int_equal(help_event(h, from, bad, &e), ERR_INVALID);
	help_expect_fault(h, where, "");
}

static const char *quoted(struct help *h, int count)
{
	return arena_printf(&h->arena, "\"%s\"", repeat(h, "x", count));
}

static void test_limits_of_strings(void **state)
{
	struct help *h = *state;

	limit_is(h, "\"x\"", quoted(h, 8192), quoted(h, 8193), "/data/applicant/address");
	limit_is(h, "\"s\"", quoted(h, 65536), quoted(h, 65537), "/data/scope");
	limit_is(h, "\"c\"", quoted(h, 65536), quoted(h, 65537), "/data/permit/content");
	limit_is(h, "\"C1\"", quoted(h, 128), quoted(h, 129), "/data/case");
	limit_is(h, "\"e1\"", quoted(h, 128), quoted(h, 129), "/id");
	limit_is(h, "\"r\"", arena_printf(&h->arena, "\"%s\"", repeat(h, "许", 500)),
		 arena_printf(&h->arena, "\"%s\"", repeat(h, "许", 501)), "/data/remark");
	/* An escape counts as the bytes it stands for. */
	limit_is(h, "\"x\"", arena_printf(&h->arena, "\"%s\"", repeat(h, "\\u00e9", 4096)),
		 arena_printf(&h->arena, "\"%s\"", repeat(h, "\\u00e9", 4097)),
		 "/data/applicant/address");
}

static void test_limits_of_shape(void **state)
{
	struct help *h = *state;
	const char *deep = arena_printf(&h->arena, "%s%s", repeat(h, "[", 29), repeat(h, "]", 29));
	const char *deeper =
		arena_printf(&h->arena, "%s%s", repeat(h, "[", 30), repeat(h, "]", 30));
	const char *one = "{\"kind\":\"deferred-material\",\"what\":\"w\",\"due\":\"2026-12-31\"}";
	const char *many = repeat(h, arena_printf(&h->arena, "%s,", one), 99);

	limit_is(h, "{\"area\":1200,\"risk\":\"high\"}",
		 arena_printf(&h->arena, "{%s}", members(h, 200)),
		 arena_printf(&h->arena, "{%s}", members(h, 201)), "/data/attributes");
	limit_is(h, "\"high\"", arena_printf(&h->arena, "{%s}", members(h, 64)),
		 arena_printf(&h->arena, "{%s}", members(h, 65)), "/data/attributes/risk");
	limit_is(h, "\"high\"", deep, deeper,
		 arena_printf(&h->arena, "/data/attributes/risk%s", repeat(h, "/0", 29)));
	limit_is(h, one, arena_printf(&h->arena, "%s%s", many, one),
		 arena_printf(&h->arena, "%s%s,%s", many, one, one), "/data/commitments");
}

static void test_limit_of_size(void **state)
{
	struct help *h = *state;
	char *text = repeat(h, " ", 256 * 1024 + 2);
	struct event e;

	text[0] = '{';
	text[256 * 1024] = '}';
	assert_int_equal(event_parse(text, 256 * 1024 + 1, &event_limits_default, &e, &h->diag),
			 ERR_TOO_LARGE);
	help_expect_fault(h, "", "262144");
}

static void test_every_fault_at_once(void **state)
{
	struct help *h = *state;
	const char *text =
		"{\"specversion\":\"2\",\"data\":{\"item\":\"x\",\"applicant\":{\"name\":\"\"},"
		"\"permit\":{\"decided_on\":1},\"scope\":1,\"scope\":2}}";
	struct event e;

	assert_int_equal(event_parse(text, strlen(text), &event_limits_default, &e, &h->diag),
			 ERR_INVALID);
	help_expect_fault(h, "/specversion", "1.0");
	help_expect_fault(h, "/type", "missing");
	help_expect_fault(h, "/source", "missing");
	help_expect_fault(h, "/id", "missing");
	help_expect_fault(h, "/time", "missing");
	help_expect_fault(h, "/data/case", "missing");
	help_expect_fault(h, "/data/item", "12, 31");
	help_expect_fault(h, "/data/region", "missing");
	help_expect_fault(h, "/data/applicant/name", "empty");
	help_expect_fault(h, "/data/permit/decided_on", "string");
	help_expect_fault(h, "/data/scope", "twice");
}

static void test_ten_thousand_faults(void **state)
{
	struct help *h = *state;
	const char *text = arena_printf(&h->arena, "{\"a\":[%s0]}", repeat(h, "1e99,", 10000));
	struct event e;

	assert_int_equal(event_parse(text, strlen(text), &event_limits_default, &e, &h->diag),
			 ERR_INVALID);
	assert_int_equal(h->diag.count, 10000);
}

static void test_input_is_not_repeated(void **state)
{
	struct help *h = *state;
	struct event e;
	char *name = repeat(h, "n", 300);

	assert_int_equal(
		help_event(h, "{\"area\":1200",
			   arena_printf(&h->arena, "{\"%s/~\x01\":\"secret\",\"%s/~\x01\":1", name,
					name),
			   &e),
		ERR_SYNTAX);
	assert_null(strstr(help_faults(h), "secret"));
	diag_init(&h->diag, &h->arena);
	assert_int_equal(help_event(h, "{\"area\":1200", "{\"a/b~\":1,\"a/b~\":1", &e),
			 ERR_INVALID);
	help_expect_fault(h, "/data/attributes/a~1b~0", "twice");
	assert_int_equal(help_event(h, "{\"area\":1200",
				    arena_printf(&h->arena, "{\"%s\":1,\"%s\":1", name, name), &e),
			 ERR_INVALID);
	assert_true(strlen(h->diag.last->where) < 100);
}

static const char *registration(struct help *h, const char *more)
{
	return arena_printf(
		&h->arena,
		"{\"specversion\":\"1.0\",\"type\":\"approval.registered\",\"source\":\"s\","
		"\"id\":\"1\",\"time\":\"2026-11-23T20:00:00Z\",\"data\":{\"case\":\"C\","
		"\"region\":\"371302\",\"applicant\":{\"name\":\"n\"}%s}}",
		more);
}

static void test_registrations(void **state)
{
	struct help *h = *state;
	const char *with = registration(h, ",\"scope\":\"餐饮\""), *without = registration(h, "");
	struct event e;

	assert_int_equal(event_parse(with, strlen(with), &event_limits_default, &e, &h->diag),
			 ERR_OK);
	assert_string_equal(e.item_code, "");
	assert_null(e.item);
	/* Without a decision date it is the local date of the time. */
	assert_int_equal(e.decision_day, day_of_civil(2026, 11, 24));
	event_clear(&e);
	assert_int_equal(event_parse(without, strlen(without), &event_limits_default, &e, &h->diag),
			 ERR_INVALID);
	help_expect_fault(h, "/data/item", "scope");
}

/* What the hub does not know is kept as it was: every kind of value, escapes undone, in the order
 * of the document. */
static void test_values(void **state)
{
	struct help *h = *state;
	const struct node *own, *list, *v;
	struct event e;

	assert_int_equal(
		help_event(
			h, "\"remark\":\"r\"",
			"\"own\":[1,-2.5,\"\\u4e2d\\n\\ud83d\\ude00\",true,false,null,{\"z\":1,\"a\":[]}]",
			&e),
		ERR_OK);
	own = node_member(node_member(e.root, "data"), "own");
	assert_true(node_is(own, NODE_ARRAY));
	assert_int_equal(own->len, 7);
	list = own->first;
	assert_true(node_is(list, NODE_INTEGER) && list->integer == 1);
	v = list->next;
	assert_true(node_is(v, NODE_REAL) && v->real == -2.5);
	v = v->next;
	assert_string_equal(node_text(v), "\xe4\xb8\xad\n\xf0\x9f\x98\x80");
	assert_int_equal(v->len, 8);
	v = v->next;
	assert_true(node_is(v, NODE_TRUE) && node_is(v->next, NODE_FALSE));
	v = v->next->next;
	assert_true(node_is_missing(v));
	assert_string_equal(v->next->first->name, "z");
	assert_true(node_is(node_member(v->next, "a"), NODE_ARRAY));
	assert_null(node_member(v->next, "b"));
	assert_null(node_member(v, "a"));
	event_clear(&e);
}

static const char *canonical(struct help *h, const char *text)
{
	struct event e;
	struct buf out;
	char *copy;

	assert_int_equal(event_parse(text, strlen(text), &event_limits_default, &e, &h->diag),
			 ERR_OK);
	buf_init(&out, 1 << 20);
	event_canonical(&e, &out);
	copy = arena_strndup(&h->arena, out.data, out.len);
	buf_clear(&out);
	event_clear(&e);
	return copy;
}

static void test_canonical(void **state)
{
	struct help *h = *state;
	const char *plain = canonical(h, help_event_text(h, "\"C1\"", "\"C1\""));

	assert_string_equal(
		plain, canonical(h, help_event_text(h, "\"case\":\"C1\",\"version\":1",
						    "\n\"version\" : 1 ,\"case\":\"\\u00431\"")));
	/* Only type, time and data are content. */
	assert_string_equal(
		plain, canonical(h, help_event_text(h, "\"datacontenttype\":\"application/json\",",
						    "\"subject\":\"x\",")));
	assert_string_not_equal(plain, canonical(h, help_event_text(h, "\"C1\"", "\"C2\"")));
	assert_string_not_equal(plain, canonical(h, help_event_text(h, "10:15:00", "10:15:01")));
	assert_string_not_equal(plain, canonical(h, help_event_text(h, "1200", "\"1200\"")));
}

static const char *split(struct help *h, const char *text, bool ndjson, enum err expected)
{
	const struct event_batch in = {text, strlen(text), ndjson, &event_limits_default,
				       &h->arena};
	struct event_part *parts = NULL;
	size_t count = 0, i;
	char *all = arena_strdup(&h->arena, "");

	assert_int_equal(event_batch_split(&in, &parts, &count, &h->diag), expected);
	for (i = 0; i < count; i++)
		all = arena_printf(&h->arena, "%s<%.*s>", all, (int)parts[i].len, parts[i].data);
	return all;
}

static void test_split(void **state)
{
	static const char *const broken[] = {"",     "{}",   "[",     "[1",    "[1,",
					     "[1,]", "[,1]", "[1] 2", "[\"a]", "[{]"};
	struct help *h = *state;
	size_t i;

	assert_string_equal(split(h, " [ ] ", false, ERR_OK), "");
	assert_string_equal(split(h, "[{\"a\":[1,2]} , {\"b\":\"],\\\"\"},3]", false, ERR_OK),
			    "<{\"a\":[1,2]}><{\"b\":\"],\\\"\"}><3>");
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		split(h, broken[i], false, ERR_SYNTAX);
	assert_string_equal(split(h, "{}\r\n\n {\"a\":1} \n7", true, ERR_OK), "<{}><{\"a\":1}><7>");
	assert_string_equal(split(h, "", true, ERR_OK), "");
	split(h, repeat(h, "{}\n", 10000), true, ERR_OK);
	split(h, repeat(h, "{}\n", 10001), true, ERR_TOO_LARGE);
	split(h, repeat(h, " ", 16 * 1024 * 1024 + 1), true, ERR_TOO_LARGE);
}

int main(void)
{
#define WITH_HELP(f) cmocka_unit_test_setup_teardown(f, help_setup, help_teardown)
	const struct CMUnitTest tests[] = {
		WITH_HELP(test_good_event),	     WITH_HELP(test_every_member_has_its_fault),
		WITH_HELP(test_numbers_at_the_edge), WITH_HELP(test_syntax),
		WITH_HELP(test_limits_of_strings),   WITH_HELP(test_limits_of_shape),
		WITH_HELP(test_limit_of_size),	     WITH_HELP(test_every_fault_at_once),
		WITH_HELP(test_ten_thousand_faults), WITH_HELP(test_input_is_not_repeated),
		WITH_HELP(test_registrations),	     WITH_HELP(test_values),
		WITH_HELP(test_canonical),	     WITH_HELP(test_split),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
