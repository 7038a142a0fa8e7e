/*
 * link_check.h: the check of a Redis that a link has just reached. Internal to hub/store.
 *
 * link_check asks; then either link_checked is called, or the connection is dropped with the
 * reason. What an administrator can change under way is asked again and again by whoever holds the
 * link, and a Redis that may lose answers from now on is left in the same way.
 */
#ifndef TANDEM_STORE_LINK_CHECK_H
#define TANDEM_STORE_LINK_CHECK_H

#include "store/link.h"

void link_check(struct link *l);
void link_checked(struct link *l);     /* link.c: it may be trusted */
void link_check_again(struct link *l); /* one that is up */

#endif
