/* err, arena, buf, utf8, strmap. */
#include <stdio.h>
#include <stdlib.h>

#include "base/digits.h"
#include "base/strmap.h"
#include "base/utf8.h"
#include "rules_help.h"

static void test_err_table(void **state)
{
	int i;

	(void)state;
	assert_int_equal(err_http_status(ERR_INVALID), 422);
	assert_int_equal(err_http_status(ERR_CONFLICT), 409);
	assert_string_equal(err_name(ERR_NOT_FOUND), "not-found");
	for (i = 0; i < ERR_COUNT; i++) {
		assert_non_null(err_name((enum err)i));
		assert_non_null(err_title((enum err)i));
	}
	assert_int_equal(err_http_status((enum err)999), 500);
}

static void test_diag_keeps_order_and_counts_on(void **state)
{
	struct help *h = *state;
	const struct fault *f;
	size_t kept = 0;
	int i;

	for (i = 0; i < DIAG_MAX + 5; i++)
		diag_add(&h->diag, "/a", "fault %d", i);
	assert_int_equal(h->diag.count, DIAG_MAX + 5);
	for (f = h->diag.first; f; f = f->next)
		kept++;
	assert_int_equal(kept, DIAG_MAX);
	assert_string_equal(h->diag.first->what, "fault 0");
	assert_string_equal(h->diag.first->next->what, "fault 1");
}

static void test_arena(void **state)
{
	struct arena a;
	char *first, *big;
	int i;

	(void)state;
	arena_init(&a);
	first = arena_strdup(&a, "first");
	assert_int_equal((uintptr_t)first % 16, 0);
	for (i = 0; i < 5000; i++)
		assert_int_equal((uintptr_t)arena_zalloc(&a, 33) % 16, 0);
	big = arena_alloc(&a, 3 << 20);
	memset(big, 1, 3 << 20);
	assert_string_equal(first, "first");
	arena_reset(&a);
	assert_true(a.total_bytes <= 8192);
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	assert_string_equal(arena_concat(&a, "pool", ":", "", "371300", NULL), "pool:371300");
	arena_clear(&a);
	assert_int_equal(a.total_bytes, 0);
}

static void test_buf_ceiling(void **state)
{
	struct buf b;
	size_t len;
	char *taken;

	(void)state;
	buf_init(&b, 5);
	assert_string_equal(buf_cstr(&b), "");
	assert_true(buf_add_str(&b, "12345"));
	assert_string_equal(buf_cstr(&b), "12345");
	assert_false(buf_add_char(&b, '6'));
	assert_true(b.overflow);
	assert_int_equal(b.len, 5);
	buf_reset(&b);
	assert_true(buf_printf(&b, "%d", 123));
	taken = buf_take(&b, &len);
	assert_int_equal(len, 3);
	assert_string_equal(taken, "123");
	free(taken);
	buf_clear(&b);
}

static void test_buf_numbers(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_add_int(&b, 0);
	buf_add_char(&b, ' ');
	buf_add_int(&b, INT64_MIN);
	buf_add_char(&b, ' ');
	buf_add_int(&b, INT64_MAX);
	assert_string_equal(buf_cstr(&b), "0 -9223372036854775808 9223372036854775807");
	for (int64_t v = 1; v < INT64_MAX / 7; v = v * 3 + v % 5) {
		char want[48];

		snprintf(want, sizeof(want), "%lld %lld", (long long)v, (long long)-v);
		buf_reset(&b);
		buf_add_int(&b, v);
		buf_add_char(&b, ' ');
		buf_add_int(&b, -v);
		assert_string_equal(buf_cstr(&b), want);
	}
	buf_clear(&b);
	buf_init(&b, 5); /* less room than the longest number needs, and enough for these */
	assert_true(buf_add_int(&b, 123) && buf_add_int(&b, -4));
	assert_false(buf_add_int(&b, 10));
	assert_string_equal(buf_cstr(&b), "123-4");
	buf_clear(&b);
}

static void test_digits(void **state)
{
	const char *s = "12/x", *from = s;

	(void)state;
	assert_int_equal(digits_take(&s), 12);
	assert_string_equal(s, "/x");
	assert_int_equal(digits_take(&s), -1);
	assert_ptr_equal(s, from + 2);
	assert_int_equal(digits_at("999999999999999999"), INT64_C(999999999999999999));
	assert_int_equal(digits_at("1000000000000000000"), -1);
	assert_int_equal(digits_at(""), -1);
	assert_int_equal(digits_at("-1"), -1);
}

/* One byte or character after the other, as the fast way must come out too. */
static void json_slowly(struct buf *b, const char *s, size_t len)
{
	buf_add_char(b, '"');
	for (size_t at = 0, step; at < len; at += step ? step : 1) {
		step = utf8_length_any(s + at, len - at);
		if (!step)
			buf_add_str(b, "\xef\xbf\xbd");
		else if (step > 1)
			buf_add(b, s + at, step);
		else if (s[at] == '"' || s[at] == '\\')
			buf_printf(b, "\\%c", s[at]);
		else if ((unsigned char)s[at] < 0x20 || s[at] == 0x7f)
			buf_printf(b, "\\u%04x", s[at]);
		else
			buf_add_char(b, s[at]);
	}
	buf_add_char(b, '"');
}

/* What needs care at each place of eight bytes, with each other near it. */
static void test_buf_json_anywhere(void **state)
{
	static const char *const pieces[] = {"a",
					     " ",
					     "~",
					     "abcdefgh",
					     "\"",
					     "\\",
					     "\x01",
					     "\x7f",
					     "\xe4\xb8\xad",
					     "\xc3\xa9",
					     "\xf0\x9f\x98\x80",
					     "\xe4\xb8",
					     "\xff",
					     "\xed\xa0\x80",
					     "\xe9"};
	uint32_t dice = 20261129;
	struct buf text, got, want;

	(void)state;
	buf_init(&text, 1000);
	buf_init(&got, 4000);
	buf_init(&want, 4000);
	for (int i = 0; i < 20000; i++) {
		buf_reset(&text);
		buf_reset(&got);
		buf_reset(&want);
		for (int k = i % 23; k >= 0; k--) {
			dice = dice * 1664525 + 1013904223;
			buf_add_str(&text,
				    pieces[(dice >> 16) %
					   (i % 2 ? 4 : sizeof(pieces) / sizeof(pieces[0]))]);
		}
		buf_add_jsonn(&got, text.data, text.len);
		json_slowly(&want, text.data, text.len);
		assert_string_equal(buf_cstr(&got), buf_cstr(&want));
	}
	buf_clear(&text);
	buf_clear(&got);
	buf_clear(&want);
}

static void test_buf_json(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", "\"\""},
		{"a\"b\\c/", "\"a\\\"b\\\\c/\""},
		{"\b\f\n\r\t\x01\x1f\x7f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\""},
		{"许可", "\"许可\""},
		{"a\xff"
		 "b",
		 "\"a\xef\xbf\xbd"
		 "b\""},
		{"\xe8\xae", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		{NULL, "null"},
	};
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 1000);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&b);
		assert_true(buf_add_json(&b, cases[i].in));
		assert_string_equal(buf_cstr(&b), cases[i].out);
	}
	buf_clear(&b);
	buf_init(&b, 4);
	assert_false(buf_add_json(&b, "abc"));
	assert_int_equal(b.len, 0);
	buf_clear(&b);
}

static void test_utf8(void **state)
{
	static const char *const bad[] = {"\x80",
					  "\xc0\x80",
					  "\xc1\xbf",
					  "\xe0\x9f\xbf",
					  "\xed\xa0\x80",
					  "\xf0\x8f\xbf\xbf",
					  "\xf4\x90\x80\x80",
					  "\xf5\x80\x80\x80",
					  "\xe8\xae",
					  "\xff"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(utf8_length(bad[i], strlen(bad[i])), 0);
	assert_int_equal(utf8_length("许", 3), 3);
	assert_int_equal(utf8_decode("许", 3), 0x8bb8);
	assert_int_equal(utf8_length("\xf4\x8f\xbf\xbf", 4), 4);
	assert_int_equal(utf8_valid_bytes("0123456789许可\xff", 17), 16);
	assert_int_equal(utf8_chars("a许可b", 8), 4);
}

static void test_strmap(void **state)
{
	struct help *h = *state;
	struct strmap m;
	char *keys[500];
	int i;

	strmap_init(&m, &h->arena, 500);
	for (i = 0; i < 500; i++) {
		keys[i] = arena_printf(&h->arena, "key-%d", i);
		assert_int_equal(strmap_add(&m, keys[i], strlen(keys[i]), i), i);
	}
	assert_int_equal(strmap_add(&m, "key-7", 5, 999), 7);
	for (i = 0; i < 500; i++)
		assert_int_equal(strmap_find(&m, keys[i], strlen(keys[i])), i);
	assert_int_equal(strmap_find(&m, "key-5000", 8), -1);
	assert_int_equal(strmap_find(&m, "", 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_err_table),
		cmocka_unit_test_setup_teardown(test_diag_keeps_order_and_counts_on, help_setup,
						help_teardown),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_buf_ceiling),
		cmocka_unit_test(test_buf_numbers),
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_buf_json),
		cmocka_unit_test(test_buf_json_anywhere),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test_setup_teardown(test_strmap, help_setup, help_teardown),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
