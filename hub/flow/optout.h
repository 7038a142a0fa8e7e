/*
 * optout.h: numbers that want no texts. Who answers a text with TD, T, N, R or 退订 gets none from
 * then on; 订阅 or START undoes it.
 *
 * An applicant is then not told by text. A body's people are free to stop texts too, because a
 * number may be a person's own, or may have gone to a stranger: somebody else of the body is asked,
 * the notice goes its way by its other channels and steps, and the number is shown and counted as
 * one that the body must look after, like one nobody has confirmed for long.
 *
 * Kept under the hash of the number alone, in memory as the store has them, read again whenever a
 * hub has changed them.
 */
#ifndef TANDEM_OPTOUT_H
#define TANDEM_OPTOUT_H

#include "flow/flow.h"

#define OPTOUT_WHY "wants no texts any more"

struct optouts;
struct optouts *optouts_new(struct flow *f);
void optouts_load(struct optouts *o); /* at start and on the feed's "optouts" */
void optouts_free(struct optouts *o);
bool optouts_hold(const struct optouts *o, const char *hash);
bool optouts_hold_number(const struct flow *f, const char *phone);

/* A number's own word; done once it is on disk. */
typedef void optout_done_fn(void *arg, enum err e);
void optout_begin(struct flow *f, const char *hash, optout_done_fn *done, void *arg);
void optout_end(struct flow *f, const char *hash, optout_done_fn *done, void *arg);

#endif
