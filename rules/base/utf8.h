/*
 * utf8.h: strict UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF), byte by byte.
 * Pure and without memory of its own.
 */
#ifndef TANDEM_UTF8_H
#define TANDEM_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

size_t utf8_length_any(const char *s, size_t len);

/* Bytes of the first character, 0 when it is none. Beside ASCII most are Chinese, of three. */
static inline size_t utf8_length(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	if (len >= 3 && u[0] >= 0xe3 && u[0] <= 0xe9 && (u[1] & 0xc0) == 0x80 &&
	    (u[2] & 0xc0) == 0x80)
		return 3;
	return utf8_length_any(s, len);
}

/*
 * Whether the eight bytes of a word stand in JSON as they are: ASCII, no control, quote, backslash
 * or DEL. May say no where one stands behind another byte that has to be looked at, never yes.
 */
static inline bool utf8_word_is_plain(uint64_t w)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;

	return !((w | (w - ones * ' ') | ((w ^ ones * '"') - ones) | ((w ^ ones * '\\') - ones) |
		  ((w ^ ones * 127) - ones)) &
		 tops);
}

static inline bool utf8_is_plain8(const char *s)
{
	uint64_t w;

	memcpy(&w, s, sizeof(w));
	return utf8_word_is_plain(w);
}

/* of a character whose length is known to be step */
uint32_t utf8_decode(const char *s, size_t step);
size_t utf8_valid_bytes(const char *s, size_t len); /* how many bytes from the start are good */
size_t utf8_chars(const char *s, size_t len);	    /* characters of a good text */

#endif
