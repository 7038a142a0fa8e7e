/* The check of a pack: each kind of finding with its place, severity and an event that shows it. */
#include <stdlib.h>

#include <jansson.h>

#include "diff.h"
#include "rules_help.h"
#include "timefmt.h"

#define HEAD "id,role,to,event,item,region,when:area,from,until,overrides,basis\n"

static struct check *check_rules(struct help *h, const char *rules, struct pack **ret_pack)
{
	if (help_pack(h, "rules.csv", rules, ret_pack))
		fail_msg("%s", help_faults(h));
	return check_pack(*ret_pack, &(struct check_options){day_of_civil(2026, 11, 25)});
}

static const struct check_finding *find(const struct check *c, enum check_code code,
					const char *name)
{
	int count, i;
	const struct check_finding *all = check_findings(c, &count);

	for (i = 0; i < count; i++) {
		if (all[i].code == code &&
		    (!name || (all[i].name && strcmp(all[i].name, name) == 0)))
			return &all[i];
	}
	return NULL;
}

static int count_of(const struct check *c, enum check_code code)
{
	return check_sums(c)->by_code[code];
}

/* Whether the finding's event is decided with this problem. */
static bool witness_has(struct help *h, const struct pack *pack, const struct check_finding *f,
			enum problem_code code)
{
	struct decision d;
	struct decide_in in = {.holder = f->witness_holder};
	struct event e;
	int i;
	bool has = false;

	assert_non_null(f->witness);
	if (event_parse(f->witness, strlen(f->witness), &event_limits_default, &e, &h->diag))
		fail_msg("%s: %s", f->witness, help_faults(h));
	in.at_ms = e.time_ms;
	decide(pack, &e, &in, &h->arena, &d);
	for (i = 0; i < d.problem_count; i++)
		has |= d.problems[i].code == code;
	event_clear(&e);
	return has;
}

static void test_gaps(void **state)
{
	struct help *h = *state;
	const struct check_finding *f;
	struct pack *pack;
	struct check *c = check_rules(h,
				      HEAD "L,lead,sector@here,,,,,,,,law\n"
					   "C,copy,body:znb,granted|renewed,000123011000,371302,"
					   ">=500,,,L,law\n",
				      &pack);

	assert_int_equal(count_of(c, CHECK_GAP), 1);
	f = find(c, CHECK_GAP, NULL);
	assert_int_equal(f->severity, CHECK_ERROR);
	assert_int_equal(f->types, 1u << EVENT_GRANTED | 1u << EVENT_RENEWED);
	assert_string_equal(f->when, "area = 500");
	/* The county and the township in it. */
	assert_int_equal(f->place_count, 2);
	assert_int_equal(f->region_count, 2);
	assert_int_equal(f->item_count, 1);
	assert_string_equal(check_item_code(c, f->places[0].code), "000123011000");
	assert_true(witness_has(h, pack, f, PROBLEM_NO_LEAD));
	assert_int_equal(check_sums(c)->gap_places, 2);
	assert_int_equal(check_sums(c)->region_count, 4);
	check_free(c);
	pack_unref(pack);
}

/* Where several lead, the grid names them all. */
static void test_grid_of_several(void **state)
{
	struct check_grid_ask ask = {.item = "000123011000", .region = "371302", .json = true};
	struct pack *pack;
	struct check *c = check_rules(*state,
				      HEAD "L,lead,sector@here,,,,,,,,law\n"
					   "M,lead,sector@city,,,371302,,,,,law\n"
					   "C,copy,body:znb,,,371302,,,,,law\n",
				      &pack);
	struct buf out;

	buf_init(&out, 1 << 20);
	assert_int_equal(check_grid(c, &ask, &out), ERR_OK);
	assert_non_null(strstr(buf_cstr(&out), "{\"state\":\"overlap\",\"lead\":null,"
					       "\"leads\":[\"wjw-q\",\"wjw-s\"],"));
	buf_clear(&out);
	check_free(c);
	pack_unref(pack);
}

/* Past gaps are notes; a row that silences is no gap; a recipient who is not there is one. */
static void test_gap_reasons(void **state)
{
	struct help *h = *state;
	const struct check_finding *f;
	struct pack *pack;
	struct check *c =
		check_rules(h,
			    HEAD "L,lead,sector@here,!refused,,,,2026-01-01,,,law\n"
				 "N,none,,refused,,,,,,,law\n"
				 "T,lead,城管@city,granted,00011705200Y,371321,,,,L,law\n",
			    &pack);

	f = find(c, CHECK_GAP, NULL);
	assert_string_equal(f->name, "T");
	assert_string_equal(f->where, "rules.csv:4");
	assert_int_equal(f->severity, CHECK_ERROR);
	assert_non_null(strstr(f->what, "recipient is nobody"));
	assert_int_equal(f->types, 1u << EVENT_GRANTED);
	f = find(c, CHECK_NO_BODY, "T");
	assert_int_equal(f->severity, CHECK_WARNING);
	assert_true(witness_has(h, pack, f, PROBLEM_NO_BODY));
	assert_int_equal(check_sums(c)->by_severity[CHECK_ERROR], 1);
	for (f = check_findings(c, &(int){0}) + 1; f->what; f++)
		assert_true(f->code != CHECK_GAP ||
			    (f->severity == CHECK_NOTE && strstr(f->when, "until 2025-12-31")));
	check_free(c);
	pack_unref(pack);
}

static void test_overlaps(void **state)
{
	struct help *h = *state;
	const struct check_finding *f;
	struct pack *pack;
	struct check *c = check_rules(h,
				      HEAD "L,lead,sector@here,,,,,,,,law\n"
					   "M,lead,body:sc-s,granted,000123011000,371321,,,,,law\n"
					   "H,lead,holder,revoked,,,,,,,law\n"
					   "A,lead,accepting,changed,,,,,,,law\n",
				      &pack);

	f = find(c, CHECK_OVERLAP, "L");
	assert_string_equal(f->other, "M");
	assert_int_equal(f->severity, CHECK_ERROR);
	assert_int_equal(f->place_count, 1);
	assert_true(witness_has(h, pack, f, PROBLEM_SEVERAL_LEADS));
	/* Holder and named bodies can be others than the one that leads anyway. */
	assert_int_equal(count_of(c, CHECK_OVERLAP), 3);
	assert_int_equal(check_sums(c)->overlap_places, 1);
	for (f = check_findings(c, &(int){0}); f->code <= CHECK_OVERLAP && f->witness; f++)
		assert_true(witness_has(h, pack, f, PROBLEM_SEVERAL_LEADS));
	check_free(c);
	pack_unref(pack);
}

static void test_rows(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	struct check *c = check_rules(h,
				      HEAD "L,lead,sector@here,,,,,,,,law\n"
					   "S,copy,body:znb,granted,,371302,>5,,,,law\n"
					   "T,copy,body:znb,granted|changed,,,>1,,,S,law\n"
					   "E,assist,body:znb,granted,000123011000,,>1,,,,law\n"
					   "D,copy,body:znb,granted,000123011000,371302,>9,,,,law\n"
					   "U,copy,body:znb,,00011705200Y,371302,,,,,law\n"
					   "O,copy,body:znb,,,,,,2020-01-01,,law\n"
					   "F,copy,body:znb,,,,,2030-01-01,,,\n"
					   "P,copy,body:wjw-s,refused,,,,,,Q,law\n"
					   "Q,copy,body:wjw-s,refused,,,,,,P,law\n",
				      &pack);

	assert_non_null(find(c, CHECK_SHADOWED, "S"));
	assert_non_null(find(c, CHECK_SHADOWED, "P"));
	assert_non_null(find(c, CHECK_SHADOWED, "Q"));
	assert_int_equal(count_of(c, CHECK_SHADOWED), 3);
	assert_non_null(find(c, CHECK_NO_EFFECT, "D"));
	assert_int_equal(count_of(c, CHECK_NO_EFFECT), 1);
	assert_int_equal(count_of(c, CHECK_UNREACHABLE), 0);
	assert_int_equal(count_of(c, CHECK_CIRCLE), 2);
	assert_non_null(find(c, CHECK_EXPIRED, "O"));
	assert_non_null(find(c, CHECK_NOT_YET, "F"));
	assert_string_equal(find(c, CHECK_NO_BASIS, "F")->where, "rules.csv:9");
	assert_int_equal(find(c, CHECK_NO_BASIS, "F")->severity, CHECK_WARNING);
	/* An item without a basis is a note. */
	assert_int_equal(find(c, CHECK_NO_BASIS, "00011705200Y")->severity, CHECK_NOTE);
	check_free(c);
	pack_unref(pack);
}

static void test_items_and_bodies(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	struct check *c;

	assert_int_equal(help_pack(h, "items.csv",
				   "code,name,sector,regions,basis\n"
				   "000123011000,a,卫生,371302,x\n"
				   "000123011000,b,卫生,371302,x\n"
				   "000123011001,c,卫生,,x\n",
				   &pack),
			 ERR_OK);
	c = check_pack(pack, &(struct check_options){day_of_civil(2026, 11, 25)});
	assert_string_equal(find(c, CHECK_ITEM_UNUSED, NULL)->where, "items.csv:3");
	/* In the city, outside of the county, no row of the first code applies. */
	assert_int_equal(find(c, CHECK_UNCOVERED, "000123011000")->place_count, 2);
	assert_non_null(find(c, CHECK_BODY_IDLE, "zf-q"));
	assert_null(find(c, CHECK_BODY_IDLE, "spj-q"));
	assert_int_equal(count_of(c, CHECK_NO_CONTACT), 0);
	check_free(c);
	pack_unref(pack);
	/* The row names a code below the parent that is listed, so it speaks of the parent's row.
	 */
	c = check_rules(h,
			HEAD "A,applicant,applicant,,,,,,,,law\n"
			     "U,copy,农业@here,,000117052007,,,,,,law\n",
			&pack);
	assert_int_equal(count_of(c, CHECK_ITEM_SILENT), 2);
	assert_true(witness_has(h, pack, find(c, CHECK_DANGLING, "U"), PROBLEM_NO_BODY));
	assert_int_equal(count_of(c, CHECK_UNREACHABLE), 0);
	check_free(c);
	pack_unref(pack);
	/* An item that nobody lists is shown by an event about it; a sector is in no event. */
	c = check_rules(h,
			"id,role,to,item,sector\nN,copy,body:znb,999999999999,\n"
			"S,copy,body:znb,,林业\n",
			&pack);
	assert_true(witness_has(h, pack, find(c, CHECK_DANGLING, "N"), PROBLEM_UNKNOWN_ITEM));
	assert_non_null(strstr(find(c, CHECK_DANGLING, "N")->witness, "999999999999"));
	assert_null(find(c, CHECK_DANGLING, "S")->witness);
	check_free(c);
	pack_unref(pack);
}

/* The year of the day asked about, and from November the next one. */
static void test_years(void **state)
{
	static const struct {
		const char *calendar;
		int month, count;
		const char *last;
	} cases[] = {
		{"{\"years\":{\"2026\":{\"off\":[],\"work\":[]}}}", 10, 0, NULL},
		{"{\"years\":{\"2026\":{\"off\":[],\"work\":[]}}}", 11, 1, "2027"},
		{"{\"years\":{\"2027\":{\"off\":[],\"work\":[]}}}", 12, 1, "2026"},
		{"{\"years\":{}}", 10, 1, "2026"},
		{"{\"years\":{}}", 12, 2, "2026"},
	};
	const struct check_finding *f;
	struct pack *pack;
	struct check *c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(help_pack(*state, "calendar.json", cases[i].calendar, &pack),
				 ERR_OK);
		c = check_pack(pack,
			       &(struct check_options){day_of_civil(2026, cases[i].month, 1)});
		assert_int_equal(count_of(c, CHECK_NO_YEAR), cases[i].count);
		f = find(c, CHECK_NO_YEAR, NULL);
		assert_int_equal(!f, !cases[i].count);
		if (f) {
			assert_int_equal(f->severity, CHECK_WARNING);
			assert_string_equal(f->where, "calendar.json:1");
			assert_non_null(strstr(f->what, cases[i].last));
		}
		check_free(c);
		pack_unref(pack);
	}
}

static void test_contacts(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	struct check *c;

	assert_int_equal(help_pack(h, "contacts.csv", "body,name\nwjw-s,某\n", &pack), ERR_OK);
	c = check_pack(pack, &(struct check_options){day_of_civil(2026, 11, 25)});
	assert_non_null(find(c, CHECK_NO_CONTACT, "wjw-q"));
	assert_null(find(c, CHECK_NO_CONTACT, "wjw-s"));
	check_free(c);
	pack_unref(pack);
}

static void test_answers(void **state)
{
	struct help *h = *state;
	struct pack *pack;
	struct check *c = check_rules(
		h,
		HEAD "L,lead,sector@here,,,!371321,,,,,law\nM,lead,sector@here,,,!371321,,,,,law\n",
		&pack);
	struct check_grid_ask ask = {.item = "000123011000", .json = true};
	json_t *doc, *item;
	struct buf out;

	buf_init(&out, 1 << 22);
	check_to_json(c, &out);
	doc = json_loadb(out.data, out.len, 0, NULL);
	assert_non_null(doc);
	assert_true(json_is_object(
		json_object_get(json_array_get(json_object_get(doc, "findings"), 0), "witness")));
	json_decref(doc);
	buf_reset(&out);
	check_to_text(c, "packs/t", &out);
	assert_non_null(strstr(buf_cstr(&out), "packs/t: error: gap: nobody leads"));
	assert_non_null(strstr(buf_cstr(&out), "2 items x 4 regions: gaps in 3 places"));
	assert_non_null(strstr(buf_cstr(&out), "without the row [any event], such as 0"));
	buf_reset(&out);
	assert_int_equal(check_grid(c, &ask, &out), ERR_OK);
	doc = json_loadb(out.data, out.len, 0, NULL);
	item = json_array_get(json_object_get(doc, "items"), 0);
	assert_int_equal(json_array_size(json_object_get(doc, "regions")), 4);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(item, "cells"), 1), "lead")),
			    "wjw-q");
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(item, "cells"), 2), "state")),
			    "gap");
	json_decref(doc);
	assert_null(strstr(buf_cstr(&out), "\"leads\""));
	buf_reset(&out);
	ask = (struct check_grid_ask){.region = "371321"};
	assert_int_equal(check_grid(c, &ask, &out), ERR_OK);
	assert_non_null(strstr(buf_cstr(&out), "000123011000 G 甲\n"));
	ask.region = "370000";
	assert_int_equal(check_grid(c, &ask, &out), ERR_NOT_FOUND);
	buf_clear(&out);
	check_free(c);
	pack_unref(pack);
}

/* Content by rows, cells, days; gaps that come; the decisions of all combinations. */
static void test_diff(void **state)
{
	struct help *h = *state;
	struct pack *was, *is;
	const struct diff_line *lines;
	const struct diff_tally *bodies;
	struct diff *d;
	struct buf out;
	int count;

	assert_int_equal(help_pack(h, "contacts.csv", "body,name,phone\nznb,某人,1\n", &was),
			 ERR_OK);
	assert_int_equal(help_pack(h, "rules.csv",
				   HEAD "A1,applicant,applicant,granted,,,,,,,\n"
					"L1,lead,sector@here,granted,,!371321,,,,,law\n",
				   &is),
			 ERR_OK);
	d = diff_new(was, was, day_of_civil(2026, 11, 25));
	diff_combinations(d);
	assert_true(diff_is_empty(d));
	diff_free(d);
	d = diff_new(was, is, day_of_civil(2026, 11, 25));
	diff_combinations(d);
	assert_false(diff_is_empty(d));
	lines = diff_lines(d, &count);
	assert_true(count >= 6);
	bodies = diff_tallies(d, DIFF_BY_BODY, &count);
	assert_true(count > 2 && bodies[0].events > 0);
	/* Both items and a code below one of them, in one county, for one type. */
	assert_int_equal(diff_sums(d)->new_gaps, 3);
	buf_init(&out, 1 << 22);
	diff_to_text(d, &out);
	assert_non_null(strstr(
		buf_cstr(&out),
		"- rules.csv S1: role: assist; to: assist@here; event: granted; due: 5wd\n"));
	assert_non_null(
		strstr(buf_cstr(&out), "~ rules.csv L1 region: \"\" becomes \"!371321\"\n"));
	assert_non_null(strstr(buf_cstr(&out), "- contacts.csv\n"));
	assert_null(strstr(buf_cstr(&out), "某人"));
	assert_ptr_equal(lines, diff_lines(d, &count));
	buf_clear(&out);
	diff_free(d);
	pack_unref(was);
	pack_unref(is);
}

/* Each of them makes another version, so each of them is told. */
static void test_diff_of_settings(void **state)
{
#define SETTINGS "{\"id\":\"t\",\"title\":\"T\",\"jurisdiction\":\"371300\""
	static const char *const members[] = {
		"sms_after",	"pool_due", "sms_sign", "alarm_due", "negotiate",  "lamp_yellow",
		"permit_ahead", "quiet",    "digest",	"sms_join",  "letter_due", "ladder"};
	static const char *const values[] = {
		"\"9h\"",	   "\"9wd\"", "\"九\"",	 "\"9wd\"",
		"\"9wd\"",	   "\"9wd\"", "\"9wd\"", "\"21:00-09:00\"",
		"\"08:00-09:00\"", "\"9m\"",  "\"9wd\"", "[\"lead +9wd liaison sms\"]"};
	struct help *h = *state;
	struct pack *was, *is;
	size_t i;

	assert_int_equal(help_pack(h, NULL, NULL, &was), ERR_OK);
	for (i = 0; i < sizeof(members) / sizeof(*members); i++) {
		const struct diff_line *lines;
		struct diff *d;
		int count;

		assert_int_equal(help_pack(h, "pack.json",
					   arena_printf(&h->arena, SETTINGS ",\"%s\":%s}",
							members[i], values[i]),
					   &is),
				 ERR_OK);
		d = diff_new(was, is, day_of_civil(2026, 11, 25));
		lines = diff_lines(d, &count);
		if (count != 1 || strncmp(lines[0].column, members[i], strlen(members[i])) != 0)
			fail_msg("%s: %d lines", members[i], count);
		assert_false(diff_is_empty(d));
		diff_free(d);
		pack_unref(is);
	}
	pack_unref(was);
}

/* What the pack before has just so stands; what comes with the change is new and is told first. */
static void test_standing(void **state)
{
#define BEFORE                                                                                     \
	HEAD "L,lead,sector@here,granted|refused,,,,,,,law\n"                                      \
	     "O,lead,body:znb,granted,,,,,,,law\n"
	static const struct {
		const char *rules;
		int errors_new;
	} cases[] = {
		{BEFORE, 0},
		/* Put right in one county, it stands in the others. */
		{BEFORE "F,lead,sector@here,granted,,371302,,,,O,law\n", 0},
		{BEFORE "N,lead,body:znb,refused,,371321,,,,,law\n", 1},
		/* The same rows under other conditions, at places where they were not, and other
		   rows. */
		{HEAD "L,lead,sector@here,granted|refused,,,,,,,law\n"
		      "O,lead,body:znb,granted,,,>5,,,,law\n",
		 1},
		{HEAD "L,lead,sector@here,!suspended,,,,,,,law\n"
		      "O,lead,body:znb,granted|changed,,,,,,,law\n",
		 1},
		{HEAD "L,lead,sector@here,granted|refused,,,,,,,law\n"
		      "P,lead,body:znb,granted,,,,,,,law\n",
		 1},
	};
	struct help *h = *state;
	int32_t today = day_of_civil(2026, 11, 25);
	struct pack *was, *is;
	size_t i;

	assert_int_equal(help_pack(h, "rules.csv", BEFORE, &was), ERR_OK);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct check_sums *sums;
		struct diff *d;
		int count;

		assert_int_equal(help_pack(h, "rules.csv", cases[i].rules, &is), ERR_OK);
		d = diff_new(was, is, today);
		sums = check_sums(diff_check(d, true));
		assert_true(sums->by_severity[CHECK_ERROR] > 0);
		if (!cases[i].errors_new)
			assert_int_equal(sums->standing_count, sums->by_severity[CHECK_ERROR]);
		else
			assert_in_range(sums->by_severity[CHECK_ERROR] - sums->standing_count, 1,
					3);
		assert_int_equal(check_findings(diff_check(d, true), &count)[0].is_standing,
				 !cases[i].errors_new);
		diff_free(d);
		pack_unref(is);
	}
	pack_unref(was);
}

int main(void)
{
#define WITH_HELP(f) cmocka_unit_test_setup_teardown(f, help_setup, help_teardown)
	const struct CMUnitTest tests[] = {
		WITH_HELP(test_gaps),
		WITH_HELP(test_gap_reasons),
		WITH_HELP(test_overlaps),
		WITH_HELP(test_rows),
		WITH_HELP(test_items_and_bodies),
		WITH_HELP(test_years),
		WITH_HELP(test_contacts),
		WITH_HELP(test_answers),
		WITH_HELP(test_grid_of_several),
		WITH_HELP(test_diff),
		WITH_HELP(test_diff_of_settings),
		WITH_HELP(test_standing),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
