/*
 * policies.h: the life of the policies. Part of store.h, which includes it and whose rules about
 * callbacks hold here too.
 *
 * Steps are a list that only grows; who writes one says how many are known to him, so that two hubs
 * never write as if the other had not. What is in force, approved or set for a time follows from
 * the steps and from nothing else.
 */
#ifndef TANDEM_STORE_POLICIES_H
#define TANDEM_STORE_POLICIES_H

enum step_keeps { STEP_KEEPS_NOTHING, STEP_KEEPS_PACK, STEP_FORGETS_PACK, STEP_BEGINS_SHADOW };
struct policy_step_in { /* borrowed until the call returns */
	int known;	/* steps that the writer has read */
	struct bytes step, audit;
	enum step_keeps keeps;
	const char *version;
	struct bytes content, answer; /* of STEP_KEEPS_PACK */
};
/* ERR_STALE: others were first. ERR_CONFLICT: another content has this version's name. text: NULL.
 */
void store_policy_step(struct store *s, const struct policy_step_in *in, store_text_fn *fn,
		       void *arg);
/* Steps from a place on, oldest first; total is the place behind the last. */
void store_policy_steps(struct store *s, int from, store_lines_fn *fn, void *arg);
void store_policy_names(struct store *s, store_lines_fn *fn, void *arg); /* of all stored packs */
void store_policy_answer(struct store *s, const char *version, store_text_fn *fn, void *arg);

/* What a shadow policy would have decided otherwise, added to what is there; nothing when the
 * shadow is another one by now. */
struct shadow_counts {
	const char *version;
	int64_t events, changed, gained, lost, altered;
	const struct bytes *lines;
	int line_count; /* the last ones, oldest first */
};
#define SHADOW_LAST_MAX 50
void store_policy_shadow_add(struct store *s, const struct shadow_counts *in, store_text_fn *fn,
			     void *arg);
/* Names and values in turn: version and the counts. Then the last lines, newest first. */
void store_policy_shadow(struct store *s, store_lines_fn *fn, void *arg);
void store_policy_shadow_last(struct store *s, store_lines_fn *fn, void *arg);

#endif
