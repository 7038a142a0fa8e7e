/*
 * csv.h: RFC 4180 from bytes, one record at a time, with the place of each cell.
 *
 * Pure: no files. A BOM is skipped, CRLF and LF both end a record, lines whose first cell begins
 * with '#' and empty lines are passed over. Faults (a stray quote, an unclosed quote, NUL, invalid
 * UTF-8) go to the diag and the reader goes on with the next line where it can.
 */
#ifndef TANDEM_CSV_H
#define TANDEM_CSV_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"

#define CSV_CELLS_MAX	   128
#define CSV_CELL_BYTES_MAX 65536

struct csv_cell {
	const char *text; /* NUL-terminated, in the arena, trimmed of nothing */
	int line, column; /* 1-based; the column counts cells' characters as an editor does */
};

struct csv {
	struct arena *arena;
	struct diag *diag;
	const char *file; /* for the faults' places */
	const char *pos, *end;
	int line;
	struct csv_cell cells[CSV_CELLS_MAX];
	int count;
	/* For whoever must account for every record: set `whole` after csv_init, and faulty ones
	   and those that begin with # are given as well. */
	bool whole, faulty;
	/* set after csv_init: faulty records are given as well, and an unclosed quote spoils its
	 * line only */
	bool with_faulty;
	char separator;	    /* a comma, unless it is set to something else after csv_init */
	const char *record; /* its bytes, with the line end */
	size_t record_len;
};

/* The bytes and the name that faults call them by; both outlive the reader. */
struct csv_source {
	const char *file, *data;
	size_t len;
};
void csv_init(struct csv *c, const struct csv_source *from, struct arena *arena, struct diag *diag);
bool csv_next(struct csv *c); /* false at the end */
/* The other way: one cell, quoted when it has to be. Separators and line ends are the caller's. */
void csv_add_cell(struct buf *out, const char *text);

#endif
