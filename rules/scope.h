/*
 * scope.h: which items a business scope (经营范围) implies, by the phrases of scope.csv.
 *
 * scope_table_new compiles the phrases, scope_find reads a text: cut into its general and its
 * permitted part, normalised, cut into clauses, and each clause matched longest phrase first. The
 * general part implies nothing; in it the same words mean that no permit is needed. A text without
 * parts, as old registers have it, is matched whole, but nothing of it is missed. What a clause
 * excludes (除……外, 不含……, ……除外) is not matched; what it is restricted to (仅……) stands in place
 * of what is in front. Pure; everything lives in the arena given.
 */
#ifndef TANDEM_SCOPE_H
#define TANDEM_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define SCOPE_ITEMS_MAX	    32 /* of one text; more are as good as unmatched */
#define SCOPE_UNMATCHED_MAX 20 /* listed; all are counted */

struct scope_phrase {
	const char *phrase, *item;
};
struct scope_table;
const struct scope_table *scope_table_new(const struct scope_phrase *phrases, int count,
					  struct arena *arena);

struct scope_found {
	const struct scope_phrase *items; /* an item once, by its first phrase in the text */
	int item_count;
	const char *const *unmatched; /* clauses of the permitted part, normalised */
	int unmatched_listed, unmatched_count;
};
void scope_find(const struct scope_table *t, const char *text, struct arena *arena,
		struct scope_found *ret);

/* Width folded, blanks and quotes gone, brackets and stops of one kind, lower case. Gives the new
 * length. */
size_t scope_normalise(const char *text, size_t len, char *ret);

#endif
