/*
 * cluster.h: what a node of Redis Cluster is asked and how its answers are read: slots, and who
 * serves them. Pure, internal to hub/store; seek.c does the asking.
 *
 * All keys of a cell share the hash tag {cell} and so one slot, which is served by one node at a
 * time.
 */
#ifndef TANDEM_STORE_CLUSTER_H
#define TANDEM_STORE_CLUSTER_H

#include "store/seek.h"

extern const struct dialect cluster_dialect;

/* of what stands between the first { and the next }, if anything does, else of all */
int cluster_slot(const char *key);

enum redirect { REDIRECT_NONE, REDIRECT_MOVED, REDIRECT_ASK };
/* Whether an error says that another node serves the slot from now on, or has the key already while
 * the slot is being moved, and which. One without a host means the same host as `from`. */
enum redirect cluster_redirect(const char *error, const struct spot *from, struct spot *ret);

#endif
