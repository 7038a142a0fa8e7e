#include "json_lex.h"

#include <string.h>

static enum next scan_open(struct scan *s, struct node *v)
{
	const int depth_max = s->lim->depth < STACK_MAX ? s->lim->depth : STACK_MAX;
	const bool is_object = *s->pos == '{';

	if (s->depth >= depth_max) {
		lex_fault_limit(s, s->depth, "nested deeper than the limit, which is",
				(size_t)depth_max);
		s->unparseable = true;
		return NEXT_STOP;
	}
	s->pos++;
	s->stack[s->depth++] = (struct frame){.is_object = is_object, .container = v};
	if (v)
		v->kind = is_object ? NODE_OBJECT : NODE_ARRAY;
	lex_skip_space(s);
	if (s->pos < s->end && *s->pos == (is_object ? '}' : ']')) {
		s->pos++;
		s->depth--;
		return NEXT_AFTER;
	}
	if (is_object)
		return NEXT_KEY;
	s->stack[s->depth - 1].count = 1;
	return NEXT_VALUE;
}

static void look_for_target(struct scan *s)
{
	char here[POINTER_BYTES];

	lex_pointer(s, s->depth, here);
	if (strcmp(here, s->target) == 0)
		s->found = s->pos;
}

static enum next scan_scalar(struct scan *s, struct node *v)
{
	const char *from = s->pos;
	enum next next;
	size_t bytes;

	if (*from == '"') {
		next = lex_string_value(s, &bytes);
		if (v && next == NEXT_AFTER)
			tree_text(s, v, from + 1, bytes);
	} else if (*from == '-' || (*from >= '0' && *from <= '9')) {
		next = lex_number(s);
		if (v && next == NEXT_AFTER)
			tree_number(s, v, from, (size_t)(s->pos - from));
	} else {
		next = lex_literal(s);
		if (v && next == NEXT_AFTER)
			v->kind = *from == 't' ? NODE_TRUE : *from == 'f' ? NODE_FALSE : NODE_NULL;
	}
	return next;
}

static enum next scan_any(struct scan *s, struct node *v)
{
	return *s->pos == '{' || *s->pos == '[' ? scan_open(s, v) : scan_scalar(s, v);
}

static enum next scan_value(struct scan *s)
{
	lex_skip_space(s);
	if (s->pos == s->end)
		return lex_syntax_fault(s);
	if (s->target)
		look_for_target(s);
	if (s->found)
		return NEXT_STOP;
	return scan_any(s, s->tree ? tree_add(s) : NULL);
}

/* A member's name with its escapes undone; only asked for bytes that a scan found good. */
static struct key *key_decode(struct arena *a, const char *p, size_t len)
{
	struct key *k = arena_alloc(a, sizeof(*k));
	char *out = arena_alloc(a, len + 1);

	*k = (struct key){.text = out, .len = lex_unescape(p, len, out)};
	return k;
}

static void note_key(struct scan *s, struct frame *f)
{
	struct key *k = key_decode(s->key_arena, f->key, f->key_len), *other;
	char where[POINTER_BYTES];

	f->key = k->text; /* pointers name it as it is meant, not as it was spelled */
	f->key_len = k->len;
	for (other = f->keys; other; other = other->next) {
		if (other->len == k->len && memcmp(other->text, k->text, k->len) == 0) {
			lex_pointer(s, s->depth, where);
			diag_add(s->key_diag, where, "this member is there twice");
			return;
		}
	}
	k->next = f->keys;
	f->keys = k;
}

static void count_member(struct scan *s, struct frame *f)
{
	int limit =
		lex_key_is(s, s->depth - 2, "attributes") ? s->lim->attributes : s->lim->members;

	f->count++;
	if (f->count <= limit || f->too_many)
		return;
	f->too_many = true;
	lex_fault_limit(s, s->depth - 1, "more members than the limit, which is", (size_t)limit);
}

static enum next scan_key(struct scan *s)
{
	struct frame *f = &s->stack[s->depth - 1];
	const char *from;
	size_t bytes;

	lex_skip_space(s);
	f->key = NULL;
	if (s->pos == s->end || *s->pos != '"')
		return lex_syntax_fault(s);
	from = s->pos + 1;
	if (!lex_string(s, &bytes))
		return lex_syntax_fault(s);
	f->key = from;
	f->key_len = (size_t)(s->pos - 1 - from);
	if (bytes > s->lim->string_bytes)
		lex_fault_limit(s, s->depth, "a name longer than the limit in bytes, which is",
				s->lim->string_bytes);
	count_member(s, f);
	if (s->key_arena && !f->too_many)
		note_key(s, f);
	if (s->tree)
		tree_name(s, f, bytes);
	lex_skip_space(s);
	if (s->pos == s->end || *s->pos != ':')
		return lex_syntax_fault(s);
	s->pos++;
	return NEXT_VALUE;
}

static enum next scan_after(struct scan *s)
{
	struct frame *f;

	lex_skip_space(s);
	if (!s->depth)
		return s->pos == s->end ? NEXT_STOP : lex_syntax_fault(s);
	f = &s->stack[s->depth - 1];
	if (s->pos == s->end)
		return lex_syntax_fault(s);
	if (*s->pos == ',') {
		s->pos++;
		if (f->is_object)
			return NEXT_KEY;
		f->count++;
		return NEXT_VALUE;
	}
	if (*s->pos != (f->is_object ? '}' : ']'))
		return lex_syntax_fault(s);
	s->pos++;
	s->depth--;
	return NEXT_AFTER;
}

static void scan_run(struct scan *s)
{
	enum next next = NEXT_VALUE;

	while (next != NEXT_STOP) {
		if (next == NEXT_VALUE)
			next = scan_value(s);
		else if (next == NEXT_KEY)
			next = scan_key(s);
		else
			next = scan_after(s);
	}
}

static enum err scan_through(struct scan *s, struct scan_end *ret)
{
	size_t before = s->diag->count;

	scan_run(s);
	ret->parseable = !s->syntax_line && !s->unparseable;
	ret->line = s->syntax_line;
	ret->column = s->syntax_column;
	if (s->syntax_line)
		return ERR_SYNTAX;
	return s->diag->count > before ? ERR_INVALID : ERR_OK;
}

enum err json_scan_all(const char *data, size_t len, const struct event_limits *lim,
		       struct diag *diag, struct scan_end *ret)
{
	struct scan s = {.start = data, .pos = data, .end = data + len, .lim = lim, .diag = diag};

	return scan_through(&s, ret);
}

enum err json_scan_tree(const struct scan_in_bytes *in, struct arena *arena, struct diag *diag,
			struct scan_tree *ret, struct scan_end *ret_end)
{
	struct scan s = {.start = in->data,
			 .pos = in->data,
			 .end = in->data + in->len,
			 .lim = in->lim,
			 .diag = diag,
			 .tree = arena};
	enum err err;

	s.copy = arena_strndup(arena, in->data, in->len);
	err = scan_through(&s, ret_end);
	*ret = (struct scan_tree){ret_end->parseable ? s.root : NULL, s.has_repeats};
	return err;
}

static bool is_too_long(size_t len, const struct event_limits *lim, struct diag *diag)
{
	if (len <= lim->event_bytes)
		return false;
	diag_add(diag, "", "longer than the limit in bytes, which is %zu", lim->event_bytes);
	return true;
}

enum err json_scan(const char *data, size_t len, const struct event_limits *lim, struct diag *diag)
{
	struct scan_end end;

	return is_too_long(len, lim, diag) ? ERR_TOO_LARGE
					   : json_scan_all(data, len, lim, diag, &end);
}

enum err json_scan_body(const struct scan_in_bytes *in, struct arena *arena, struct diag *diag,
			struct scan_tree *ret)
{
	struct scan_end end;

	return is_too_long(in->len, in->lim, diag) ? ERR_TOO_LARGE
						   : json_scan_tree(in, arena, diag, ret, &end);
}

void json_scan_repeats(const char *data, size_t len, const struct event_limits *lim,
		       struct diag *diag)
{
	struct arena keys;
	struct scan s = {.start = data, .pos = data, .end = data + len, .lim = lim};

	arena_init(&keys);
	s.key_arena = &keys;
	s.key_diag = diag;
	scan_run(&s);
	arena_clear(&keys);
}

bool json_locate(const char *data, size_t len, const char *pointer, int *ret_line, int *ret_column)
{
	static const struct event_limits wide = {.depth = STACK_MAX,
						 .members = INT32_MAX,
						 .attributes = INT32_MAX,
						 .string_bytes = SIZE_MAX,
						 .long_string_bytes = SIZE_MAX};
	struct scan s = {
		.start = data, .pos = data, .end = data + len, .lim = &wide, .target = pointer};
	const char *p;
	int line = 1, column = 1;

	scan_run(&s);
	if (!s.found)
		return false;
	for (p = data; p < s.found; p++) {
		if (*p == '\n')
			line++, column = 1;
		else
			column += ((unsigned char)*p & 0xc0) != 0x80;
	}
	*ret_line = line;
	*ret_column = column;
	return true;
}
