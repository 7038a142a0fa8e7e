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

#define INT_BYTES 20 /* of the longest, with its sign */
static const char pairs[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
	"4950515253545556575859606162636465666768697071727374757677787980818283848586878889909192939495969798"
	"99";

static char *put_pair(char *p, unsigned two)
{
	p -= 2;
	p[0] = pairs[2 * two];
	p[1] = pairs[2 * two + 1];
	return p;
}

/*
 * The digits end in the middle of the room, so that they can be copied by a few moves of fixed
 * length with what stands behind them. Times are longer than 32 bits, but only by a few digits, and
 * to divide those is cheaper.
 */
bool buf_add_digits(struct buf *b, int64_t v)
{
	char room[2 * INT_BYTES], *p = room + INT_BYTES;
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	uint32_t last;
	size_t len;

	for (; rest > UINT32_MAX; rest /= 10000) {
		uint32_t four = (uint32_t)(rest % 10000);

		p = put_pair(put_pair(p, four % 100), four / 100);
	}
	for (last = (uint32_t)rest; last >= 10; last /= 100)
		p = put_pair(p, last % 100);
	if (last || !rest)
		*--p = (char)('0' + last);
	if (v < 0)
		*--p = '-';
	len = (size_t)(room + INT_BYTES - p);
	if (!buf_has_spare(b, INT_BYTES))
		return buf_add(b, p, len);
	memcpy(b->data + b->len, p, INT_BYTES);
	b->len += len;
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
