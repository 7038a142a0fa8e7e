/*
 * utf8.h: strict UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF), byte by byte.
 * Pure and without memory of its own.
 */
#ifndef TANDEM_UTF8_H
#define TANDEM_UTF8_H

#include <stddef.h>
#include <stdint.h>

size_t utf8_length(const char *s, size_t len); /* bytes of the first character, 0 when it is none */
uint32_t utf8_decode(const char *s,
		     size_t step); /* of a character whose length is known to be step */
size_t utf8_valid_bytes(const char *s, size_t len); /* how many bytes from the start are good */
size_t utf8_chars(const char *s, size_t len);	    /* characters of a good text */

#endif
