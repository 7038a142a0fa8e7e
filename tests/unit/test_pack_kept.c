/* What a pack says seldom: refused with its place, or kept as it is when the pack is stored and
 * read back. */
#include "rules_help.h"

/* Longer than a cell may be, and read all the same for what else may be wrong with its row. */
static void test_a_cell_longer_than_it_may_be(void **state)
{
	static char text[300000] = "phrase,item\n";
	struct help *h = *state;
	struct pack *pack = NULL;
	size_t at = strlen(text);

	memset(text + at, 'x', sizeof(text) - 1 - at);
	memcpy(text + sizeof(text) - 15, ",000123011000\n", 15);
	assert_int_equal(help_pack(h, "scope.csv", text, &pack), ERR_INVALID);
	help_expect_fault(h, "scope.csv:2:299974", "a cell longer than 65536 bytes");
}

/* The pack with one file, stored and read back; it has to be the same. */
static struct pack *kept(struct help *h, const char *file, const char *text)
{
	struct pack *pack, *again = NULL;
	struct buf content;

	if (help_pack(h, file, text, &pack) != ERR_OK)
		fail_msg("%s", help_faults(h));
	buf_init(&content, 1 << 22);
	pack_canonical(pack, &content);
	diag_init(&h->diag, &h->arena);
	if (pack_read_canonical(content.data, content.len, &again, &h->diag) != ERR_OK)
		fail_msg("%s", help_faults(h));
	assert_string_equal(pack_view(again)->version, pack_view(pack)->version);
	buf_clear(&content);
	pack_unref(pack);
	return again;
}

/* A row's only condition stands under any of them. */
static void test_many_attributes_are_kept(void **state)
{
	struct help *h = *state;
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_add_str(&text, "id,role,to");
	for (int i = 0; i < 100; i++)
		buf_printf(&text, ",when:a%d", i);
	for (int row = 0; row < 100; row++) {
		buf_printf(&text, "\nR%d,lead,sector@here", row);
		for (int i = 0; i < 100; i++)
			buf_add_str(&text, i == row ? ",x" : ",");
	}
	buf_add_char(&text, '\n');
	pack_unref(kept(h, "rules.csv", buf_cstr(&text)));
	buf_clear(&text);
}

static void test_a_long_attribute_is_kept(void **state)
{
	struct help *h = *state;
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_add_str(&text, "id,role,to,when:");
	for (int i = 0; i < 200; i++)
		buf_add_str(&text, "积");
	buf_add_str(&text, "\nR,lead,sector@here,>5\n");
	pack_unref(kept(h, "rules.csv", buf_cstr(&text)));
	buf_clear(&text);
}

static void test_a_long_wait_is_kept(void **state)
{
	struct help *h = *state;
	struct pack *pack =
		kept(h, "pack.json",
		     "{\"id\":\"p\",\"jurisdiction\":\"371300\",\"sms_after\":\"2000h\"}");

	assert_int_equal(pack_view(pack)->settings.sms_after_ms, INT64_C(2000) * 3600000);
	pack_unref(pack);
}

int main(void)
{
#define WITH_HELP(f) cmocka_unit_test_setup_teardown(f, help_setup, help_teardown)
	const struct CMUnitTest tests[] = {
		WITH_HELP(test_a_cell_longer_than_it_may_be),
		WITH_HELP(test_many_attributes_are_kept),
		WITH_HELP(test_a_long_attribute_is_kept),
		WITH_HELP(test_a_long_wait_is_kept),
	};

	return cmocka_run_group_tests_name("pack kept", tests, NULL, NULL);
}
