/* Encodings of what is imported, and names as people write them. */
#include <iconv.h>
#include <string.h>

#include "base/utf8.h"
#include "import_in.h"

static bool convert(const char *charset, const char *data, size_t len, struct buf *out)
{
	iconv_t cd = iconv_open("UTF-8", charset);
	char *in = (char *)(uintptr_t)data, *to;
	size_t left = len, room, wrote = 0;

	if (cd == (iconv_t)-1)
		return false;
	/* No character of these encodings takes more than three times its bytes in UTF-8. */
	if (!buf_reserve(out, len * 3 + 4)) {
		iconv_close(cd);
		return false;
	}
	to = out->data + out->len;
	room = len * 3 + 4;
	wrote = room;
	if (iconv(cd, &in, &left, &to, &room) != (size_t)-1 && left == 0)
		out->len += wrote - room;
	else
		left = 1;
	iconv_close(cd);
	return left == 0;
}

/* Text that is UTF-8 but for a few broken bytes stays that, so that only its broken rows are lost.
 */
static bool is_mostly_utf8(const char *data, size_t len)
{
	size_t at = 0, wide = 0, broken = 0, step;

	while (at < len) {
		step = utf8_length(data + at, len - at);
		wide += step > 2;
		broken += !step;
		at += step ? step : 1;
	}
	return !broken || wide > broken * 4;
}

static bool starts_with(const char *data, size_t len, const char *mark, size_t mark_len)
{
	return len >= mark_len && memcmp(data, mark, mark_len) == 0;
}

const char *import_to_utf8(const char *data, size_t len, struct buf *out)
{
	if (starts_with(data, len, "\xef\xbb\xbf", 3))
		return buf_add(out, data + 3, len - 3) ? "UTF-8" : NULL;
	if (starts_with(data, len, "\xff\xfe", 2))
		return convert("UTF-16LE", data + 2, len - 2, out) ? "UTF-16" : NULL;
	if (starts_with(data, len, "\xfe\xff", 2))
		return convert("UTF-16BE", data + 2, len - 2, out) ? "UTF-16" : NULL;
	if (is_mostly_utf8(data, len))
		return buf_add(out, data, len) ? "UTF-8" : NULL;
	return convert("GB18030", data, len, out) ? "GB18030" : NULL;
}

/* The ASCII twin of a full-width character; 0 for blanks of every kind; else the character itself.
 */
static uint32_t narrow(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c <= ' ' || c == 0x3000 || c == 0xa0 || c == 0xfeff || (c >= 0x2000 && c <= 0x200f))
		return 0;
	return c;
}

static char *put(char *w, uint32_t c, const char *s, size_t step)
{
	if (c < 0x80)
		*w++ = (char)c;
	else
		w = (char *)memcpy(w, s, step) + step;
	return w;
}

/* As it counts in a name: without what stands in brackets, and in capitals; 0 for nothing. */
static uint32_t fold(uint32_t c, bool *inside)
{
	if (c == '(' || c == ')')
		*inside = c == '(';
	if (*inside || c == ')' || c == '*' || c == '"')
		return 0;
	return c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c;
}

static const char *narrowed(struct arena *arena, const char *s, bool folds)
{
	size_t len = strlen(s), at = 0, step;
	char *out = arena_alloc(arena, len + 1), *w = out;
	bool inside = false;
	uint32_t c;

	for (; at < len; at += step) {
		step = utf8_length(s + at, len - at);
		if (!step)
			return "";
		c = narrow(utf8_decode(s + at, step));
		if (folds)
			c = fold(c, &inside);
		if (c)
			w = put(w, c, s + at, step);
	}
	*w = '\0';
	return out;
}

const char *import_narrow(struct arena *arena, const char *s)
{
	return narrowed(arena, s, false);
}

const char *import_fold(struct arena *arena, const char *s)
{
	return narrowed(arena, s, true);
}

int import_name_find(const char *const *lists, int count, const char *folded)
{
	size_t want = strlen(folded), len;
	const char *p;
	int i;

	for (i = 0; want && i < count; i++) {
		for (p = lists[i]; p && *p; p += len + (p[len] == '|')) {
			len = strcspn(p, "|");
			if (len == want && memcmp(p, folded, len) == 0)
				return i;
		}
	}
	return -1;
}

const char *import_trim(struct arena *arena, const char *s)
{
	size_t len;

	if (!s)
		return "";
	s += strspn(s, " \t\r\n");
	for (len = strlen(s); len && strchr(" \t\r\n", s[len - 1]); len--)
		;
	return arena_strndup(arena, s, len);
}

/* Of the first lines, where titles may stand above the header. */
static char separator_of(const char *p, const char *end)
{
	int lines = 0, tabs = 0, commas = 0;

	for (; p < end && lines < IMPORT_HEADER_SEARCH; p++) {
		lines += *p == '\n';
		tabs += *p == '\t';
		commas += *p == ',';
	}
	return tabs > commas ? '\t' : ',';
}

void import_csv_open(const struct import *imp, struct csv *c, struct arena *arena,
		     struct diag *diag)
{
	const struct csv_source from = {imp->job->file, imp->data, (size_t)(imp->end - imp->data)};

	csv_init(c, &from, arena, diag);
	c->whole = true;
	c->separator = separator_of(imp->data, imp->end);
}

bool import_record_is_empty(const struct csv *c)
{
	int i;

	for (i = 0; i < c->count; i++) {
		if (*c->cells[i].text)
			return false;
	}
	return !c->faulty;
}

/* Without the mark in front a spreadsheet would take it for GBK. */
void import_keep_record(struct import *imp, struct import_kept *kept, const struct csv *c)
{
	const struct import_sink *s = &imp->job->sink;
	size_t len = c->record_len;
	struct buf line;
	int i;

	buf_init(&line, (size_t)8 << 20);
	if (!kept->begun) {
		buf_add_str(&line, "\xef\xbb\xbf");
		for (i = 0; i < kept->count; i++) {
			csv_add_cell(&line, kept->headings[i]);
			buf_add_char(&line, c->separator);
		}
		buf_add_str(&line, "note_rejected\r\n");
		kept->begun = true;
	}
	while (len && (c->record[len - 1] == '\n' || c->record[len - 1] == '\r'))
		len--;
	buf_add(&line, c->record, len);
	if (!c->faulty) {
		for (i = c->count; i < kept->count; i++)
			buf_add_char(&line, c->separator);
		buf_add_char(&line, c->separator);
		csv_add_cell(&line, buf_cstr(&imp->why));
	}
	buf_add_str(&line, "\r\n");
	s->keep(s->arg, line.data, line.len);
	buf_clear(&line);
}
