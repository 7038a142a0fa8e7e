/* What a file is: by its first bytes, and of a ZIP by what its list names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "file_type.h"

static enum file_type type_of(const char *text, size_t len)
{
	return file_type_of(text, len);
}

static void test_first_bytes(void **state)
{
	(void)state;
	assert_int_equal(type_of("%PDF-1.7\n", 9), FILE_PDF);
	assert_int_equal(type_of("\xff\xd8\xff\xe0xx", 6), FILE_JPEG);
	assert_int_equal(type_of("\x89PNG\r\n\x1a\n....", 12), FILE_PNG);
	assert_int_equal(type_of(" %PDF-1.7\n", 10), FILE_TYPE_COUNT);
	assert_int_equal(type_of("%PDF-", 5), FILE_TYPE_COUNT);
	assert_int_equal(type_of("", 0), FILE_TYPE_COUNT);
	assert_int_equal(type_of("<html>", 6), FILE_TYPE_COUNT);
	assert_string_equal(file_type_media(FILE_PDF), "application/pdf");
	assert_string_equal(file_type_media(FILE_TYPE_COUNT), "");
}

static void put_number(struct buf *out, size_t n, int bytes)
{
	for (; bytes > 0; bytes--, n >>= 8)
		buf_add_char(out, (char)(n & 0xff));
}

/* One stored entry of no content, the list behind it, and the end record; `at` is where the list is
 * said to be. */
static void put_zip(struct buf *out, const char *name, size_t skew, const char *comment)
{
	size_t list;

	buf_reset(out);
	buf_add_str(out, "PK\x03\x04");
	put_number(out, 0, 26);
	buf_add_str(out, name);
	list = out->len;
	buf_add_str(out, "PK\x01\x02");
	put_number(out, 0, 24);
	put_number(out, strlen(name), 2);
	put_number(out, 0, 16);
	buf_add_str(out, name);
	buf_add_str(out, "PK\x05\x06");
	put_number(out, 0, 6);
	put_number(out, 1, 2);
	put_number(out, 0, 4);
	put_number(out, list + skew, 4);
	put_number(out, strlen(comment), 2);
	buf_add_str(out, comment);
}

static void test_ofd(void **state)
{
	struct buf zip;

	(void)state;
	buf_init(&zip, 4096);
	put_zip(&zip, "OFD.xml", 0, "");
	assert_int_equal(file_type_of(zip.data, zip.len), FILE_OFD);
	assert_int_equal(file_type_of(zip.data, zip.len - 1), FILE_TYPE_COUNT);
	put_zip(&zip, "OFD.xml", 0, "a remark");
	assert_int_equal(file_type_of(zip.data, zip.len), FILE_OFD);
	put_zip(&zip, "OFD.xml", 1, "");
	assert_int_equal(file_type_of(zip.data, zip.len), FILE_TYPE_COUNT);
	put_zip(&zip, "OFD.xml", 0xffff0000, "");
	assert_int_equal(file_type_of(zip.data, zip.len), FILE_TYPE_COUNT);
	put_zip(&zip, "word/document.xml", 0, "");
	assert_int_equal(file_type_of(zip.data, zip.len), FILE_TYPE_COUNT);
	buf_clear(&zip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_first_bytes),
					   cmocka_unit_test(test_ofd)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
