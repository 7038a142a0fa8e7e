#include <string.h>

#include "event.h"

struct split {
	const char *pos, *end;
	const struct event_limits *lim;
	struct arena *arena;
	struct diag *diag;
	struct event_part *parts;
	size_t count, room;
};

static bool add_part(struct split *s, const char *from, const char *to)
{
	struct event_part *grown;

	if (s->count == (size_t)s->lim->batch_count) {
		diag_add(s->diag, "", "more events than the limit of a batch, which is %d",
			 s->lim->batch_count);
		return false;
	}
	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		grown = arena_alloc(s->arena, s->room * sizeof(*grown));
		if (s->count)
			memcpy(grown, s->parts, s->count * sizeof(*grown));
		s->parts = grown;
	}
	s->parts[s->count++] = (struct event_part){from, (size_t)(to - from)};
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct split *s)
{
	while (s->pos < s->end && is_space(*s->pos))
		s->pos++;
}

static void skip_string(struct split *s)
{
	const char *from = ++s->pos, *quote, *slash;

	while ((quote = memchr(s->pos, '"', (size_t)(s->end - s->pos)))) {
		for (slash = quote; slash > from && slash[-1] == '\\';)
			slash--;
		s->pos = quote;
		if ((quote - slash) % 2 == 0)
			return;
		s->pos++;
	}
	s->pos = s->end;
}

/* To the comma or bracket that ends this element; what is inside is each element's own affair. */
static bool skip_element(struct split *s)
{
	int open = 0;

	for (; s->pos < s->end; s->pos++) {
		char c = *s->pos;

		if (c == '"') {
			skip_string(s);
			if (s->pos == s->end)
				return false;
		} else if (c == '{' || c == '[') {
			open++;
		} else if (open && (c == '}' || c == ']')) {
			open--;
		} else if (!open && (c == ',' || c == ']')) {
			return true;
		}
	}
	return false;
}

static enum err array_fault(struct split *s)
{
	diag_add(s->diag, "", "not a well-formed JSON list of events");
	return ERR_SYNTAX;
}

static enum err split_array(struct split *s)
{
	const char *from, *to;

	skip_space(s);
	if (s->pos == s->end || *s->pos++ != '[')
		return array_fault(s);
	skip_space(s);
	if (s->pos < s->end && *s->pos == ']')
		goto close;
	for (;;) {
		skip_space(s);
		from = s->pos;
		if (!skip_element(s))
			return array_fault(s);
		for (to = s->pos; to > from && is_space(to[-1]);)
			to--;
		if (to == from)
			return array_fault(s);
		if (!add_part(s, from, to))
			return ERR_TOO_LARGE;
		if (*s->pos == ']')
			break;
		s->pos++;
	}
close:
	s->pos++;
	skip_space(s);
	return s->pos == s->end ? ERR_OK : array_fault(s);
}

static enum err split_lines(struct split *s)
{
	while (s->pos < s->end) {
		const char *lf = memchr(s->pos, '\n', (size_t)(s->end - s->pos));
		const char *from = s->pos, *to = lf ? lf : s->end;

		while (from < to && is_space(*from))
			from++;
		while (to > from && is_space(to[-1]))
			to--;
		if (to > from && !add_part(s, from, to))
			return ERR_TOO_LARGE;
		s->pos = lf ? lf + 1 : s->end;
	}
	return ERR_OK;
}

enum err event_batch_split(const struct event_batch *in, struct event_part **ret_parts,
			   size_t *ret_count, struct diag *diag)
{
	struct split s = {.pos = in->data,
			  .end = in->data + in->len,
			  .lim = in->lim,
			  .arena = in->arena,
			  .diag = diag};
	enum err err;

	if (in->len > in->lim->batch_bytes) {
		diag_add(diag, "", "longer than the limit of a batch in bytes, which is %zu",
			 in->lim->batch_bytes);
		return ERR_TOO_LARGE;
	}
	err = in->ndjson ? split_lines(&s) : split_array(&s);
	if (err)
		return err;
	*ret_parts = s.parts;
	*ret_count = s.count;
	return ERR_OK;
}
