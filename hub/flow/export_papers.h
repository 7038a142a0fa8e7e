/*
 * export_papers.h: what goes round on paper, as sheets: the agenda of a meeting, its minutes, a
 * month's statement and the monthly report. A paper is made of the answers of one or several calls,
 * taken one after the other; each writes the parts that it has something for. Pure, so that it may
 * run beside the loop. Internal to the export.
 */
#ifndef TANDEM_EXPORT_PAPERS_H
#define TANDEM_EXPORT_PAPERS_H

#include "flow/export_rows.h"
#include "pack.h"

enum report_step {
	REPORT_BEFORE,
	REPORT_BODIES,
	REPORT_RANKING,
	REPORT_ITEMS,
	REPORT_DISPUTES,
	REPORT_STEPS
};
struct export_paper {
	enum export_list list;
	bool english;
	const char *only;	    /* of a statement: this bureau; "" all */
	const struct pack *pack;    /* in force: who is ranked where */
	json_t *kept[REPORT_STEPS]; /* of a report: the answers that later parts are made of */
	int step;		    /* which of the answers this is */
	bool in_disputes;	    /* a page of them is written already */
	int64_t dispute_count;
};
int export_paper_steps(enum export_list list); /* 0: it is a list, and no paper */
/* How many rows it wrote. */
int export_put_paper(struct export_paper *p, const json_t *answer, struct book *book);
/* Behind it: the next page's cursor, "" the next answer's only one, NULL: that was all. */
const char *export_paper_next(struct export_paper *p, const json_t *answer);
void export_paper_drop(struct export_paper *p); /* what was kept of the answers */

#endif
