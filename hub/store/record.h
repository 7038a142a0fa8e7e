/*
 * record.h: all that changes about one event, as one value: its notices, deliveries and receipts.
 *
 * The event's document never changes and is stored once; everything that happens afterwards is one record, read,
 * changed and written back by compare-and-set on its version. So every rule about states lives in C
 * (rules/lifecycle.c) and the scripts stay a handful. The text form has one line a thing, fields between tabs,
 * and can be read in redis-cli; SCHEMA.md describes it. Strings live in the arena given to record_decode.
 */
#ifndef TANDEM_RECORD_H
#define TANDEM_RECORD_H

#include "base/arena.h"
#include "base/buf.h"
#include "decide.h"
#include "lifecycle.h"
#include "store/store.h"
#include "store/record_letter.h"
#include "store/record_life.h"

#define RECORD_NOTICES_MAX 64
#define RECORD_BYTES_MAX (1 << 20)

struct stamp { /* who did it, when, over what: by is "" when it has not happened */
	const char *by;	     /* user name, or key name */
	int64_t at_ms;
	const char *channel; /* "ws", "http", "sms" */
};
struct notice {
	const char *body;	/* body id; "pool:<region code>" for a notice of the pool */
	enum role role;
	enum notice_state state;
	int version;		/* for If-Match; rises with every change of this notice */
	int64_t due_ms, feedback_due_ms; /* -1 none */
	bool provisional;
	const char *via;	/* "push|sms" */
	const char *rules;	/* "R1|R12" */
	struct stamp acknowledged, claimed;
	int64_t next_ms;	/* when something must happen next, -1 nothing */
	int rung;		/* how many rungs of via were used, push counting as the first */
	bool overdue_told;
	enum cause cause;
	int from;		/* the notice it came from, -1 none */
	int64_t made_ms;	/* 0: when the event was accepted */
	int step;		/* how many steps of the escalation ladder were used */
	int feedback_step;	/* and, once it was taken on, how many that ask for feedback */
	bool feedback_told;	/* that feedback is overdue */
	const char *items;	/* "000131012000|000161901000": those it is for, when the event concerns several; else "" */
};
enum delivery_state { DELIVERY_WAITING, DELIVERY_SENDING, DELIVERY_ACCEPTED, DELIVERY_DELIVERED, DELIVERY_FAILED,
		      DELIVERY_UNKNOWN, DELIVERY_CANCELLED, DELIVERY_STATE_COUNT };
const char *delivery_state_name(enum delivery_state s);
struct delivery {
	int notice;	       /* index, -1 the applicant's */
	enum channel channel;
	const char *connector; /* setting's name, "" until chosen */
	const char *address_hash; /* never the number itself: keyed hash, hex */
	enum delivery_state state;
	int attempts;
	int64_t next_ms;       /* -1 nothing to do */
	const char *provider_id;
	const char *detail;    /* provider's code, cut and cleaned */
	const char *post;      /* "": whoever comes first; else the post that is asked for, of `body` */
	const char *body;      /* "": the notice's */
	int term;	       /* the clock of the event that it is about, -1 none */
	const char *with;      /* "d12.1-1": the message of another delivery that carried it, "": its own */
	const char *also;      /* "d15.0|d16.1": those that its own message carries too, if they say so */
};
enum receipt_kind { RECEIPT_HANDED_OVER, RECEIPT_DELIVERED, RECEIPT_SHOWN, RECEIPT_ACKNOWLEDGED, RECEIPT_CLAIMED,
		    RECEIPT_FAILED, RECEIPT_REPLY, RECEIPT_STATE, RECEIPT_RETURNED, RECEIPT_TRANSFERRED, RECEIPT_SENT_ON,
		    RECEIPT_FED_BACK, RECEIPT_CLOSED, RECEIPT_UNDONE, RECEIPT_DISPUTED, RECEIPT_RULED, RECEIPT_TAKEN,
		    RECEIPT_REMINDED, RECEIPT_FULFILLED, RECEIPT_PAUSED, RECEIPT_RESUMED, RECEIPT_HANDED_ON, RECEIPT_WRITTEN,
		    RECEIPT_KIND_COUNT };
const char *receipt_kind_name(enum receipt_kind k);
struct receipt {
	enum receipt_kind kind;
	int notice;   /* -1 applicant */
	int delivery; /* -1 none */
	int64_t at_ms;
	const char *by, *channel, *detail;
};
struct record {
	int version;
	const char *writer;	/* the mark of the write that made this version, NULL or "": as accepted. Two may make the same number of one record */
	int64_t accepted_ms;
	const char *policy;	/* "linyi@3f9c2a71" */
	const char *item_code, *region; /* of the decision; the event's own code where no row is for it */
	const char *by;		/* principal that sent it */
	int64_t superseded_by;	/* seq of the correction, 0 none */
	bool correcting;	/* what it does to the earlier events of its case is still to be done */
	const char *applicant_via, *applicant_rules; /* NULL: not told */
	const char *problems;	/* "no-body:R14|no-lead" */
	int64_t archive_ms;	/* when its files come up for handing over, 0 not */
	const char *approvers;	/* bodies that accept, review or decide, each once: "spj-371302|spj-371300" */
	struct notice *notices; int notice_count;
	struct delivery *deliveries; int delivery_count;
	struct receipt *receipts; int receipt_count;
	struct feedback *feedback; int feedback_count;
	struct dispute *disputes; int dispute_count; struct position *positions; int position_count;
	struct term *terms; int term_count;
	struct pause *pauses; int pause_count; struct attachment *files; int file_count;
	struct letter *letters; int letter_count; struct writing *writings; int writing_count;
};

void record_encode(const struct record *r, struct buf *out);
struct bytes record_bytes(const struct record *r, struct arena *arena); /* the same, kept in the arena; data NULL: too large */
MUST_CHECK enum err record_decode(const char *data, size_t len, struct arena *arena, struct record *ret);
/* Room for one more, in the arena; the new one is cleared. */
struct delivery *record_add_delivery(struct record *r, struct arena *arena);
struct receipt *record_add_receipt(struct record *r, struct arena *arena);
struct notice *record_add_notice(struct record *r, struct arena *arena);
bool record_has_notices(const char *data, size_t len, int count); /* in its text form: at least that many */
int64_t record_next_ms(const struct record *r); /* earliest next_ms of notices, deliveries, disputes and terms, or -1 */
int64_t notice_made_ms(const struct record *r, const struct notice *n);
bool notice_has_feedback(const struct record *r, int notice);
bool notice_owes_feedback(const struct record *r, const struct notice *n); /* it was taken on, and supervision has not reported */
int64_t notice_due_ms(const struct record *r, const struct notice *n); /* of the clock that runs: to take it on, then to report; -1 none */
bool notice_is_pool(const char *body); /* "pool:371302" */
bool bars_hold(const char *bars, const char *word); /* whether "a|b" names the word */

#endif
