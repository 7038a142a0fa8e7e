/*
 * intake.h: an event on its way in (design section 2, steps 3 to 6).
 *
 * The answer comes exactly once, and with 201 only when Redis has the event on disk. raw is
 * borrowed until then. Answers: 201 taken, 200 a repeat (the first answer again), 409 other content
 * under the same identity, 422 and its kin with every fault, 403 a source that is not the
 * principal's, 503 the store is away.
 */
#ifndef TANDEM_INTAKE_H
#define TANDEM_INTAKE_H

#include "flow/flow.h"

void intake_submit(struct flow *f, struct principal *who, struct bytes raw, reply_fn *fn,
		   void *arg);
/* takes root over */
void intake_submit_json(struct flow *f, struct principal *who, json_t *root, reply_fn *fn,
			void *arg);
/* From the Redis stream {cell}:intake. */
void intake_start_stream(struct flow *f);
/* The first connector for a channel, -1 none. */
int flow_connector_for(const struct flow *f, enum channel c);

#endif
