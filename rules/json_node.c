/* json_node.c: see json_node.h; and how a scan builds values. */
#include "json_node.h"

#include <stdlib.h>
#include <string.h>

#include "json_lex.h"

const struct node *node_member(const struct node *object, const char *name)
{
	const struct node *m = node_is(object, NODE_OBJECT) ? object->first : NULL;

	while (m && (*m->name != *name || strcmp(m->name, name) != 0))
		m = m->next;
	return m;
}

const char *node_text(const struct node *v)
{
	return node_is(v, NODE_TEXT) ? v->text : NULL;
}

bool node_is(const struct node *v, enum node_kind kind)
{
	return v && v->kind == kind;
}

bool node_is_missing(const struct node *v)
{
	return !v || v->kind == NODE_NULL;
}

static int utf8_put(char out[4], int v)
{
	if (v < 0x80) {
		out[0] = (char)v;
		return 1;
	}
	if (v < 0x800) {
		out[0] = (char)(0xc0 | v >> 6);
		out[1] = (char)(0x80 | (v & 63));
		return 2;
	}
	if (v < 0x10000) {
		out[0] = (char)(0xe0 | v >> 12);
		out[1] = (char)(0x80 | (v >> 6 & 63));
		out[2] = (char)(0x80 | (v & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | v >> 18);
	out[1] = (char)(0x80 | (v >> 12 & 63));
	out[2] = (char)(0x80 | (v >> 6 & 63));
	out[3] = (char)(0x80 | (v & 63));
	return 4;
}

/* Four hexadecimal digits at p, and behind a high surrogate its other half as well. */
static int unicode_decode(const char *p, char *out, size_t *ret_used)
{
	int v = lex_hex4(p, p + 4), low;

	*ret_used = 4;
	if (v >= 0xd800 && v <= 0xdbff) {
		low = lex_hex4(p + 6, p + 10);
		v = 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00);
		*ret_used = 10;
	}
	return utf8_put(out, v);
}

/* What is written never gets ahead of what is read, so out may be p. */
size_t lex_unescape(const char *p, size_t len, char *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	size_t i = 0, at = 0, used;

	while (i < len) {
		if (p[i] != '\\') {
			out[at++] = p[i++];
		} else if (p[i + 1] == 'u') {
			at += (size_t)unicode_decode(p + i + 2, out + at, &used);
			i += 2 + used;
		} else {
			out[at++] = to[strchr(from, p[i + 1]) - from];
			i += 2;
		}
	}
	return at;
}

/*
 * The copy has every byte where the document has it. A text is made good in place there: its end is
 * where its closing quote stands or before it, and the scan reads the document itself. What cannot
 * be parsed is never looked at. Each escape is longer than what it stands for, so a text that is as
 * long when decoded has none.
 */
static const char *text_make(struct scan *s, const char *from, size_t len, size_t bytes,
			     size_t *ret_len)
{
	char *text = s->copy + (from - s->start);

	if (!s->unparseable && bytes != len)
		len = lex_unescape(text, len, text);
	text[len] = '\0';
	*ret_len = len;
	return text;
}

struct node *tree_add(struct scan *s)
{
	struct frame *f = s->depth ? &s->stack[s->depth - 1] : NULL;
	struct node *v = arena_alloc(s->tree, sizeof(*v));

	*v = (struct node){.name = ""};
	if (!f) {
		s->root = v;
		return v;
	}
	if (f->is_object) {
		v->name = f->name;
		v->name_len = (uint32_t)f->name_len;
	}
	if (f->last)
		f->last->next = v;
	else
		f->container->first = v;
	f->last = v;
	f->container->len++;
	return v;
}

/* Beyond the limit of members an object is refused anyway, and looking on would take the square of
 * them. */
void tree_name(struct scan *s, struct frame *f, size_t bytes)
{
	const struct node *m = f->container->first;

	f->name = text_make(s, f->key, f->key_len, bytes, &f->name_len);
	if (f->too_many)
		return;
	while (m && !(m->name_len == f->name_len && memcmp(m->name, f->name, f->name_len) == 0))
		m = m->next;
	s->has_repeats |= m != NULL;
}

void tree_text(struct scan *s, struct node *v, const char *from, size_t bytes)
{
	v->kind = NODE_TEXT;
	v->text = text_make(s, from, (size_t)(s->pos - 1 - from), bytes, &v->len);
}

void tree_number(struct scan *s, struct node *v, const char *from, size_t len)
{
	const char *digit = from + (*from == '-');
	uint64_t n = 0;

	(void)s;
	if (memchr(from, '.', len) || memchr(from, 'e', len) || memchr(from, 'E', len)) {
		char text[LEX_NUMBER_BYTES_MAX + 1];

		len = len < sizeof(text) ? len : sizeof(text) - 1;
		memcpy(text, from, len);
		text[len] = '\0';
		v->kind = NODE_REAL;
		v->real = strtod(text, NULL);
		return;
	}
	for (; digit < from + len; digit++)
		n = n * 10 + (uint64_t)(*digit - '0');
	v->kind = NODE_INTEGER;
	v->integer = (int64_t)(*from == '-' ? 0 - n : n);
}
