#include "json_lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define NUMBER_MAX 9007199254740992.0 /* 2^53 */

size_t pointer_add(char ret[POINTER_BYTES], size_t at, const char *name, size_t len)
{
	const size_t cut = len > 64 ? 64 : len, room = POINTER_BYTES - 8;
	size_t i = 0, step;

	if (at < room)
		ret[at++] = '/';
	while (i < cut && at < room) {
		step = utf8_length(name + i, len - i);
		if (step == 1 && (name[i] == '~' || name[i] == '/')) {
			ret[at++] = '~';
			ret[at++] = name[i] == '~' ? '0' : '1';
		} else if (step && (unsigned char)name[i] >= 0x20) {
			memcpy(ret + at, name + i, step);
			at += step;
		} else {
			ret[at++] = '?';
		}
		i += step ? step : 1;
	}
	ret[at] = '\0';
	return at;
}

size_t pointer_add_index(char ret[POINTER_BYTES], size_t at, size_t index)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%zu", index);

	return pointer_add(ret, at, digits, (size_t)len);
}

/* The pointer of the value at the given depth of the stack. */
void lex_pointer(const struct scan *s, int depth, char ret[POINTER_BYTES])
{
	size_t at = 0;
	int i;

	ret[0] = '\0';
	for (i = 0; i < depth; i++) {
		const struct frame *f = &s->stack[i];

		if (!f->is_object)
			at = pointer_add_index(ret, at, (size_t)(f->count ? f->count - 1 : 0));
		else if (f->key)
			at = pointer_add(ret, at, f->key, f->key_len);
	}
}

void lex_fault(struct scan *s, int depth, const char *what)
{
	char where[POINTER_BYTES];

	if (!s->diag)
		return;
	lex_pointer(s, depth, where);
	diag_add(s->diag, where, "%s", what);
}

void lex_fault_limit(struct scan *s, int depth, const char *what, size_t limit)
{
	char text[128];

	snprintf(text, sizeof(text), "%s %zu", what, limit);
	lex_fault(s, depth, text);
}

enum next lex_syntax_fault(struct scan *s)
{
	char text[96];
	const char *p;
	int line = 1, column = 1;

	for (p = s->start; p < s->pos; p++) {
		column = *p == '\n' ? 1 : column + (((unsigned char)*p & 0xc0) != 0x80);
		line += *p == '\n';
	}
	snprintf(text, sizeof(text), "not well-formed JSON at line %d, column %d", line, column);
	lex_fault(s, s->depth, text);
	s->syntax_line = line;
	s->syntax_column = column;
	return NEXT_STOP;
}

void lex_skip_space(struct scan *s)
{
	while (s->pos < s->end &&
	       (*s->pos == ' ' || *s->pos == '\n' || *s->pos == '\r' || *s->pos == '\t'))
		s->pos++;
}

int lex_hex4(const char *p, const char *end)
{
	int v = 0, i;

	if (end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		char c = p[i];

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v * 16 + ((c | 32) - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* Behind "\u": NUL and halves of surrogate pairs are faults of content, not of syntax. */
static bool scan_unicode(struct scan *s, size_t *bytes)
{
	int v = lex_hex4(s->pos, s->end), low;

	if (v < 0)
		return false;
	s->pos += 4;
	*bytes += v < 0x80 ? 1 : v < 0x800 ? 2 : 3;
	if (v == 0) {
		lex_fault(s, s->depth, "a NUL character");
		s->unparseable = true;
	}
	if (v < 0xd800 || v > 0xdfff)
		return true;
	low = s->end - s->pos >= 6 && s->pos[0] == '\\' && s->pos[1] == 'u'
		      ? lex_hex4(s->pos + 2, s->end)
		      : -1;
	if (v > 0xdbff || low < 0xdc00 || low > 0xdfff) {
		lex_fault(s, s->depth, "an unpaired surrogate");
		s->unparseable = true;
		return true;
	}
	s->pos += 6;
	*bytes += 1;
	return true;
}

static bool scan_escape(struct scan *s, size_t *bytes)
{
	char c;

	if (++s->pos >= s->end)
		return false;
	c = *s->pos++;
	if (c == 'u')
		return scan_unicode(s, bytes);
	*bytes += 1;
	return c && strchr("\"\\/bfnrt", c);
}

/* 0 plain, 1 needs a look: quotes, backslashes, control characters and everything beyond ASCII. */
static const unsigned char special[256] = {
	[0 ... 31] = 1, ['"'] = 1, ['\\'] = 1, [128 ... 255] = 1};

/* What is not ASCII, as far as it goes. */
static void scan_wide(struct scan *s, size_t *bytes)
{
	while (s->pos < s->end && (unsigned char)*s->pos >= 0x80) {
		size_t step = utf8_length(s->pos, (size_t)(s->end - s->pos));

		if (!step && !s->unparseable)
			lex_fault(s, s->depth, "invalid UTF-8");
		s->unparseable |= !step;
		s->pos += step ? step : 1;
		*bytes += step ? step : 1;
	}
}

/* A byte that is not plain. Gives false at a syntax fault. */
static bool scan_special(struct scan *s, size_t *bytes)
{
	if (*s->pos == '\\')
		return scan_escape(s, bytes);
	if ((unsigned char)*s->pos >= 0x80) {
		scan_wide(s, bytes);
		return true;
	}
	if (*s->pos != '\0')
		return false;
	lex_fault(s, s->depth, "a NUL byte");
	s->unparseable = true;
	s->pos++;
	return true;
}

/* From the opening quote to behind the closing one; bytes counts what it would be when decoded. */
bool lex_string(struct scan *s, size_t *ret_bytes)
{
	size_t bytes = 0;

	s->pos++;
	for (;;) {
		const char *run = s->pos;

		while (s->end - s->pos >= 8 && utf8_is_plain8(s->pos))
			s->pos += 8;
		while (s->pos < s->end && !special[(unsigned char)*s->pos])
			s->pos++;
		bytes += (size_t)(s->pos - run);
		if (s->pos == s->end)
			return false;
		if (*s->pos == '"')
			break;
		if (!scan_special(s, &bytes))
			return false;
	}
	s->pos++;
	*ret_bytes = bytes;
	return true;
}

bool lex_key_is(const struct scan *s, int depth, const char *name)
{
	const struct frame *f;

	if (depth < 0)
		return false;
	f = &s->stack[depth];
	return f->is_object && f->key && f->key_len == strlen(name) &&
	       memcmp(f->key, name, f->key_len) == 0;
}

static size_t string_limit(const struct scan *s)
{
	int top = s->depth - 1;

	if (lex_key_is(s, top, "scope") && lex_key_is(s, top - 1, "data"))
		return s->lim->long_string_bytes;
	if (lex_key_is(s, top, "content") && lex_key_is(s, top - 1, "permit"))
		return s->lim->long_string_bytes;
	return s->lim->string_bytes;
}

enum next lex_string_value(struct scan *s, size_t *ret_bytes)
{
	size_t limit;

	if (!lex_string(s, ret_bytes))
		return lex_syntax_fault(s);
	if (*ret_bytes > s->lim->string_bytes) {
		limit = string_limit(s);
		if (*ret_bytes > limit)
			lex_fault_limit(s, s->depth,
					"a string longer than the limit in bytes, which is", limit);
	}
	return NEXT_AFTER;
}

static size_t scan_digits(struct scan *s)
{
	const char *from = s->pos;

	while (s->pos < s->end && *s->pos >= '0' && *s->pos <= '9')
		s->pos++;
	return (size_t)(s->pos - from);
}

static bool scan_number_text(struct scan *s, bool *ret_plain)
{
	const char *first;

	*ret_plain = true;
	if (*s->pos == '-')
		s->pos++;
	first = s->pos;
	if (!scan_digits(s) || (*first == '0' && s->pos - first > 1))
		return false;
	if (s->pos < s->end && *s->pos == '.') {
		s->pos++;
		if (!scan_digits(s))
			return false;
	}
	if (s->pos < s->end && (*s->pos | 32) == 'e') {
		*ret_plain = false;
		s->pos++;
		if (s->pos < s->end && (*s->pos == '+' || *s->pos == '-'))
			s->pos++;
		return scan_digits(s) > 0;
	}
	return true;
}

enum next lex_number(struct scan *s)
{
	const char *from = s->pos;
	char text[LEX_NUMBER_BYTES_MAX + 1];
	size_t len;
	double v;
	bool plain;

	if (!scan_number_text(s, &plain))
		return lex_syntax_fault(s);
	len = (size_t)(s->pos - from);
	/* Fifteen digits without an exponent are always inside. */
	if (plain && len <= 15)
		return NEXT_AFTER;
	if (len > LEX_NUMBER_BYTES_MAX) {
		lex_fault(s, s->depth, "a number written with more than 64 characters");
		s->unparseable = true;
		return NEXT_AFTER;
	}
	memcpy(text, from, len);
	text[len] = '\0';
	v = strtod(text, NULL);
	if (v > NUMBER_MAX || v < -NUMBER_MAX) {
		lex_fault(s, s->depth, "a number outside plus or minus 2^53");
		s->unparseable = true;
	}
	/* 2^53+1 rounds to 2^53 as a double; written without a fraction it can be told. */
	else if (v >= NUMBER_MAX || v <= -NUMBER_MAX) {
		bool exact = strcmp(text + (text[0] == '-'), "9007199254740992") == 0;

		if (plain && !exact && !strchr(text, '.')) {
			lex_fault(s, s->depth, "a number outside plus or minus 2^53");
			s->unparseable = true;
		}
	}
	return NEXT_AFTER;
}

enum next lex_literal(struct scan *s)
{
	static const char *const words[] = {"true", "false", "null"};
	size_t i;

	for (i = 0; i < 3; i++) {
		size_t len = strlen(words[i]);

		if ((size_t)(s->end - s->pos) >= len && memcmp(s->pos, words[i], len) == 0) {
			s->pos += len;
			return NEXT_AFTER;
		}
	}
	return lex_syntax_fault(s);
}
