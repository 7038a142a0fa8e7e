/*
 * reconcile.h: a month's statement for both sides to hold against their own books: for each bureau what the hub took of its cases, from
 * whom, and for each department what it was told of them and what became of that.
 *
 * A bureau and whoever oversees a region see it whole, a department what it was told itself. Sources do not number their events in this
 * contract, so that a gap in what they sent is found by their own count, not by the hub.
 */
#ifndef TANDEM_RECONCILE_H
#define TANDEM_RECONCILE_H

#include "flow/flow.h"

void query_reconciliation(struct flow *f, struct principal *who, const char *month, reply_fn *fn, void *arg); /* "2026-11"; "" this one */

#endif
