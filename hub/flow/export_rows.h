/*
 * export_rows.h: what a list's item is as a row of a sheet: which columns, in which words. Pure, so that it may run beside the
 * loop. Internal to the export.
 */
#ifndef TANDEM_EXPORT_ROWS_H
#define TANDEM_EXPORT_ROWS_H

#include <jansson.h>

#include "flow/book.h"

enum export_list { EXPORT_NOTICES, EXPORT_POOL, EXPORT_CASES, EXPORT_DISPUTES, EXPORT_LISTS };
void export_put_head(enum export_list list, bool english, struct book *book);
void export_put_item(enum export_list list, bool english, const json_t *item, struct book *book);

#endif
