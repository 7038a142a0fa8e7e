/* letter.c: see letter.h. */
#include "flow/letter.h"

#include <string.h>

enum letter_side letter_side_of(const struct principal *who, const struct record *r,
				const struct notice *n, enum act act)
{
	bool reads = !who || principal_answers(who, n->body);
	bool writes = who && principal_answers(who, record_letter(r, n)->from);

	/* Somebody of both bodies answers what waits for an answer. */
	if (reads && writes)
		return act == ACT_ACKNOWLEDGE ||
				       (act == ACT_REPLY && lifecycle_is_todo(n->state, n->role))
			       ? LETTER_READER
			       : LETTER_WRITER;
	return reads ? LETTER_READER : LETTER_WRITER;
}

bool letter_may(const struct principal *who, const struct pack *pack, const struct record *r,
		const struct notice *n, enum act act)
{
	bool writes = who && principal_answers(who, record_letter(r, n)->from);

	if (letter_side_of(who, r, n, act) == LETTER_READER)
		return !who || principal_answers(who, n->body);
	return writes ||
	       (act == ACT_REMIND && principal_oversees(who, pack, r->region, WHO_COORDINATOR));
}

bool letter_allows(const struct principal *who, const struct pack *pack, const struct record *r,
		   const struct notice *n, enum act act)
{
	enum notice_state to;

	return letter_may(who, pack, r, n, act) &&
	       lifecycle_letter(n->state, letter_side_of(who, r, n, act), act, &to) ==
		       VERDICT_MOVES;
}

const char *letter_writer(const struct principal *who, const struct record *r,
			  const struct notice *n)
{
	if (principal_answers(who, n->body))
		return n->body;
	for (int i = 0; i < who->grant_count; i++) {
		if (who->grants[i].who == WHO_APPROVER && letter_is_bureau(r, who->grants[i].body))
			return who->grants[i].body;
	}
	return NULL;
}

bool letter_is_bureau(const struct record *r, const char *body)
{
	return r->approvers && bars_hold(r->approvers, body);
}

static bool has_notice(const struct record *r, const char *body)
{
	for (int i = 0; i < r->notice_count; i++) {
		if (r->notices[i].cause != CAUSE_LETTER && !strcmp(r->notices[i].body, body))
			return true;
	}
	return false;
}

/* A supervisor is not told who else had a notice, so it cannot find that out by writing to them
 * either. */
bool letter_can_reach(const struct record *r, const char *from, const char *to)
{
	if (letter_is_bureau(r, to))
		return true;
	return letter_is_bureau(r, from) && has_notice(r, to);
}
