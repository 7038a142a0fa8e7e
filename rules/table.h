/*
 * table.h: the decision table, compiled.
 *
 * Each column maps what an event can say there to a class: the set of rows that take it, one bit a
 * row. A text has a class by its exact pattern or its longest prefix among the patterns; a number
 * by the interval between the numbers that the table mentions; regions, event types and the like by
 * their index. The rows that match are the AND of one class of each column. A class of NULL takes
 * every row.
 *
 * table_init, one column_* call for each column, then table_match any number of times.
 */
#ifndef TANDEM_TABLE_H
#define TANDEM_TABLE_H

#include "json_node.h"
#include <stdint.h>

#include "base/strmap.h"
#include "cell.h"
#include "pack.h"

#define TABLE_ROWS_MAX	20000
#define TABLE_BYTES_MAX ((size_t)256 << 20)

/* One bit a row; in front of them, one bit for each word that is not zero. */
typedef const uint64_t *rowset;
#define TABLE_WORDS_MAX	  ((TABLE_ROWS_MAX + 63) / 64)
#define TABLE_LIVE_MAX	  ((TABLE_WORDS_MAX + 63) / 64)
#define TABLE_COLUMNS_MAX 160

enum column_kind {
	COLUMN_EVENT,
	COLUMN_ITEM,
	COLUMN_SECTOR,
	COLUMN_DEVOLUTION,
	COLUMN_REGION,
	COLUMN_DAY,
	COLUMN_WHEN
};
struct column {
	enum column_kind kind;
	const char *name;      /* as the header has it, or "from/until" */
	const char *attribute; /* of a when: column */
	rowset missing, other; /* no value; a value that is neither text, number nor yes or no */
	rowset flags[2];       /* false, true */
	rowset *by_index;      /* event type, sector, devolution, region */
	struct strmap texts, prefixes;	    /* to an index of sets */
	int *prefix_lens, prefix_len_count; /* longest first */
	rowset *sets;
	rowset unlike; /* a text that is like none of the patterns */
	double *points;
	int point_count;
	rowset *intervals; /* 2 * point_count + 1: below, at and between the points */
};
struct table {
	struct arena *arena;
	struct column *columns;
	int column_count, row_count, word_count, live_count;
	size_t bytes; /* of all classes */
};

/* What of an event the columns look at. */
struct facts {
	/* indexes; sector -1 and devolution DEV_NONE when unknown */
	int type, sector, devolution, region;
	const char *item; /* "" when unknown */
	int32_t day;
	const struct node *attributes; /* or NULL */
};

void table_init(struct table *t, struct arena *arena, int row_count, int column_count);
/* Columns whose values are names: event, item, sector, devolution. names (or NULL) fills by_index.
 */
void column_texts(struct table *t, struct column *c, const struct cond *conds,
		  const char *const *names, int count);
void column_regions(struct table *t, struct column *c, const struct cond *conds,
		    const struct region *regions, int count);
void column_values(struct table *t, struct column *c, const struct cond *conds);

rowset text_class(const struct column *c, const char *text, size_t len);
int interval_of(const struct column *c, double v); /* 2i is below point i, 2i+1 the point itself */
rowset column_class(const struct column *c, const struct facts *f);
/* ret holds word_count words; ret_live, of TABLE_LIVE_MAX words, says which of them are not zero.
 */
void table_match(const struct table *t, const struct facts *f, uint64_t *ret, uint64_t *ret_live);
static inline bool rowset_has(rowset set, int row)
{
	return !set || (set[row >> 6] >> (row & 63) & 1);
}

#endif
