/*
 * diff.h: what would be otherwise with another pack: the content of the two (rows, bodies, items,
 * calendar), the gaps and overlaps that come and go, and the decisions that change, of real events
 * or of every combination that the two packs can tell apart.
 *
 * diff_new, then diff_event any number of times or diff_combinations once, then the questions, then
 * diff_free. Both packs have to outlive the diff. Pure: no clock; `today` tells past from present
 * as in check.h.
 */
#ifndef TANDEM_DIFF_H
#define TANDEM_DIFF_H

#include "check.h"

enum diff_kind { DIFF_REMOVED, DIFF_ADDED, DIFF_CHANGED };
/* One cell, row, day or setting. Contacts and texts are named, not quoted. */
struct diff_line {
	enum diff_kind kind;
	const char *file, *name, *column; /* column NULL: the whole row */
	const char *was, *is;		  /* NULL where there is none; of a whole row its cells */
};
struct diff_tally { /* of one region, item or body */
	const char *name;
	long long events, gained, lost; /* changed events; notices more and fewer */
};
enum diff_by { DIFF_BY_REGION, DIFF_BY_ITEM, DIFF_BY_BODY, DIFF_BY_COUNT };
struct diff_sample {
	const char *source, *id, *item, *region;
	const char *what; /* "+wjw-371302 lead; -wjw-371300 lead" */
	/* the codes of problems that only the new or only the old pack gives: "no-body"; "" */
	const char *new_problems, *gone_problems;
	const char *event; /* of a combination: the whole event; else NULL */
};
struct diff_sums {
	/* altered: the same body told otherwise */
	long long events, changed, gained, lost, altered;
	long long new_problems, gone_problems;			    /* of the decisions */
	long long new_gaps, new_overlaps, gone_gaps, gone_overlaps; /* type x item x region */
	/* combinations' places that were too many to walk */
	int left_out;
};
struct diff;
struct diff *diff_new(const struct pack *was, const struct pack *is, int32_t today);
/* For events only, without checks, content and tallies: cheap to make, and it grows by no more than
 * its samples. */
struct diff *diff_new_counting(const struct pack *was, const struct pack *is);
void diff_forget(struct diff *d); /* of such a one: sums and samples begin anew */
void diff_free(struct diff *d);
/* The same moment and holder for both. Gives whether the decision is another one. */
bool diff_event(struct diff *d, const struct event *e, const struct decide_in *in);
void diff_combinations(struct diff *d);

const struct diff_sums *diff_sums(const struct diff *d);
const struct diff_line *diff_lines(const struct diff *d, int *ret_count);
const struct diff_tally *diff_tallies(const struct diff *d, enum diff_by by, int *ret_count);
const struct diff_sample *diff_samples(const struct diff *d, int *ret_count);
const struct check *diff_check(const struct diff *d, bool is_new);
bool diff_is_empty(const struct diff *d); /* same content, same decisions */
void diff_to_json(const struct diff *d, struct buf *out);
void diff_to_brief_json(const struct diff *d, struct buf *out); /* the sums only */
void diff_to_text(const struct diff *d, struct buf *out);

#endif
