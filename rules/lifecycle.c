#include "lifecycle.h"

#include <string.h>

static const char *const state_names[STATE_COUNT] = {
	"open",	    "acknowledged", "claimed",	 "returned",   "transferred",
	"disputed", "closed",	    "withdrawn", "superseded",
};
static const char *const act_names[ACT_COUNT] = {
	"acknowledge", "claim",	    "return", "transfer", "feedback", "ruling",
	"withdraw",    "supersede", "close",  "dispute",  "rule-out", "undo",
	"fulfil",      "pause",	    "resume", "remind",	  "letter",   "reply",
};
const char *const return_reason_names[RETURN_REASON_COUNT] = {
	"not-in-scope",
	"not-our-remit",
	"wrong-region",
	"other",
};
const char *const inspection_names[INSPECTION_COUNT] = {"conforms", "mostly", "fails"};
const char *const disposal_names[DISPOSAL_COUNT] = {"pass", "rectify", "enforce"};
const char *const letter_kind_names[LETTER_KIND_COUNT] = {"change-opinion", "co-letter"};

int word_find(const char *s, const char *const *names, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		if (strcmp(names[i], s) == 0)
			return i;
	}
	return -1;
}

const char *notice_state_name(enum notice_state s)
{
	return (unsigned)s < STATE_COUNT ? state_names[s] : "";
}

bool notice_state_parse(const char *s, enum notice_state *ret)
{
	int i = word_find(s, state_names, STATE_COUNT);

	if (i >= 0)
		*ret = (enum notice_state)i;
	return i >= 0;
}

const char *act_name(enum act a)
{
	return (unsigned)a < ACT_COUNT ? act_names[a] : "";
}

/* Where an act leads: a state plus one; NO is refused, SAME changes nothing, BACK is where it came
 * from. */
#define NO	  0
#define SAME	  (-1)
#define BACK	  (-2)
#define GO(state) (STATE_##state + 1)
static const signed char table[STATE_COUNT][ACT_COUNT] = {
	/* acknowledge, claim, return, transfer, feedback, ruling,
	   withdraw, supersede, close, dispute, rule-out, undo, fulfil, pause, resume, remind,
	   letter, reply */
	[STATE_OPEN] = {GO(ACKNOWLEDGED), GO(CLAIMED), GO(RETURNED), GO(TRANSFERRED), NO, NO,
			GO(WITHDRAWN), GO(SUPERSEDED), NO, GO(DISPUTED), NO, NO, GO(OPEN), GO(OPEN),
			GO(OPEN), GO(OPEN), GO(OPEN), NO},
	[STATE_ACKNOWLEDGED] = {SAME, GO(CLAIMED), GO(RETURNED), GO(TRANSFERRED), GO(ACKNOWLEDGED),
				NO, GO(WITHDRAWN), GO(SUPERSEDED), NO, GO(DISPUTED), NO, BACK,
				GO(ACKNOWLEDGED), GO(ACKNOWLEDGED), GO(ACKNOWLEDGED),
				GO(ACKNOWLEDGED), GO(ACKNOWLEDGED), NO},
	[STATE_CLAIMED] = {SAME, SAME, NO, GO(TRANSFERRED), GO(CLAIMED), NO, GO(WITHDRAWN),
			   GO(SUPERSEDED), GO(CLOSED), GO(DISPUTED), NO, BACK, GO(CLAIMED),
			   GO(CLAIMED), GO(CLAIMED), NO, GO(CLAIMED), NO},
	[STATE_DISPUTED] = {SAME, NO, NO, NO, NO, GO(CLAIMED), GO(WITHDRAWN), GO(SUPERSEDED), NO,
			    SAME, GO(CLOSED), BACK, GO(DISPUTED), NO, NO, NO, GO(DISPUTED), NO},
	[STATE_RETURNED] = {SAME, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, BACK, NO, NO, NO, NO,
			    GO(RETURNED), NO},
	[STATE_TRANSFERRED] = {SAME, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
			       GO(TRANSFERRED), NO},
	[STATE_CLOSED] = {SAME, NO, NO, NO, NO, NO, NO, NO, SAME, NO, NO, NO, GO(CLOSED), NO, NO,
			  NO, GO(CLOSED), NO},
	[STATE_WITHDRAWN] = {SAME, NO, NO, NO, NO, NO, SAME, NO, NO, NO, NO, NO, NO, NO, NO, NO,
			     GO(WITHDRAWN), NO},
	[STATE_SUPERSEDED] = {SAME, NO, NO, NO, NO, NO, NO, SAME, NO, NO, NO, NO, NO, NO, NO, NO,
			      GO(SUPERSEDED), NO},
};

enum verdict lifecycle_next(enum notice_state from, enum role role, enum act act,
			    enum notice_state *ret)
{
	int to = table[from][act];

	if (to == NO || to == BACK)
		return VERDICT_REFUSED;
	if (act == ACT_REMIND && !lifecycle_is_todo(from, role))
		return VERDICT_REFUSED;
	if (act == ACT_CLAIM && role != ROLE_LEAD)
		return VERDICT_NOT_LEAD;
	*ret = to == SAME ? from : (enum notice_state)(to - 1);
	return to == SAME ? VERDICT_SAME : VERDICT_MOVES;
}

enum verdict lifecycle_undo(enum notice_state from, bool acknowledged_before,
			    enum notice_state *ret)
{
	if (table[from][ACT_UNDO] != BACK)
		return VERDICT_REFUSED;
	*ret = acknowledged_before ? STATE_ACKNOWLEDGED : STATE_OPEN;
	return VERDICT_MOVES;
}

static const signed char letter_table[LETTER_SIDE_COUNT][STATE_COUNT][ACT_COUNT] = {
	[LETTER_READER] =
		{
			[STATE_OPEN] =
				{[ACT_ACKNOWLEDGE] = GO(ACKNOWLEDGED), [ACT_REPLY] = GO(CLAIMED)},
			[STATE_ACKNOWLEDGED] =
				{[ACT_ACKNOWLEDGE] = SAME, [ACT_REPLY] = GO(CLAIMED)},
			[STATE_CLAIMED] = {[ACT_ACKNOWLEDGE] = SAME, [ACT_REPLY] = GO(CLAIMED)},
			[STATE_CLOSED] = {[ACT_ACKNOWLEDGE] = SAME},
		},
	[LETTER_WRITER] =
		{
			[STATE_OPEN] = {[ACT_REPLY] = GO(OPEN),
					[ACT_CLOSE] = GO(CLOSED),
					[ACT_REMIND] = GO(OPEN)},
			[STATE_ACKNOWLEDGED] = {[ACT_REPLY] = GO(ACKNOWLEDGED),
						[ACT_CLOSE] = GO(CLOSED),
						[ACT_REMIND] = GO(ACKNOWLEDGED)},
			[STATE_CLAIMED] =
				{[ACT_REPLY] = GO(ACKNOWLEDGED), [ACT_CLOSE] = GO(CLOSED)},
			[STATE_CLOSED] = {[ACT_CLOSE] = SAME},
		},
};

enum verdict lifecycle_letter(enum notice_state from, enum letter_side side, enum act act,
			      enum notice_state *ret)
{
	int to = letter_table[side][from][act];

	if (to == NO)
		return VERDICT_REFUSED;
	*ret = to == SAME ? from : (enum notice_state)(to - 1);
	return to == SAME ? VERDICT_SAME : VERDICT_MOVES;
}

bool lifecycle_is_live(enum notice_state s)
{
	return s == STATE_OPEN || s == STATE_ACKNOWLEDGED || s == STATE_CLAIMED ||
	       s == STATE_DISPUTED;
}

bool feedback_alarms(enum inspection f, enum disposal d, bool licence_revoked)
{
	return licence_revoked || (f == INSPECTION_FAILS && d == DISPOSAL_ENFORCE);
}

bool lifecycle_is_todo(enum notice_state s, enum role role)
{
	return s == STATE_OPEN || (s == STATE_ACKNOWLEDGED && role == ROLE_LEAD);
}
