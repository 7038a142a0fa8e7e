/*
 * policy_calls.h: what people do with the policies: submit a pack, approve another person's, put it
 * into force now or at a time, take it back; and what they ask: the history, a comparison, a
 * rehearsal on real events, who leads where.
 *
 * Each call answers exactly once through its reply_fn, later. What it is given lives until it
 * returns, but the body of policy_submit until the answer. Long work runs beside the loop; more
 * than a little of it at once is answered 503.
 */
#ifndef TANDEM_POLICY_CALLS_H
#define TANDEM_POLICY_CALLS_H

#include "flow/flow.h"

struct policy_in {
	struct principal *who;
	const char *version;
	const json_t *said; /* the body as an object, or NULL */
};
void policy_submit(struct flow *f, struct principal *who, struct bytes body, reply_fn *fn,
		   void *arg);
void policy_approve(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg);
void policy_activate(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg);
void policy_withdraw(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg);
/* on or off */
void policy_shadow(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg);
void policy_shadow_found(struct flow *f, struct principal *who, reply_fn *fn, void *arg);
void policy_rehearse(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg);

/* The calendar's years, what is missing and what is provisional; and the yearly notice, whose body
 * lives until the answer. */
void policy_calendar_years(struct flow *f, struct principal *who, reply_fn *fn, void *arg);
void policy_calendar_import(struct flow *f, struct principal *who, struct bytes body, reply_fn *fn,
			    void *arg);

struct policy_page {
	struct principal *who;
	const char *cursor; /* "" the first page */
	int limit;
};
void policy_list(struct flow *f, const struct policy_page *page, reply_fn *fn, void *arg);
void policy_one(struct flow *f, const struct policy_in *in, reply_fn *fn, void *arg);
/* Every combination that the two can tell apart; from "": the one in force. */
void policy_compare(struct flow *f, const char *version, const char *from, reply_fn *fn, void *arg);
struct policy_matrix {
	const char *item, *region, *at; /* "" all, all, today */
};
void policy_matrix(struct flow *f, const struct policy_matrix *q, reply_fn *fn, void *arg);

#endif
