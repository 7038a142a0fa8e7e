#include "base/buf.h"

#include <endian.h>
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

/* One byte of what there is stays free for the NUL of buf_cstr. */
static void set_limit(struct buf *b)
{
	b->limit = b->cap && b->cap - 1 < b->max ? b->cap - 1 : b->cap ? b->max : 0;
}

void buf_init_brief(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){
		.data = mem_page_take(), .cap = PAGE_BYTES, .max = max_bytes, .home = BUF_PAGE};
	set_limit(b);
}

void buf_init_in(struct buf *b, void *room, size_t room_bytes, size_t max_bytes)
{
	*b = (struct buf){.data = room, .cap = room_bytes, .max = max_bytes, .home = BUF_LENT};
	set_limit(b);
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
	set_limit(b);
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
	set_limit(b);
}

bool buf_reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 256;

	if (b->overflow || more > b->max || b->len > b->max - more) {
		b->overflow = true;
		b->limit = b->len;
		return false;
	}
	if (b->len + more + 1 <= b->cap)
		return true;
	while (cap < b->len + more + 1)
		cap *= 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	grow(b, cap);
	return true;
}

#define INT_BYTES    20 /* of the longest, with its sign */
#define GROUP_DIGITS 8	/* made at once */
#define GROUP	     UINT64_C(100000000)

/*
 * The digits of a number below GROUP, a byte each, the first one lowest. In one word both halves of
 * four digits are cut into pairs, and the four pairs into digits; to multiply by 10486 and drop 20
 * bits divides by 100, by 103 and 10 bits divides by 10.
 */
static uint64_t digits_of(uint64_t v)
{
	uint64_t word = v / 10000 | v % 10000 << 32, high;

	high = word * 10486 >> 20 & UINT64_C(0x0000007f0000007f);
	word = high | (word - 100 * high) << 16;
	high = word * 103 >> 10 & UINT64_C(0x000f000f000f000f);
	return high | (word - 10 * high) << 8;
}

static char *put_group(char *to, uint64_t digits, unsigned leading)
{
	uint64_t text = htole64((digits | UINT64_C(0x3030303030303030)) >> 8 * leading);

	memcpy(to, &text, sizeof(text));
	return to + GROUP_DIGITS - leading;
}

/* Without leading noughts, of which the last one stays; what is behind it in the room is lost. */
static char *put_first(char *to, uint64_t v)
{
	uint64_t digits = digits_of(v);

	return put_group(to, digits, (unsigned)__builtin_ctzll(digits | UINT64_C(1) << 56) / 8);
}

/* Lengths are of two digits mostly. */
static char *put_two(char *to, uint64_t v)
{
	to[0] = (char)('0' + v / 10);
	to[1] = (char)('0' + v % 10);
	return to + 2;
}

static char *put_digits(char *to, uint64_t v)
{
	if (v >= 10 && v < 100)
		return put_two(to, v);
	if (v < GROUP)
		return put_first(to, v);
	to = v < GROUP * GROUP
		     ? put_first(to, v / GROUP)
		     : put_group(put_first(to, v / GROUP / GROUP), digits_of(v / GROUP % GROUP), 0);
	return put_group(to, digits_of(v % GROUP), 0);
}

bool buf_add_digits(struct buf *b, int64_t v)
{
	char room[INT_BYTES];
	bool fits = buf_has_spare(b, INT_BYTES);
	char *from = fits ? b->data + b->len : room, *to = from;

	if (v < 0)
		*to++ = '-';
	to = put_digits(to, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
	if (!fits)
		return buf_add(b, from, (size_t)(to - from));
	b->len += (size_t)(to - from);
	return true;
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

/* What stands after the backslash for a byte that needs one; 'u' means the long form, 'w' that it
 * is no ASCII and needs a look. */
static const char escapes[256] = {
	[0 ... 7] = 'u', ['\b'] = 'b',	['\t'] = 't', ['\n'] = 'n',
	[11] = 'u',	 ['\f'] = 'f',	['\r'] = 'r', [14 ... 31] = 'u',
	['"'] = '"',	 ['\\'] = '\\', [127] = 'u',  [128 ... 255] = 'w',
};

static bool add_escape(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char out[6] = {'\\', escapes[c], '0', '0', hex[c >> 4], hex[c & 15]};

	return buf_add(b, out, escapes[c] == 'u' ? 6 : 2);
}

static size_t copy_wide(char *to, const char *s, size_t len)
{
	size_t at = 0, step;

	for (; at < len && (unsigned char)s[at] >= 0x80; at += step) {
		step = utf8_length(s + at, len - at);
		if (!step)
			break;
		if (step == 3) /* most; a copy of known length is no call */
			memcpy(to + at, s + at, 3);
		else
			memcpy(to + at, s + at, step);
	}
	return at;
}

/* Four to seven bytes, as a word in which those in the middle stand twice. */
static bool copy_short(char *to, const char *s, size_t len)
{
	uint32_t first, last;

	memcpy(&first, s, 4);
	memcpy(&last, s + len - 4, 4);
	if (!utf8_word_is_plain(first | (uint64_t)last << 32))
		return false;
	memcpy(to, &first, 4);
	memcpy(to + len - 4, &last, 4);
	return true;
}

/*
 * Copies what stands in JSON as it is, and says how much that was; what ends it is an escape or no
 * UTF-8. Eight bytes at a time, the last ones together with those before them, which are copied
 * once more.
 */
static size_t copy_plain(char *to, const char *s, size_t len)
{
	size_t at = 0, wide = 1;

	if (len >= 4 && len < 8 && copy_short(to, s, len))
		return len;
	while (wide) {
		for (; len - at >= 8 && utf8_is_plain8(s + at); at += 8)
			memcpy(to + at, s + at, 8);
		if (len - at < 8 && len >= 8 && utf8_is_plain8(s + len - 8)) {
			memcpy(to + len - 8, s + len - 8, 8);
			return len;
		}
		for (; at < len && !escapes[(unsigned char)s[at]]; at++)
			to[at] = s[at];
		if (at == len)
			return len;
		wide = copy_wide(to + at, s + at, len - at);
		at += wide;
	}
	return at;
}

/* Bytes that are no UTF-8 come out as U+FFFD, so that whatever is added, the result is JSON. */
static bool add_with_escapes(struct buf *b, const char *s, size_t len)
{
	size_t before = b->len;

	buf_add_char(b, '"');
	while (buf_has_room(b, len + 1)) {
		size_t plain = copy_plain(b->data + b->len, s, len);

		b->len += plain;
		s += plain;
		len -= plain;
		if (!len) {
			b->data[b->len++] = '"';
			return true;
		}
		if ((unsigned char)*s < 0x80)
			add_escape(b, (unsigned char)*s);
		else
			buf_add_str(b, "\xef\xbf\xbd");
		s++;
		len--;
	}
	b->len = before;
	return false;
}

bool buf_add_jsonn(struct buf *b, const char *s, size_t len)
{
	char *to;

	if (!buf_has_room(b, len + 2))
		return false;
	to = b->data + b->len;
	if (copy_plain(to + 1, s, len) < len)
		return add_with_escapes(b, s, len);
	to[0] = to[len + 1] = '"';
	b->len += len + 2;
	return true;
}

bool buf_add_json(struct buf *b, const char *s)
{
	return s ? buf_add_jsonn(b, s, strlen(s)) : buf_add_str(b, "null");
}

const char *buf_json_text(struct arena *a, const char *s)
{
	struct buf b;
	const char *text;

	buf_init_brief(&b, SIZE_MAX / 2);
	buf_add_json(&b, s);
	text = arena_strndup(a, b.data, b.len);
	buf_clear(&b);
	return text;
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
