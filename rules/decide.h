/*
 * decide.h: what a pack says about one event (contract 3.1 to 3.5).
 *
 * decide() is pure and total: every event gets a decision, at the least with a problem. All of it lives in
 * the arena given; strings may point into the pack and the event.
 */
#ifndef TANDEM_DECIDE_H
#define TANDEM_DECIDE_H

#include "event.h"
#include "pack.h"

enum problem_code {
	PROBLEM_UNKNOWN_ITEM, PROBLEM_UNKNOWN_REGION, PROBLEM_NO_BODY, PROBLEM_AMBIGUOUS_BODY, PROBLEM_NO_LEAD,
	PROBLEM_SEVERAL_LEADS, PROBLEM_BAD_CODE, PROBLEM_PROVISIONAL_CALENDAR, PROBLEM_COUNT
};
const char *problem_name(enum problem_code c); /* "no-body" */

struct problem {
	enum problem_code code;
	int rule; /* index, -1 when it belongs to no rule */
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
};
struct decide_in {
	int64_t at_ms;	    /* the moment the clocks start */
	const char *holder; /* body id of who claimed an earlier notice about the permit or case; NULL: nobody */
};

void decide(const struct pack *p, const struct event *e, const struct decide_in *in, struct arena *arena,
	    struct decision *ret);
/* Whether a matching row's `to` is holder, so that the caller has to look the holder up first. */
bool decide_needs_holder(const struct pack *p, const struct event *e);

/* One line of JSON as `policy explain` prints it (contract 3.5), without the line feed. */
void decision_to_json(const struct pack *p, const struct event *e, const struct decision *d, struct buf *out);
/* Why, and why not, this body: text for people, or JSON. ERR_NOT_FOUND: no such body. */
struct explain_ask {
	const struct decide_in *in;
	const char *body_id;
	bool json;
};
MUST_CHECK enum err explain_for_body(const struct pack *p, const struct event *e, const struct explain_ask *ask,
				     struct buf *out);
#define explain_body(p, e, in, body_id, json, out)                                                                    \
	explain_for_body(p, e, &(struct explain_ask){in, body_id, json}, out)

#endif
