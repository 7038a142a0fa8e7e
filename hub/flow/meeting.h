/*
 * meeting.h: the joint meeting's kit: an agenda made of what waits for it, minutes as decisions
 * with an owner and a due date, and what became of those at the next meeting.
 *
 * A meeting belongs to the coordinating office that held it. Whoever coordinates its region writes
 * and reads all of it, an auditor of the region reads it; others read the decisions that their
 * bodies own and nothing else of it.
 */
#ifndef TANDEM_MEETING_H
#define TANDEM_MEETING_H

#include "flow/flow.h"

/* --- calls; each answers once through its reply_fn, later --- */
struct meeting_in {
	struct principal *who;
	const char *id;		       /* "m3", or of a decision "m3.0"; of new minutes not used */
	struct seen_versions if_match; /* the meeting's */
	const json_t *said;	       /* borrowed; NULL: nothing */
};
/* {date, title, body?, decisions: [{text, owner, due, about?}]}: 201 the meeting, 200 when it is
 * here already; 422. */
void meeting_create(struct flow *f, const struct meeting_in *in, reply_fn *fn, void *arg);
/* {done?: false, remark?}: 200 the meeting; 403, 404, 412, 422. The same again is the same answer.
 */
void meeting_decision_done(struct flow *f, const struct meeting_in *in, reply_fn *fn, void *arg);
void query_meeting(struct flow *f, struct principal *who, const char *id, reply_fn *fn, void *arg);
void query_meetings(struct flow *f, struct principal *who, const char *cursor, int limit,
		    reply_fn *fn, void *arg);
/*
 * Disputes that nobody settled, red notices, items without a rule, the bodies that return most, and
 * decisions that are not done. region: "" one's own; from and to as the board has them.
 */
struct agenda_in {
	const char *region, *from, *to;
};
void query_agenda(struct flow *f, struct principal *who, const struct agenda_in *in, reply_fn *fn,
		  void *arg);

#endif
