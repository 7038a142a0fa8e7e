/*
 * record_life.h: what supervision, the joint meeting and letters add to an event's record:
 * feedback, disputes, positions … Part of record.h, which includes it; the numbers of the enums are
 * stored, so an order here never changes.
 */
#ifndef TANDEM_RECORD_LIFE_H
#define TANDEM_RECORD_LIFE_H

#include "base/arena.h"
#include "base/buf.h"
#include "file_type.h"
#include "lifecycle.h"
#include "store/record_term.h"

#define RECORD_FEEDBACK_MAX  200
#define RECORD_DISPUTES_MAX  16
#define RECORD_POSITIONS_MAX 100
#define RECORD_FILES_MAX     100

/* Why there is a notice. */
enum cause {
	CAUSE_DECISION,
	CAUSE_POOL,
	CAUSE_TRANSFER,
	CAUSE_SENT_ON,
	CAUSE_RULING,
	CAUSE_FEEDBACK,
	CAUSE_ARCHIVE,
	CAUSE_LETTER,
	CAUSE_COUNT
};
const char *cause_name(enum cause c);

struct feedback { /* what supervision found */
	int notice;
	int64_t at_ms;
	const char *by, *channel;
	enum inspection result;
	enum disposal disposal;
	const char *checked_on, *rectify_by; /* dates; rectify_by "" none */
	bool has_penalty, licence_revoked;
	const char *penalty_document, *penalty_kind;
	const char *remark;
	bool closes;
};
/* A file of a notice. Its content lies in the data folder under its hash; what is here says that it
 * may be asked for. */
struct attachment {
	int notice;
	int feedback; /* that names it, -1 none */
	int writing;  /* or what was written in a letter, -1 none */
	int64_t at_ms;
	const char *by;
	const char *hash; /* SHA-256 in hex */
	enum file_type type;
	int64_t bytes;
	const char *name;
};
enum dispute_kind {
	DISPUTE_TWO_RETURNS,
	DISPUTE_SEVERAL_LEADS,
	DISPUTE_NO_LEAD,
	DISPUTE_KIND_COUNT
};
enum dispute_state {
	DISPUTE_NEGOTIATING,
	DISPUTE_AGENDA,
	DISPUTE_RULED,
	DISPUTE_SETTLED,
	DISPUTE_STATE_COUNT
};
const char *dispute_kind_name(enum dispute_kind k);
const char *dispute_state_name(enum dispute_state s);
struct dispute {
	enum dispute_kind kind;
	enum dispute_state state;
	int version;		   /* for If-Match */
	int64_t opened_ms, due_ms; /* until due_ms the parties negotiate; -1 no such time */
	int64_t next_ms;	   /* when something must happen next, -1 nothing */
	bool listed;		   /* stands in the list of disputes */
	const char *interim;	   /* body that answers for the matter meanwhile; "" nobody known */
	const char *body;	   /* ruled; "" none: closed without one */
	const char *by;		   /* who ruled */
	int64_t at_ms;		   /* when it ended, 0 not yet */
	const char *basis, *remark;
};
struct position {
	int dispute;
	int64_t at_ms;
	const char *by, *body;	     /* who says it, for which body */
	const char *text, *proposes; /* body that should lead, "" none named */
};
struct record;
struct line;
void record_encode_life(const struct record *r, struct buf *out);
/* false: not readable */
bool record_decode_life(const struct line *l, struct arena *arena, struct record *r);
/* Room for one more, in the arena; the new one is cleared. */
struct feedback *record_add_feedback(struct record *r, struct arena *arena);
struct dispute *record_add_dispute(struct record *r, struct arena *arena);
struct position *record_add_position(struct record *r, struct arena *arena);
struct attachment *record_add_file(struct record *r, struct arena *arena);

#endif
