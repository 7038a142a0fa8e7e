/*
 * reconcile.h: a month's statement for both sides to hold against their own books: for each bureau
 * what the hub took of its cases, from whom, and for each department what it was told of them and
 * what became of that.
 *
 * A bureau and whoever oversees a region see it whole, a department what it was told itself.
 * Sources do not number their events in this contract, so that a gap in what they sent is found by
 * their own count, not by the hub.
 */
#ifndef TANDEM_RECONCILE_H
#define TANDEM_RECONCILE_H

#include "flow/flow.h"

/* "2026-11"; "" this one */
void query_reconciliation(struct flow *f, struct principal *who, const char *month, reply_fn *fn,
			  void *arg);
/*
 * {month, body, cases}: which of the cases that a bureau says it sent in a month the hub did not
 * take then, and which it took that the bureau does not name. 200; 404 for a bureau that is not
 * one's own nor overseen; 422.
 */
#define RECONCILE_CASES_MAX 10000
void reconcile_cases(struct flow *f, struct principal *who, const json_t *said, reply_fn *fn,
		     void *arg);

/*
 * {month, bureau, body}: the person's side confirms the statement between the two as it is now;
 * both sides are the bureau and the department. 200 the month's statement; 404 nothing between them
 * that the person sees; 403 the person is of neither; 422.
 */
void reconcile_agree(struct flow *f, struct principal *who, const json_t *said, reply_fn *fn,
		     void *arg);

struct period;
/* from its first day to its last; false: no month */
bool month_read(const char *month, struct period *ret);

#endif
