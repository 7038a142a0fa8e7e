/* Reading a pack: every fault with its place, and what makes two packs equal. */
#include <stdio.h>

#include "packdir.h"
#include "rules_help.h"

static const struct fault_case {
	const char *file, *text, *where, *what;
} cases[] = {
	{"pack.json", NULL, "pack.json:1:1", "missing"},
	{"regions.csv", NULL, "regions.csv:1:1", "missing"},
	{"bodies.csv", NULL, "bodies.csv:1:1", "missing"},
	{"items.csv", NULL, "items.csv:1:1", "missing"},
	{"rules.csv", NULL, "rules.csv:1:1", "missing"},
	{"pack.json", "{\"id\":\"t\",\n\"jurisdiction\":\"999\"}", "pack.json:2:16",
	 "no such region"},
	{"pack.json", "{\"id\":\"t\"}", "pack.json:1:1", "jurisdiction is missing"},
	{"pack.json", "{\"id\":\"a b\",\"jurisdiction\":\"371300\"}", "pack.json:1:7",
	 "visible ASCII"},
	{"pack.json", "{\"id\":\"t\",\"jurisdiction\":\"371300\",\"timezone\":\"UTC\"}",
	 "pack.json:1:46", "Shanghai"},
	{"pack.json", "{\"id\":\"t\",\"jurisdiction\":\"371300\",\"sms_aftre\":\"1h\"}",
	 "pack.json:1:47", "unknown"},
	{"pack.json", "{\"id\":\"t\",\"jurisdiction\":\"371300\",\"sms_after\":\"2wd\"}",
	 "pack.json:1:47", "minutes"},
	{"pack.json", "{\"id\":\"t\",\"jurisdiction\":\"371300\",\"pool_due\":\"x\"}",
	 "pack.json:1:46", "duration"},
	{"pack.json", "{\"id\":\"t\",\"id\":\"u\",\"jurisdiction\":\"371300\"}", "pack.json:1:7",
	 "twice"},
	{"pack.json", "{\"id\":\n  \"t\",}", "pack.json:2:7", "not well-formed"},
	{"regions.csv", "", "regions.csv:1:1", "no header"},
	{"regions.csv", "code,name,level,parent,colour\n", "regions.csv:1:24", "unknown column"},
	{"regions.csv", "code,name,parent\n", "regions.csv:1:1", "level is missing"},
	{"regions.csv", "code,name,level,code\n", "regions.csv:1:17", "twice"},
	{"regions.csv", "code,name,level,parent\n371300,市,city\n", "regions.csv:2:1", "3 cells"},
	{"regions.csv", "code,name,level,parent\n371300,市,city,\n371300,市,city,\n",
	 "regions.csv:3:1", "already"},
	{"regions.csv", "code,name,level,parent\n371300,市,town,\n", "regions.csv:2:10", "words"},
	{"regions.csv", "code,name,level,parent\n371300,,city,\n", "regions.csv:2:8", "blank"},
	{"regions.csv", "code,name,level,parent\n371300,市,city,37\n", "regions.csv:2:15",
	 "no such region"},
	{"regions.csv", "code,name,level,parent\n1,a,city,2\n2,b,city,3\n3,c,city,1\n",
	 "regions.csv:3:10", "circle"},
	{"regions.csv", "code,name,level,parent\n1,a,city,1\n", "regions.csv:2:10", "circle"},
	{"regions.csv", "code,name,level,parent\n1,a,county,\n2,b,city,1\n", "regions.csv:3:10",
	 "lower level"},
	{"regions.csv", "code,name,level,parent\n371\xff,a,city,\n", "regions.csv:2:4", "UTF-8"},
	{"bodies.csv", "id,name,kind,region\na,x,boss,371300\n", "bodies.csv:2:5", "words"},
	{"bodies.csv", "id,name,kind,region\na,x,approval,9\n", "bodies.csv:2:14",
	 "no such region"},
	{"bodies.csv", "id,name,kind,region\na,x,approval,\n", "bodies.csv:2:14", "blank"},
	{"bodies.csv", "id,name,kind,region\na b,x,approval,371300\n", "bodies.csv:2:1",
	 "visible ASCII"},
	{"bodies.csv", "id,name,kind,region\na,x,approval,371300\na,x,approval,371300\n",
	 "bodies.csv:3:1", "already"},
	{"bodies.csv", "id,name,kind,region,parent\na,x,approval,371300,b\nb,x,approval,371300,a\n",
	 "bodies.csv:2:21", "circle"},
	{"bodies.csv", "id,name,kind,region,parent\na,x,approval,371300,b\n", "bodies.csv:2:21",
	 "no such body"},
	{"bodies.csv", "id,name,kind,region,sectors\na,x,supervision,371300,卫生||x\n",
	 "bodies.csv:2:24", "empty"},
	{"bodies.csv", "id,name,kind,region,sectors\na,x,supervision,371300,a@b\n",
	 "bodies.csv:2:24", "@"},
	{"items.csv", "code,name\n0001230110,a\n", "items.csv:2:1", "12 letters"},
	{"items.csv", "code,name\n000123011000,\n", "items.csv:2:14", "blank"},
	{"items.csv", "code,name,devolution\n000123011000,a,given\n", "items.csv:2:16", "direct"},
	{"items.csv", "code,name,regions\n000123011000,a,371302|9\n", "items.csv:2:16",
	 "no such region"},
	{"items.csv", "code,name,regions\n000123011000,a,371302|*\n", "items.csv:2:16", "star"},
	{"scope.csv", "phrase,item\nx,999999999999\n", "scope.csv:2:3", "no such item"},
	{"scope.csv", "phrase,item\n,000123011000\n", "scope.csv:2:1", "blank"},
	{"contacts.csv", "body,name\nnobody,a\n", "contacts.csv:2:1", "no such body"},
	{"texts/x.txt", "ab\n{oops}", "texts/x.txt:2:1", "place"},
	{"texts/x.txt", "许\xff", "texts/x.txt:1:2", "UTF-8"},
	{"calendar.json", "{\"years\":{\"2026\":{\"off\":[\"2026-01-01\",\n\"2026-01-01\"]}}}",
	 "calendar.json:2:1", "twice"},
};

static void test_fault_places(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		diag_init(&h->diag, &h->arena);
		assert_int_equal(help_pack(h, cases[i].file, cases[i].text, &pack), ERR_INVALID);
		help_expect_fault(h, cases[i].where, cases[i].what);
	}
}

/* One cell of a rule, behind the header below; the place is that of the cell. */
static const struct rule_case {
	const char *row, *where, *what;
} rule_cases[] = {
	{",lead,sector@here,,,,,,,,,,,", "rules.csv:2:1", "1 to 128"},
	{"R,chief,sector@here,,,,,,,,,,,", "rules.csv:2:3", "lead, assist"},
	{"R,lead,,,,,,,,,,,,", "rules.csv:2:8", "recipient"},
	{"R,lead,everybody,,,,,,,,,,,", "rules.csv:2:8", "form"},
	{"R,lead,sector@village,,,,,,,,,,,", "rules.csv:2:8", "behind the @"},
	{"R,lead,@here,,,,,,,,,,,", "rules.csv:2:8", "form"},
	{"R,lead,body:nobody,,,,,,,,,,,", "rules.csv:2:8", "no such body"},
	{"R,lead,applicant,,,,,,,,,,,", "rules.csv:2:8", "belong together"},
	{"R,applicant,sector@here,,,,,,,,,,,", "rules.csv:2:13", "belong together"},
	{"R,lead,sector@here,2026-02-30,,,,,,,,,,", "rules.csv:2:20", "not a date"},
	{"R,lead,sector@here,2026-01-02,2026-01-01,,,,,,,,,", "rules.csv:2:31", "before it begins"},
	{"R,lead,sector@here,,,grant,,,,,,,,", "rules.csv:2:22", "type of event"},
	{"R,lead,sector@here,,,,given,,,,,,,", "rules.csv:2:23", "devolution"},
	{"R,lead,sector@here,,,,,371302|9,,,,,,", "rules.csv:2:24", "no such region"},
	{"R,lead,sector@here,,,,,a*b,,,,,,", "rules.csv:2:24", "star"},
	{"R,lead,sector@here,,,,,,<x,,,,,", "rules.csv:2:25", "number"},
	{"R,lead,sector@here,,,,,,>=,,,,,", "rules.csv:2:25", "number"},
	{"R,lead,sector@here,,,,,,[1..2,,,,,", "rules.csv:2:25", "range"},
	{"R,lead,sector@here,,,,,,[1-2],,,,,", "rules.csv:2:25", "range"},
	{"R,lead,sector@here,,,,,,[2..1],,,,,", "rules.csv:2:25", "no number"},
	{"R,lead,sector@here,,,,,,[1..1),,,,,", "rules.csv:2:25", "no number"},
	{"R,lead,sector@here,,,,,,!,,,,,", "rules.csv:2:25", "empty"},
	{"R,lead,sector@here,,,,,,a||b,,,,,", "rules.csv:2:25", "empty"},
	{"R,lead,sector@here,,,,,,!*,,,,,", "rules.csv:2:25", "star"},
	{"R,lead,sector@here,,,,,,,2w,,,,", "rules.csv:2:26", "duration"},
	{"R,lead,sector@here,,,,,,,,0d,,,", "rules.csv:2:27", "duration"},
	{"R,lead,sector@here,,,,,,,,,fax,,", "rules.csv:2:28", "channel"},
	{"R,lead,sector@here,,,,,,,,,sms|sms,,", "rules.csv:2:28", "twice"},
	{"R,lead,sector@here,,,,,,,,,,Q,", "rules.csv:2:29", "no rule"},
};
#define RULE_HEADER                                                                                \
	"id,role,to,from,until,event,devolution,region,when:x,due,feedback,via,overrides,basis\n"

static void test_rule_fault_places(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	size_t i;

	for (i = 0; i < sizeof(rule_cases) / sizeof(rule_cases[0]); i++) {
		const char *text = arena_printf(&h->arena, RULE_HEADER "%s\n", rule_cases[i].row);

		diag_init(&h->diag, &h->arena);
		assert_int_equal(help_pack(h, "rules.csv", text, &pack), ERR_INVALID);
		help_expect_fault(h, rule_cases[i].where, rule_cases[i].what);
		assert_int_equal(h->diag.count, 1);
	}
}

static void test_every_fault_at_once(void **state)
{
	struct help *h = *state;
	struct pack *pack;

	assert_int_equal(help_pack(h, "rules.csv",
				   "id,role,to,colour,when:\n"
				   "A,chief,nobody,,\n"
				   "A,lead,body:x,,\n"
				   "B,lead\n",
				   &pack),
			 ERR_INVALID);
	help_expect_fault(h, "rules.csv:1:12", "unknown column");
	help_expect_fault(h, "rules.csv:1:19", "attribute");
	help_expect_fault(h, "rules.csv:2:3", "lead, assist");
	help_expect_fault(h, "rules.csv:2:9", "form");
	help_expect_fault(h, "rules.csv:3:1", "already");
	help_expect_fault(h, "rules.csv:3:8", "no such body");
	help_expect_fault(h, "rules.csv:4:1", "2 cells");
}

/* A missing column, a short row or an unknown level is told once, not by what stands on it. */
static const struct fault_case lone_cases[] = {
	{"rules.csv", "id,to\nR,sector@here\nS,sector@here\n", "rules.csv:1:1", "role is missing"},
	{"rules.csv", "role,to\nlead,sector@here\nlead,sector@here\n", "rules.csv:1:1",
	 "id is missing"},
	{"rules.csv", "id,role,to,id\nR,lead,sector@here,\n", "rules.csv:1:12", "twice"},
	{"rules.csv", "id,role,to,overrides\nR,lead\nS,lead,sector@here,R\n", "rules.csv:2:1",
	 "2 cells"},
	{"rules.csv", "id,role,to\nR,chief,sector@here,x\n", "rules.csv:2:1", "4 cells"},
	{"rules.csv", "id,role,to,overrides\nR,lead,sec\"tor@here,\nS,lead,sector@here,R\n",
	 "rules.csv:2:11", "quote"},
	{"rules.csv",
	 "id,role,to,overrides\nS,lead,sector@here,R\nR,lead,\"sector@here,\nT,lead,sector@here,S\n",
	 "rules.csv:3:8", "never closed"},
	{"bodies.csv",
	 "id,name,kind,region,sectors,parent\nwjw-s,市\xff,supervision,371300,卫生,\nwjw-q,区,supervision,371302,卫生,wjw-s\n",
	 "bodies.csv:2:8", "UTF-8"},
	{"regions.csv",
	 "code,name,level,parent\n370000,省,province,\n371300,市,city,370000\n371302,区,county\n"
	 "371321,县,county,371300\n371302001000,镇,township,371302\n3713GX,园,county,371300\n",
	 "regions.csv:4:1", "3 cells"},
	{"regions.csv",
	 "code,name,level,parent\n370000,省,province,\n371300,市,city,370000\n371302,区,district,371300\n"
	 "371321,县,county,371300\n371302001000,镇,township,371302\n3713GX,园,county,371300\n",
	 "regions.csv:4:10", "words"},
};

static void test_a_fault_is_told_once(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	size_t i;

	for (i = 0; i < sizeof(lone_cases) / sizeof(lone_cases[0]); i++) {
		diag_init(&h->diag, &h->arena);
		assert_int_equal(help_pack(h, lone_cases[i].file, lone_cases[i].text, &pack),
				 ERR_INVALID);
		help_expect_fault(h, lone_cases[i].where, lone_cases[i].what);
		if (h->diag.count != 1)
			fail_msg("%s", help_faults(h));
	}
}

static const char *version_with(struct help *h, const char *file, const char *text)
{
	struct pack *pack;
	const char *version;

	if (help_pack(h, file, text, &pack) != ERR_OK)
		fail_msg("%s", help_faults(h));
	version = arena_strdup(&h->arena, pack_view(pack)->version);
	pack_unref(pack);
	return version;
}

static void test_version(void **state)
{
	struct help *h = *state;
	const char *plain =
		version_with(h, "rules.csv", "id,role,to,when:a,when:b\nR,lead,sector@here,x,y\n");

	assert_memory_equal(plain, "t@", 2);
	assert_int_equal(strlen(plain), 10);
	assert_string_equal(
		plain,
		version_with(
			h, "rules.csv",
			"\xef\xbb\xbf# a comment\r\n\r\nwhen:b,to,note x,role,id,when:a,due\r\n"
			"\"y\",sector@here,\"he,re\",lead,R,x,\r\n"));
	assert_string_not_equal(
		plain,
		version_with(h, "rules.csv", "id,role,to,when:a,when:b\nR,lead,sector@here,y,x\n"));
	assert_string_not_equal(
		plain,
		version_with(h, "rules.csv", "id,role,to,when:a,when:b\nR,lead,sector@city,x,y\n"));
}

/* What is stored of a pack has to be that pack when it is read back: a star is nothing only where a
 * blank is anything. */
static void test_a_star_is_blank_only_where_it_means_so(void **state)
{
	static const char plain[] = "id,role,to,event,when:a\nR,lead,sector@here,,x\n",
			  starred[] = "id,role,to,event,when:a\nR,lead,sector@here,*,x\n",
			  named[] = "id,role,to,basis\n*,lead,sector@here,*\n";
	struct help *h = *state;
	struct pack *pack, *again = NULL;
	struct buf text;

	assert_string_equal(version_with(h, "rules.csv", plain),
			    version_with(h, "rules.csv", starred));
	assert_string_not_equal(
		version_with(h, "rules.csv", "id,role,to,basis\nR,lead,sector@here,*\n"),
		version_with(h, "rules.csv", "id,role,to,basis\nR,lead,sector@here,\n"));
	assert_int_equal(help_pack(h, "rules.csv", named, &pack), ERR_OK);
	buf_init(&text, 1 << 20);
	pack_canonical(pack, &text);
	diag_init(&h->diag, &h->arena);
	if (pack_read_canonical(buf_cstr(&text), text.len, &again, &h->diag) != ERR_OK)
		fail_msg("%s", help_faults(h));
	assert_string_equal(pack_view(again)->version, pack_view(pack)->version);
	assert_string_equal(pack_view(again)->rules[0].basis, "*");
	buf_clear(&text);
	pack_unref(again);
	pack_unref(pack);
}

static void test_reference_counts_and_lookups(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	const struct pack_view *v;

	assert_int_equal(help_pack(h, "contacts.csv",
				   "body,name,post,phone,email,note\nwjw-q,某人,科长,13900000000,a@"
				   "example.org,x\n",
				   &pack),
			 ERR_OK);
	assert_ptr_equal(pack_ref(pack), pack);
	pack_unref(pack);
	v = pack_view(pack);
	assert_string_equal(v->regions[v->jurisdiction].code, "371300");
	assert_int_equal(v->contact_count, 1);
	assert_int_equal(v->contacts[0].body, pack_find_body(pack, "wjw-q"));
	assert_string_equal(v->contacts[0].phone, "13900000000");
	assert_int_equal(v->settings.sms_after_ms, 1800000);
	assert_string_equal(v->settings.pool_due, "2wd");
	assert_string_equal(pack_text_find(pack, "sms-notice"), "【{sign}】{item}，编号{code}");
	assert_null(pack_text_find(pack, "sms"));
	assert_int_equal(pack_find_region(pack, "371302001000", 12), 4);
	assert_int_equal(pack_find_region(pack, "3713020010", 10), -1);
	assert_int_equal(pack_find_rule(pack, "S1"), 2);
	assert_true(region_within(pack, 4, 1));
	assert_true(region_within(pack, 1, 1));
	assert_false(region_within(pack, 1, 4));
	assert_string_equal(v->bodies[1].sectors[0], "卫生");
	assert_int_equal(v->bodies[1].parent, 0);
	assert_null(pack_findings(pack));
	pack_unref(pack);
}

static void test_the_ladder(void **state)
{
	struct help *h = *state;
	struct pack *pack, *again = NULL;
	const struct pack_settings *s;
	struct buf text;
	struct diag diag;

	assert_int_equal(
		help_pack(
			h, "pack.json",
			"{\"id\":\"p\",\"jurisdiction\":\"371300\",\"ladder\":["
			"\"lead -1wd liaison sms\",\"assist +0wd liaison push\","
			"\"lead +3wd coordination sms\"],\"permit_ahead\":\"20wd\",\"quiet\":\"21:00-07:00\",\"digest\":\"09:00-10:00\",\"sms_join\":\"2m\",\"letter_due\":\"7d\"}",
			&pack),
		ERR_OK);
	s = &pack_view(pack)->settings;
	assert_int_equal(s->ladder_count, 3);
	assert_int_equal(s->ladder[0].working_days, -1);
	assert_int_equal(s->ladder[2].via, CHANNEL_SMS);
	assert_string_equal(s->ladder[2].post, "coordination");
	buf_init(&text, 1 << 20);
	pack_canonical(pack, &text);
	diag_init(&diag, &h->arena);
	assert_int_equal(pack_read_canonical(buf_cstr(&text), text.len, &again, &diag), ERR_OK);
	assert_string_equal(pack_view(again)->version, pack_view(pack)->version);
	assert_string_equal(pack_view(again)->settings.ladder[1].text, "assist +0wd liaison push");
	assert_int_equal(pack_view(again)->settings.ladder_count, 3);
	assert_string_equal(pack_view(again)->settings.permit_ahead, "20wd");
	assert_string_equal(pack_view(again)->settings.quiet, "21:00-07:00");
	assert_string_equal(pack_view(again)->settings.digest, "09:00-10:00");
	assert_string_equal(pack_view(again)->settings.sms_join, "2m");
	assert_string_equal(pack_view(again)->settings.letter_due, "7d");
	buf_clear(&text);
	pack_unref(again);
	pack_unref(pack);
}

static void test_the_later_settings(void **state)
{
	struct help *h = *state;
	struct pack *pack;

	assert_int_equal(
		help_pack(h, "pack.json", "{\"id\":\"p\",\"jurisdiction\":\"371300\"}", &pack),
		ERR_OK);
	assert_string_equal(pack_view(pack)->settings.permit_ahead, "30d");
	assert_string_equal(pack_view(pack)->settings.quiet, "");
	assert_string_equal(pack_view(pack)->settings.sms_join, "");
	assert_string_equal(pack_view(pack)->settings.letter_due, "5wd");
	pack_unref(pack);
	assert_int_equal(
		help_pack(h, "pack.json",
			  "{\"id\":\"p\",\"jurisdiction\":\"371300\",\"permit_ahead\":\"24h\"}",
			  &pack),
		ERR_INVALID);
	assert_int_equal(help_pack(h, "pack.json",
				   "{\"id\":\"p\",\"jurisdiction\":\"371300\",\"quiet\":\"21-7\"}",
				   &pack),
			 ERR_INVALID);
	assert_int_equal(help_pack(h, "pack.json",
				   "{\"id\":\"p\",\"jurisdiction\":\"371300\",\"sms_join\":\"2h\"}",
				   &pack),
			 ERR_INVALID);
	assert_int_equal(
		help_pack(h, "pack.json",
			  "{\"id\":\"p\",\"jurisdiction\":\"371300\",\"letter_due\":\"24h\"}",
			  &pack),
		ERR_INVALID);
}

static void test_a_bad_ladder_is_told_step_by_step(void **state)
{
	static const struct {
		const char *step, *what;
	} bad[] = {
		{"\"lead\"", "a step is"},
		{"\"lead +1wd  sms\"", "a step is"},
		{"\"lead +1wd a sms x\"", "a step is"},
		{"\"boss +1wd a sms\"", "role"},
		{"\"lead 1wd a sms\"", "time"},
		{"\"lead +1d a sms\"", "time"},
		{"\"lead +999wd a sms\"", "time"},
		{"\"lead +1wd a pigeon\"", "channel"},
		{"7", "string"},
		{"\"lead -9wd a sms\"", "behind"},
	};
	struct help *h = *state;
	struct pack *pack;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *json = arena_printf(&h->arena,
						"{\"id\":\"p\",\"jurisdiction\":\"371300\","
						"\"ladder\":[\"lead +0wd a sms\",%s]}",
						bad[i].step);

		assert_int_not_equal(help_pack(h, "pack.json", json, &pack), ERR_OK);
		assert_non_null(strstr(help_faults(h), bad[i].what));
	}
}

static void test_dangling_names_are_findings(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	const struct pack_finding *f;

	assert_int_equal(help_pack(h, "rules.csv",
				   "id,role,to,item,sector\nR,lead,林业@here,999999999999|"
				   "000117052009,农业|卫生\n",
				   &pack),
			 ERR_OK);
	f = pack_findings(pack);
	assert_string_equal(f->where, "rules.csv:2:8");
	assert_string_equal(f->next->where, "rules.csv:2:16");
	assert_string_equal(f->next->next->where, "rules.csv:2:42");
	assert_null(f->next->next->next);
	pack_unref(pack);
}

/* Which of two rows counts in a region that both name is to be seen in neither; a deeper one is. */
static void test_item_rows_of_one_region_are_findings(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	const struct pack_finding *f;

	assert_int_equal(
		help_pack(h, "items.csv",
			  "code,name,sector,regions\n000123011000,a,卫生,371300|371321\n"
			  "000123011000,b,卫生,371302|371321\n000123011000,c,卫生,!371321\n"
			  "000123011001,d,卫生,371302\n",
			  &pack),
		ERR_OK);
	f = pack_findings(pack);
	assert_non_null(f);
	assert_string_equal(f->where, "items.csv:3:19");
	assert_null(f->next);
	pack_unref(pack);
}

static void test_odd_files(void **state)
{
	struct help *h = *state;
	struct pack *pack;

	assert_int_equal(help_pack(h, "calendar.json", NULL, &pack), ERR_OK);
	pack_unref(pack);
	assert_int_equal(help_pack(h, "scope.csv", NULL, &pack), ERR_OK);
	pack_unref(pack);
	assert_int_equal(help_pack(h, "rules.csv", "id,role,to\n", &pack), ERR_OK);
	assert_int_equal(pack_view(pack)->rule_count, 0);
	pack_unref(pack);
	assert_int_equal(
		help_pack_bytes(h, "rules.csv", "id,role,to\nR\0,lead,holder\n", 25, &pack),
		ERR_INVALID);
	help_expect_fault(h, "rules.csv:2:2", "NUL");
}

static void test_folders(void **state)
{
	struct help *h = *state;
	struct pack *pack;

	assert_int_equal(pack_read_dir("tests/cases/mini", &pack, &h->diag), ERR_OK);
	assert_int_equal(pack_view(pack)->rule_count, 13);
	pack_unref(pack);
	assert_int_equal(pack_read_dir("tests/cases/no-such-folder", &pack, &h->diag),
			 ERR_NOT_FOUND);
	assert_int_equal(pack_read_dir("tests/cases", &pack, &h->diag), ERR_INVALID);
}

int main(void)
{
#define WITH_HELP(f) cmocka_unit_test_setup_teardown(f, help_setup, help_teardown)
	const struct CMUnitTest tests[] = {
		WITH_HELP(test_fault_places),
		WITH_HELP(test_rule_fault_places),
		WITH_HELP(test_every_fault_at_once),
		WITH_HELP(test_a_fault_is_told_once),
		WITH_HELP(test_version),
		WITH_HELP(test_a_star_is_blank_only_where_it_means_so),
		WITH_HELP(test_reference_counts_and_lookups),
		WITH_HELP(test_the_ladder),
		WITH_HELP(test_the_later_settings),
		WITH_HELP(test_a_bad_ladder_is_told_step_by_step),
		WITH_HELP(test_dangling_names_are_findings),
		WITH_HELP(test_item_rows_of_one_region_are_findings),
		WITH_HELP(test_odd_files),
		WITH_HELP(test_folders),
	};

	return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
