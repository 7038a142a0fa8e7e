/*
 * gate.h: whether a text may go out now. That depends on what other events and other hubs send to
 * the same number, so Redis is asked: nothing is sent to a number that wants no texts, nor more
 * than the settings allow a number a day.
 *
 * Texts to one number within the pack's `sms_join` become one: each waits until the time is over,
 * and the first that asks then is told which others waited and may take them with it.
 *
 * Each work on an event has a gate. gate_pass asks once for each delivery, number and day and says
 * at once what it knows; `answered` is called when nothing is pending any more, never from inside
 * gate_pass. What was let through counts even when nothing comes of it.
 */
#ifndef TANDEM_GATE_H
#define TANDEM_GATE_H

#include "flow/flow.h"

struct gate_ask;
struct gate {
	struct flow *flow;
	struct gate_ask *asks;
	int pending;
	bool failed; /* an answer did not come */
	loop_fn *answered;
	void *arg;
};
enum pass { PASS_ASKED, PASS_MAY, PASS_UNWANTED, PASS_ENOUGH, PASS_WAITS };
struct gate_answer { /* lives as long as the gate */
	enum pass pass;
	int64_t until_ms; /* of PASS_WAITS */
	const char *with; /* of PASS_MAY: "d12.0|d15.1" */
};
struct gate_in {
	int64_t seq, now_ms;
	int delivery;
	const char *hash; /* of the number */
	bool is_exempt;	  /* from the number of texts a day */
	int64_t join_ms;  /* 0: it does not wait for others */
};
const struct gate_answer *gate_pass(struct gate *g, const struct gate_in *in);
void gate_clear(struct gate *g); /* nothing may be pending */

#endif
