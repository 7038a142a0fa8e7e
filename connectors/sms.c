#include "sms.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "text.h"

#define REPLACEMENT  0xFFFDu
#define ID_BYTES_MAX 64

#define DIGITS_MAX 20

struct number {
	char digits[DIGITS_MAX + 1];
	size_t len;
	bool plus; /* the country's prefix is in the digits */
};

static bool number_read(const char *s, struct number *ret)
{
	struct number n = {.len = 0};

	for (; *s; s++) {
		bool is_sign = *s == '+' && n.len == 0 && !n.plus;

		if (*s == ' ' || *s == '-')
			continue;
		if (!is_sign && (*s < '0' || *s > '9' || n.len == DIGITS_MAX))
			return false;
		if (is_sign)
			n.plus = true;
		else
			n.digits[n.len++] = *s;
	}
	*ret = n;
	return n.len >= 3;
}

/* A mobile number of the country the hub works in. */
static bool is_mobile(const char *digits, size_t len)
{
	return len == 11 && digits[0] == '1' && digits[1] >= '3';
}

bool number_normalise(const char *s, char ret[NUMBER_BYTES])
{
	struct number n;
	const char *d = n.digits, *prefix = "";

	if (!number_read(s, &n))
		return false;
	if (n.plus)
		prefix = "+";
	else if (is_mobile(d, n.len))
		prefix = "+86";
	else if (strncmp(d, "86", 2) == 0 && is_mobile(d + 2, n.len - 2))
		prefix = "+";
	else if (strncmp(d, "00", 2) == 0 && n.len > 6) {
		prefix = "+";
		d += 2;
	}
	memcpy(ret, prefix, strlen(prefix));
	memcpy(ret + strlen(prefix), d, strlen(d) + 1);
	return true;
}

/* Decodes one character and moves on by at least one byte; a broken one is told as U+FFFD. */
static uint32_t utf8_next(const char **pos, const char *end)
{
	size_t step = utf8_length(*pos, (size_t)(end - *pos));
	const char *s = *pos;

	*pos += step > 0 ? step : 1;
	return step > 0 ? utf8_decode(s, step) : REPLACEMENT;
}

static uint32_t utf16_next(const char **pos, const char *end)
{
	const unsigned char *s = (const unsigned char *)*pos;
	ptrdiff_t left = end - *pos;
	uint32_t c, low;

	if (left < 2) {
		*pos = end;
		return REPLACEMENT;
	}
	c = (uint32_t)s[0] << 8 | s[1];
	*pos += 2;
	if (c < 0xD800 || c > 0xDFFF)
		return c;
	if (c > 0xDBFF || left < 4)
		return REPLACEMENT;
	low = (uint32_t)s[2] << 8 | s[3];
	if (low < 0xDC00 || low > 0xDFFF)
		return REPLACEMENT;
	*pos += 2;
	return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
}

static size_t utf8_put(char *out, uint32_t c)
{
	static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
	int len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (len == 1) {
		out[0] = (char)c;
		return 1;
	}
	for (int i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3F));
		c >>= 6;
	}
	out[0] = (char)(lead[len] | c);
	return (size_t)len;
}

/*
 * Phones and input methods write the same thing in several widths; for reading, only one is wanted.
 */
static const struct plain_row {
	uint32_t first, last;
	char plain;
} plain_rows[] = {
	{0x00, 0x1F, ' '},
	{0x7F, 0xA0, ' '},
	{0x2000, 0x200F, ' '},
	{0x2010, 0x2015, '-'},
	{0x2028, 0x202F, ' '},
	{0x205F, 0x206F, ' '},
	{0x2212, 0x2212, '-'},
	{0x3000, 0x3000, ' '},
	/* joiners and orders of writing are not seen */
	{0xFE00, 0xFE0F, ' '},
	{0xFEFF, 0xFEFF, ' '},
};

static uint32_t character_plain(uint32_t c)
{
	if (c >= 0xFF01 && c <= 0xFF5E)
		return c - 0xFF01 + '!';
	for (size_t i = 0; i < sizeof(plain_rows) / sizeof(plain_rows[0]); i++) {
		if (c >= plain_rows[i].first && c <= plain_rows[i].last)
			return (unsigned char)plain_rows[i].plain;
	}
	return c;
}

const char *reply_normalise(const char *data, size_t len, const char *charset, struct arena *arena)
{
	const char *pos = data, *end = data + len;
	bool wide = charset &&
		    (strcasecmp(charset, "UTF-16BE") == 0 || strcasecmp(charset, "UCS-2") == 0);
	char *out = arena_alloc(arena, REPLY_BYTES_MAX + 1);
	size_t n = 0;

	while (pos < end && n + 4 <= REPLY_BYTES_MAX) {
		uint32_t c = character_plain(wide ? utf16_next(&pos, end) : utf8_next(&pos, end));

		if (c == ' ' && n == 0)
			continue;
		n += utf8_put(out + n, c);
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}

void code_clean(const char *s, char ret[CODE_BYTES])
{
	size_t n = 0;

	for (; *s && n < CODE_BYTES - 1; s++) {
		if (*s >= ' ' && *s <= '~')
			ret[n++] = *s;
	}
	while (n > 0 && ret[n - 1] == ' ')
		n--;
	ret[n] = '\0';
}

const char *field_text(struct form f, const char *name, struct arena *arena)
{
	const char *value = form_text(f, name, arena);

	return value && strlen(value) <= FIELD_BYTES_MAX ? value : "";
}

const char *field_code(struct form f, const char *name, struct arena *arena)
{
	char code[CODE_BYTES];

	code_clean(field_text(f, name, arena), code);
	return arena_strdup(arena, code);
}

const char *field_number(struct form f, const char *name, struct arena *arena)
{
	char number[NUMBER_BYTES] = "";

	return number_normalise(field_text(f, name, arena), number) ? arena_strdup(arena, number)
								    : "";
}

static uint64_t hash_add(uint64_t hash, const char *s)
{
	/* FNV-1a, the NUL included, so that the fields' borders count. */
	do {
		hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	} while (*s++);
	return hash;
}

const char *reply_dedupe(const struct report *reply, const char *mark, struct arena *arena)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	hash = hash_add(hash, mark);
	hash = hash_add(hash, reply->from);
	hash = hash_add(hash, reply->to);
	hash = hash_add(hash, reply->text);
	return arena_printf(arena, "reply:%016" PRIx64, hash);
}

static bool address_is_good(const char *to)
{
	size_t len = strlen(to);

	return to[0] == '+' && len >= 6 && len <= 16 && to[1] != '0' &&
	       strspn(to + 1, "0123456789") == len - 1;
}

static bool id_is_good(const char *id)
{
	size_t len = strlen(id);

	return len > 0 && len <= ID_BYTES_MAX &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       len;
}

/* NULL when the text can be sent, else what is wrong. */
static const char *text_fault(const char *text, int parts_max)
{
	const char *pos = text, *end = text + strlen(text);
	bool blank = true;

	if (utf8_valid_bytes(text, (size_t)(end - text)) != (size_t)(end - text))
		return "is not valid UTF-8";
	while (pos < end) {
		uint32_t c = utf8_next(&pos, end);

		if ((c < ' ' && c != '\n') || c == 0x7F)
			return "holds a control character";
		blank = blank && character_plain(c) == ' ';
	}
	if (blank)
		return "is blank";
	return sms_parts(text) > parts_max ? "has too many parts" : NULL;
}

enum err message_check(const struct message *msg, int parts_max, struct diag *diag)
{
	size_t before = diag->count;
	const char *fault = text_fault(msg->text, parts_max);

	if (!id_is_good(msg->id))
		diag_add(diag, "/id", "must be 1 to %d letters, digits, '.', '_' or '-'",
			 ID_BYTES_MAX);
	if (!address_is_good(msg->to))
		diag_add(diag, "/to", "must be '+' and 5 to 15 digits");
	if (fault)
		diag_add(diag, "/text", "%s", fault);
	return diag->count == before ? ERR_OK : ERR_INVALID;
}
