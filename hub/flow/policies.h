/*
 * policies.h: every policy that was ever in force here, and the one that is. What is in force is
 * the last activation that Redis has; each hub follows it without a restart. Old decisions explain
 * themselves with the version that made them.
 *
 * policies_new with the folder's pack in force, policies_start once the store is up: steps are
 * read, the folder is compared with what was last taken from it. policies_offer_folder whenever it
 * was read anew. The calls of people are in policy_calls.h.
 */
#ifndef TANDEM_POLICIES_H
#define TANDEM_POLICIES_H

#include "flow/flow.h"

struct policies;
struct policies *policies_new(struct flow *f);
void policies_start(struct policies *ps);
void policies_stop(struct policies *ps); /* writes nothing more */
void policies_free(struct policies *ps);
/* what is in force is known; before, nothing may be decided */
bool policies_are_settled(const struct policies *ps);
bool policies_are_read(const struct policies *ps); /* and the earlier ones as well */

/*
 * Of old versions only some are in memory. Whoever works by the one that decided a record has it
 * recalled first (ERR_UNAVAILABLE: it could not be read now) and holds it meanwhile; what cannot be
 * had at all counts as at hand, and what is in force stands in for it.
 */
struct policy;
typedef void recalled_fn(void *arg, enum err e);
bool policies_at_hand(const struct flow *f, const char *version);
bool policies_all_at_hand(const struct flow *f);
void policies_recall(struct flow *f, const char *version, recalled_fn *fn, void *arg);
/* NULL: one never heard of */
struct policy *policies_hold(const struct flow *f, const char *version);
void policies_release(struct policy *p); /* NULL is allowed */

#define PACK_CONTENT_BYTES ((size_t)256 << 20) /* more than any pack's canonical content has */
/* A pack read from the folder, with its canonical content: taken in when it is another than was
 * last taken. Takes a reference. */
void policies_offer_folder(struct policies *ps, struct pack *pack, struct bytes content);

#endif
