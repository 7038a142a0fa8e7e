/*
 * decide_in.h: the steps of a decision that explaining goes through as well. Used by decide.c and
 * explain.c.
 */
#ifndef TANDEM_DECIDE_IN_H
#define TANDEM_DECIDE_IN_H

#include "decide.h"
#include "pack_in.h"

void facts_find(const struct pack *p, const struct event *e, struct facts *ret, int *ret_item,
		bool *ret_region_known);
/* The rows whose conditions hold, and in table order those of them that no matching row overrides.
 */
struct rows {
	uint64_t *matching; /* a bit each */
	int *list;
	int count;
};
void rows_find(const struct pack *p, const struct facts *f, struct arena *arena, struct rows *ret);
seat selector_seat(const struct pack *p, const struct event *e, const struct facts *f,
		   const struct selector *to, const char *holder);

#endif
