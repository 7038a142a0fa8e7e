/* Scope texts: normalised, cut into parts and clauses, with what each clause excludes or is
 * restricted to. */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "scope_in.h"

enum part { PART_UNLABELLED, PART_GENERAL, PART_PERMITTED };

struct cutting {
	char *text;
	size_t len;
	size_t *match; /* of an opening bracket: the place of its closing one; else 0 */
	struct arena *arena;
	clause_fn *fn;
	void *arg;
};

/* Words of formulas that stand in nearly every scope and say nothing about this one. */
static const char *const formulas[] = {"依法须经批准",
				       "凭营业执照",
				       "批准后方可",
				       "审批结果为准",
				       "批准文件",
				       "许可证件为准",
				       "凭许可证",
				       "自主开展经营活动",
				       "不得从事国家和本市产业政策禁止",
				       NULL};
static const char *const exclusions[] = {"除",	   "不含",   "不包括", "不包含", "不得",
					 "不涉及", "不从事", "禁止",   "非",	 NULL};
static const char *const restrictions[] = {"仅", "限", "只", NULL};
static const char *const outer_exclusions[] = {
	"不含", "不包括", "不包含", "不得从事", "不得经营", "不从事", "禁止从事", "禁止经营", NULL};
static const char *const nothings[] = {"无", "/", "-", "--", "***", NULL};

/* ASCII of a sign, a sign to be left out (0), or the character itself. */
static uint32_t normal_sign(uint32_t c)
{
	static const struct {
		uint32_t from;
		char to;
	} signs[] = {{0x3010, '('}, {0x3014, '('}, {0x3016, '('}, {'[', '('},  {'{', '('},
		     {0x3011, ')'}, {0x3015, ')'}, {0x3017, ')'}, {']', ')'},  {'}', ')'},
		     {0x3002, ';'}, {0x201c, 0},   {0x201d, 0},	  {0x2018, 0}, {0x2019, 0},
		     {'"', 0},	    {'\'', 0},	   {0xad, 0},	  {0xa0, 0},   {0x3000, 0},
		     {0xfeff, 0},   {0x7f, 0}};
	size_t i;

	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c <= ' ' || (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f))
		return 0;
	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (signs[i].from == c)
			return (uint32_t)signs[i].to;
	}
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

size_t scope_normalise(const char *text, size_t len, char *ret)
{
	size_t at = 0, w = 0, step;
	uint32_t c;

	while (at < len) {
		step = utf8_length(text + at, len - at);
		if (!step) {
			at++;
			continue;
		}
		c = normal_sign(utf8_decode(text + at, step));
		if (c && c < 0x80) {
			ret[w++] = (char)c;
		} else if (c) {
			memcpy(ret + w, text + at, step);
			w += step;
		}
		at += step;
	}
	return w;
}

static bool begins(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && memcmp(s, word, n) == 0;
}

static bool begins_any(const char *s, size_t len, const char *const *words)
{
	for (; *words; words++) {
		if (begins(s, len, *words))
			return true;
	}
	return false;
}

static bool holds_any(const char *s, size_t len, const char *const *words)
{
	for (; *words; words++) {
		if (memmem(s, len, *words, strlen(*words)))
			return true;
	}
	return false;
}

static bool ends_with(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && memcmp(s + len - n, word, n) == 0;
}

/* 一般项目: and 许可经营项目: and the like; the length of the label, 0 for none. */
static size_t label_at(const char *s, size_t len, enum part *ret)
{
	static const char *const optional[] = {"经营", "项目", "是", "为"};
	size_t at = strlen("许可"), i;
	bool has_items = false;

	if (begins(s, len, "前置") || begins(s, len, "后置")) {
		i = strlen("前置");
		at = label_at(s + i, len - i, ret);
		return at ? at + i : 0;
	}
	if (!begins(s, len, "一般") && !begins(s, len, "许可"))
		return 0;
	for (i = 0; i < 4; i++) {
		if (!begins(s + at, len - at, optional[i]))
			continue;
		has_items |= i == 1;
		at += strlen(optional[i]);
	}
	if (!has_items || at >= len || s[at] != ':')
		return 0;
	*ret = begins(s, len, "一般") ? PART_GENERAL : PART_PERMITTED;
	return at + 1;
}

static void match_brackets(struct cutting *c)
{
	size_t *open = arena_alloc(c->arena, (c->len + 1) * sizeof(*open)), depth = 0, i;

	c->match = arena_zalloc(c->arena, (c->len + 1) * sizeof(*c->match));
	for (i = 0; i < c->len; i++) {
		if (c->text[i] == '(')
			open[depth++] = i;
		else if (c->text[i] == ')' && depth)
			c->match[open[--depth]] = i;
	}
}

/* A formula in brackets becomes a stop. */
static void drop_formulas(struct cutting *c)
{
	size_t i;

	for (i = 0; i < c->len; i++) {
		size_t end = c->match[i];

		if (!end)
			continue;
		if (holds_any(c->text + i, end - i, formulas)) {
			memset(c->text + i, ';', end + 1 - i);
			memset(c->match + i, 0, (end + 1 - i) * sizeof(*c->match));
		}
		i = end;
	}
}

/* Where the last such word begins before a place; SIZE_MAX for nowhere. */
static size_t last_before(const char *s, size_t to, const char *word)
{
	size_t n = strlen(word), at;

	for (at = to; at >= n; at--) {
		if (memcmp(s + at - n, word, n) == 0)
			return at - n;
	}
	return SIZE_MAX;
}

static void add_span(struct clause *k, enum span_kind kind, size_t from, size_t to)
{
	size_t comma = last_before(k->text, from, "、");

	if (k->span_count < SCOPE_SPANS_MAX)
		k->spans[k->span_count++] =
			(struct span){kind, from, to, comma == SIZE_MAX ? 0 : comma + 1};
}

static void look_inside(struct clause *k, size_t open, size_t close)
{
	const char *in = k->text + open + 1;
	size_t len = close - open - 1;

	if (begins_any(in, len, exclusions) || ends_with(in, len, "除外")) {
		add_span(k, SPAN_EXCLUDED, open, close + 1);
		return;
	}
	if (begins_any(in, len, restrictions))
		add_span(k, SPAN_ONLY, open, close + 1);
	/* 未经批准, 不得从事……: what stands behind is shut out, whatever stands in front. */
	for (size_t at = 0; at < len; at++) {
		if (begins_any(in + at, len - at, outer_exclusions)) {
			add_span(k, SPAN_EXCLUDED, open + 1 + at, close);
			return;
		}
	}
}

/* Outside of brackets: 除……外, 不含…… up to the end, 仅…… up to the end. Where to go on. */
static size_t look_outside(struct clause *k, size_t at, size_t last_out)
{
	const char *s = k->text + at, *out;
	size_t left = k->len - at;

	if (begins(s, left, "除")) {
		if (last_out == SIZE_MAX || last_out < at)
			return at + strlen("除");
		out = memmem(s, left, "外", strlen("外"));
		left = (size_t)(out - s) + strlen("外");
		add_span(k, SPAN_EXCLUDED, at, at + left);
		return at + left;
	}
	if (begins_any(s, left, outer_exclusions))
		add_span(k, SPAN_EXCLUDED, at, k->len);
	else
		add_span(k, SPAN_ONLY, at, k->len);
	return k->len;
}

static bool is_outer_word(const char *s, size_t left)
{
	return begins(s, left, "除") || begins(s, left, "仅") ||
	       begins_any(s, left, outer_exclusions);
}

static void clause_end(struct cutting *c, size_t from, size_t to, enum part part)
{
	struct clause k = {
		.text = c->text + from, .len = to - from, .permitted = part == PART_PERMITTED};
	size_t at, last_out;

	if (!k.len || part == PART_GENERAL)
		return;
	last_out = last_before(k.text, k.len, "外");
	for (at = 0; at < k.len;) {
		size_t close = c->match[from + at];

		if (close) {
			look_inside(&k, at, close - from);
			at = close - from + 1;
		} else if (is_outer_word(k.text + at, k.len - at)) {
			at = look_outside(&k, at, last_out);
		} else {
			at++;
		}
	}
	for (at = 0; nothings[at]; at++)
		k.dropped |=
			strlen(nothings[at]) == k.len && memcmp(k.text, nothings[at], k.len) == 0;
	k.dropped |= ends_with(k.text, k.len, "除外");
	k.permitted = k.permitted && !holds_any(k.text, k.len, formulas);
	c->fn(c->arg, &k);
}

/* A comma ends a clause, unless what follows says only what it excludes or is restricted to. */
static bool ends_clause(const struct cutting *c, size_t at, size_t to)
{
	if (c->text[at] == ';')
		return true;
	return c->text[at] == ',' && !is_outer_word(c->text + at + 1, to - at - 1);
}

static void cut_part(struct cutting *c, size_t from, size_t to, enum part part)
{
	size_t at = from, start = from;

	while (at < to) {
		if (c->match[at] && c->match[at] < to) {
			at = c->match[at] + 1;
			continue;
		}
		c->match[at] = 0;
		if (ends_clause(c, at, to)) {
			clause_end(c, start, at, part);
			start = at + 1;
		}
		at++;
	}
	clause_end(c, start, to, part);
}

void scope_cut(char *text, size_t len, struct arena *arena, clause_fn *fn, void *arg)
{
	struct cutting c = {.text = text, .len = len, .arena = arena, .fn = fn, .arg = arg};
	enum part part = PART_UNLABELLED, next = PART_UNLABELLED;
	size_t at, start = 0, label;

	match_brackets(&c);
	drop_formulas(&c);
	for (at = 0; at < len;) {
		label = label_at(text + at, len - at, &next);
		if (!label) {
			at++;
			continue;
		}
		cut_part(&c, start, at, part);
		part = next;
		at += label;
		start = at;
	}
	cut_part(&c, start, len, part);
}
