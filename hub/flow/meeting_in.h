/*
 * meeting_in.h: minutes as a value, as text in the store and as seen from outside. For meeting*.c
 * and agenda.c only.
 *
 * Strings of a meeting that was decoded or read live in the arena given; numbers and times are
 * checked by whoever made them.
 */
#ifndef TANDEM_MEETING_IN_H
#define TANDEM_MEETING_IN_H

#include "flow/meeting.h"

#define DECISIONS_MAX 50

struct resolution {			  /* one decision of a meeting */
	const char *text, *owner, *about; /* about: a dispute's id, "" none */
	const char *done_by, *remark;	  /* "" while it is not done */
	int64_t done_ms;		  /* 0: not done */
	int32_t due_day;
};
struct meeting {
	int64_t number;
	int version;
	const char *body, *region, *title, *by;
	int32_t day;
	int64_t at_ms;
	struct resolution *decisions;
	int decision_count;
};
/* What is wrong with what was said goes to diag; then the meeting is not used. */
void meeting_read(const struct flow *f, const struct principal *who, const json_t *said,
		  struct meeting *ret, struct diag *diag);
void meeting_encode(const struct meeting *m, struct buf *out); /* without its number */
/* false: not there, or not readable */
bool meeting_decode(int64_t number, struct bytes text, struct arena *arena, struct meeting *ret);
void meeting_fingerprint(const struct meeting *m, char ret_hex[33]);
bool meeting_is_open(const struct meeting *m);
bool meeting_id_parse(const char *id, int64_t *ret_number); /* "m3" */

/* Nothing of it, the decisions that one's bodies own, or all. */
enum sight meeting_sight(const struct principal *who, const struct pack *pack,
			 const struct meeting *m);
struct meeting_view {
	const struct pack *pack;
	const struct principal *who;
	int32_t today;
};
void meeting_print(const struct meeting_view *v, const struct meeting *m, struct buf *out);
/* Members of one decision, without braces. */
void resolution_print(const struct meeting_view *v, const struct meeting *m, int decision,
		      struct buf *out);
bool resolution_is_overdue(const struct resolution *d, int32_t today);

#endif
