/* The pure parts of the connectors: settings, numbers, texts, what answers and callbacks mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "connector.h"
#include "form.h"
#include "http.h"
#include "kannel.h"
#include "settings.h"
#include "sms.h"

#define COUNT_OF(a) ((int)(sizeof(a) / sizeof((a)[0])))

static void test_kinds(void **state)
{
	(void)state;
	assert_non_null(connector_kind_find("sandbox"));
	assert_non_null(connector_kind_find("kannel"));
	assert_null(connector_kind_find("pigeon"));
	assert_null(connector_kind_at(-1));
	for (int i = 0; connector_kind_at(i); i++)
		assert_ptr_equal(connector_kind_find(connector_kind_at(i)->kind),
				 connector_kind_at(i));
	for (int o = 0; o < OUTCOME_COUNT; o++)
		assert_true(strlen(outcome_name(o)) > 0);
}

static void test_form(void **state)
{
	static const char text[] = "a=1&bb=%E6%94%B6+x&c=&dd=%4&a=2&n=a%00b&e";
	const struct form f = {.data = text, .len = sizeof(text) - 1};
	struct form_value v;
	struct arena a;

	(void)state;
	arena_init(&a);
	assert_string_equal(form_text(f, "a", &a), "1");
	assert_string_equal(form_text(f, "bb", &a), "收 x");
	assert_string_equal(form_text(f, "c", &a), "");
	assert_null(form_text(f, "b", &a));
	assert_null(form_text(f, "d", &a));
	assert_null(form_text(f, "dd", &a));
	assert_null(form_text(f, "e", &a));
	assert_null(form_text(f, "n", &a));
	assert_true(form_find(f, "n", &a, &v));
	assert_int_equal(v.len, 3);
	assert_null(form_text((struct form){0}, "a", &a));
	arena_clear(&a);
}

static void test_numbers(void **state)
{
	static const char *const good[][2] = {
		{"13800138000", "+8613800138000"},	 {"8613800138000", "+8613800138000"},
		{"+86 138 0013 8000", "+8613800138000"}, {" 86-13800138000", "+8613800138000"},
		{"008613800138000", "+8613800138000"},	 {"10690000", "10690000"},
		{"12345678901", "12345678901"},		 {"+447700900123", "+447700900123"},
		{"861380013800", "861380013800"},
	};
	static const char *const bad[] = {"",
					  "12",
					  "1380013800a",
					  "13800138000;",
					  "++8613800138000",
					  "138+00138000",
					  "123456789012345678901"};
	char number[NUMBER_BYTES];

	(void)state;
	for (int i = 0; i < COUNT_OF(good); i++) {
		assert_true(number_normalise(good[i][0], number));
		assert_string_equal(number, good[i][1]);
	}
	for (int i = 0; i < COUNT_OF(bad); i++)
		assert_false(number_normalise(bad[i], number));
}

static void reply_is(const char *data, size_t len, const char *charset, const char *want)
{
	struct arena a;

	arena_init(&a);
	assert_string_equal(reply_normalise(data, len, charset, &a), want);
	arena_clear(&a);
}

static void test_replies(void **state)
{
	static char lots[3 * REPLY_BYTES_MAX];
	struct arena a;
	const char *cut;

	(void)state;
	reply_is("　收到 Ａ７ｋ３！\r\n", strlen("　收到 Ａ７ｋ３！\r\n"), "UTF-8", "收到 A7k3!");
	reply_is("\x65\x36\x52\x30", 4, "UTF-16BE", "收到");
	reply_is("\xD8\x3D\xDE\x00\x00\x31", 6, "utf-16be", "\xF0\x9F\x98\x80\x31");
	reply_is("\xD8\x3D\x00\x31\x00", 5, "UTF-16BE", "\xEF\xBF\xBD\x31\xEF\xBF\xBD");
	reply_is("a\xFF\xE6\x94 b\xED\xA0\x80", 9, "UTF-8",
		 "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
	reply_is("a\0b\033c", 5, NULL, "a b c");
	/* What a phone or an input method puts between letters without anybody seeing it, and its
	 * dashes. */
	reply_is("3A2\xE2\x80\x8C"
		 "2PX",
		 9, "UTF-8", "3A2 2PX"); /* zero width non-joiner */
	reply_is("3A2\xE2\x81\xA0"
		 "2PX",
		 9, "UTF-8", "3A2 2PX"); /* word joiner */
	reply_is("\xE2\x80\xAD"
		 "3A2\xE2\x80\x89"
		 "2PX\xE2\x80\xAC",
		 15, "UTF-8", "3A2 2PX"); /* an order of writing, a thin space */
	reply_is("3A2\xE2\x80\x94"
		 "2PX",
		 9, "UTF-8", "3A2-2PX"); /* a long dash */
	reply_is("3A2\xE2\x88\x92"
		 "2PX",
		 9, "UTF-8", "3A2-2PX"); /* a minus */
	reply_is("\xF0\x9F\x91\x8D\xEF\xB8\x8F"
		 "3A",
		 9, "UTF-8", "\xF0\x9F\x91\x8D 3A"); /* the choice of a picture's form */
	reply_is("", 0, "", "");
	for (size_t i = 0; i + 3 <= sizeof(lots); i += 3)
		memcpy(lots + i, "收", 3);
	arena_init(&a);
	cut = reply_normalise(lots, sizeof(lots), "UTF-8", &a);
	assert_true(strlen(cut) <= REPLY_BYTES_MAX);
	assert_int_equal(strlen(cut) % 3, 0);
	arena_clear(&a);
}

static void test_codes(void **state)
{
	char code[CODE_BYTES], lots[500];

	(void)state;
	code_clean("Invalid\r\n 收Destination ", code);
	assert_string_equal(code, "Invalid Destination");
	memset(lots, 'x', sizeof(lots) - 1);
	lots[sizeof(lots) - 1] = '\0';
	code_clean(lots, code);
	assert_int_equal(strlen(code), 64);
	assert_true(secret_equal("abc", "abc"));
	assert_false(secret_equal("abc", "abd"));
	assert_false(secret_equal("abcabc", "abc"));
	assert_false(secret_equal("", "abc"));
	assert_false(secret_equal("abc", ""));
	assert_true(secret_equal("", ""));
}

static size_t check_faults(const struct message *msg)
{
	struct arena a;
	struct diag d;
	size_t count;
	enum err e;

	arena_init(&a);
	diag_init(&d, &a);
	e = connector_kind_find("kannel")->check(msg, &d);
	count = d.count;
	assert_int_equal(e == ERR_OK, count == 0);
	arena_clear(&a);
	return count;
}

static void test_check(void **state)
{
	char lots[3 * 671 + 1] = "";

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(lots); i += 3)
		memcpy(lots + i, "请", 3);
	lots[3 * 670] = '\0';
	assert_int_equal(
		check_faults(&(struct message){"d12.1-1", "+8613800138000", "【局】请\n签收"}), 0);
	assert_int_equal(check_faults(&(struct message){"d12.1-1", "+8613800138000", lots}), 0);
	memcpy(lots + 3 * 670, "请", 4);
	assert_int_equal(check_faults(&(struct message){"d12.1-1", "+8613800138000", lots}), 1);
	assert_int_equal(check_faults(&(struct message){"", "13800138000", " 　"}), 3);
	assert_int_equal(check_faults(&(struct message){"a b", "+0123456", "a\033b"}), 3);
	assert_int_equal(check_faults(&(struct message){"a%d", "+86138001380001234", "a\xFFz"}), 3);
}

static void test_outcomes(void **state)
{
	static const struct {
		int status;
		int64_t retry_after_ms;
		enum outcome want;
	} rows[] = {
		{200, 0, OUTCOME_ACCEPTED},	{301, 0, OUTCOME_UNKNOWN},
		{400, 0, OUTCOME_REFUSED},	{401, 0, OUTCOME_CHANNEL_DOWN},
		{404, 0, OUTCOME_CHANNEL_DOWN}, {408, 0, OUTCOME_UNKNOWN},
		{429, 0, OUTCOME_LATER},	{500, 0, OUTCOME_UNKNOWN},
		{502, 7000, OUTCOME_UNKNOWN},	{503, 0, OUTCOME_UNKNOWN},
		{503, 7000, OUTCOME_LATER},	{0, 0, OUTCOME_UNKNOWN},
	};
	struct http_answer a = {.is_answer = true, .fault = "", .body = ""};

	(void)state;
	for (int i = 0; i < COUNT_OF(rows); i++) {
		a.status = rows[i].status;
		a.retry_after_ms = rows[i].retry_after_ms;
		assert_int_equal(http_outcome(&a), rows[i].want);
	}
	a.is_answer = false;
	assert_int_equal(http_outcome(&a), OUTCOME_NOT_SENT);
	a.may_have_left = true;
	assert_int_equal(http_outcome(&a), OUTCOME_UNKNOWN);
}

static void test_kannel_outcomes(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum outcome want;
	} rows[] = {
		{202, "0: Accepted for delivery", OUTCOME_ACCEPTED},
		{202, "3: Queued for later delivery", OUTCOME_ACCEPTED},
		{202, "", OUTCOME_UNKNOWN},
		{202, "<html>0:", OUTCOME_UNKNOWN},
		{200, "0: Accepted for delivery", OUTCOME_UNKNOWN},
		{400, "Empty receiver number not allowed, rejected", OUTCOME_REFUSED},
		{403, "Authorization failed for sendsms", OUTCOME_CHANNEL_DOWN},
		{403, "Not routable. Do not try again.", OUTCOME_REFUSED},
		{404, "Unknown request.", OUTCOME_CHANNEL_DOWN},
		{500, "", OUTCOME_UNKNOWN},
		{503, "Temporal failure, try again later.", OUTCOME_LATER},
	};
	struct http_answer a = {.is_answer = true, .fault = ""};

	(void)state;
	for (int i = 0; i < COUNT_OF(rows); i++) {
		a.status = rows[i].status;
		a.body = rows[i].body;
		a.body_len = strlen(rows[i].body);
		assert_int_equal(kannel_outcome(&a), rows[i].want);
	}
}

static void test_kannel_mask(void **state)
{
	static const struct {
		int mask;
		enum report_kind want;
	} rows[] = {
		{1, REPORT_DELIVERED},	 {2, REPORT_FAILED},	{4, REPORT_BUFFERED},
		{8, REPORT_HANDED_OVER}, {16, REPORT_FAILED},	{34, REPORT_EXPIRED},
		{66, REPORT_FAILED},	 {9, REPORT_DELIVERED},
	};
	enum report_kind kind = REPORT_REPLY;

	(void)state;
	for (int i = 0; i < COUNT_OF(rows); i++) {
		assert_true(kannel_report_kind(rows[i].mask, &kind));
		assert_int_equal(kind, rows[i].want);
	}
	kind = REPORT_REPLY;
	assert_false(kannel_report_kind(0, &kind));
	assert_false(kannel_report_kind(64, &kind));
	assert_int_equal(kind, REPORT_REPLY);
}

static void test_settings(void **state)
{
	static const struct setting_pair pairs[] = {
		{"url", "http://user@127.0.0.1/"}, {"usrname", "x"},	  {"from", "a\nb"},
		{"connections", "many"},	   {"password_file", ""},
	};
	const struct connector_kind *kind = connector_kind_find("kannel");
	const struct settings s = {pairs, COUNT_OF(pairs)};
	const struct settings_view v = {kind, "sms1", &s};
	struct arena a;
	struct diag d;

	(void)state;
	arena_init(&a);
	diag_init(&d, &a);
	assert_int_equal(settings_check(&v, &d), ERR_INVALID);
	/*
	 * An unknown name; a bad url; no user name; no password; a bad number of ours; no token; no
	 * number.
	 */
	assert_int_equal(d.count, 7);
	assert_string_equal(d.first->where, "connector.sms1.usrname");
	assert_string_equal(settings_text(&v, "signature"), "text");
	assert_int_equal(settings_number(&v, "timeout_ms"), 10000);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),	    cmocka_unit_test(test_form),
		cmocka_unit_test(test_numbers),	    cmocka_unit_test(test_replies),
		cmocka_unit_test(test_codes),	    cmocka_unit_test(test_check),
		cmocka_unit_test(test_outcomes),    cmocka_unit_test(test_kannel_outcomes),
		cmocka_unit_test(test_kannel_mask), cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
