/*
 * view.h: events, notices and cases as JSON, in the shapes of contract section 6. Pure: bytes out
 * of values. What a masked view leaves out is left out here, on the server, and nowhere else.
 */
#ifndef TANDEM_VIEW_H
#define TANDEM_VIEW_H

#include "flow/principal.h"
#include "store/store.h"

struct view {
	const struct pack *pack; /* the one that decided */
	const struct event *event;
	const struct record *record;
	int64_t seq;
	int64_t now_ms;
	const struct principal *principal; /* NULL: a frame for every session of the body */
	bool masked;
};

/* The members of a notice that come from the event: "case":…,"bodies":{…} without braces around
 * them. */
void view_common(const struct view *v, struct buf *out);
/* Name, code and permit number are of 8 KiB each at most, and a byte of them can be six in JSON. */
#define VIEW_COMMON_BYTES ((size_t)512 << 10)
/* One notice; common: what view_common made. Of one with items of its own, view.event is read, and
 * view.masked as there. */
bool view_has_own_items(const struct record *r, int notice);
void view_notice(const struct view *v, int notice, struct bytes common, struct buf *out);
/* an array; notice -1: the applicant's */
void view_receipts(const struct view *v, int notice, struct buf *out);
void view_deliveries(const struct view *v, int notice, struct buf *out); /* an array */
/* The answer to a submission: {event, case, policy, notices, applicant, problems}; the same for
 * every repeat. */
void view_accepted(const struct view *v, struct buf *out);
/* A row of the list of cases, and an event of a case with all that came of it. */
void view_case_row(const struct view *v, struct buf *out);
void view_case_event(const struct view *v, struct buf *out);
void view_event_document(const struct view *v, struct buf *out);
/* one dispute, with who says what */
void view_dispute(const struct view *v, int dispute, struct buf *out);
void view_problems(const struct record *r, struct buf *out);
bool view_hides_applicant(const struct view *v); /* a person, to whom the viewer is not entitled */
/* due_ms: of the clock that runs, -1 none */
const char *view_lamp(const struct pack *pack, int64_t due_ms, int64_t now_ms);
/* what became of it: ,"made":…,"feedback":[…] */
void view_life(const struct view *v, int notice, struct buf *out);
/* ,"returned":{…}, or nothing where it was not */
void view_returned(const struct view *v, int notice, struct buf *out);
/* {"file":…,"name":…,"type":…,"bytes":…} */
void view_file(const struct attachment *f, bool masked, struct buf *out);
/* ,"clocks":[…], or nothing where there are none */
void view_terms(const struct view *v, struct buf *out);
/* The member's name as it stands in JSON, then the id: ,"notice": and 'n' give ,"notice":"n12.1";
 * 'u' a dispute, 'd' a delivery. */
void view_id(struct buf *out, const char *name, char kind, int64_t seq, int index);
void view_time(struct buf *out, int64_t ms);	   /* a JSON string, or null for -1 and 0 */
void view_list(struct buf *out, const char *bars); /* "a|b" as ["a","b"] */

#endif
