/*
 * filter.h: what a list is asked for, read in one way for all lists. A word that is none of the
 * known ones, a region that the policy in force does not have, a day, an item or a cursor that
 * cannot be read: each is a fault that names its parameter, and all are answered at once. An item
 * or a body may be one that the policy no longer has, because what was done is still found by it.
 *
 *   filters_init, then one filter_ for each parameter, then filters_end: true and the list may be
 * read, or it has been answered
 */
#ifndef TANDEM_FILTER_H
#define TANDEM_FILTER_H

#include "flow/board.h"
#include "item_code.h"

struct filters {
	const struct pack *pack;
	struct arena arena;
	struct diag diag;
};

void filters_init(struct filters *f, const struct pack *pack);
bool filters_end(struct filters *f, reply_fn *fn, void *arg); /* fn NULL: only whether */

#define FILTER_BAD_CURSOR "must be one that this list gave, with the same filter"
#define FILTER_BAD_LIMIT  "must be a whole number from 1; more than 200 gives 200"
void filter_fault(struct filters *f, const char *name, const char *why);
void filter_limit(struct filters *f, int limit); /* 0: it could not be read */
/* All return -1 for "", and for what is a fault. */
int filter_region(struct filters *f, const char *s);
/* of a notice; todo gives -1; NULL where it is none */
int filter_state(struct filters *f, const char *s, bool *ret_todo);
int filter_role(struct filters *f, const char *s);
int filter_cause(struct filters *f, const char *s);
bool filter_flag(struct filters *f, const char *name, const char *s); /* s may be NULL */
/* "", overdue or soon: the colour of the lamp, NULL any. */
const char *filter_due(struct filters *f, const char *s); /* static */
/* What a list is asked by for notices that name no item; the key of their row of the board. */
#define FILTER_NO_ITEM "none"
/* The basic code, "" any. */
void filter_item(struct filters *f, const char *s, char ret[ITEM_CODE_LEN + 1]);
/* True: what names no item is asked for. s may be NULL */
bool filter_item_or_none(struct filters *f, const char *s, char ret[ITEM_CODE_LEN + 1]);
int32_t filter_day(struct filters *f, const char *name, const char *s, int32_t absent);
/* Until today and from three months back where it is not said. */
struct period filter_period(struct filters *f, const char *from, const char *to, int64_t now_ms);

#endif
