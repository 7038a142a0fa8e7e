#include "input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CHUNK_BYTES 65536

static bool is_standard(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

const char *input_name(const char *path)
{
	return is_standard(path) ? "standard input" : path;
}

bool input_read(const char *path, struct buf *ret)
{
	FILE *f = is_standard(path) ? stdin : fopen(path, "rb");
	size_t got = 1;
	bool good;

	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	while (got > 0 && buf_reserve(ret, CHUNK_BYTES)) {
		got = fread(ret->data + ret->len, 1, CHUNK_BYTES, f);
		ret->len += got;
	}
	good = !ferror(f) && !ret->overflow;
	if (!good)
		fprintf(stderr, "%s: cannot be read to its end\n", input_name(path));
	if (f != stdin)
		fclose(f);
	return good;
}

const char *input_start(const struct buf *in)
{
	const char *at = in->data, *end = at + in->len;

	if (in->len >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at < end && strchr(" \t\r\n", *at) && *at)
		at++;
	return at;
}
