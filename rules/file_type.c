#include "file_type.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const struct {
	const char *media, *magic;
	size_t magic_len;
} types[FILE_TYPE_COUNT] = {
	[FILE_PDF] = {"application/pdf", "%PDF-", 5},
	[FILE_JPEG] = {"image/jpeg", "\xff\xd8\xff", 3},
	[FILE_PNG] = {"image/png", "\x89PNG\r\n\x1a\n", 8},
	[FILE_OFD] = {"application/ofd", "PK\x03\x04", 4},
};

/* Of a ZIP: the end record behind everything, and one entry of the list that it points to. */
#define END_BYTES	  22
#define ENTRY_BYTES	  46
#define COMMENT_BYTES_MAX 65535
#define OFD_ENTRY	  "OFD.xml"

static size_t number(const unsigned char *p, int bytes)
{
	size_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | p[bytes];
	return n;
}

static const unsigned char *zip_end(const unsigned char *data, size_t len)
{
	size_t back;

	for (back = END_BYTES; back <= len && back <= END_BYTES + COMMENT_BYTES_MAX; back++) {
		const unsigned char *p = data + len - back;

		if (memcmp(p, "PK\x05\x06", 4) == 0 && number(p + 20, 2) == back - END_BYTES)
			return p;
	}
	return NULL;
}

/* GB/T 33190: a ZIP whose root holds OFD.xml. */
static bool is_ofd(const unsigned char *data, size_t len)
{
	const unsigned char *end = zip_end(data, len);
	size_t at, count, i;

	if (!end)
		return false;
	count = number(end + 10, 2);
	at = number(end + 16, 4);
	for (i = 0; i < count; i++) {
		const unsigned char *p = data + at;
		size_t name;

		if (at > len || len - at < ENTRY_BYTES || memcmp(p, "PK\x01\x02", 4) != 0)
			return false;
		name = number(p + 28, 2);
		if (len - at - ENTRY_BYTES < name)
			return false;
		if (name == strlen(OFD_ENTRY) && memcmp(p + ENTRY_BYTES, OFD_ENTRY, name) == 0)
			return true;
		at += ENTRY_BYTES + name + number(p + 30, 2) + number(p + 32, 2);
	}
	return false;
}

enum file_type file_type_of(const void *data, size_t len)
{
	int t;

	for (t = 0; t < FILE_TYPE_COUNT; t++) {
		if (len > types[t].magic_len &&
		    memcmp(data, types[t].magic, types[t].magic_len) == 0)
			return t == FILE_OFD && !is_ofd(data, len) ? FILE_TYPE_COUNT
								   : (enum file_type)t;
	}
	return FILE_TYPE_COUNT;
}

const char *file_type_media(enum file_type t)
{
	return (unsigned)t < FILE_TYPE_COUNT ? types[t].media : "";
}
