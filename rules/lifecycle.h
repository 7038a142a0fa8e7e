/*
 * lifecycle.h: the only place that knows which transitions of a notice exist (contract section 6's table).
 * Pure tables. Scripts compare-and-set the pair computed here.
 */
#ifndef TANDEM_LIFECYCLE_H
#define TANDEM_LIFECYCLE_H

#include "pack.h"

enum notice_state {
	STATE_OPEN, STATE_ACKNOWLEDGED, STATE_CLAIMED, STATE_RETURNED, STATE_TRANSFERRED, STATE_DISPUTED,
	STATE_CLOSED, STATE_WITHDRAWN, STATE_SUPERSEDED, STATE_COUNT
};
const char *notice_state_name(enum notice_state s);
bool notice_state_parse(const char *s, enum notice_state *ret);

enum act { ACT_ACKNOWLEDGE, ACT_CLAIM, ACT_RETURN, ACT_TRANSFER, ACT_FEEDBACK, ACT_RULING, ACT_WITHDRAW,
	   ACT_SUPERSEDE, ACT_COUNT };
const char *act_name(enum act a);

enum verdict {
	VERDICT_MOVES,	 /* *ret is the new state */
	VERDICT_SAME,	 /* already so: the same answer, nothing to write */
	VERDICT_REFUSED, /* 409 */
	VERDICT_NOT_LEAD /* claim by somebody who is not the lead: 403 */
};
enum verdict lifecycle_next(enum notice_state from, enum role role, enum act act, enum notice_state *ret);
/* Whether the body still has to do something about it: open for all, acknowledged too for a lead. A copy that was acknowledged is done. */
bool lifecycle_is_todo(enum notice_state s, enum role role);

#endif
