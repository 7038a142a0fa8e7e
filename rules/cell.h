/*
 * cell.h: condition cells of the decision table and of items.csv (contract 3.2).
 *
 * cond_parse turns a cell's text into its alternatives or says what is wrong with it; names are
 * resolved by whoever knows them. Pure; everything lives in the arena, texts point into the cell.
 */
#ifndef TANDEM_CELL_H
#define TANDEM_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum cell_kind {
	CELL_NAMES, /* names and prefixes */
	CELL_VALUES /* besides them true, false, comparisons and ranges */
};
enum elem_kind { ELEM_TEXT, ELEM_PREFIX, ELEM_REGION, ELEM_BOOL, ELEM_RANGE };
struct elem {
	enum elem_kind kind;
	const char *text; /* of a text or prefix; not NUL-terminated */
	size_t len;
	int index;     /* the region; or 0 and 1 for false and true */
	double lo, hi; /* -INFINITY and INFINITY when open-ended */
	bool lo_open, hi_open;
};
struct cond {
	bool any;    /* blank or a lone star: also a missing value */
	bool negate; /* none of these */
	struct elem *elems;
	int count;
};

/* NULL, or what is wrong with the cell. */
const char *cond_parse(const char *cell, enum cell_kind kind, struct arena *arena,
		       struct cond *ret);
/* A cell that is a plain list of names: "a|b|c". */
const char *list_parse(const char *cell, struct arena *arena, const char *const **ret,
		       int *ret_count);

#endif
