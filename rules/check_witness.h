/*
 * check_witness.h: whole events from one way through a space, and the same in words. Used by the
 * check and by the comparison of packs.
 */
#ifndef TANDEM_CHECK_WITNESS_H
#define TANDEM_CHECK_WITNESS_H

#include "check_space.h"

struct witness {
	const struct space *space;
	const struct pack *pack; /* whose region and bodies */
	const char *id, *item;	 /* "" for none */
	int region;
	enum event_type type;
	const int *path;
	bool without_bodies;
	int named, named_body; /* TO_ACCEPTING …: somebody else than the approval body; 0: not */
};
/* NULL when an event cannot hold it. */
const char *witness_make(const struct witness *w, struct arena *arena);
const char *witness_when(const struct space *s, const int *path, struct arena *arena);
/* Somebody who is neither an approval body nor this one; -1. */
int witness_other_body(const struct pack *p, int body);

#endif
