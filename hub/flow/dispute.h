/*
 * dispute.h: two returns, several leads, or none: who answers is not settled, and the joint meeting may have to say it.
 *
 * A dispute lives in the record of its event, at most one open at a time. An interim lead is named at once; the parties negotiate for the
 * pack's time, then it stands on the agenda by itself. It ends by a ruling, or settles itself when nothing is contested any more.
 */
#ifndef TANDEM_DISPUTE_H
#define TANDEM_DISPUTE_H

#include "flow/change.h"

#define DISPUTE_LIST "disputes"

/* Opened by what the decision says: several leads, or none. It is put into the list of disputes by the clock, right away. */
void dispute_at_decision(const struct flow *f, struct record *r, struct arena *arena);
void dispute_open(struct change *c, enum dispute_kind kind); /* nothing when one is open already */
struct dispute *dispute_current(struct record *r);	     /* the open one, or NULL */
/* After any change: an open dispute in which nothing is contested any more settles itself. */
void dispute_review(struct change *c);
void dispute_end(struct change *c, struct dispute *d, enum dispute_state state); /* ruled or settled */
bool dispute_due(struct change *c); /* what the clock brings; whether anything changed */
/* The nearest body of a kind: in the region, else above it; "" when there is none. */
const char *dispute_office(const struct pack *pack, const char *region, enum body_kind kind);
/* Whether a body may state its position: told as lead or assist, returned it, or a bureau whose case it is. */
bool dispute_is_party(const struct record *r, const char *body);

#endif
