/*
 * record_term.h: the clocks of an event's own, and how those of its notices stand still. Part of
 * record.h, which includes it; the numbers of the enums are stored, so an order here never changes.
 */
#ifndef TANDEM_RECORD_TERM_H
#define TANDEM_RECORD_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* as many commitments as an event may have, and the permit's end */
#define RECORD_TERMS_MAX     101
#define RECORD_PAUSES_MAX    100
#define TERM_WHAT_CHARACTERS 40

/* A clock of the event itself, beside those of its notices: something promised until a day, or the
 * end of the permit. */
enum term_kind { TERM_COMMITMENT, TERM_MATERIAL, TERM_PERMIT, TERM_KIND_COUNT };
const char *term_kind_name(enum term_kind k);
struct term {
	enum term_kind kind;
	/* what was promised, cut to TERM_WHAT_CHARACTERS; "" for a permit */
	const char *what;
	int64_t due_ms;
	int64_t next_ms; /* when something must happen next, -1 nothing */
	/* how far those concerned have been told */
	enum { TERM_QUIET, TERM_ANNOUNCED, TERM_OVER } told;
	const char *by; /* who said that it is fulfilled, or what ended it */
	int64_t met_ms; /* 0: not fulfilled */
	bool dropped;	/* ended with the permit before its day */
};
/* A notice's clocks stand still: the notice has no due moment until it is over, then they go on as
 * much later as was paused. */
struct pause {
	int notice;
	int64_t from_ms, until_ms; /* until_ms: when it ends by itself, -1 never */
	const char *by, *reason;
	int64_t due_ms, feedback_due_ms; /* as they were, -1: not paused */
	int64_t ended_ms;		 /* 0: it lasts */
	int moved_days;			 /* working days, of clocks that end with a day */
	const char *ended_by;		 /* "": by itself, or with the notice's state */
};

struct record;
/* Room for one more, in the arena; the new one is cleared. */
struct term *record_add_term(struct record *r, struct arena *arena);
struct pause *record_add_pause(struct record *r, struct arena *arena);
struct pause *record_pause(const struct record *r, int notice); /* the one that lasts, or NULL */
/* neither fulfilled, nor ended, nor of an event that was corrected */
bool term_runs(const struct record *r, const struct term *t);
int64_t terms_next_ms(const struct record *r); /* the earliest of those that run, or -1 */

#endif
