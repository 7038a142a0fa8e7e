/*
 * diff_in.h: a comparison while it runs. diff.c has the events, diff_content.c the files,
 * diff_proof.c the checks of both packs, diff_standing.c which errors were there before,
 * diff_combos.c the combinations, diff_problems.c the problems. Nobody else includes it.
 */
#ifndef TANDEM_DIFF_IN_H
#define TANDEM_DIFF_IN_H

#include "check_in.h"
#include "diff.h"

#define TALLIES_MAX 65536
#define SAMPLES_MAX 20
#define WAS	    0
#define IS	    1

struct tallies {
	struct strmap map;
	struct diff_tally *list;
	int count;
};
struct diff {
	struct arena arena, scratch, sampled; /* sampled: the samples' texts */
	const struct pack *packs[2];
	struct check *checks[2];
	int *names[2]; /* of each pack's bodies, numbers that both share */
	const char **body_ids;
	struct diff_line *lines;
	int line_count, line_room;
	struct tallies tallies[DIFF_BY_COUNT];
	struct diff_sample samples[SAMPLES_MAX];
	int sample_count;
	struct diff_sums sums;
	bool are_combinations;
};
/* A body told in one decision only, or in both and otherwise. */
struct diff_change {
	const char *body;
	int was, is; /* roles, ROLE_NONE: not told */
};
/* One that a decision has once, whichever rows it comes from. */
struct diff_problem {
	enum problem_code code;
	const char *rule, *to, *item; /* the row, and whom it looks for; "" */
};
struct diff_problems {
	struct diff_problem *list;
	int count;
};
struct diff_case {
	const char *region, *item;
	const struct diff_change *changes;
	int count;
	struct diff_problems appeared, vanished;
	long long weight; /* events it stands for */
	struct diff_sample sample;
};
/* Adds it to the sums, the tallies and, while there is room, the samples. */
void diff_take(struct diff *d, const struct diff_case *c);
struct diff_problems diff_problems_decided(const struct pack *p, const struct decision *d,
					   struct arena *arena);
struct diff_problems diff_problems_outcome(const struct outcome_ask *ask, const struct outcome *o,
					   struct arena *arena);
/* Those of `in` that the other has not. */
struct diff_problems diff_problems_beyond(const struct diff_problems *in,
					  const struct diff_problems *other, struct arena *arena);
/* "no-body several-leads", each code once; "" for none */
const char *diff_problem_names(const struct diff_problems *of, struct arena *arena);
void diff_content(struct diff *d);
void diff_proof(struct diff *d);
void diff_standing(struct diff *d); /* behind diff_proof: the order of the findings changes */
void diff_line_add(struct diff *d, struct diff_line line);

#endif
