/*
 * dispute.h: two returns, several leads, or none: who answers is not settled, and the joint meeting
 * may have to say it.
 *
 * A dispute lives in the record of its event, at most one open at a time. An interim lead is named
 * at once; the parties negotiate for the pack's time, then it stands on the agenda by itself. It
 * ends by a ruling, or settles itself when nothing is contested any more.
 */
#ifndef TANDEM_DISPUTE_H
#define TANDEM_DISPUTE_H

#include "flow/change.h"

#define DISPUTE_LIST "disputes"

/* Opened by what the decision says: several leads, or none. It is put into the list of disputes by
 * the clock, right away. */
void dispute_at_decision(const struct flow *f, struct record *r, struct arena *arena);
/* nothing when one is open already; one that had settled itself opens again */
void dispute_open(struct change *c, enum dispute_kind kind);
struct dispute *dispute_current(struct record *r); /* the open one, or NULL */
/* After any change: an open dispute in which nothing is contested any more settles itself; what an
 * undoing contests anew opens again. */
void dispute_review(struct change *c);
/* ruled or settled */
void dispute_end(struct change *c, struct dispute *d, enum dispute_state state);
bool dispute_due(struct change *c); /* what the clock brings; whether anything changed */
/* The nearest body of a kind: in the region, else above it; "" when there is none. */
const char *dispute_office(const struct pack *pack, const char *region, enum body_kind kind);
/* Whether a body may state its position: told as a lead, or it returned what it was told, or a
 * bureau whose case it is. */
bool dispute_is_party(const struct record *r, const char *body);

/*
 * Of a registration that implies several items a dispute is about those that a lead returned or
 * that are disputed, that several lead or nobody does; "a|b", or NULL where all is about one. A
 * ruling touches leads of nothing else: who looks after another item goes on doing so.
 */
const char *dispute_items(const struct record *r, const struct dispute *d, struct arena *arena);
const char *dispute_items_joined(const char *items, const char *more, struct arena *arena);
bool dispute_touches(const struct dispute *d, const char *items, const struct notice *n,
		     struct arena *arena);

/* --- calls --- */
struct dispute_in {
	struct principal *who;
	const char *dispute, *channel;
	struct seen_versions if_match; /* the dispute's */
	const json_t *said;	       /* borrowed */
};
/* {position, proposes?, body?}: 200 the dispute; 403, 404, 409, 412, 422. */
void dispute_position(struct flow *f, const struct dispute_in *in, reply_fn *fn, void *arg);
/* {body, basis?, remark?}: that body leads from now on; or {close: true, …}: nobody does. The same
 * again is the same answer. */
void dispute_ruling(struct flow *f, const struct dispute_in *in, reply_fn *fn, void *arg);
/* {why?}: what was ruled as a row of a new version of the policy, submitted like any other
 * (dispute_draft.c): 201 or 200 the version. */
void dispute_draft(struct flow *f, const struct dispute_in *in, reply_fn *fn, void *arg);
/* What of a dispute may be seen: nothing, what an overseer reads, or all of it as a party. */
enum sight dispute_sight(const struct principal *who, const struct pack *pack,
			 const struct record *r);

#endif
