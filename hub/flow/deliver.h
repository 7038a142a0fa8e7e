/*
 * deliver.h: one delivery, one attempt, one outcome (connectors.md D).
 *
 * A delivery is written as `sending` before the provider is called and its outcome is written afterwards. A crash in between
 * leaves it in doubt: `unknown`, settled by its receipt, never sent again by the same way. An outcome that comes while Redis is
 * away is kept until it is back.
 */
#ifndef TANDEM_DELIVER_H
#define TANDEM_DELIVER_H

#include "flow/change.h"

void deliver_add(const struct flow *f, struct record *r, int notice, enum channel channel, struct arena *arena);
/* Moves a delivery that is due on; *ret_send: deliver_send must be called once this is on disk. True: the record changed. */
bool deliver_prepare(struct change *c, int delivery, bool *ret_send);
void deliver_send(struct change *c, int delivery);
/* Instead of deliver_send, when it is not known whether what deliver_prepare did is on disk. */
void deliver_take_back(const struct change *c, int delivery);
/* Outcomes that came while Redis was away: written now if it is back; or given up, at the end. */
void deliver_record_again(struct flow *f);
void deliver_forget(struct flow *f);

/* A provider's receipt or reply; done once it is on disk (ERR_OK also when it belongs to nothing known). */
typedef void deliver_done_fn(void *arg, enum err e);
void deliver_report(struct flow *f, const char *connector, const struct report *r, deliver_done_fn *done, void *arg);

#endif
