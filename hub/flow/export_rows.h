/*
 * export_rows.h: what a list's item is as a row of a sheet: which columns, in which words. Pure, so
 * that it may run beside the loop. Internal to the export.
 */
#ifndef TANDEM_EXPORT_ROWS_H
#define TANDEM_EXPORT_ROWS_H

#include <jansson.h>

#include "flow/book.h"

enum export_list {
	EXPORT_NOTICES,
	EXPORT_POOL,
	EXPORT_CASES,
	EXPORT_DISPUTES,
	EXPORT_BOARD,
	EXPORT_AGENDA,
	EXPORT_MINUTES,
	EXPORT_STATEMENT,
	EXPORT_REPORT,
	EXPORT_LISTS
};
struct export_column {
	/* "item.code"; of a list those of each item; "a|b": b where there is no a */
	const char *path;
	const char *word; /* kind of its words, "time", "rate", "hours", or NULL: as it is */
	const char *zh, *en;
};
/* Columns end with one without a path. Numbers are numbers in a workbook, everything else is text.
 */
void export_put_columns(const struct export_column *c, bool english, struct book *book);
void export_put_cells(const struct export_column *c, bool english, const json_t *item,
		      struct book *book);
void export_put_cell(const struct export_column *c, bool english, const json_t *item,
		     struct book *book);
void export_put_head(enum export_list list, bool english, struct book *book);
void export_put_item(enum export_list list, bool english, const json_t *item, struct book *book);

#endif
