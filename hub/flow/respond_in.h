/* respond_in.h: one answer on its way. For respond*.c only. */
#ifndef TANDEM_RESPOND_IN_H
#define TANDEM_RESPOND_IN_H

#include "flow/change.h"
#include "flow/respond.h"

#define REMARK_CHARACTERS_MAX 500
#define FEEDBACK_FILES_MAX    20

struct act_params { /* what was said, checked; strings in the answer's arena */
	enum return_reason reason;
	const char *remark, *to;    /* remark: of a letter, what is written */
	const char *subject, *time; /* of a letter; time: to answer in, "" not said */
	enum letter_kind kind;
	struct feedback feedback;
	const char *names[FEEDBACK_FILES_MAX]; /* hashes of the files that are named, each once */
	int name_count;
	struct attachment file; /* that is put to the notice */
	int clock;		/* which of the event's */
	int32_t until;		/* the last day of a pause, INT32_MIN none */
};
struct answering {
	reply_fn *fn;
	void (*sms_done)(void *arg, enum err e);
	void *arg;
	int64_t seq;
	int notice;
	enum answer answer;
	int retry_s; /* after how long it may be tried again, 0 it cannot be said */
	int made;    /* the notice this one led to, -1 none */
	struct flow *flow;
	struct principal *who; /* NULL: an SMS reply, checked by the number it was sent to */
	char *by, *from_hash, *dedupe;
	const char *channel;
	const char *detail;   /* why not, "" when the error's own words do */
	struct act_params *p; /* NULL: of an act that needs no more than its notice */
	struct arena arena;
	/* what is wrong with what was said; told only to those who may answer */
	struct diag diag;
	/* whose act stands in the way, when it is none of the notice's own stamps */
	struct stamp before;
	struct seen_versions if_match;
};

/* Reads what an act needs; faults go to diag. */
void act_read(enum answer a, const json_t *said, struct arena *arena, struct act_params *ret,
	      struct diag *diag);
/* One piece of text, at most as long as one of its name may be; "" when it is not there and need
 * not be. */
const char *act_text(const json_t *said, const char *name, bool required, struct diag *diag);
/* The same of an object inside what was said; where: the whole pointer, which ends with the name.
 */
const char *act_text_at(const json_t *said, const char *where, bool required, struct diag *diag);
/* A date as it is written; *ret_day is untouched when there is none, or none that can be read. */
const char *act_date_at(const json_t *said, const char *where, bool required, int32_t *ret_day,
			struct diag *diag);

typedef enum err act_fn(struct answering *a, struct change *x, struct notice *n);
act_fn act_return, act_transfer, act_feedback, act_close, act_undo, act_fulfil, act_pause,
	act_resume, act_attach, act_remind, act_letter, act_reply;
act_fn letter_close; /* what act_close does to a letter */

/* The verdict on an act as an error with its words; *ret is the new state, and x->nothing is set
 * when it is as wished. */
enum err act_verdict(struct answering *a, struct change *x, const struct notice *n, enum act act,
		     enum notice_state *ret);
/* Whether the person waits for what the record's bodies do: its bureaus and its coordinators. */
bool act_may_remind(const struct principal *who, const struct pack *pack, const struct record *r);
struct receipt *act_receipt(struct answering *a, struct change *x, enum receipt_kind kind);
/* Files (respond_files.c), and what names them: a feedback, or what was written in a letter; -1 the
 * other. */
struct namer {
	int feedback, writing;
};
bool names_the_same(const struct answering *a, const struct record *r, struct namer by);
/* whose they are then */
enum err name_files(struct answering *a, struct change *x, struct namer by, int notice);
void act_stamp(struct stamp *s, const struct answering *a, int64_t now_ms);
bool notice_was_returned(const struct record *r, int notice);
bool notice_was_sent_on(const struct record *r, int notice);
/* It was returned, and the bureau has neither sent it on nor corrected its event. */
bool notice_waits_for_bureau(const struct record *r, int notice);

#endif
