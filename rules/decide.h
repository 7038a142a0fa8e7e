/*
 * decide.h: what a pack says about one event (contract 3.1 to 3.5).
 *
 * decide() is pure and total: every event gets a decision, at the least with a problem. All of it
 * lives in the arena given; strings may point into the pack and the event.
 */
#ifndef TANDEM_DECIDE_H
#define TANDEM_DECIDE_H

#include "event.h"
#include "pack.h"

enum problem_code {
	PROBLEM_UNKNOWN_ITEM,
	PROBLEM_UNKNOWN_REGION,
	PROBLEM_NO_BODY,
	PROBLEM_AMBIGUOUS_BODY,
	PROBLEM_NO_LEAD,
	PROBLEM_SEVERAL_LEADS,
	PROBLEM_BAD_CODE,
	PROBLEM_PROVISIONAL_CALENDAR,
	/* a clause of the permitted part implies nothing that scope.csv knows */
	PROBLEM_UNMATCHED_SCOPE,
	PROBLEM_COUNT
};
const char *problem_name(enum problem_code c); /* "no-body" */

struct problem {
	enum problem_code code;
	int rule;	  /* index, -1 when it belongs to no rule */
	const char *item; /* its code, when the event concerns several and this is about one */
};
struct deadline {
	int64_t at_ms; /* -1: none */
	bool provisional;
};
struct decided_notice {
	int body; /* index into the pack's bodies */
	enum role role;
	struct deadline due, feedback_due;
	enum channel via[CHANNEL_COUNT]; /* in ladder order */
	int via_count;
	const int *rules; /* indexes in table order */
	int rule_count;
	/* of the decision's items: those it is for; none when there are no items */
	const int *items;
	int item_count;
};
/* A registration concerns the items that its business scope implies, each decided like an event of
 * its own. */
struct decided_item {
	int row;	      /* of the items, -1: none applies in this region */
	const char *code;     /* 12 characters */
	const char *phrase;   /* of scope.csv; NULL: the event names the item itself */
	int accepts, decides; /* the approval bodies where to go and who decides, -1 unknown */
};
struct decision {
	int item;   /* index of the item row, -1 unknown */
	int region; /* index of the region that served, never -1 */
	const struct decided_notice *notices;
	int notice_count;
	bool tells_applicant;
	enum channel applicant_via[CHANNEL_COUNT];
	int applicant_via_count;
	const int *applicant_rules;
	int applicant_rule_count;
	const struct problem *problems;
	int problem_count;
	const char *item_code; /* of item: the event's own, else the first one implied, else "" */
	const struct decided_item *items;
	int item_count;		      /* 0: the event is about the one item it names, or none */
	const char *const *unmatched; /* clauses of the permitted part that no phrase matches */
	int unmatched_listed, unmatched_count;
	bool has_scope; /* the last five were looked for */
};
struct decide_in {
	int64_t at_ms; /* the moment the clocks start */
	/* body id of who claimed an earlier notice about the permit or case; NULL: nobody */
	const char *holder;
};

void decide(const struct pack *p, const struct event *e, const struct decide_in *in,
	    struct arena *arena, struct decision *ret);
/* Whether a matching row's `to` is holder, so that the caller has to look the holder up first. */
bool decide_needs_holder(const struct pack *p, const struct event *e);
/* its recipient is whoever holds an earlier notice */
bool decide_rule_names_holder(const struct pack *p, int rule);

/* The items a registration concerns, as decide() gives them; none for other events and for scopes
 * that imply nothing. */
int decide_items(const struct pack *p, const struct event *e, struct arena *arena,
		 const struct decided_item **ret);
/* And the clauses of its scope's permitted part that imply none: the first SCOPE_UNMATCHED_MAX of
 * them. */
int decide_unmatched(const struct pack *p, const struct event *e, struct arena *arena,
		     const char *const **ret);

/* A rule's time to act (or to feed back), before any calendar; false when it sets none. */
struct duration;
bool pack_rule_time(const struct pack *p, int rule, bool feedback, struct duration *ret);

/* One line of JSON as `policy explain` prints it (contract 3.5), without the line feed. */
void decision_to_json(const struct pack *p, const struct event *e, const struct decision *d,
		      struct buf *out);
/* Why, and why not, this body: text for people, or JSON. ERR_NOT_FOUND: no such body. */
struct explain_ask {
	const struct decide_in *in;
	const char *body_id;
	bool json;
};
MUST_CHECK enum err explain_for_body(const struct pack *p, const struct event *e,
				     const struct explain_ask *ask, struct buf *out);
#define explain_body(p, e, in, body_id, json, out)                                                 \
	explain_for_body(p, e, &(struct explain_ask){in, body_id, json}, out)

#endif
