#include "lifecycle.h"

#include <string.h>

static const char *const state_names[STATE_COUNT] = {
	"open",	    "acknowledged", "claimed",	 "returned",   "transferred",
	"disputed", "closed",	    "withdrawn", "superseded",
};
static const char *const act_names[ACT_COUNT] = {
	"acknowledge", "claim", "return", "transfer", "feedback", "ruling", "withdraw", "supersede",
};

const char *notice_state_name(enum notice_state s)
{
	return (unsigned)s < STATE_COUNT ? state_names[s] : "";
}

bool notice_state_parse(const char *s, enum notice_state *ret)
{
	int i;

	for (i = 0; i < STATE_COUNT; i++) {
		if (strcmp(state_names[i], s) == 0) {
			*ret = (enum notice_state)i;
			return true;
		}
	}
	return false;
}

const char *act_name(enum act a)
{
	return (unsigned)a < ACT_COUNT ? act_names[a] : "";
}

/* Where an act leads: a state plus one; NO is refused, SAME changes nothing. */
#define NO	  0
#define SAME	  (-1)
#define GO(state) (STATE_##state + 1)
static const signed char table[STATE_COUNT][ACT_COUNT] = {
	/* acknowledge, claim, return, transfer, feedback, ruling, withdraw, supersede */
	[STATE_OPEN] = {GO(ACKNOWLEDGED), GO(CLAIMED), GO(RETURNED), GO(TRANSFERRED), NO, NO,
			GO(WITHDRAWN), GO(SUPERSEDED)},
	[STATE_ACKNOWLEDGED] = {SAME, GO(CLAIMED), GO(RETURNED), GO(TRANSFERRED), GO(ACKNOWLEDGED),
				NO, GO(WITHDRAWN), GO(SUPERSEDED)},
	[STATE_CLAIMED] = {SAME, SAME, NO, GO(TRANSFERRED), GO(CLAIMED), NO, GO(WITHDRAWN),
			   GO(SUPERSEDED)},
	[STATE_DISPUTED] = {SAME, NO, NO, NO, NO, GO(CLAIMED), GO(WITHDRAWN), GO(SUPERSEDED)},
	[STATE_RETURNED] = {SAME, NO, NO, NO, NO, NO, NO, NO},
	[STATE_TRANSFERRED] = {SAME, NO, NO, NO, NO, NO, NO, NO},
	[STATE_CLOSED] = {SAME, NO, NO, NO, NO, NO, NO, NO},
	[STATE_WITHDRAWN] = {SAME, NO, NO, NO, NO, NO, SAME, NO},
	[STATE_SUPERSEDED] = {SAME, NO, NO, NO, NO, NO, NO, SAME},
};

enum verdict lifecycle_next(enum notice_state from, enum role role, enum act act,
			    enum notice_state *ret)
{
	int to = table[from][act];

	if (to == NO)
		return VERDICT_REFUSED;
	if (act == ACT_CLAIM && role != ROLE_LEAD)
		return VERDICT_NOT_LEAD;
	*ret = to == SAME ? from : (enum notice_state)(to - 1);
	return to == SAME ? VERDICT_SAME : VERDICT_MOVES;
}

bool lifecycle_is_todo(enum notice_state s, enum role role)
{
	return s == STATE_OPEN || (s == STATE_ACKNOWLEDGED && role == ROLE_LEAD);
}
