/* What readers say about faults, with its code and in Chinese. */
#include "rules_help.h"

#include "base/buf.h"
#include "phrase.h"

static void expect(const char *what, const char *members)
{
	struct buf out;

	buf_init(&out, 4096);
	assert_int_equal(phrase_print(what, &out), *members != '\0');
	assert_string_equal(buf_cstr(&out), members);
	buf_clear(&out);
}

static void test_codes_and_chinese(void **state)
{
	(void)state;
	expect("must not be blank", ",\"code\":\"blank\",\"zh\":\"不能为空\"");
	expect("the row has 3 cells, the header 15",
	       ",\"code\":\"row-cells\",\"params\":[\"3\",\"15\"],\"zh\":\"本行有 3 格，表头有 15 格\"");
	expect("the column role is missing",
	       ",\"code\":\"column-missing\",\"params\":[\"role\"],\"zh\":\"缺少 role 列\"");
	/* What is filled in may look like the sentence around it. */
	expect("the member a is missing is missing",
	       ",\"code\":\"member-missing\",\"params\":[\"a is missing\"],\"zh\":\"缺少成员 a is missing\"");
	expect("the member \" is missing",
	       ",\"code\":\"member-missing\",\"params\":[\"\\\"\"],\"zh\":\"缺少成员 \\\"\"");
}

static void test_a_member_in_front(void **state)
{
	(void)state;
	expect("/sms_join: must be 1 to 60 minutes, like 2m",
	       ",\"code\":\"duration-bad\",\"zh\":\"/sms_join：须为 1 至 60 分钟，如 2m\"");
	expect("/a: b: an unknown member",
	       ",\"code\":\"member-unknown\",\"zh\":\"/a: b：不认识的成员\"");
}

static void test_words_of_the_calendar(void **state)
{
	(void)state;
	expect("2026-02-14 is work; at 3:1 it is off",
	       ",\"code\":\"notice-contrary\",\"params\":[\"2026-02-14\",\"work\",\"3:1\",\"off\"],"
	       "\"zh\":\"2026-02-14 在此为“上班”，3:1 处却为“放假”\"");
	expect("2026-02-14 is off; at 3:1 it is the same already",
	       ",\"code\":\"notice-twice\",\"params\":[\"2026-02-14\",\"off\",\"3:1\"],"
	       "\"zh\":\"2026-02-14 在此为“放假”；3:1 处已列过\"");
}

static void test_what_is_not_listed(void **state)
{
	(void)state;
	expect("", "");
	expect("a sentence of nobody's", "");
	expect("must not be blank at all", "");
	expect("/a: of nobody's", "");
	expect("/a", "");
	expect("the row has 3 cells", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes_and_chinese),
		cmocka_unit_test(test_a_member_in_front),
		cmocka_unit_test(test_words_of_the_calendar),
		cmocka_unit_test(test_what_is_not_listed),
	};

	return cmocka_run_group_tests_name("phrase", tests, NULL, NULL);
}
