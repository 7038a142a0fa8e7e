/*
 * policy_call.h: one call about policies from its start to its answer, and the long work that
 * several of them need. Internal to policy_*.c.
 *
 * policy_call_begin; then exactly one of policy_answer and policy_refuse, after which the owner
 * frees what is around it. A proof compares two packs beside the loop; its result is the caller's
 * until the callback returns.
 */
#ifndef TANDEM_POLICY_CALL_H
#define TANDEM_POLICY_CALL_H

#include "diff.h"
#include "flow/policies_in.h"
#include "flow/policy_calls.h"

#define CALL_TRIES   10
#define ANSWER_BYTES ((size_t)64 << 20)

struct policy_call {
	struct policies *ps;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	struct arena arena;
	const char *version, *why;
	int tries;
};
struct policy_asked {
	struct flow *flow;
	struct principal *who; /* NULL: nobody's name is needed */
	const char *version;
};
void policy_call_begin(struct policy_call *c, const struct policy_asked *asked, reply_fn *fn,
		       void *arg);
bool policy_may_change(const struct flow *f, const struct principal *who);
bool policy_call_may(const struct policy_call *c); /* whether this person may change policies */
/* A policy's life and what this person may do with it next: members without braces. */
void policy_call_life(const struct policy_call *c, const struct policy *p, struct buf *out);
/* The policy's life; members: more of them, each with its comma in front, or "". */
void policy_answer_life(struct policy_call *c, int status, const char *members);
void policy_answer(struct policy_call *c, const char *json, size_t len);
/* members: of the problem document, as above. */
void policy_refuse_with(struct policy_call *c, enum err e, const char *detail, const char *members);
void policy_refuse(struct policy_call *c, enum err e, const char *detail);
void policy_refuse_faults(struct policy_call *c, enum err e, const struct diag *diag);
struct policy_step policy_call_step(const struct policy_call *c, enum step_kind kind);
/* What is asked of the past, for a proof on stored events. */
struct proof_past {
	int events;	  /* the last so many stored events */
	int64_t since_ms; /* of them those accepted from then on */
};
void policy_past(const struct policy_call *c, const json_t *said, struct proof_past *ret,
		 struct diag *diag);
/* A member that is written otherwise than it is called would not be missed: a limit that is no
 * limit. names ends with NULL. */
void policy_members(const json_t *said, const char *const *names, struct diag *diag);
/* at most 500 characters; "" when absent */
const char *policy_text(const json_t *said, const char *name, struct diag *diag);

/* A pack to be submitted, made beside the loop of what a person sent and, if it needs it, of the
 * one in force. */
struct policy_made {
	struct pack *pack;   /* the caller's reference */
	const char *why;     /* in the arena of the diag */
	struct buf *members; /* of the answer, each with a comma in front */
};
/* ERR_CONFLICT: the diag's first fault is the detail. */
typedef enum err policy_make_fn(void *arg, const struct pack *in_force, struct policy_made *ret,
				struct diag *diag);
struct policy_maker {
	policy_make_fn *make;
	void *arg; /* lives until the answer */
};
struct policy_submit_in {
	struct flow *flow;
	struct principal *who;
	struct policy_maker maker;
};
void policy_submit_made(const struct policy_submit_in *in, reply_fn *fn, void *arg);

enum proof_kind { PROOF_BRIEF, PROOF_EVENTS, PROOF_COMBINATIONS };
struct proof_in {
	struct policies *ps;
	struct pack *was, *is; /* referenced as long as it takes */
	enum proof_kind kind;  /* what is printed: the sums only, or all, and what is compared */
	struct proof_past past;
};
struct proof_out {
	const char *check; /* the new pack's, in brief */
	const char *diff;
	struct diff_sums sums;
	/* that the check of the new pack has; of them, that the old one's has just so */
	int errors, standing;
};
typedef void proof_fn(void *arg, enum err e, const struct proof_out *out);
/* ERR_UNAVAILABLE also when too much is under way */
void policy_prove(const struct proof_in *in, proof_fn *fn, void *arg);
void proof_print(const struct diff *d, enum proof_kind kind, struct buf *ret_check,
		 struct buf *ret_diff);

#endif
