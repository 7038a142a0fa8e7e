#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"

void buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){.max = max_bytes};
}

void buf_init_brief(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){.data = mem_page_take(), .cap = PAGE_BYTES, .max = max_bytes, .home = BUF_PAGE};
}

void buf_init_in(struct buf *b, void *room, size_t room_bytes, size_t max_bytes)
{
	*b = (struct buf){.data = room, .cap = room_bytes, .max = max_bytes, .home = BUF_LENT};
}

void buf_clear(struct buf *b)
{
	if (b->home == BUF_PAGE)
		mem_page_give(b->data);
	else if (b->home == BUF_HEAP)
		free(b->data);
	*b = (struct buf){.max = b->max};
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
}

static void grow(struct buf *b, size_t cap)
{
	char *old = b->data;

	b->data = mem_realloc(b->home == BUF_HEAP ? old : NULL, cap);
	if (b->home != BUF_HEAP)
		memcpy(b->data, old, b->len);
	if (b->home == BUF_PAGE)
		mem_page_give(old);
	b->home = BUF_HEAP;
	b->cap = cap;
}

bool buf_reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 256;

	if (b->overflow || more > b->max || b->len > b->max - more) {
		b->overflow = true;
		return false;
	}
	/* One byte beyond the ceiling is kept for the NUL of buf_cstr. */
	if (b->len + more + 1 <= b->cap)
		return true;
	while (cap < b->len + more + 1)
		cap *= 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	grow(b, cap);
	return true;
}

/* The way of nearly every append: there is room, and the ceiling is behind it. */
static inline bool has_room(const struct buf *b, size_t more)
{
	return !b->overflow && more < b->cap && b->len < b->cap - more && b->cap <= b->max;
}

bool buf_add(struct buf *b, const void *data, size_t len)
{
	if (!has_room(b, len) && !buf_reserve(b, len))
		return false;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	return true;
}

bool buf_add_char(struct buf *b, char c)
{
	if (!has_room(b, 1) && !buf_reserve(b, 1))
		return false;
	b->data[b->len++] = c;
	return true;
}

bool buf_add_int(struct buf *b, int64_t v)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (v < 0)
		*--p = '-';
	return buf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t room = b->overflow || b->cap > b->max ? 0 : b->cap - b->len;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(room ? b->data + b->len : NULL, room, fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < room) {
		b->len += (size_t)len;
		return true;
	}
	if (len < 0 || !buf_reserve(b, (size_t)len))
		return false;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)len;
	return true;
}

/* What stands after the backslash for a byte that needs one; 'u' means the long form. */
static const char escapes[256] = {
	[0 ... 7] = 'u', ['\b'] = 'b',	    ['\t'] = 't', ['\n'] = 'n',	 [11] = 'u',  ['\f'] = 'f',
	['\r'] = 'r',	 [14 ... 31] = 'u', ['"'] = '"',  ['\\'] = '\\', [127] = 'u',
};

static bool add_escape(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char out[6] = {'\\', escapes[c], '0', '0', hex[c >> 4], hex[c & 15]};

	return buf_add(b, out, escapes[c] == 'u' ? 6 : 2);
}

/* Bytes that are no UTF-8 come out as U+FFFD, so that whatever is added, the result is JSON. */
bool buf_add_jsonn(struct buf *b, const char *s, size_t len)
{
	size_t at = 0, start = 0, before = b->len;
	bool good;

	buf_add_char(b, '"');
	while (at < len) {
		unsigned char c = (unsigned char)s[at];
		size_t step;

		if (c < 0x80 && !escapes[c]) {
			at++;
			continue;
		}
		step = c < 0x80 ? 1 : utf8_length(s + at, len - at);
		if (step && c >= 0x80) {
			at += step;
			continue;
		}
		buf_add(b, s + start, at - start);
		if (step)
			add_escape(b, c);
		else
			buf_add_str(b, "\xef\xbf\xbd");
		start = ++at;
	}
	buf_add(b, s + start, at - start);
	good = buf_add_char(b, '"');
	if (!good)
		b->len = before;
	return good;
}

bool buf_add_json(struct buf *b, const char *s)
{
	return s ? buf_add_jsonn(b, s, strlen(s)) : buf_add_str(b, "null");
}

const char *buf_cstr(struct buf *b)
{
	if (!b->data) {
		b->data = mem_alloc(1);
		b->cap = 1;
	}
	b->data[b->len] = '\0';
	return b->data;
}

char *buf_take(struct buf *b, size_t *ret_len)
{
	char *data;

	buf_cstr(b);
	if (b->home != BUF_HEAP)
		grow(b, b->cap);
	data = b->data;
	if (ret_len)
		*ret_len = b->len;
	*b = (struct buf){.max = b->max};
	return data;
}
