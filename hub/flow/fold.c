/* fold.c: see fold.h. */
#include "flow/fold.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"

/* Numbers and codes, four of the five texts that a row is asked for: twenty times faster than by
 * the tables. NULL: there is more in it. */
static const char *fold_ascii(const char *text, struct arena *arena)
{
	size_t len = strlen(text);
	char *out = arena_alloc(arena, len + 1);

	for (size_t i = 0; i <= len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x80)
			return NULL;
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
	}
	return out;
}

const char *fold(const char *text, struct arena *arena)
{
	const char *ret = fold_ascii(text, arena);
	utf8proc_uint8_t *made;

	if (ret)
		return ret;
	made = utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)text);
	ret = made ? arena_strdup(arena, (const char *)made) : text;
	free(made);
	return ret;
}

static bool is_ideograph(uint32_t c)
{
	return c == 0x3007 || (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x2f7ff) ||
	       (c >= 0x30000 && c <= 0x3ffff);
}

/* Quotation marks and backslashes stand in documents with another backslash before them, and a
 * blank may be of another width. */
static char plain_ascii(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c = c - 0xff01 + '!';
	if (c <= ' ' || c > '~' || c == '"' || c == '\\')
		return '\0';
	return (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

struct piece {
	const char *start, *best;
	size_t best_len;
};

static void piece_end(struct piece *p, const char *end)
{
	if ((size_t)(end - p->start) > p->best_len) {
		p->best = p->start;
		p->best_len = (size_t)(end - p->start);
	}
}

/* A letter before what is neither may be composed with it in the document. */
const char *fold_piece(const char *text, struct arena *arena)
{
	size_t len = strlen(text);
	char *out = arena_alloc(arena, len + 1), *to = out;
	struct piece p = {out, out, 0};

	for (const char *s = text; *s;) {
		size_t step = utf8_length(s, len - (size_t)(s - text));
		uint32_t c = step ? utf8_decode(s, step) : 0;
		char plain = plain_ascii(c);

		step = step ? step : 1;
		if (plain) {
			*to++ = plain;
		} else if (is_ideograph(c)) {
			memcpy(to, s, step);
			to += step;
		} else {
			piece_end(&p, to > p.start && (unsigned char)to[-1] < 0x80 ? to - 1 : to);
			p.start = to;
		}
		s += step;
	}
	piece_end(&p, to);
	return arena_strndup(arena, p.best, p.best_len);
}
