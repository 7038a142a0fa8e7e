/*
 * notice_filter.h: which notices of a list are wanted, read from the query once and asked of every
 * row. Internal to the queries.
 */
#ifndef TANDEM_NOTICE_FILTER_H
#define TANDEM_NOTICE_FILTER_H

#include "flow/query.h"
#include "flow/row.h"
#include "item_code.h"

struct notice_filter {
	char *q;
	char *region; /* it and what lies in it, "" any */
	char item[ITEM_CODE_LEN + 1];
	bool no_item;		/* what names none */
	const char *lamp;	/* NULL any */
	int role, cause, state; /* -1 any */
	bool todo_only;		/* only what is still to be done can match */
	bool mine;		/* what the asker has in hand; `owed`: or owes feedback on */
	bool owed;
	bool written; /* of letters, by who wrote them */
};
/* False: a parameter cannot be read, and that has been answered. */
bool notice_filter_read(const struct query_notices *q, const struct pack *pack,
			struct notice_filter *ret, reply_fn *fn, void *arg);
void notice_filter_clear(struct notice_filter *f);
/* As much as can be told before the row is opened. */
bool notice_filter_may_want(const struct notice_filter *f, const struct principal *who,
			    const struct loaded *x);
/* pack: the one in force, by which a region lies in another */
bool notice_filter_wants(const struct notice_filter *f, const struct pack *pack, struct row *row,
			 int notice);
/* Puts one notice of a row into a list, in the words that its view allows. */
void notice_row_put(struct row *row, int notice, struct buf *out);

#endif
