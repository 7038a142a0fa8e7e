/* deliver_in.h: what the files of deliver.h share; for deliver*.c, and for a test that drops what a
 * crash would. */
#ifndef TANDEM_DELIVER_IN_H
#define TANDEM_DELIVER_IN_H

#include "flow/deliver.h"

struct attempt {	      /* one delivery's part in one message */
	struct attempt *next; /* of those not recorded yet */
	struct attempt *with; /* the next one that the same message carries */
	struct flow *flow;
	int64_t seq;
	int delivery, number, connector;
	enum outcome outcome;
	int64_t retry_after_ms;
	char provider_id[128], code[80], last_key[64];
	char *notices; /* of the first of a message: all that it tells of, "n12.0 n15.0" */
	/* 0, or the lease of one that this hub never sent, not knowing whether it was written */
	int64_t taken_back_ms;
};
struct attempt *attempt_new(const struct change *c, int delivery);
void attempt_free(struct attempt *a); /* with all that the message carries besides */
/* To the provider with all that are `with` it; it hears what came of it, and so do they. Not sent
 * when the hub ends. */
void attempt_send(struct attempt *a, const struct message *m);
const char *attempt_message_id(struct change *c, int delivery); /* "d12.1-2" */

void delivery_give_up(struct change *c, int delivery, const char *why);
void delivery_in_doubt(struct change *c, int delivery, const char *why);
const char *delivery_address(const struct change *c, const struct delivery *d); /* NULL: nobody */
/* Marks it as being sent; it is written before anything is. */
void delivery_begin(struct change *c, int delivery, const char *hash);
/* Whether it still waits and may go to the number of that hash, together with others. */
bool delivery_may_join(const struct change *c, int delivery, const char *hash);

/* One message for a delivery that is on disk and for those of its `also` that can still go with it,
 * each marked before it is sent. */
void join_send(struct change *c, int delivery, const struct message *alone);

#endif
