/* change_lists.c: the lists of the store that a change puts notices on and takes them off. */
#include <string.h>

#include "flow/change.h"

void change_index(struct change *c, const char *list, int entry, bool todo,
		  enum commit_listed listed)
{
	c->index = arena_grow(&c->arena, c->index, c->index_count, sizeof(*c->index));
	c->index[c->index_count++] = (struct commit_index){
		.body = list, .notice = entry, .todo = todo, .listed = listed};
}

void change_split(struct change *c, int notice, bool waits)
{
	const char *a = c->record.approvers;

	while (a && *a) {
		size_t len = strcspn(a, "|");

		change_index(c, arena_printf(&c->arena, "split:%.*s", (int)len, a), notice, waits,
			     LISTED_AS_BEFORE);
		a += len + (a[len] == '|');
	}
}

static const char *who_owes(const struct change *c, int notice)
{
	const struct notice *n = &c->record.notices[notice];

	return notice_owes_feedback(&c->record, n) ? n->body : NULL;
}

void change_see_owing(struct change *c)
{
	c->owing_count = c->record.notice_count;
	c->owing = arena_zalloc(&c->arena, sizeof(*c->owing) * (size_t)(c->owing_count + 1));
	for (int i = 0; i < c->owing_count; i++)
		c->owing[i] = who_owes(c, i);
}

/* However it came about: taken on, given back, reported, moved by a correction. */
void change_index_owing(struct change *c)
{
	for (int i = 0; i < c->record.notice_count; i++) {
		const char *was = i < c->owing_count ? c->owing[i] : NULL, *is = who_owes(c, i);

		if (was && (!is || strcmp(was, is) != 0))
			change_index(c, arena_printf(&c->arena, OWES_LIST "%s", was), i, false,
				     LISTED_AS_BEFORE);
		if (is && (!was || strcmp(was, is) != 0))
			change_index(c, arena_printf(&c->arena, OWES_LIST "%s", is), i, true,
				     LISTED_AS_BEFORE);
	}
}
