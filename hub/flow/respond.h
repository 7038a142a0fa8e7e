/*
 * respond.h: a person answers a notice: acknowledges it, claims it, returns it, hands it on, feeds
 * back … May this person, may this state; written by compare-and-set; the same thing twice is the
 * same answer. Answered means on disk.
 *
 * A notice is answered by the body that was told: its supervisors, or its approvers when the body
 * is a bureau. A bureau whose case it is may besides send on what was returned, and remind the
 * body, as whoever coordinates the region may. A letter is answered by the body that it was written
 * to, and both write on in it; who wrote it closes it.
 */
#ifndef TANDEM_RESPOND_H
#define TANDEM_RESPOND_H

#include "flow/flow.h"

enum answer {
	ANSWER_ACKNOWLEDGE,
	ANSWER_CLAIM,
	ANSWER_SHOWN,
	ANSWER_RETURN,
	ANSWER_TRANSFER,
	ANSWER_FEEDBACK,
	ANSWER_CLOSE,
	ANSWER_UNDO,
	ANSWER_FULFIL,
	ANSWER_PAUSE,
	ANSWER_RESUME,
	ANSWER_ATTACH,
	ANSWER_REMIND,
	ANSWER_LETTER,
	ANSWER_REPLY,
	ANSWER_COUNT
};
static inline bool answer_has_params(enum answer a) /* beside the notice and its version */
{
	return a > ANSWER_SHOWN;
}
struct respond_in {
	struct principal *who;
	const char *notice; /* "n12.0" */
	enum answer answer;
	const char *channel;	       /* "ws", "http" */
	struct seen_versions if_match; /* the notice's */
	const json_t *params; /* what the act needs to know, borrowed; NULL: nothing was said */
};
/* 200 {notice, state, acknowledged, claimed, version, made?, dispute?}; 404, 403, 409, 412, 422,
 * 429, 503. */
void respond(struct flow *f, const struct respond_in *in, reply_fn *fn, void *arg);

/* A reply by SMS that has already been matched to its notice and its sender. */
struct respond_sms {
	int64_t seq;
	int notice;
	const char *by;
	const char *from_hash; /* must be one the notice was sent to */
	const char *dedupe;
};
void respond_by_sms(struct flow *f, const struct respond_sms *in,
		    void (*done)(void *arg, enum err e), void *arg);

#endif
