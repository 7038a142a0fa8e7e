/*
 * record.h: all that changes about one event, as one value: its notices, deliveries and receipts.
 *
 * The event's document never changes and is stored once; everything that happens afterwards is one
 * record, read, changed and written back by compare-and-set on its version. So every rule about
 * states lives in C (rules/lifecycle.c) and the scripts stay a handful. The text form has one line
 * a thing, fields between tabs, and can be read in redis-cli; SCHEMA.md describes it. Strings live
 * in the arena given to record_decode.
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
#include "store/record_notice.h"

#define RECORD_NOTICES_MAX 64
#define RECORD_BYTES_MAX   (1 << 20)
/* What can be said again and again ends here, and feedback somewhat later: the rest is for what
 * there is to do, and for what the hub does by itself. */
#define RECORD_SAID_MAX	    (RECORD_BYTES_MAX / 4 * 3)
#define RECORD_REPORTED_MAX (RECORD_BYTES_MAX / 8 * 7)

struct record {
	int version;
	/* the mark of the write that made this version, NULL or "": as accepted. Two may make the
	 * same number of one record */
	const char *writer;
	int64_t accepted_ms;
	const char *policy; /* "linyi@3f9c2a71" */
	/* of the decision; the event's own code where no row is for it */
	const char *item_code, *region;
	const char *by;	       /* principal that sent it */
	int64_t superseded_by; /* seq of the correction, 0 none */
	/* what it does to the earlier events of its case is still to be done */
	bool correcting;
	const char *applicant_via, *applicant_rules; /* NULL: not told */
	const char *problems;			     /* "no-body:R14|no-lead" */
	int64_t archive_ms; /* when its files come up for handing over, 0 not */
	/* bodies that accept, review or decide, each once: "spj-371302|spj-371300" */
	const char *approvers;
	struct notice *notices;
	int notice_count;
	struct delivery *deliveries;
	int delivery_count;
	struct receipt *receipts;
	int receipt_count;
	struct feedback *feedback;
	int feedback_count;
	struct dispute *disputes;
	int dispute_count;
	struct position *positions;
	int position_count;
	struct term *terms;
	int term_count;
	struct pause *pauses;
	int pause_count;
	struct attachment *files;
	int file_count;
	struct letter *letters;
	int letter_count;
	struct writing *writings;
	int writing_count;
};

void record_encode(const struct record *r, struct buf *out);
/* the same, kept in the arena; data NULL: too large */
struct bytes record_bytes(const struct record *r, struct arena *arena);
MUST_CHECK enum err record_decode(const char *data, size_t len, struct arena *arena,
				  struct record *ret);
/* Room for one more, in the arena; the new one is cleared. */
struct delivery *record_add_delivery(struct record *r, struct arena *arena);
struct receipt *record_add_receipt(struct record *r, struct arena *arena);
struct notice *record_add_notice(struct record *r, struct arena *arena);
/* in its text form: at least that many */
bool record_has_notices(const char *data, size_t len, int count);
/* earliest next_ms of notices, deliveries, disputes and terms, or -1 */
int64_t record_next_ms(const struct record *r);
int64_t notice_made_ms(const struct record *r, const struct notice *n);
bool notice_has_feedback(const struct record *r, int notice);
/* it was taken on, and supervision has not reported */
bool notice_owes_feedback(const struct record *r, const struct notice *n);
/* of the clock that runs: to take it on, then to report; -1 none */
int64_t notice_due_ms(const struct record *r, const struct notice *n);
bool notice_is_pool(const char *body);		    /* "pool:371302" */
bool bars_hold(const char *bars, const char *word); /* whether "a|b" names the word */

#endif
