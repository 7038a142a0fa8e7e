/*
 * board.h: figures for a period, put together by body, region, item or day; and the
 * list behind a figure. Each sees their own part: a coordinator and an auditor their region's
 * subtree, others what is theirs.
 */
#ifndef TANDEM_BOARD_H
#define TANDEM_BOARD_H

#include "flow/query.h"

struct query_board {
	/* "" : the last three months, until today, everywhere, by body */
	const char *from, *to, *region, *by;
};
void query_board(struct flow *f, struct principal *who, const struct query_board *q, reply_fn *fn,
		 void *arg);

/* Notices chosen as figures are: by what they count as, period, region, item, body. */
void query_facts(struct flow *f, struct principal *who, const struct query_notices *q, reply_fn *fn,
		 void *arg);

struct period {
	int32_t from_day, to_day;
};
/* A region and what lies in it; -1: there is no such region. */
bool region_covers(const struct pack *pack, int region, const char *code);

#endif
