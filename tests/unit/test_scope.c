/* Business scopes: the vectors of tests/cases/scope, and decisions about registrations that imply
 * several items. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "decide.h"
#include "packdir.h"
#include "rules_help.h"
#include "scope.h"

#define PHRASES_MAX 64

static char *file_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = mem_zalloc(1 << 17);

	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 17) - 1, f) > 0);
	(void)fclose(f);
	return text;
}

/* "phrase,item" a line, below a header; nothing in the file is quoted. */
static int phrases_read(char *text, struct scope_phrase *ret)
{
	int count = 0;
	char *line = strchr(text, '\n') + 1, *comma, *end;

	for (; *line && count < PHRASES_MAX; line = end + 1) {
		comma = strchr(line, ',');
		end = strchr(line, '\n');
		assert_true(comma && end && comma < end);
		*comma = *end = '\0';
		ret[count++] = (struct scope_phrase){line, comma + 1};
	}
	return count;
}

static void check_vector(struct help *h, const struct scope_table *t, const char *line, size_t len)
{
	json_t *v = json_loadb(line, len, 0, NULL), *items = json_object_get(v, "items"),
	       *unmatched = json_object_get(v, "unmatched");
	const char *text = json_string_value(json_object_get(v, "text"));
	struct scope_found found;

	assert_non_null(text);
	scope_find(t, text, &h->arena, &found);
	if (found.item_count != (int)json_array_size(items) ||
	    found.unmatched_count != (int)json_array_size(unmatched))
		fail_msg("%s: %d items, %d unmatched", text, found.item_count,
			 found.unmatched_count);
	for (int i = 0; i < found.item_count; i++)
		assert_string_equal(found.items[i].item,
				    json_string_value(json_array_get(items, (size_t)i)));
	for (int i = 0; i < found.unmatched_listed; i++)
		assert_string_equal(found.unmatched[i],
				    json_string_value(json_array_get(unmatched, (size_t)i)));
	json_decref(v);
}

static void vectors(void **state)
{
	struct help *h = *state;
	char *phrases = file_read("tests/cases/scope/scope.csv"),
	     *text = file_read("tests/cases/scope/vectors.ndjson"), *line = text, *end;
	struct scope_phrase list[PHRASES_MAX];
	const struct scope_table *t = scope_table_new(list, phrases_read(phrases, list), &h->arena);
	int count = 0;

	for (; (end = strchr(line, '\n')); line = end + 1, count++)
		check_vector(h, t, line, (size_t)(end - line));
	assert_true(count > 30);
	free(phrases);
	free(text);
}

/* 64 KiB of what is worst for each step is read in no time that anybody notices. */
static void long_texts_end(void **state)
{
	static const char *const units[] = {"(",  "((除",	"除",	     "除外", "食品销售",
					    "仅", "食品销售、", "许可项目:", ",除",  "(仅",
					    ")",  "、",		"非"};
	static const struct scope_phrase list[] = {
		{"食品销售", "A"}, {"食品", "B"}, {"销售", "C"}, {"除", "D"}};
	struct help *h = *state;
	const struct scope_table *t = scope_table_new(list, 4, &h->arena);
	struct scope_found found;
	struct buf text;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		buf_init(&text, 65536);
		while (buf_add_str(&text, units[i]))
			;
		scope_find(t, buf_cstr(&text), &h->arena, &found);
		assert_true(found.item_count <= 4);
		buf_clear(&text);
	}
}

/* More items than a decision can list are not lost: the clause goes where unmatched ones go. */
static void too_many_items_are_unmatched(void **state)
{
	struct help *h = *state;
	struct scope_phrase list[40];
	struct scope_found found;
	struct buf text;

	buf_init(&text, 65536);
	buf_add_str(&text, "许可项目：");
	for (int i = 0; i < 40; i++) {
		list[i].phrase = arena_printf(&h->arena, "甲%d乙", i);
		list[i].item = arena_printf(&h->arena, "%d", i);
		buf_printf(&text, "甲%d乙；", i);
	}
	scope_find(scope_table_new(list, 40, &h->arena), buf_cstr(&text), &h->arena, &found);
	assert_int_equal(found.item_count, SCOPE_ITEMS_MAX);
	assert_int_equal(found.unmatched_count, 40 - SCOPE_ITEMS_MAX);
	buf_clear(&text);
}

struct seen {
	struct pack *pack;
	struct event event;
	struct decision d;
	char *json;
};

/* A registration in 兰山区 with this scope, decided by the Linyi pack. */
static void decide_scope(struct help *h, const char *type, const char *more, struct seen *s)
{
	const struct decide_in in = {.at_ms = INT64_C(1795400100000)};
	const char *text = arena_printf(
		&h->arena,
		"{\"specversion\":\"1.0\",\"type\":\"approval.%s\",\"source\":\"/s\",\"id\":\"1\",\"time\":"
		"\"2026-11-23T10:15:00+08:00\",\"data\":{\"case\":\"C\",\"region\":\"371302\",\"applicant\":{"
		"\"name\":\"甲\"},%s}}",
		type, more);
	struct buf out;

	assert_int_equal(pack_read_dir("rules/packs/linyi", &s->pack, &h->diag), ERR_OK);
	assert_int_equal(
		event_parse(text, strlen(text), &event_limits_default, &s->event, &h->diag),
		ERR_OK);
	decide(s->pack, &s->event, &in, &h->arena, &s->d);
	buf_init(&out, 1 << 20);
	decision_to_json(s->pack, &s->event, &s->d, &out);
	s->json = arena_strdup(&h->arena, buf_cstr(&out));
	buf_clear(&out);
}

static void seen_clear(struct seen *s)
{
	event_clear(&s->event);
	pack_unref(s->pack);
}

static bool has_problem(const struct decision *d, enum problem_code code)
{
	for (int i = 0; i < d->problem_count; i++) {
		if (d->problems[i].code == code)
			return true;
	}
	return false;
}

static void each_item_is_decided_and_merged(void **state)
{
	struct help *h = *state;
	struct seen s;

	decide_scope(h, "registered", "\"scope\":\"许可项目：食品销售；烟草制品零售；不知道的\"",
		     &s);
	assert_int_equal(s.d.item_count, 2);
	assert_string_equal(s.d.item_code, "000131012000");
	assert_int_equal(s.d.unmatched_count, 1);
	assert_true(has_problem(&s.d, PROBLEM_UNMATCHED_SCOPE));
	assert_false(has_problem(&s.d, PROBLEM_SEVERAL_LEADS));
	assert_false(has_problem(&s.d, PROBLEM_NO_LEAD));
	assert_non_null(strstr(s.json, "\"item\":{\"code\":\"000131012000\""));
	assert_non_null(strstr(s.json, "{\"body\":\"ycj-371302\",\"role\":\"lead\""));
	/* The market regulator leads for food and is told of tobacco as well: one notice, which
	 * says so. */
	assert_non_null(strstr(
		s.json,
		"\"rules\":[\"D1\",\"D1s\",\"D2\"],\"items\":[\"000131012000\",\"000161901000\"]}"));
	assert_non_null(strstr(s.json, "\"authority\":{\"id\":\"spj-371302\""));
	assert_non_null(strstr(s.json, "\"unmatched\":{\"count\":1,\"phrases\":[\"不知道的\"]}"));
	seen_clear(&s);
}

static void the_own_item_comes_first_and_once(void **state)
{
	struct help *h = *state;
	struct seen s;

	decide_scope(h, "registered",
		     "\"item\":\"000161901000\",\"scope\":\"许可项目：食品销售；烟草制品零售\"",
		     &s);
	assert_int_equal(s.d.item_count, 2);
	assert_string_equal(s.d.items[0].code, "000161901000");
	assert_null(s.d.items[0].phrase);
	assert_string_equal(s.d.items[1].code, "000131012000");
	seen_clear(&s);
}

static void what_implies_nothing_goes_to_the_pool(void **state)
{
	struct help *h = *state;
	struct seen s;

	decide_scope(h, "registered", "\"scope\":\"一般项目：日用百货销售\"", &s);
	assert_int_equal(s.d.item_count, 0);
	assert_true(has_problem(&s.d, PROBLEM_NO_LEAD) && has_problem(&s.d, PROBLEM_UNKNOWN_ITEM));
	assert_null(strstr(s.json, "\"items\":[\""));
	seen_clear(&s);
}

/* Only registrations are read by their scope: a licence's own item says what it is about. */
static void other_events_are_not_read_by_scope(void **state)
{
	struct help *h = *state;
	struct seen s;

	decide_scope(h, "granted", "\"item\":\"000161901000\",\"scope\":\"许可项目：食品销售\"",
		     &s);
	assert_int_equal(s.d.item_count, 0);
	assert_null(strstr(s.json, "unmatched"));
	seen_clear(&s);
}

static void why_is_told_for_each_item(void **state)
{
	const struct decide_in in = {.at_ms = INT64_C(1795400100000)};
	struct help *h = *state;
	struct seen s;
	struct buf out;

	decide_scope(h, "registered", "\"scope\":\"许可项目：食品销售；烟草制品零售\"", &s);
	buf_init(&out, 1 << 20);
	assert_int_equal(explain_body(s.pack, &s.event, &in, "ycj-371302", false, &out), ERR_OK);
	assert_non_null(strstr(
		buf_cstr(&out),
		"item 000131012000 食品经营许可, implied by 食品销售\n/s 1: ycj-371302 is not told"));
	assert_non_null(strstr(buf_cstr(&out),
			       "implied by 烟草制品零售\n/s 1: ycj-371302 is told as lead"));
	buf_clear(&out);
	seen_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(vectors, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(long_texts_end, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(too_many_items_are_unmatched, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(each_item_is_decided_and_merged, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(the_own_item_comes_first_and_once, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(what_implies_nothing_goes_to_the_pool, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(other_events_are_not_read_by_scope, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(why_is_told_for_each_item, help_setup,
						help_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
