/* feed_line.c: see feed_line.h and store.h for the lines' form. */
#include "flow/feed_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"

/* Digits, then the given separator (or the end for '\0'); moves on behind it. */
static bool take_number(const char **s, char separator, int64_t *ret)
{
	*ret = digits_take(s);
	if (*ret < 0 || **s != separator)
		return false;
	*s += separator != '\0';
	return true;
}

bool cursor_parse(const char *s, struct cursor *ret)
{
	int64_t ms, seq, line, part = 0;

	if (strlen(s) >= CURSOR_BYTES || !take_number(&s, '-', &ms) || !take_number(&s, '.', &seq))
		return false;
	if (strchr(s, '.')) {
		if (!take_number(&s, '.', &line) || !take_number(&s, '\0', &part))
			return false;
	} else if (!take_number(&s, '\0', &line)) {
		return false;
	}
	if (line > INT32_MAX || part > INT32_MAX)
		return false;
	*ret = (struct cursor){.ms = ms, .seq = seq, .line = (int)line, .part = (int)part};
	return true;
}

int cursor_compare(const struct cursor *a, const struct cursor *b)
{
	if (a->ms != b->ms)
		return a->ms < b->ms ? -1 : 1;
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

void cursor_print(const struct cursor *c, char ret[CURSOR_BYTES])
{
	const int64_t parts[] = {c->ms, c->seq, c->line, c->part};
	struct buf out;

	buf_init_in(&out, ret, CURSOR_BYTES, CURSOR_BYTES - 1);
	for (int i = 0; i < 4; i++) {
		if (i)
			buf_add_char(&out, i == 1 ? '-' : '.');
		buf_add_int(&out, parts[i]);
	}
	ret[out.len] = '\0';
}

/* Cuts at tabs in place; fields that are not there are "". */
static void cut(char *s, const char **fields, int count)
{
	for (int i = 0; i < count; i++) {
		char *tab = s ? strchr(s, '\t') : NULL;

		fields[i] = s ? s : "";
		if (tab)
			*tab = '\0';
		s = tab ? tab + 1 : NULL;
	}
}

static void set_topics(struct feed_line *l, const char *bodies, feed_topic_fn *topic_of, void *arg)
{
	while (*bodies && l->topic_count < RECORD_NOTICES_MAX) {
		size_t len = strcspn(bodies, ",");

		l->topics[l->topic_count++] = topic_of(arg, bodies, len);
		bodies += len + (bodies[len] == ',');
	}
}

/* The topics and the text behind them in one piece; there are no more topics than commas and one.
 */
static void take_text(struct feed_line *l, const char *text)
{
	size_t topics = 1, bytes = strlen(text) + 1;

	for (size_t i = 0; i < bytes; i++)
		topics += text[i] == ',';
	l->topics = mem_alloc(topics * sizeof(*l->topics) + bytes);
	l->text = memcpy(l->topics + topics, text, bytes);
}

void feed_line_set(struct feed_line *l, const char *cursor, const char *text,
		   feed_topic_fn *topic_of, void *arg)
{
	const char *f[7];

	memset(l, 0, sizeof(*l));
	if (!cursor_parse(cursor, &l->at))
		return;
	take_text(l, text);
	cut(l->text, f, 7);
	l->kind = f[0][0];
	l->seq = digits_at(f[1]);
	if (l->kind == 'E') {
		set_topics(l, f[2], topic_of, arg);
	} else if (l->kind == 'C') {
		l->notice = (int)digits_at(f[2]);
		set_topics(l, f[3], topic_of, arg);
		l->state = f[4];
		l->by = f[5];
		l->at_ms = digits_at(f[6]);
	}
}

void feed_line_clear(struct feed_line *l)
{
	free(l->topics);
	memset(l, 0, sizeof(*l));
}
