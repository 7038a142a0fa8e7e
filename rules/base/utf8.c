#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

static bool is_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t length_of_three(const unsigned char *u)
{
	if (u[0] == 0xe0 && u[1] < 0xa0)
		return 0;
	if (u[0] == 0xed && u[1] > 0x9f)
		return 0;
	return 3;
}

static size_t length_of_four(const unsigned char *u)
{
	if (u[0] == 0xf0 && u[1] < 0x90)
		return 0;
	if (u[0] == 0xf4 && u[1] > 0x8f)
		return 0;
	return 4;
}

size_t utf8_length_any(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	if (!len)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] < 0xc2 || u[0] > 0xf4 || len < 2 || !is_tail(s[1]))
		return 0;
	if (u[0] < 0xe0)
		return 2;
	if (len < 3 || !is_tail(s[2]))
		return 0;
	if (u[0] < 0xf0)
		return length_of_three(u);
	if (len < 4 || !is_tail(s[3]))
		return 0;
	return length_of_four(u);
}

uint32_t utf8_decode(const char *s, size_t step)
{
	const unsigned char *u = (const unsigned char *)s;

	if (step == 1)
		return u[0];
	if (step == 2)
		return (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
	if (step == 3)
		return (u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
	return (u[0] & 0x07u) << 18 | (u[1] & 0x3fu) << 12 | (u[2] & 0x3fu) << 6 | (u[3] & 0x3fu);
}

size_t utf8_valid_bytes(const char *s, size_t len)
{
	size_t at = 0, step;

	while (at < len) {
		uint64_t eight;

		/* Most text is ASCII; eight bytes without a high bit are eight characters. */
		if (len - at >= 8) {
			memcpy(&eight, s + at, 8);
			if (!(eight & UINT64_C(0x8080808080808080))) {
				at += 8;
				continue;
			}
		}
		step = utf8_length(s + at, len - at);
		if (!step)
			return at;
		at += step;
	}
	return at;
}

size_t utf8_chars(const char *s, size_t len)
{
	size_t at, chars = 0;

	for (at = 0; at < len; at++)
		chars += !is_tail(s[at]);
	return chars;
}
