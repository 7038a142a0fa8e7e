/*
 * aside.h: commands to a cell in a cluster, so that they find their keys while the cell's slot is
 * being moved to another node: what the node that still has the slot answers with ASK is sent on,
 * after ASKING, to the one that takes it over. Internal to hub/store, for link.c.
 *
 * parcel_send sends one command and keeps a copy of it until it is answered. An ASK goes to the
 * link's aside, a connection that is opened then and checked like every other, save for the data,
 * whose keys come later. What it cannot do is answered TRYAGAIN; so is what is more than may be on
 * its way to one node. aside_dismiss ends it when its link has lost its own connection: what it has
 * in hand is answered with NULL, then it tells the link by link_aside_gone.
 */
#ifndef TANDEM_STORE_ASIDE_H
#define TANDEM_STORE_ASIDE_H

#include "store/link.h"

struct aside;
void parcel_send(struct link *l, const struct redis_command *cmd, redis_fn *fn, void *arg);
void aside_dismiss(struct aside *a); /* not NULL */
/* For the link: it is at the wrong node, and a MOVED has named the right one; the end of one of its
 * asides. */
void link_moved(struct link *l, const struct spot *where);
void link_aside_gone(struct link *l, struct aside *a);

#endif
