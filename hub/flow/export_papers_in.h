/*
 * export_papers_in.h: what the papers are put together of. Internal to export_papers.c and
 * export_month.c.
 */
#ifndef TANDEM_EXPORT_PAPERS_IN_H
#define TANDEM_EXPORT_PAPERS_IN_H

#include "flow/export_papers.h"

/* Ends a list of columns. */
#define NO_MORE                                                                                    \
	{                                                                                          \
		NULL, NULL, NULL, NULL                                                             \
	}

extern const struct export_column paper_disputes[];
/* One line: the words of the language asked for, and one more cell unless it is NULL. */
void paper_line(const struct export_paper *p, struct book *book, const char *zh, const char *en,
		const char *more);
const char *paper_text(const json_t *o, const char *name); /* "" when it has no such text */
/* A table with its heading; returns how many rows. */
int paper_rows(const struct export_paper *p, const struct export_column *columns,
	       const json_t *rows, struct book *book);
/* export_month.c */
int paper_put_month(struct export_paper *p, const json_t *answer, struct book *book);

#endif
