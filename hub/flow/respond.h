/*
 * respond.h: a person answers a notice: acknowledges it, claims it, has seen it. May this person, may this state; written
 * by compare-and-set; the same thing twice is the same answer. Answered means on disk.
 */
#ifndef TANDEM_RESPOND_H
#define TANDEM_RESPOND_H

#include "flow/flow.h"

enum answer { ANSWER_ACKNOWLEDGE, ANSWER_CLAIM, ANSWER_SHOWN };
struct respond_in {
	struct principal *who;
	const char *notice;	/* "n12.0" */
	enum answer answer;
	const char *channel;	/* "ws", "http" */
	int if_match;		/* the notice's version the caller saw, -1 none */
};
/* 200 {notice, state, acknowledged, claimed, version}; 404, 403, 409, 412, 503. */
void respond(struct flow *f, const struct respond_in *in, reply_fn *fn, void *arg);

/* A reply by SMS that has already been matched to its notice and its sender. */
struct respond_sms {
	int64_t seq;
	int notice;
	const char *by;
	const char *from_hash; /* must be one the notice was sent to */
	const char *dedupe;
};
void respond_by_sms(struct flow *f, const struct respond_sms *in, void (*done)(void *arg, enum err e), void *arg);

#endif
