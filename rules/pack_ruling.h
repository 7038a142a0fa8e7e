/*
 * pack_ruling.h: a ruling of the joint meeting as a row of the policy: the pack there is, and one
 * row more.
 *
 * The row is for events like the one that was ruled on and for no others: of its type, item,
 * sector, devolution and region, and with the when: conditions of the rows that named its leads. It
 * stands in the place of those rows: it overrides them, has their time and channels, and whatever
 * sets them aside (a special case, or where nobody led any row that names somebody) sets it aside
 * as well. Pure; called beside the loop.
 */
#ifndef TANDEM_PACK_RULING_H
#define TANDEM_PACK_RULING_H

#include "event.h"
#include "pack.h"

struct ruling {
	const char *id;	   /* of the row */
	const char *body;  /* who leads; "": nobody, on purpose */
	const char *basis; /* why, as rules have it */
	int32_t day;	   /* the first that it is in force */
};
/*
 * ERR_CONFLICT: no row can say it; the diag has one fault that says why. ERR_INVALID: the pack does
 * not know the body, as faults of rules.csv. The new pack is the caller's reference; what it
 * decides about the event from that day on has been seen.
 */
MUST_CHECK enum err pack_with_ruling(const struct pack *was, const struct event *e,
				     const struct ruling *ruling, struct pack **ret,
				     struct diag *diag);
/* Members without braces: the row as its cells, and which rows set it aside. */
void pack_ruling_to_json(const struct pack *p, const char *id, struct buf *out);

#endif
