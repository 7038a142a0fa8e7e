#include "cell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_BYTES_MAX 40

static bool scan_digits(const char **p, const char *end)
{
	const char *from = *p;

	while (*p < end && **p >= '0' && **p <= '9')
		(*p)++;
	return *p > from;
}

/* A number as people write it in a table: digits, perhaps a sign and a fraction. */
static bool number_parse(const char *s, size_t len, double *ret)
{
	const char *p = s, *end = s + len;
	char text[NUMBER_BYTES_MAX + 1];

	if (len > NUMBER_BYTES_MAX)
		return false;
	if (p < end && (*p == '-' || *p == '+'))
		p++;
	if (!scan_digits(&p, end))
		return false;
	if (p < end && *p == '.') {
		p++;
		if (!scan_digits(&p, end))
			return false;
	}
	if (p != end)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	*ret = strtod(text, NULL);
	return true;
}

static const char *comparison_parse(struct elem *e)
{
	const char *s = e->text;
	size_t skip = e->len > 1 && s[0] != '=' && s[1] == '=' ? 2 : 1;
	double v;

	if (!number_parse(s + skip, e->len - skip, &v))
		return "a comparison needs a number behind it";
	e->kind = ELEM_RANGE;
	e->lo = s[0] == '<' ? -INFINITY : v;
	e->hi = s[0] == '>' ? INFINITY : v;
	e->hi_open = s[0] == '<' && skip == 1;
	e->lo_open = s[0] == '>' && skip == 1;
	return NULL;
}

static const char *range_parse(struct elem *e)
{
	static const char what[] = "a range is written like [1..5), with two numbers";
	const char *s = e->text, *dots = NULL;
	char close = s[e->len - 1];
	size_t i;

	for (i = 1; i + 1 < e->len && !dots; i++) {
		if (s[i] == '.' && s[i + 1] == '.')
			dots = s + i;
	}
	if (!dots || (close != ']' && close != ')'))
		return what;
	if (!number_parse(s + 1, (size_t)(dots - s - 1), &e->lo) ||
	    !number_parse(dots + 2, (size_t)(s + e->len - 1 - dots - 2), &e->hi))
		return what;
	e->kind = ELEM_RANGE;
	e->lo_open = s[0] == '(';
	e->hi_open = close == ')';
	if (e->lo > e->hi || (e->lo == e->hi && (e->lo_open || e->hi_open)))
		return "a range that holds no number";
	return NULL;
}

static bool text_is(const struct elem *e, const char *word)
{
	return e->len == strlen(word) && memcmp(e->text, word, e->len) == 0;
}

static const char *value_parse(struct elem *e)
{
	if (strchr("<>=", e->text[0]))
		return comparison_parse(e);
	if (strchr("[(", e->text[0]))
		return range_parse(e);
	if (text_is(e, "true") || text_is(e, "false")) {
		e->kind = ELEM_BOOL;
		e->index = e->text[0] == 't';
	}
	return NULL;
}

static const char *elem_parse(struct elem *e, enum cell_kind kind)
{
	const char *star = memchr(e->text, '*', e->len);

	if (!e->len)
		return "an empty alternative";
	if (star && star != e->text + e->len - 1)
		return "a star can only stand at the end";
	if (star && e->len == 1)
		return "a star that means anything has to stand alone in the cell";
	if (star) {
		e->kind = ELEM_PREFIX;
		e->len--;
		return NULL;
	}
	return kind == CELL_VALUES ? value_parse(e) : NULL;
}

static int count_alternatives(const char *s)
{
	int count = 1;

	for (; *s; s++)
		count += *s == '|';
	return count;
}

const char *cond_parse(const char *cell, enum cell_kind kind, struct arena *arena, struct cond *ret)
{
	struct cond c = {0};
	const char *what;

	if (!*cell || strcmp(cell, "*") == 0) {
		*ret = (struct cond){.any = true};
		return NULL;
	}
	c.negate = *cell == '!';
	cell += c.negate;
	c.elems = arena_zalloc(arena, (size_t)count_alternatives(cell) * sizeof(*c.elems));
	for (;;) {
		size_t len = strcspn(cell, "|");

		c.elems[c.count] = (struct elem){.kind = ELEM_TEXT, .text = cell, .len = len};
		what = elem_parse(&c.elems[c.count++], kind);
		if (what)
			return what;
		if (!cell[len])
			break;
		cell += len + 1;
	}
	*ret = c;
	return NULL;
}

const char *list_parse(const char *cell, struct arena *arena, const char *const **ret,
		       int *ret_count)
{
	const char **names;
	int count = 0, i;

	*ret = NULL;
	*ret_count = 0;
	if (!*cell)
		return NULL;
	names = arena_alloc(arena, (size_t)count_alternatives(cell) * sizeof(*names));
	for (;;) {
		size_t len = strcspn(cell, "|");

		if (!len)
			return "an empty name in the list";
		names[count] = arena_strndup(arena, cell, len);
		for (i = 0; i < count; i++) {
			if (strcmp(names[i], names[count]) == 0)
				return "the same name twice in the list";
		}
		count++;
		if (!cell[len])
			break;
		cell += len + 1;
	}
	*ret = names;
	*ret_count = count;
	return NULL;
}
