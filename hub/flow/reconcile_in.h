/*
 * reconcile_in.h: a month's statement while it is being made. Internal to reconcile.c and
 * reconcile_json.c.
 */
#ifndef TANDEM_RECONCILE_IN_H
#define TANDEM_RECONCILE_IN_H

#include "base/arena.h"
#include "flow/board.h"
#include "flow/flow.h"

#define BUREAUS_OF_CASE 3  /* that accepts, reviews, decides */
#define COUNTED		10 /* figures of a row */
#define SIDES		2  /* that confirm it */
extern const char *const statement_figures[COUNTED], *const statement_sides[SIDES];

/* of a bureau and a department, or a bureau and who sent its cases: then only counts[0], events */
struct cell {
	int bureau;
	const char *name;
	int next; /* of the same name, -1 the last */
	int64_t counts[COUNTED];
	const char *agreed[SIDES]; /* who confirmed it when, in JSON, NULL nobody */
};
struct cells {
	struct cell *list;
	int count, room;
	int *heads; /* by number of the name: 1 + the first */
};
struct bureau {
	const char *id;
	bool is_own;
	int64_t taken;
};
struct bureaus_of { /* a case's, by number of the name that lists them */
	bool is_known;
	int count, at[BUREAUS_OF_CASE];
};
struct statement {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	struct arena arena;
	char month[8];
	struct period period;
	int64_t now_ms;
	struct bureau *bureaus;
	int bureau_count, bureau_room;
	struct bureaus_of *of;
	bool *oversees, *is_own; /* by number of the name: the region's, the body's */
	struct cells departments, senders;
	const char *agree_bureau, *agree_body; /* the row that is being confirmed, NULL none */
	int64_t seen[COUNTED];		       /* with these figures; -1 whatever it is now */
	int side;
	struct buf out;
};

void cells_sort(struct cells *t);
/* Whether whoever asks may confirm a row for that side. */
bool statement_has_side(const struct statement *c, const struct cell *x, int side);
void statement_put_counts(const struct cell *x, struct buf *out); /* `,"told":12…` */
void statement_put(struct statement *c);			  /* into its `out` */

#endif
