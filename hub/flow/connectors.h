/*
 * connectors.h: how the ways out are doing, for those who run the hub, and a test message over one
 * of them. What is said of a way is what this process has seen since it began; settings and secrets
 * are never shown.
 */
#ifndef TANDEM_FLOW_CONNECTORS_H
#define TANDEM_FLOW_CONNECTORS_H

#include "flow/flow.h"

/* What came of a message, and that a provider reported one as delivered. */
void connector_heard(struct flow *f, struct flow_connector *way, const struct send_result *r);
void connector_delivered(struct flow *f, const char *name);

/* 200 {items: [{name, kind, channel, state, sending, width, handed_over, delivered, fault}], queue,
 * allowed}; 404. */
void connectors_list(struct flow *f, struct principal *who, reply_fn *fn, void *arg);

/*
 * The very way that a notice's text takes; on disk in the audit log, with the number masked, before
 * it goes. 200 {connector, to, outcome, code}; 404; 409 a number that wants no texts; 422; 503 the
 * way is busy, or another test is under way.
 */
struct connector_test {
	const struct principal *who;
	const char *name, *own; /* own: the person's number, used when none is given; "" none */
	const json_t *said;	/* {to}, or NULL */
};
void connectors_test(struct flow *f, const struct connector_test *in, reply_fn *fn, void *arg);

#endif
