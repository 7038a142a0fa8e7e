/*
 * notice_walk.h: lists of notices read newest first, merged into one and filtered, a page of it as
 * an answer. The cursor names the place reached in each, so that what comes or is done between two
 * pages makes no notice appear twice or not at all. Internal to the queries.
 *
 * notice_walk_new, notice_walk_add for each list, then notice_walk_start, which answers and frees,
 * or notice_walk_drop. Which lists somebody may ask for is the caller's to know; each notice is
 * checked here.
 */
#ifndef TANDEM_NOTICE_WALK_H
#define TANDEM_NOTICE_WALK_H

#include "flow/notice_filter.h"

struct notice_walk;
/* NULL: a parameter cannot be read, and that has been answered. */
struct notice_walk *notice_walk_new(struct flow *f, struct principal *who,
				    const struct query_notices *q, reply_fn *fn, void *arg);
const struct notice_filter *notice_walk_filter(const struct notice_walk *c);
bool notice_walk_has(const struct notice_walk *c, const char *list);
void notice_walk_add(struct notice_walk *c, const char *list); /* once */
/* whole: all that stands in these lists is the asker's to see, so that it may be counted */
void notice_walk_start(struct notice_walk *c, const char *cursor, bool whole);
void notice_walk_drop(struct notice_walk *c);

#endif
