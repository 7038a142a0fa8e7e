#include "base/csv.h"
#include "rules_help.h"

static void csv_open(struct help *h, struct csv *c, const char *text, size_t len)
{
	csv_init(c, &(struct csv_source){"t.csv", text, len}, &h->arena, &h->diag);
}

/* All records as text: cells between brackets, a semicolon behind each record. */
static const char *read_all(struct help *h, const char *text, size_t len)
{
	struct csv c;
	char *all = arena_strdup(&h->arena, "");
	int i;

	csv_open(h, &c, text, len);
	while (csv_next(&c)) {
		for (i = 0; i < c.count; i++)
			all = arena_printf(&h->arena, "%s[%s]", all, c.cells[i].text);
		all = arena_printf(&h->arena, "%s;", all);
	}
	return all;
}

static void test_records(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", ""},
		{"a,b\nc,d", "[a][b];[c][d];"},
		{"a,b\r\nc,d\r\n", "[a][b];[c][d];"},
		{"\xef\xbb\xbf"
		 "a\n",
		 "[a];"},
		{"a,\n,b\n", "[a][];[][b];"},
		{"\"a,b\",\"c\"\"d\"\n", "[a,b][c\"d];"},
		{"\"two\nlines\",x\ny,z\n", "[two\nlines][x];[y][z];"},
		{"\"\",\"\"\"\"\n", "[][\"];"},
		{"a\n\n\r\nb\n", "[a];[b];"},
		{"# comment, \"open\na,b\n\"#x\",c\nd\n", "[a][b];[d];"},
		{" a , b \n", "[ a ][ b ];"},
		{"区划,名称\n", "[区划][名称];"},
	};
	struct help *h = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(read_all(h, cases[i].in, strlen(cases[i].in)), cases[i].out);
	assert_int_equal(h->diag.count, 0);
}

static void test_places(void **state)
{
	struct help *h = *state;
	struct csv c;
	const char *text = "区划,b\n\"x\ny\",z,\"w\"\n";

	csv_open(h, &c, text, strlen(text));
	assert_true(csv_next(&c));
	assert_int_equal(c.cells[1].line, 1);
	assert_int_equal(c.cells[1].column, 4);
	assert_true(csv_next(&c));
	assert_int_equal(c.cells[0].line, 2);
	assert_int_equal(c.cells[0].column, 1);
	assert_int_equal(c.cells[1].line, 3);
	assert_int_equal(c.cells[1].column, 4);
	assert_int_equal(c.cells[2].column, 6);
}

static void test_faults_and_going_on(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *where, *what, *left;
	} cases[] = {
		{"a\"b,c\nd\n", 8, "t.csv:1:2", "a quote inside", "[d];"},
		{"\"a\"b,c\nd\n", 9, "t.csv:1:4", "behind a closing quote", "[d];"},
		{"a,\"b\nc\n", 8, "t.csv:1:3", "never closed", ""},
		{"a\xff,b\nc\n", 7, "t.csv:1:2", "not UTF-8", "[c];"},
		{"\"a\xff\",b\nc\n", 9, "t.csv:1:3", "not UTF-8", "[c];"},
		{"a\0b\nc\n", 6, "t.csv:1:2", "NUL", "[c];"},
		{"a\rb\nc\n", 6, "t.csv:1:2", "carriage return", "[c];"},
	};
	struct help *h = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		diag_init(&h->diag, &h->arena);
		assert_string_equal(read_all(h, cases[i].in, cases[i].len), cases[i].left);
		help_expect_fault(h, cases[i].where, cases[i].what);
		assert_int_equal(h->diag.count, 1);
	}
}

static void test_limits(void **state)
{
	struct help *h = *state;
	static char wide[CSV_CELLS_MAX * 2 + 10], lengthy[CSV_CELL_BYTES_MAX + 10];

	memset(wide, ',', CSV_CELLS_MAX);
	assert_string_equal(read_all(h, wide, CSV_CELLS_MAX), "");
	assert_int_equal(h->diag.count, 1);
	memset(lengthy, 'x', CSV_CELL_BYTES_MAX + 1);
	assert_string_equal(read_all(h, lengthy, CSV_CELL_BYTES_MAX + 1), "");
	assert_int_equal(h->diag.count, 2);
	memset(wide, ',', CSV_CELLS_MAX - 1);
	assert_int_equal(strlen(read_all(h, wide, CSV_CELLS_MAX - 1)), CSV_CELLS_MAX * 2 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_records, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_places, help_setup, help_teardown),
		cmocka_unit_test_setup_teardown(test_faults_and_going_on, help_setup,
						help_teardown),
		cmocka_unit_test_setup_teardown(test_limits, help_setup, help_teardown),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
