/*
 * deliver.h: one delivery, one attempt, one outcome (connectors.md D).
 *
 * A delivery is written as `sending` before the provider is called and its outcome is written
 * afterwards. A crash in between leaves it in doubt: `unknown`, settled by its receipt, never sent
 * again by the same way. An outcome that comes while Redis is away is kept until it is back. No
 * more attempts are begun than the connector hands over at that moment. Texts to one number that
 * waited for each other go as one message.
 */
#ifndef TANDEM_DELIVER_H
#define TANDEM_DELIVER_H

#include "flow/change.h"
#include "flow/gate.h"

#define DELIVER_JOIN_MAX 50 /* others in one message */

void deliver_add(const struct flow *f, struct record *r, int notice, enum channel channel,
		 struct arena *arena);
/* A notice that needs no action any more: those who were told of it hear so in the same way. */
void deliver_last_word(struct change *c, int notice);
enum prepared {
	PREPARED_NOTHING, /* it is not due */
	PREPARED_MOVED,	  /* the record changed, nothing goes out */
	/* the record changed and the attempt holds a place of the connector: one of the next three
	   must follow */
	PREPARED_SEND,
	/* the gate does not know yet; nothing changed, and it is to be prepared again when it does
	 */
	PREPARED_ASKED,
	/* the connector is busy; what is not begun cannot fall in doubt when the hub dies */
	PREPARED_WAITS,
};
/* Moves a delivery that is due on. */
enum prepared deliver_prepare(struct change *c, int delivery, struct gate *g);
void deliver_send(struct change *c, int delivery); /* it is on disk */
/* it is not known whether it is; the record may not be there */
void deliver_take_back(const struct change *c, int delivery);
void deliver_drop(struct flow *f, enum channel channel); /* it is not */
int deliver_places(const struct flow *f);		 /* how many attempts could be begun now */
/* Outcomes that came while Redis was away: written now if it is back; or given up, at the end. */
void deliver_record_again(struct flow *f);
void deliver_forget(struct flow *f);

/* A provider's receipt or reply; done once it is on disk (ERR_OK also when it belongs to nothing
 * known). */
typedef void deliver_done_fn(void *arg, enum err e);
void deliver_report(struct flow *f, const char *connector, const struct report *r,
		    deliver_done_fn *done, void *arg);

#endif
