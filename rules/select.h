/*
 * select.h: who a rule's `to` cell means (contract 3.2).
 *
 * Seats are the answers worked out when the pack is compiled: for each trade (a sector, or the
 * kinds enforcement and coordination) and each region, who sits there and who is reached by
 * climbing from there.
 */
#ifndef TANDEM_SELECT_H
#define TANDEM_SELECT_H

#include "pack.h"

enum selector_kind {
	TO_NOBODY,
	TO_TRADE, /* a sector by name, or a kind */
	TO_SECTOR,
	TO_ASSIST, /* of the item */
	TO_ACCEPTING,
	TO_REVIEWING,
	TO_DECIDING,
	TO_HOLDER,
	TO_BODY,
	TO_APPLICANT
};
struct selector {
	enum selector_kind kind;
	int index; /* the trade or the body */
	int level; /* enum level, -1 for @here */
};

/* A body and whether others would have done as well: body * 2 + several; -1 for nobody. */
typedef int32_t seat;
#define SEAT_NONE (-1)
static inline int seat_body(seat s)
{
	return s < 0 ? -1 : s >> 1;
}
static inline bool seat_is_ambiguous(seat s)
{
	return s >= 0 && (s & 1);
}

#define SEATS_MAX (4 << 20)
struct seats {
	seat *at;	      /* [trade * regions + region]: exactly there */
	seat *here;	      /* there, or climbing up to the jurisdiction */
	int *up[LEVEL_COUNT]; /* a region's nearest ancestor or self of a level, -1 for none */
	int region_count;
};

/* NULL, or what is wrong with the cell. */
const char *selector_parse(struct pack *p, const char *cell, struct selector *ret);
bool seats_build(struct pack *p); /* false: too many regions and sectors together */
seat seat_find(const struct pack *p, int trade, int level, int region);

#endif
