/*
 * gather.h: many answers into one: {"results":[{"status":200,…},…]} in the order asked.
 *
 * gather_new, then gather_slot for each (its result goes to gather_on_reply), then gather_seal. The
 * one answer comes when all have come and the gather is sealed; it frees itself.
 */
#ifndef TANDEM_GATHER_H
#define TANDEM_GATHER_H

#include "flow/flow.h"

struct gather;
struct gather *gather_new(size_t count, reply_fn *fn, void *arg);
void *gather_slot(struct gather *g, size_t index);
void gather_on_reply(void *slot, const struct reply *r);
void gather_seal(struct gather *g);

#endif
