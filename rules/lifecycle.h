/*
 * lifecycle.h: the only place that knows which transitions of a notice exist (contract section 6's
 * table), and the closed lists of words its acts use. Pure tables. Scripts compare-and-set the pair
 * computed here.
 */
#ifndef TANDEM_LIFECYCLE_H
#define TANDEM_LIFECYCLE_H

#include "pack.h"

enum notice_state {
	STATE_OPEN,
	STATE_ACKNOWLEDGED,
	STATE_CLAIMED,
	STATE_RETURNED,
	STATE_TRANSFERRED,
	STATE_DISPUTED,
	STATE_CLOSED,
	STATE_WITHDRAWN,
	STATE_SUPERSEDED,
	STATE_COUNT
};
const char *notice_state_name(enum notice_state s);
bool notice_state_parse(const char *s, enum notice_state *ret);

/*
 * What is fulfilled is a clock of the event (a commitment checked, a material brought), and what is
 * paused and resumed is the notice's own: the notice stays where it is. So it does when those who
 * wait for its body remind it, as long as that has something left to do. A dispute takes a notice
 * out of its body's hands; a ruling gives it to that body (ruling) or ends it (rule-out). A letter
 * about the case may be written from any notice, which it does not move; it is a notice itself,
 * with a life of its own (below).
 */
enum act {
	ACT_ACKNOWLEDGE,
	ACT_CLAIM,
	ACT_RETURN,
	ACT_TRANSFER,
	ACT_FEEDBACK,
	ACT_RULING,
	ACT_WITHDRAW,
	ACT_SUPERSEDE,
	ACT_CLOSE,
	ACT_DISPUTE,
	ACT_RULE_OUT,
	ACT_UNDO,
	ACT_FULFIL,
	ACT_PAUSE,
	ACT_RESUME,
	ACT_REMIND,
	ACT_LETTER,
	ACT_REPLY,
	ACT_COUNT
};
const char *act_name(enum act a);

enum verdict {
	VERDICT_MOVES,	 /* *ret is the new state */
	VERDICT_SAME,	 /* already so: the same answer, nothing to write */
	VERDICT_REFUSED, /* 409 */
	VERDICT_NOT_LEAD /* claim by somebody who is not the lead: 403 */
};
enum verdict lifecycle_next(enum notice_state from, enum role role, enum act act,
			    enum notice_state *ret);
/* Undo leads back to where the notice came from: acknowledged when that stands for itself, else
 * open. */
enum verdict lifecycle_undo(enum notice_state from, bool acknowledged_before,
			    enum notice_state *ret);
/*
 * A letter is a notice to the body that it was written to: open until that answers, which is what
 * claiming is to another notice, and its writer's to close. Who writes last waits: a writer who
 * asks once more has the letter wait for an answer again.
 */
enum letter_side { LETTER_READER, LETTER_WRITER, LETTER_SIDE_COUNT };
enum verdict lifecycle_letter(enum notice_state from, enum letter_side side, enum act act,
			      enum notice_state *ret);
/* Whether the body still has to do something about it: open for all, acknowledged too for a lead. A
 * copy that was acknowledged is done. */
bool lifecycle_is_todo(enum notice_state s, enum role role);
/* Whether it is still in somebody's hands: open, acknowledged, claimed or disputed. */
bool lifecycle_is_live(enum notice_state s);

enum return_reason {
	RETURN_NOT_IN_SCOPE,
	RETURN_NOT_OUR_REMIT,
	RETURN_WRONG_REGION,
	RETURN_OTHER,
	RETURN_REASON_COUNT
};
enum inspection { INSPECTION_CONFORMS, INSPECTION_MOSTLY, INSPECTION_FAILS, INSPECTION_COUNT };
enum disposal { DISPOSAL_PASS, DISPOSAL_RECTIFY, DISPOSAL_ENFORCE, DISPOSAL_COUNT };
extern const char *const return_reason_names[RETURN_REASON_COUNT];
extern const char *const inspection_names[INSPECTION_COUNT];
extern const char *const disposal_names[DISPOSAL_COUNT];
enum letter_kind {
	LETTER_CHANGE_OPINION,
	LETTER_CO_LETTER,
	LETTER_KIND_COUNT
}; /* 许可变更意见, 公务协同函 */
extern const char *const letter_kind_names[LETTER_KIND_COUNT];
/* A word's place in one of these lists, -1 when it is none of them. */
int word_find(const char *s, const char *const *names, int count);
/* Whether what supervision found makes the bureau that decided think again. */
bool feedback_alarms(enum inspection f, enum disposal d, bool licence_revoked);

#endif
