/*
 * decide_in.h: the steps of a decision that explaining goes through as well. Used by decide.c and
 * explain.c.
 */
#ifndef TANDEM_DECIDE_IN_H
#define TANDEM_DECIDE_IN_H

#include "decide.h"
#include "pack_in.h"

/* The earlier one stands; when both fall on the same moment, it is provisional if either is. */
void deadline_merge(struct deadline *have, const struct deadline *more);
void channels_merge(enum channel *have, int *count, const enum channel *more, int more_count);
/* Lead, assist, copy; inside that by first mention, which is the order they stand in. */
const struct decided_notice *notices_ordered(struct arena *arena,
					     const struct decided_notice *notices, int count);

/* The decision about the item that the event names, whatever its scope implies. */
void decide_one(const struct pack *p, const struct event *e, const struct decide_in *in,
		struct arena *arena, struct decision *ret);
bool decide_one_needs_holder(const struct pack *p, const struct event *e);

/*
 * A registration taken apart: an event for each item it concerns, the own one first; parts 0: it is
 * about the one item that it names, or about none. The parts are shallow copies and need no
 * clearing.
 */
struct scope_parts {
	struct event *events;
	struct decided_item *items;
	int count;
	struct scope_found found;
	bool has_scope;
};
void scope_parts_find(const struct pack *p, const struct event *e, struct arena *arena,
		      struct scope_parts *ret);

/* What several items add to a decision's JSON, each nothing when there is one item: the second
   member of a notice and of the applicant on, and what stands behind the problems. */
void scope_json_notice(const struct decision *d, const struct decided_notice *n, struct buf *out);
void scope_json_applicant(const struct pack *p, const struct decision *d, struct buf *out);
void scope_json_tail(const struct pack *p, const struct decision *d, struct buf *out);
/* Why, and why not, about the item that the event names. */
MUST_CHECK enum err explain_one_for_body(const struct pack *p, const struct event *e,
					 const struct explain_ask *ask, struct buf *out);

void facts_find(const struct pack *p, const struct event *e, struct facts *ret, int *ret_item,
		bool *ret_region_known);
/* The rows whose conditions hold, and in table order those of them that no matching row overrides.
 */
struct rows {
	uint64_t *matching; /* a bit each */
	int *list;
	int count;
};
void rows_find(const struct pack *p, const struct facts *f, struct arena *arena, struct rows *ret);
seat selector_seat(const struct pack *p, const struct event *e, const struct facts *f,
		   const struct selector *to, const char *holder);

#endif
