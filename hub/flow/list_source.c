/* list_source.c: see list_source.h. */
#include "flow/list_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/digits.h"

void list_source_init(struct list_source *s, const char *name, bool is_set)
{
	*s = (struct list_source){.name = mem_strdup(name), .is_set = is_set, .below = -1};
}

void list_source_clear(struct list_source *s)
{
	free(s->name);
	free(s->refs);
}

bool list_source_is_empty(const struct list_source *s)
{
	return s->at == s->count && !s->ended;
}

bool list_source_is_over(const struct list_source *s)
{
	return s->at == s->count && s->ended;
}

struct list_in list_source_in(const struct list_source *s)
{
	struct list_in in = {.body = s->name, .todo_only = s->is_set, .limit = LIST_SLICE};

	in.below = !s->is_set ? s->below : s->last.seq ? s->last.seq : -1;
	return in;
}

/* The order of the set: by event, and inside an event by the notice's name as text. */
int list_ref_order(const struct ref *a, const struct ref *b)
{
	char x[16], y[16];

	if (a->seq != b->seq)
		return a->seq > b->seq ? -1 : 1;
	snprintf(x, sizeof(x), "%d", a->notice);
	snprintf(y, sizeof(y), "%d", b->notice);
	return -strcmp(x, y);
}

void list_source_fill(struct list_source *s, const struct ref *refs, int count, int64_t total)
{
	if (!s->refs)
		s->refs = mem_zalloc(sizeof(*s->refs) * LIST_SLICE);
	s->count = s->at = 0;
	s->total = total;
	for (int i = 0; i < count && i < LIST_SLICE; i++) {
		if (!s->is_set || !s->last.seq || list_ref_order(&s->last, &refs[i]) < 0)
			s->refs[s->count++] = refs[i];
	}
	if (!s->is_set && (s->below < 0 || s->below > total))
		s->below = total;
	s->ended = count < LIST_SLICE;
}

const struct ref *list_source_first(const struct list_source *s)
{
	return s->at < s->count ? &s->refs[s->at] : NULL;
}

void list_source_done(struct list_source *s, const struct ref *ref)
{
	s->last = *ref;
	s->below--;
}

void list_source_put_cursor(const struct list_source *s, struct buf *out)
{
	if (s->is_set)
		buf_printf(out, "%lld.%d", (long long)s->last.seq, s->last.notice);
	else
		buf_add_int(out, s->below);
}

static bool number_read(const char **s, int64_t *ret)
{
	*ret = digits_take(s);
	return *ret >= 0;
}

bool list_source_read_cursor(struct list_source *s, const char **text)
{
	int64_t notice;

	if (!s->is_set)
		return number_read(text, &s->below);
	if (!number_read(text, &s->last.seq) || *(*text)++ != '.' || !number_read(text, &notice) ||
	    notice > 100000)
		return false;
	s->last.notice = (int)notice;
	return true;
}
