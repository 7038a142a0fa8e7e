/* record_letter.h: letters between two bodies about an event's case, as they stand in its record.
 * Part of record.h, which includes it. */
#ifndef TANDEM_RECORD_LETTER_H
#define TANDEM_RECORD_LETTER_H

#include "base/arena.h"
#include "lifecycle.h"

#define RECORD_WRITINGS_MAX 200

/* What two bodies write each other about the case. The notice is the reader's; who else may see it
 * is told by `from`. */
struct letter {
	int notice;
	enum letter_kind kind;
	const char *from; /* the body that wrote it */
	const char *subject;
	const char *time; /* to answer in, "5wd", from asked_ms on */
	int64_t asked_ms;
};
struct writing { /* the letter's own text first */
	int notice;
	int64_t at_ms;
	const char *by, *body; /* who wrote it, for which body */
	const char *text;
};

struct record;
struct notice;
struct letter *record_add_letter(struct record *r, struct arena *arena);
struct writing *record_add_writing(struct record *r, struct arena *arena);
/* n is one of r's; NULL: it is no letter */
struct letter *record_letter(const struct record *r, const struct notice *n);
/* raised beside what was decided, by feedback or a letter: nobody leads the matter by it */
bool notice_is_aside(const struct notice *n);

#endif
