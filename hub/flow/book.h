/*
 * book.h: a table written cell by cell into a file of its own, for office programs: CSV or XLSX. No
 * loop is seen from here: it is filled beside it, and may be handed from one thread to another.
 *
 * book_open; book_cell and book_row_end in turn, the first row being the head; then book_finish,
 * which gives the file, or book_drop. The file has no name any more, so nothing stays behind
 * whatever happens. However many rows: what is in memory is one of them.
 */
#ifndef TANDEM_BOOK_H
#define TANDEM_BOOK_H

#include "base/buf.h"

enum book_format { BOOK_CSV, BOOK_XLSX };
struct book;
/* ERR_UNAVAILABLE: no file can be made in the folder, or there is too little room. */
MUST_CHECK enum err book_open(enum book_format format, const char *folder, struct book **ret);
int book_file(const char *folder); /* such a file alone; -1: as above */
/* always text: nothing is taken for a number, a date or a formula */
void book_cell(struct book *s, const char *text);
void book_number(struct book *s, const char *digits); /* a number, to be added up */
void book_row_end(struct book *s);
/* frees s; the caller closes the file, which stands at its start */
MUST_CHECK enum err book_finish(struct book *s, int *ret_fd);
void book_drop(struct book *s); /* NULL: nothing */
/* One cell of a CSV, quoted; a ' stands before what an office program would compute or write
 * otherwise. */
void book_csv_cell(struct buf *out, const char *text);

/* The workbook (book_xlsx.c). Internal. */
struct xlsx;
struct xlsx *xlsx_open(const char *path, const char *folder);
void xlsx_cell(struct xlsx *w, const char *text);
void xlsx_number(struct xlsx *w, const char *digits);
void xlsx_row_end(struct xlsx *w);
bool xlsx_finish(struct xlsx *w); /* frees it */

#endif
