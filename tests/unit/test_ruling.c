/* A ruling as a row: whom it decides for from its day on, and whom it leaves as they were. */
#include <stdlib.h>

#include "decide.h"
#include "pack_ruling.h"
#include "rules_help.h"
#include "timefmt.h"

#define HEAD  "id,role,to,event,item,region,when:area,overrides,due,basis\n"
#define RULED day_of_civil(2026, 11, 25)

static struct pack *pack_of(struct help *h, const char *rules)
{
	struct pack *p = NULL;

	if (help_pack(h, "rules.csv", rules, &p))
		fail_msg("%s", help_faults(h));
	return p;
}

/* "wjw-q|zf-q", then "!" when it stands before the coordination office. */
static const char *leads_on(struct help *h, const struct pack *p, int32_t day, const char *from,
			    const char *to)
{
	struct decide_in in = {0};
	char *leads = arena_strdup(&h->arena, "");
	struct decision d;
	struct event e;

	if (help_event(h, from, to, &e))
		fail_msg("%s", help_faults(h));
	e.decision_day = day;
	decide(p, &e, &in, &h->arena, &d);
	for (int i = 0; i < d.notice_count && d.notices[i].role == ROLE_LEAD; i++)
		leads = arena_printf(&h->arena, "%s%s%s", leads, i ? "|" : "",
				     pack_view(p)->bodies[d.notices[i].body].id);
	for (int i = 0; i < d.problem_count; i++) {
		if (d.problems[i].code == PROBLEM_NO_LEAD ||
		    d.problems[i].code == PROBLEM_SEVERAL_LEADS)
			leads = arena_printf(&h->arena, "%s!", leads);
	}
	event_clear(&e);
	return leads;
}

static const char *leads(struct help *h, const struct pack *p, const char *from, const char *to)
{
	return leads_on(h, p, RULED, from, to);
}

static enum err rule_by(struct help *h, struct pack **p, const struct ruling *ruling,
			const char *from, const char *to)
{
	struct pack *more = NULL;
	struct event e;
	enum err err;

	if (help_event(h, from, to, &e))
		fail_msg("%s", help_faults(h));
	err = pack_with_ruling(*p, &e, ruling, &more, &h->diag);
	event_clear(&e);
	if (err != ERR_OK)
		return err;
	pack_unref(*p);
	*p = more;
	return ERR_OK;
}

static enum err rule(struct help *h, struct pack **p, const char *id, const char *body)
{
	return rule_by(h, p, &(struct ruling){id, body, "纪要", RULED}, "", "");
}

static const char *row_of(struct help *h, const struct pack *p, const char *id)
{
	struct buf out;
	const char *json;

	buf_init(&out, 1 << 16);
	pack_ruling_to_json(p, id, &out);
	json = arena_strdup(&h->arena, buf_cstr(&out));
	buf_clear(&out);
	return json;
}

static void test_in_the_place_of_the_row_that_led(void **state)
{
	struct help *h = *state;
	struct pack *p = pack_of(h, HEAD "L1,lead,sector@here,granted|renewed,,,,,2wd,b\n"
					 "LX,lead,body:sc-s,granted,,,>5000,L1,,b\n"
					 "LY,lead,body:zf-q,granted,,371321,,L1,,b\n");

	assert_int_equal(rule(h, &p, "u1.0", "wjw-s"), ERR_OK);
	assert_string_equal(leads(h, p, "", ""), "wjw-s");
	assert_string_equal(leads(h, p, "\"region\":\"371302\"", "\"region\":\"371302001000\""),
			    "wjw-s");
	assert_string_equal(leads_on(h, p, RULED - 1, "", ""), "wjw-q");
	assert_string_equal(leads(h, p, "approval.granted", "approval.renewed"), "wjw-q");
	assert_string_equal(leads(h, p, "\"region\":\"371302\"", "\"region\":\"371321\""), "zf-q");
	assert_string_equal(leads(h, p, "000123011000", "000117052001"), "zf-q");
	assert_string_equal(leads(h, p, "\"area\":1200", "\"area\":9000"), "sc-s");
	assert_string_equal(
		row_of(h, p, "u1.0"),
		"\"row\":{\"id\":\"u1.0\",\"role\":\"lead\",\"to\":\"body:wjw-s\",\"from\":\"2026-11-25\","
		"\"event\":\"granted\",\"item\":\"000123011000\",\"sector\":\"卫生\",\"devolution\":\"full\","
		"\"region\":\"371302\",\"due\":\"2wd\",\"overrides\":\"L1\",\"basis\":\"纪要\"},"
		"\"set_aside_by\":[\"LX\"]");
	assert_int_equal(rule(h, &p, "u2.0", "zf-q"), ERR_OK);
	assert_string_equal(leads(h, p, "", ""), "zf-q");
	assert_string_equal(leads(h, p, "\"area\":1200", "\"area\":9000"), "sc-s");
	pack_unref(p);
}

static void test_where_nobody_led(void **state)
{
	struct help *h = *state;
	struct pack *p = pack_of(h, HEAD "LX,lead,body:sc-s,granted,,,>5000,,,b\n"
					 "N1,none,,granted,,,<10,,,b\n"
					 "C1,copy,body:wjw-s,granted,,,,,,b\n");

	assert_string_equal(leads(h, p, "", ""), "!");
	assert_int_equal(rule(h, &p, "u1.0", "zf-q"), ERR_OK);
	assert_string_equal(leads(h, p, "", ""), "zf-q");
	assert_string_equal(leads(h, p, "\"area\":1200", "\"area\":9000"), "sc-s");
	assert_string_equal(leads(h, p, "\"area\":1200", "\"area\":5"), "");
	assert_string_equal(leads(h, p, "\"area\":1200,", ""), "zf-q");
	assert_non_null(strstr(row_of(h, p, "u1.0"), "\"due\":\"2wd\",\"via\":\"push|sms\""));
	assert_non_null(strstr(row_of(h, p, "u1.0"), "\"set_aside_by\":[\"LX\",\"N1\"]"));
	pack_unref(p);
}

static void test_one_of_several(void **state)
{
	struct help *h = *state;
	struct pack *p = pack_of(h, HEAD "L1,lead,body:wjw-q,granted,,,>1000,,,b\n"
					 "L2,lead,body:sc-s,granted,,,,,,b\n");

	assert_string_equal(leads(h, p, "", ""), "wjw-q|sc-s!");
	assert_int_equal(rule(h, &p, "u1.0", "wjw-q"), ERR_OK);
	assert_string_equal(leads(h, p, "", ""), "wjw-q");
	assert_string_equal(leads(h, p, "\"area\":1200", "\"area\":900"), "sc-s");
	assert_non_null(strstr(row_of(h, p, "u1.0"), "\"when:area\":\">1000\""));
	assert_non_null(strstr(row_of(h, p, "u1.0"), "\"overrides\":\"L1|L2\""));
	pack_unref(p);
}

static void test_nobody_on_purpose(void **state)
{
	struct help *h = *state;
	struct pack *p = pack_of(h, HEAD "L1,lead,sector@here,granted,,,,,,b\n");

	assert_int_equal(rule(h, &p, "u1.0", ""), ERR_OK);
	assert_string_equal(leads(h, p, "", ""), "");
	assert_non_null(strstr(row_of(h, p, "u1.0"), "\"role\":\"none\""));
	pack_unref(p);
}

static void expect_refusal(struct help *h, enum err err, const char *why)
{
	assert_int_equal(err, ERR_CONFLICT);
	help_expect_fault(h, "", why);
}

static void test_what_no_row_can_say(void **state)
{
	struct help *h = *state;
	const struct ruling ruling = {"u1.0", "zf-q", "纪要", RULED};
	struct pack *p = pack_of(h, HEAD "L1,lead,sector@here,granted,,,>1000,,,b\n"
					 "L2,lead,body:sc-s,granted,,,<5000,,,b\n");
	struct pack *one = pack_of(h, HEAD "L1,lead,sector@here,granted,,,,,,b\n"
					   "LX,lead,body:wjw-q,granted,,,>1000,L1,,b\n");

	expect_refusal(h, rule(h, &p, "u1.0", "zf-q"), "one attribute in different ways");
	expect_refusal(h, rule(h, &one, "u1.0", "wjw-q"), "decides such events so already");
	expect_refusal(h,
		       rule_by(h, &one, &ruling, "\"region\":\"371302\"", "\"region\":\"990000\""),
		       "does not know the event's region");
	assert_int_equal(rule(h, &one, "u1.0", "nobody"), ERR_INVALID);
	assert_non_null(strstr(help_faults(h), "rules.csv:4:"));
	assert_int_equal(rule(h, &one, "u1.0", "zf-q"), ERR_OK);
	assert_string_equal(leads(h, one, "\"area\":1200", "\"area\":900"), "wjw-q");
	expect_refusal(h, rule(h, &one, "u1.0", "sc-s"), "has a row of this ruling");
	pack_unref(p);
	pack_unref(one);
}

static void test_a_registration_names_no_item(void **state)
{
	struct help *h = *state;
	const char *text = help_event_text(h, "\"item\":\"000123011000\",", "");
	struct pack *p = pack_of(h, HEAD "L1,lead,sector@here,registered,,,,,,b\n"), *more = NULL;
	char *registered = arena_strdup(&h->arena, text),
	     *type = strstr(registered, "approval.granted\"");
	struct event e;

	text = arena_printf(&h->arena, "%.*sapproval.registered%s", (int)(type - registered),
			    registered, type + 16);
	assert_int_equal(event_parse(text, strlen(text), &event_limits_default, &e, &h->diag),
			 ERR_OK);
	expect_refusal(h,
		       pack_with_ruling(p, &e, &(struct ruling){"u1.0", "zf-q", "", RULED}, &more,
					&h->diag),
		       "names no item");
	event_clear(&e);
	pack_unref(p);
}

int main(void)
{
#define WITH_HELP(f) cmocka_unit_test_setup_teardown(f, help_setup, help_teardown)
	const struct CMUnitTest tests[] = {
		WITH_HELP(test_in_the_place_of_the_row_that_led),
		WITH_HELP(test_where_nobody_led),
		WITH_HELP(test_one_of_several),
		WITH_HELP(test_nobody_on_purpose),
		WITH_HELP(test_what_no_row_can_say),
		WITH_HELP(test_a_registration_names_no_item),
	};

	return cmocka_run_group_tests_name("ruling", tests, NULL, NULL);
}
