/*
 * policies_in.h: the inside of struct policies, for policies.c, policy_steps.c and the calls of
 * people (policy_*.c).
 *
 * A call first lets the steps be read up to now (policies_fresh), looks at what follows from them,
 * and writes its own step by policies_write; ERR_STALE means that somebody else's came between, and
 * the call looks again. Long work runs beside the loop (loop_work), counted by policies_begin and
 * policies_end; packs that it needs are referenced here, on the loop, before and after.
 */
#ifndef TANDEM_POLICIES_IN_H
#define TANDEM_POLICIES_IN_H

#include "flow/policies.h"

enum step_kind {
	STEP_SUBMITTED,
	STEP_APPROVED,
	STEP_SCHEDULED,
	STEP_ACTIVATED,
	STEP_WITHDRAWN,
	STEP_SHADOW_ON,
	STEP_SHADOW_OFF,
	STEP_KIND_COUNT /* one that this program does not know: counted, and without effect */
};
struct policy_step {
	enum step_kind kind;
	const char *version, *by, *why, *folder; /* "" where not said */
	int64_t at_ms, for_ms;			 /* for_ms: of a scheduled one, else 0 */
	/* of an approval: errors that are there already do not hold it up */
	bool accepts_standing;
};
struct policy {
	const char *version;
	struct pack *pack; /* NULL: not in memory; then it is read back for whoever asks */
	/* lost: what is stored cannot be read any more, which the log has been told */
	bool is_stored, is_lost;
	bool has_stepped;
	int holds;		      /* of those who work by it just now */
	int64_t used_at;	      /* in the order of asking */
	struct fresh_wait *recalling; /* who waits for it to be read back */
	/* the last of each that counts, or NULL */
	const struct policy_step *submitted, *approved, *scheduled, *activated;
};
struct shadow;
struct fresh_wait {
	struct fresh_wait *next;
	void (*fn)(void *arg, enum err e);
	void *arg;
};
struct policies {
	struct flow *flow;
	struct arena arena;
	const struct policy_step **steps;
	int step_count, step_room;
	struct policy **list;
	/* in the order of their first step; behind those, what is stored and has none yet */
	int count, stepped_count, room;
	struct policy *force, *shadow;
	const char *folder;   /* the version last taken from a folder, "" none */
	struct pack *offered; /* the folder's, to be compared */
	struct buf offered_content;
	struct loop_timer *tick;
	struct shadow *shadowing;
	/* for the next reading; for the one under way */
	struct fresh_wait *waiting, **waiting_last, *served;
	struct policy *loading; /* its pack is being read, or NULL */
	bool reading, names_read, settled, writing, stopped;
	int jobs, kept_count;
	int64_t uses;
};

/* --- policy_steps.c: what follows from the steps --- */
/* NULL: never heard of */
struct policy *policy_find(const struct policies *ps, const char *version);
struct policy *policy_get(struct policies *ps, const char *version);
void policy_step_take(struct policies *ps, struct bytes line);
void policy_step_print(const struct policy_step *st, struct buf *out);
const char *step_kind_name(enum step_kind kind);
/* NULL: withdrawn, or never was */
const char *policy_state(const struct policies *ps, const struct policy *p);
/* members without braces */
void policy_life(const struct policies *ps, const struct policy *p, struct buf *out);

/* --- policies.c --- */
typedef void fresh_fn(void *arg, enum err e);
void policies_fresh(struct policies *ps, fresh_fn *fn, void *arg);
struct step_write {
	struct policy_step step;
	enum step_keeps keeps;
	struct bytes content, answer;
};
void policies_write(struct policies *ps, const struct step_write *w, fresh_fn *fn, void *arg);
#define POLICIES_KEPT_MAX 64
/* In memory from now on, by a reference of its own. What nobody has asked for longest goes when
 * there are more than are kept. */
void policy_keep(struct policies *ps, struct policy *p, struct pack *pack);
void policy_let_go(struct policies *ps, struct policy *p);

/* --- policy_work.c --- */
bool policies_begin(struct policies *ps); /* false: as much as may is under way */
void policies_end(struct policies *ps);
/* The pack of a version, in memory or read from the store beside the loop; borrowed for the
 * callback. */
typedef void policy_pack_fn(void *arg, enum err e, struct pack *pack);
void policy_with_pack(struct policies *ps, const char *version, policy_pack_fn *fn, void *arg);
int32_t policies_today(const struct policies *ps);

#endif
