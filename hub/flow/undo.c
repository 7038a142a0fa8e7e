/* undo.c: see undo.h. */
#include "flow/undo.h"

#include "flow/respond_in.h"

#define UNDOS_MAX 20 /* of one notice */

static int64_t returned_at(const struct record *r, int notice)
{
	int64_t at = 0;

	for (int i = 0; i < r->receipt_count; i++) {
		if (r->receipts[i].notice == notice && r->receipts[i].kind == RECEIPT_RETURNED)
			at = r->receipts[i].at_ms;
	}
	return at;
}

static bool was_ruled(const struct record *r, int notice)
{
	for (int i = 0; i < r->receipt_count; i++) {
		if (r->receipts[i].notice == notice && r->receipts[i].kind == RECEIPT_RULED)
			return true;
	}
	return false;
}

struct last_act {
	enum act act;
	int64_t at_ms;
	bool acknowledged_before;
};

/* Each undo leaves what was undone behind, and a record has an end. */
static bool was_undone_enough(const struct record *r, int notice)
{
	int times = 0;

	for (int i = 0; i < r->receipt_count; i++)
		times += r->receipts[i].notice == notice && r->receipts[i].kind == RECEIPT_UNDONE;
	return times >= UNDOS_MAX;
}

static const char *last_act(const struct record *r, int notice, struct last_act *ret)
{
	const struct notice *n = &r->notices[notice];
	bool claimed_at_once = n->acknowledged.at_ms == n->claimed.at_ms;

	if (n->cause == CAUSE_LETTER)
		return "What was written cannot be taken back";
	switch (n->state) {
	case STATE_ACKNOWLEDGED:
		*ret = (struct last_act){ACT_ACKNOWLEDGE, n->acknowledged.at_ms, false};
		break;
	case STATE_CLAIMED:
		*ret = (struct last_act){ACT_CLAIM, n->claimed.at_ms, !claimed_at_once};
		break;
	case STATE_RETURNED:
	case STATE_DISPUTED:
		*ret = (struct last_act){ACT_RETURN, returned_at(r, notice),
					 n->acknowledged.at_ms > 0};
		break;
	default:
		return "There is nothing to undo";
	}
	if (n->state == STATE_DISPUTED && !notice_was_returned(r, notice))
		return "There is nothing to undo";
	if (was_ruled(r, notice))
		return "The joint meeting has ruled";
	if (r->superseded_by)
		return "A correction has taken its place";
	if (notice_has_feedback(r, notice))
		return "Feedback has been given";
	if (was_undone_enough(r, notice))
		return "It has been taken back 20 times, which is as often as it can be";
	return notice_was_sent_on(r, notice) ? "The bureau has sent it on" : NULL;
}

const char *undo_refused(const struct record *r, int notice, const struct calendar *calendar,
			 int64_t now_ms, struct undoing *ret)
{
	const struct duration window = {.count = 1, .unit = DURATION_WORKING_DAYS};
	struct last_act last = {0};
	const char *why_not = last_act(r, notice, &last);
	bool provisional;

	if (why_not)
		return why_not;
	if (calendar_due_ms(calendar, last.at_ms, window, &provisional) < now_ms)
		return "One working day has passed";
	ret->act = last.act;
	return lifecycle_undo(r->notices[notice].state, last.acknowledged_before, &ret->to) ==
			       VERDICT_MOVES
		       ? NULL
		       : "There is nothing to undo";
}
