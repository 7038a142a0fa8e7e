/*
 * explain_in.h: an explanation while it is made. explain_body.c goes through the rows and finds the
 * reasons, explain_print.c puts them into words and JSON. Nobody else includes it.
 */
#ifndef TANDEM_EXPLAIN_IN_H
#define TANDEM_EXPLAIN_IN_H

#include "decide_in.h"

enum why { WHY_NAMES, WHY_OVERRIDDEN, WHY_CONDITIONS, WHY_ELSEWHERE };
struct reason {
	int rule;
	enum why why;
	int *columns; /* that do not hold, in the table's order */
	int column_count;
	int overridden_by; /* a rule, -1 for none */
};
struct explaining {
	const struct pack *pack;
	const struct event *event;
	const struct decide_in *in;
	struct arena arena;
	struct facts facts;
	int item, body;
	bool region_known;
	struct rows rows;
	const struct decided_notice *told; /* NULL: not told */
	struct reason *reasons;
	int reason_count;
};
static inline bool explain_matches(const struct explaining *x, int rule)
{
	return x->rows.matching[rule >> 6] >> (rule & 63) & 1;
}

/* One search for whoever is in charge of a sector, or of a kind; steps are the regions looked at.
 */
struct climb_step {
	int region; /* -1: there is no region of that level above */
	seat found;
};
struct climb {
	const char *what; /* the sector, or the kind */
	struct climb_step steps[REGION_DEPTH_MAX + 2];
	int step_count;
};
/* How the rule's selector found its body or bodies; 0: it did not have to search. */
int explain_climbs(struct explaining *x, int rule, struct climb **ret);
/* What the event says where the column looks; NULL: nothing. */
const char *explain_value(struct explaining *x, const struct column *c);
/* The told body's deadline: the rule that gave it and its duration. -1: no deadline. */
int explain_due_rule(const struct explaining *x, bool feedback, struct duration *ret);

void explain_text(struct explaining *x, struct buf *out);
void explain_json(struct explaining *x, struct buf *out);

#endif
