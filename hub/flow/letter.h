/*
 * letter.h: letters between two bodies about a case (许可变更意见, 公务协同函): one side is a
 * bureau of the case, the other a bureau of it or a body that has or had a notice of the event. A
 * letter is a notice to the body that was written to, with its own deadline, so ladder, lamp, lists
 * and figures know it; only its two bodies and those who oversee the region see it.
 */
#ifndef TANDEM_LETTER_H
#define TANDEM_LETTER_H

#include "flow/principal.h"

/* On which side of it somebody acts. NULL: the body written to, as it answers by SMS or is shown a
 * frame. */
enum letter_side letter_side_of(const struct principal *who, const struct record *r,
				const struct notice *n, enum act act);
/* Whether they are on that side at all; its own body, or whoever coordinates the region for a
 * reminder. */
bool letter_may(const struct principal *who, const struct pack *pack, const struct record *r,
		const struct notice *n, enum act act);
/* Both: what there is for this person to do now. */
bool letter_allows(const struct principal *who, const struct pack *pack, const struct record *r,
		   const struct notice *n, enum act act);
/* Which body a person writes for from this notice: its own, else the bureau's whose case it is.
 * NULL: none. */
const char *letter_writer(const struct principal *who, const struct record *r,
			  const struct notice *n);
/* and a body: the list of the letters that it wrote, and of those not closed */
#define LETTER_LIST "sent:"
bool letter_is_bureau(const struct record *r, const char *body);
/* Whether these two may write to each other about the event. */
bool letter_can_reach(const struct record *r, const char *from, const char *to);

#endif
