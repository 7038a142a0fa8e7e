/*
 * check_outcome.h: what a set of rows tells whom, in a form that two sets of rows, also of two
 * packs, can be compared in: the order of notices, the ids of rules and problems of single rows are
 * left out, deadlines are compared as durations.
 */
#ifndef TANDEM_CHECK_OUTCOME_H
#define TANDEM_CHECK_OUTCOME_H

#include "decide_in.h"

/* The earliest of the deadlines, as far as it can be told without a calendar; -1 for none. */
struct span {
	int working_days, days;
	int64_t minutes;
};
/* A body's index, or a recipient that is known only with the event. */
enum {
	TOLD_APPLICANT = -2,
	TOLD_ACCEPTING = -3,
	TOLD_REVIEWING = -4,
	TOLD_DECIDING = -5,
	TOLD_HOLDER = -6
};
struct told {
	int who;
	enum role role;
	struct span due, feedback;
	enum channel via[CHANNEL_COUNT];
	int via_count;
};
struct outcome {
	struct told *list;
	int count;
	bool is_gap;		  /* nobody leads for certain, and nothing says so on purpose */
	struct problem *problems; /* of single rows; not compared */
	int problem_count;
};
struct outcome_ask {
	const struct pack *pack;
	const struct facts *facts;
	int item;
	bool held;	  /* somebody holds an earlier notice */
	const int *names; /* of the bodies; NULL: as they are */
};
/* rules are those that remain, in table order. */
void outcome_make(const struct outcome_ask *ask, const int *rules, int count, struct arena *arena,
		  struct outcome *ret);
bool outcomes_equal(const struct outcome *a, const struct outcome *b);
/* The rules of the list that none of the list overrides; marks is as long as the table, all zero
 * before and after; ret is another array than rules. */
int rules_remaining(const struct pack *p, const int *rules, int count, unsigned char *marks,
		    int *ret);

#endif
