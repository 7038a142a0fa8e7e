/*
 * audit.h: the audit log: one line an act, who did what to which notice or dispute and when. No
 * personal data of applicants; what was written in remarks stays in the record.
 */
#ifndef TANDEM_AUDIT_H
#define TANDEM_AUDIT_H

#include "flow/flow.h"

struct audited {
	int64_t at_ms;
	const char *who, *act;
	int64_t seq;				     /* of the event, 0 none */
	int notice;				     /* -1: not about one notice */
	const char *body, *region, *state, *channel; /* NULL or "": not said */
	const char *detail; /* an id that was meant or made, or why it was asked for; NULL none */
};
/* A line is written in one step with what it tells of. */
void audit_line(const struct audited *a, struct buf *out);

#endif
