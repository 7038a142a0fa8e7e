/*
 * sheet.h: one CSV file of a pack as rows and known columns, each cell with its place.
 *
 * sheet_read checks the header (unknown, repeated and missing columns) and the number of cells of
 * each row. Columns whose name begins with "note" are passed over. Cells live in the pack's arena.
 */
#ifndef TANDEM_SHEET_H
#define TANDEM_SHEET_H

#include "base/csv.h"

#define SHEET_KNOWN_MAX 20

struct sheet_spec {
	const char *file;
	/* NULL ends them; the first `required` must be there */
	const char *columns[SHEET_KNOWN_MAX];
	int required;
	bool has_when; /* further columns may begin with "when:" */
	int rows_max;
};
struct sheet {
	const struct sheet_spec *spec;
	int known_count, when_count, row_count;
	const char **when_names; /* behind the colon, sorted */
	struct csv_cell *cells;	 /* row by row: the known columns, then the when: columns */
	struct diag *diag;
};

void sheet_read(struct sheet *s, const struct sheet_spec *spec, const struct csv_source *from,
		struct arena *arena, struct diag *diag);
const struct csv_cell *sheet_cell(const struct sheet *s, int row, int column);
void sheet_fault(const struct sheet *s, int row, int column, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

#endif
