/* Templates, short codes, and how long an SMS gets. */
#include "rules_help.h"
#include "text.h"

static void test_fill(void **state)
{
	const struct text_value values[] = {{"item", "许可"}, {"code", "A7K3F2"}, {"due", NULL}};
	struct buf out;

	(void)state;
	buf_init(&out, 200);
	assert_true(text_fill("{item}，编号{code}{due}。", values, 3, &out));
	assert_string_equal(buf_cstr(&out), "许可，编号A7K3F2。");
	buf_reset(&out);
	assert_false(text_fill("{region}", values, 3, &out));
	assert_false(text_fill("{item", values, 3, &out));
	buf_clear(&out);
}

static bool is_good(const char *name, const char *tmpl, size_t *ret_at)
{
	return !text_check(name, tmpl, strlen(tmpl), ret_at);
}

static void test_check(void **state)
{
	size_t at = 0;

	(void)state;
	assert_true(is_good("sms-notice", "{sign}{item}{count}", &at));
	assert_false(is_good("sms-notice", "ab{oops}", &at));
	assert_int_equal(at, 2);
	assert_false(is_good("sms-notice", "a}b", &at));
	assert_false(is_good("sms-notice", "a{code", &at));
	assert_false(is_good("sms-notice", "{item{code}}", &at));
	assert_false(is_good("sms-notice", "{}", &at));
	assert_false(is_good("sms-notice", "{sign count}", &at));
}

/* One that nothing fills would have the pack's own words put aside when they are sent. */
static void test_each_text_has_its_places(void **state)
{
	size_t at = 0;

	(void)state;
	assert_true(
		is_good("sms-assist", "{region}{due}{code}{case}{body}{type}{what}{permit}", &at));
	assert_true(is_good("sms-joined", "{sign}{count}{item}{due}{code}", &at));
	assert_true(is_good("sms-digest", "{sign}{body}{count}", &at));
	assert_false(is_good("sms-joined", "{sign}{region}", &at));
	assert_int_equal(at, 6);
	assert_false(is_good("sms-digest", "{code}", &at));
	assert_false(is_good("sms-notice", "{applicant}", &at));
}

static void test_codes_come_back(void **state)
{
	static const int notices[] = {0, 1, 21, 22, 23, 63, 550};
	char code[SHORT_CODE_BYTES];
	int64_t seq, got;
	int notice;
	size_t i;

	(void)state;
	for (seq = 0; seq < INT64_C(30000000000000); seq = seq * 3 + 7) {
		for (i = 0; i < sizeof(notices) / sizeof(notices[0]); i++) {
			short_code_make(seq, notices[i], code);
			assert_true(strlen(code) >= 6 && strlen(code) < SHORT_CODE_BYTES);
			assert_true(short_code_parse(code, strlen(code), &got, &notice));
			assert_int_equal(got, seq);
			assert_int_equal(notice, notices[i]);
		}
	}
	short_code_make(INT64_MAX, 0, code);
	assert_string_equal(code, "");
	short_code_make(1, 551, code);
	assert_string_equal(code, "");
	short_code_make(-1, 0, code);
	assert_string_equal(code, "");
}

/* One wrong letter, or two neighbours that changed places, is never another notice's code. */
static void test_slips_are_seen(void **state)
{
	static const char letters[] = "23456789ACEFHJKMNPRTWXY";
	char code[SHORT_CODE_BYTES], slip[SHORT_CODE_BYTES];
	int64_t seq, got;
	int notice;
	size_t i, j;

	(void)state;
	for (seq = 1; seq < 2000000; seq = seq * 2 + 3) {
		short_code_make(seq, 3, code);
		for (i = 0; code[i]; i++) {
			for (j = 0; letters[j]; j++) {
				memcpy(slip, code, sizeof(slip));
				slip[i] = letters[j];
				if (letters[j] != code[i])
					assert_false(short_code_parse(slip, strlen(slip), &got,
								      &notice));
			}
			memcpy(slip, code, sizeof(slip));
			if (!code[i + 1] || code[i] == code[i + 1])
				continue;
			slip[i] = code[i + 1];
			slip[i + 1] = code[i];
			assert_false(short_code_parse(slip, strlen(slip), &got, &notice));
		}
	}
}

static void test_codes_as_people_type_them(void **state)
{
	struct help *h = *state;
	char code[SHORT_CODE_BYTES], wide[64] = "", lower[SHORT_CODE_BYTES];
	int64_t seq;
	int notice;
	size_t i, at = 0;

	short_code_make(123456, 2, code);
	for (i = 0; code[i]; i++) {
		uint32_t c = 0xff01 + (uint32_t)(code[i] - '!');

		wide[at++] = (char)(0xe0 | c >> 12);
		wide[at++] = (char)(0x80 | (c >> 6 & 63));
		wide[at++] = (char)(0x80 | (c & 63));
		lower[i] = (char)(code[i] >= 'A' ? code[i] | 32 : code[i]);
	}
	wide[at] = lower[i] = '\0';
	assert_true(short_code_find(arena_printf(&h->arena, "收到 %s", code), &seq, &notice));
	assert_int_equal(seq, 123456);
	assert_int_equal(notice, 2);
	assert_true(
		short_code_find(arena_printf(&h->arena, "已收到，%s。谢谢", lower), &seq, &notice));
	assert_true(short_code_find(wide, &seq, &notice));
	assert_true(short_code_find(arena_printf(&h->arena, " %.3s %s ", code, code + 3), &seq,
				    &notice));
	assert_true(
		short_code_find(arena_printf(&h->arena, "%.3s-%s", code, code + 3), &seq, &notice));
	assert_true(
		short_code_find(arena_printf(&h->arena, "13900000000 %s", code), &seq, &notice));
	assert_true(short_code_find(
		arena_printf(&h->arena, "收到 %.2s %.2s　%s", lower, code + 2, lower + 4), &seq,
		&notice));
	assert_int_equal(seq, 123456);
	assert_true(short_code_find(arena_printf(&h->arena, "AB %.3s %s", code, code + 3), &seq,
				    &notice));
	assert_true(short_code_find(arena_printf(&h->arena, "%s AB", code), &seq, &notice));
	assert_false(short_code_find(arena_printf(&h->arena, "%.3s，%s", code, code + 3), &seq,
				     &notice));
	assert_false(short_code_find("收到", &seq, &notice));
	assert_false(short_code_find("", &seq, &notice));
	assert_false(short_code_find("happy new year 2026", &seq, &notice));
	assert_false(short_code_find("\xff\xfe\x80", &seq, &notice));
	assert_false(short_code_find(arena_printf(&h->arena, "%sX", code), &seq, &notice));
}

static void test_sms_parts(void **state)
{
	char text[1000];
	int i;

	(void)state;
	assert_int_equal(sms_parts(""), 0);
	for (i = 0; i < 210; i++)
		memcpy(text + 3 * i, "许", 4);
	text[3 * 70] = '\0';
	assert_int_equal(sms_parts(text), 1);
	memcpy(text + 3 * 70, "许", 4);
	assert_int_equal(sms_parts(text), 2);
	for (i = 0; i < 135; i++)
		memcpy(text + 3 * i, "许", 4);
	assert_int_equal(sms_parts(text), 3);
	/* 66 units and then one of two: the pair goes into the next part whole. */
	for (i = 0; i < 66; i++)
		text[i] = 'x';
	for (i = 0; i < 4; i++)
		memcpy(text + 66 + 4 * i, "😀", 5);
	assert_int_equal(sms_parts(text), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_each_text_has_its_places),
		cmocka_unit_test(test_codes_come_back),
		cmocka_unit_test(test_slips_are_seen),
		cmocka_unit_test_setup_teardown(test_codes_as_people_type_them, help_setup,
						help_teardown),
		cmocka_unit_test(test_sms_parts),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
