/* ranking.c: a month that was published stands as it was, whatever comes later; and what became of
 * a return. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "replay/world.h"

#define START_MS INT64_C(1795399200000) /* 2026-11-23T10:00:00+08:00 */
#define DAY_MS	 INT64_C(86400000)
#define LEAD	 "wjw-371302"
#define OTHER	 "zjj-371302"

static json_t *event(const char *id)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:s,s:s,s:{s:s},s:{s:s},s:{s:s,s:s}}}",
			 "specversion", "1.0", "type", "approval.granted", "source",
			 "/sources/ranking", "id", id, "time", "2026-11-23T10:00:00+08:00", "data",
			 "case", id, "item", "000123901000", "region", "371302", "applicant",
			 "name", "某公司", "permit", "number", id, "bodies", "accepting",
			 "spj-371302", "deciding", "spj-371302");
}

static void ask(struct world *w, const char *who, const char *what, const char *id)
{
	world_get(w, &(struct asked){0, who, what, id, NULL});
}

/* A figure of a body in the last answer, -1 when it is not in it. */
static int64_t figure(const struct world *w, const char *body, const char *name)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(w->answer, "items"), i, row) {
		if (!strcmp(json_string_value(json_object_get(row, "key")), body))
			return json_integer_value(json_object_get(row, name));
	}
	return -1;
}

static void act(struct world *w, const char *who, const char *what, const char *id, json_t *with)
{
	world_act(w, &(struct asked){0, who, what, id, with});
	json_decref(with);
	assert_int_equal(w->status, 200);
}

static void a_month_that_was_published_stands(void **state)
{
	struct world w;
	json_t *before;

	(void)state;
	world_open(&w, "tests/replay/pack", 1, START_MS);
	world_submit(&w, 0, "spj", event("1"));
	world_submit(&w, 0, "spj", event("2"));
	act(&w, "wjw", "claim", "n1.0", NULL);
	ask(&w, "lxhy", "publish", "2026-11");
	assert_int_equal(w.status, 409); /* it is not over */
	world_to(&w, START_MS + 9 * DAY_MS);
	ask(&w, "lxhy", "ranking", "2026-11");
	assert_true(json_is_null(json_object_get(w.answer, "published")));
	assert_int_equal(json_array_size(json_object_get(w.answer, "allowed")), 1);
	before = json_incref(json_object_get(w.answer, "items"));
	assert_int_equal(figure(&w, LEAD, "claimed_ever"), 1);
	ask(&w, "sjj", "ranking", "2026-11");
	assert_int_equal(json_array_size(json_object_get(w.answer, "allowed")), 0);
	ask(&w, "wjw", "publish", "2026-11");
	assert_int_equal(w.status, 404);
	ask(&w, "lxhy", "publish", "2026-11");
	assert_int_equal(w.status, 200);

	act(&w, "wjw", "claim", "n2.0", NULL);
	ask(&w, "lxhy", "board", "body");
	assert_int_equal(figure(&w, LEAD, "claimed_ever"), 2);
	ask(&w, "sjj", "ranking", "2026-11");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(w.answer, "published"), "by")),
		"lxhy");
	assert_true(json_equal(json_object_get(w.answer, "items"), before));
	assert_int_equal(json_array_size(json_object_get(w.answer, "allowed")), 0);
	ask(&w, "lxhy", "publish", "2026-11");
	assert_int_equal(w.status, 409);
	assert_int_equal(server_number(&w.h.server, "HLEN %srankings", KEY), 1);
	ask(&w, "lxhy", "ranking", "2026-13");
	assert_int_equal(w.status, 422);
	json_decref(before);
	world_close(&w);
}

static void a_return_is_upheld_or_rejected(void **state)
{
	struct world w;
	json_t *ruling = json_pack("{s:s,s:s}", "body", LEAD, "basis", "三定规定");

	(void)state;
	world_open(&w, "tests/replay/pack", 1, START_MS);
	world_submit(&w, 0, "spj", event("1"));
	act(&w, "wjw", "return", "n1.0", json_pack("{s:s}", "reason", "not-our-remit"));
	ask(&w, "lxhy", "board", "body");
	assert_int_equal(figure(&w, LEAD, "returned_ever"), 1);
	assert_int_equal(figure(&w, LEAD, "returns_upheld") + figure(&w, LEAD, "returns_rejected"),
			 0);
	act(&w, "spj", "transfer", "n1.0", json_pack("{s:s}", "to", OTHER));
	ask(&w, "lxhy", "board", "body");
	assert_int_equal(figure(&w, LEAD, "returns_upheld"), 1);
	ask(&w, "zjj", "list", OTHER);
	act(&w, "zjj", "return",
	    json_string_value(
		    json_object_get(json_array_get(json_object_get(w.answer, "items"), 0), "id")),
	    json_pack("{s:s}", "reason", "not-our-remit"));
	world_settle(&w);
	world_dispute(&w, &(struct asked){0, "lxhy", "ruling", "u1.0", ruling});
	assert_int_equal(w.status, 200);
	ask(&w, "lxhy", "board", "body");
	assert_int_equal(figure(&w, LEAD, "returns_upheld"), 0);
	assert_int_equal(figure(&w, LEAD, "returns_rejected"), 1);
	assert_int_equal(figure(&w, OTHER, "returns_upheld"), 1);
	json_decref(ruling);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_month_that_was_published_stands),
		cmocka_unit_test(a_return_is_upheld_or_rejected),
	};

	return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}
