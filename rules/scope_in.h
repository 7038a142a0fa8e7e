/* scope_in.h: how a scope's text is cut, before phrases are looked for. Used by rules/scope*.c
 * only. */
#ifndef TANDEM_SCOPE_IN_H
#define TANDEM_SCOPE_IN_H

#include "scope.h"

enum span_kind { SPAN_EXCLUDED, SPAN_ONLY };
struct span { /* of a clause; places count from the clause's beginning */
	enum span_kind kind;
	size_t from, to;
	/* what ends before this place is none of its business: the last 、 in front */
	size_t about;
};
#define SCOPE_SPANS_MAX 64
struct clause {
	const char *text;
	size_t len;
	bool permitted; /* of the part that says so, and no formula */
	bool dropped;	/* excluded as a whole, or saying nothing */
	struct span spans[SCOPE_SPANS_MAX];
	int span_count;
};
typedef void clause_fn(void *arg, const struct clause *c);
/* Calls for each clause that is not of the general part, in order. text is normalised and is
 * written to. */
void scope_cut(char *text, size_t len, struct arena *arena, clause_fn *fn, void *arg);

#endif
