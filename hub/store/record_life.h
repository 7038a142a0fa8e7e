/*
 * record_life.h: what supervision, the joint meeting and letters add to an event's record: feedback, disputes, positions … Part of record.h,
 * which includes it; the numbers of the enums are stored, so an order here never changes.
 */
#ifndef TANDEM_RECORD_LIFE_H
#define TANDEM_RECORD_LIFE_H

#include "base/arena.h"
#include "base/buf.h"
#include "file_type.h"
#include "lifecycle.h"

#define RECORD_FEEDBACK_MAX 200
#define RECORD_DISPUTES_MAX 16
#define RECORD_POSITIONS_MAX 100
#define RECORD_TERMS_MAX 101 /* as many commitments as an event may have, and the permit's end */
#define RECORD_PAUSES_MAX 100
#define RECORD_FILES_MAX 100
#define TERM_WHAT_CHARACTERS 40

/* Why there is a notice. */
enum cause { CAUSE_DECISION, CAUSE_POOL, CAUSE_TRANSFER, CAUSE_SENT_ON, CAUSE_RULING, CAUSE_FEEDBACK, CAUSE_ARCHIVE,
	     CAUSE_LETTER, CAUSE_COUNT };
const char *cause_name(enum cause c);

struct feedback { /* what supervision found */
	int notice;
	int64_t at_ms;
	const char *by, *channel;
	enum inspection result;
	enum disposal disposal;
	const char *checked_on, *rectify_by;		/* dates; rectify_by "" none */
	bool has_penalty, licence_revoked;
	const char *penalty_document, *penalty_kind;
	const char *remark;
	bool closes;
};
/* A file of a notice. Its content lies in the data folder under its hash; what is here says that it may be asked for. */
struct attachment {
	int notice;
	int feedback;	/* that names it, -1 none */
	int writing;	/* or what was written in a letter, -1 none */
	int64_t at_ms;
	const char *by;
	const char *hash; /* SHA-256 in hex */
	enum file_type type;
	int64_t bytes;
	const char *name;
};
enum dispute_kind { DISPUTE_TWO_RETURNS, DISPUTE_SEVERAL_LEADS, DISPUTE_NO_LEAD, DISPUTE_KIND_COUNT };
enum dispute_state { DISPUTE_NEGOTIATING, DISPUTE_AGENDA, DISPUTE_RULED, DISPUTE_SETTLED, DISPUTE_STATE_COUNT };
const char *dispute_kind_name(enum dispute_kind k);
const char *dispute_state_name(enum dispute_state s);
struct dispute {
	enum dispute_kind kind;
	enum dispute_state state;
	int version;		/* for If-Match */
	int64_t opened_ms, due_ms; /* until due_ms the parties negotiate; -1 no such time */
	int64_t next_ms;	/* when something must happen next, -1 nothing */
	bool listed;		/* stands in the list of disputes */
	const char *interim;	/* body that answers for the matter meanwhile; "" nobody known */
	const char *body;	/* ruled; "" none: closed without one */
	const char *by;		/* who ruled */
	int64_t at_ms;		/* when it ended, 0 not yet */
	const char *basis, *remark;
};
struct position {
	int dispute;
	int64_t at_ms;
	const char *by, *body;	/* who says it, for which body */
	const char *text, *proposes; /* body that should lead, "" none named */
};
/* A clock of the event itself, beside those of its notices: something promised until a day, or the end of the permit. */
enum term_kind { TERM_COMMITMENT, TERM_MATERIAL, TERM_PERMIT, TERM_KIND_COUNT };
const char *term_kind_name(enum term_kind k);
struct term {
	enum term_kind kind;
	const char *what;	/* what was promised, cut to TERM_WHAT_CHARACTERS; "" for a permit */
	int64_t due_ms;
	int64_t next_ms;	/* when something must happen next, -1 nothing */
	enum { TERM_QUIET, TERM_ANNOUNCED, TERM_OVER } told; /* how far those concerned have been told */
	const char *by;		/* who said that it is fulfilled, or what ended it */
	int64_t met_ms;		/* 0: not fulfilled */
	bool dropped;		/* ended with the permit before its day */
};
/* A notice's clocks stand still: the notice has no due moment until it is over, then they go on as much later as was paused. */
struct pause {
	int notice;
	int64_t from_ms, until_ms; /* until_ms: when it ends by itself, -1 never */
	const char *by, *reason;
	int64_t due_ms, feedback_due_ms; /* as they were, -1: not paused */
	int64_t ended_ms;	/* 0: it lasts */
	int moved_days;		/* working days, of clocks that end with a day */
	const char *ended_by;	/* "": by itself, or with the notice's state */
};

struct record;
struct line;
void record_encode_life(const struct record *r, struct buf *out);
bool record_decode_life(const struct line *l, struct arena *arena, struct record *r); /* false: not readable */
/* Room for one more, in the arena; the new one is cleared. */
struct feedback *record_add_feedback(struct record *r, struct arena *arena);
struct dispute *record_add_dispute(struct record *r, struct arena *arena);
struct position *record_add_position(struct record *r, struct arena *arena);
struct term *record_add_term(struct record *r, struct arena *arena);
struct attachment *record_add_file(struct record *r, struct arena *arena);
struct pause *record_add_pause(struct record *r, struct arena *arena);
struct pause *record_pause(const struct record *r, int notice); /* the one that lasts, or NULL */
bool term_runs(const struct record *r, const struct term *t); /* neither fulfilled, nor ended, nor of an event that was corrected */
int64_t terms_next_ms(const struct record *r); /* the earliest of those that run, or -1 */

#endif
