/*
 * link_check.h: the check of a Redis that a link has just reached. Internal to link.c and
 * link_check.c.
 *
 * link_check asks; then either link_checked is called, or the connection is dropped with the
 * reason.
 */
#ifndef TANDEM_STORE_LINK_CHECK_H
#define TANDEM_STORE_LINK_CHECK_H

#include "store/link.h"

void link_check(struct link *l);
void link_checked(struct link *l); /* link.c: it may be trusted */

#endif
