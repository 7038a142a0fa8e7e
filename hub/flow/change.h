/*
 * change.h: one change of one event's record, done right: read, changed in C, written by
 * compare-and-set, tried again on a lost race, remembered in the cache. Everything that changes a
 * record goes through here.
 *
 * change_run calls `apply` (perhaps several times, each time on a freshly decoded record) and then
 * `done` exactly once. Changes of one event asked for in one turn are chained on each other's
 * outcome and travel in one script call.
 */
#ifndef TANDEM_CHANGE_H
#define TANDEM_CHANGE_H

#include "flow/audit.h"
#include "flow/flow.h"

/* and a body: what it has taken on and has yet to give feedback on */
#define OWES_LIST	 "owes:"
#define CHANGE_NOTED_MAX RECORD_NOTICES_MAX

struct change {
	struct flow *flow;
	int64_t seq, now_ms;
	struct arena arena;
	struct record record;
	const struct event *event; /* only when asked for */
	struct bytes doc;
	size_t bytes; /* of the record as it was read */
	bool nothing; /* set by apply: all is as wanted, nothing to write */
	/* set by apply: the event is being worked off, and its next moment must be put right
	 * whether it moved or not */
	bool leased;
	/* set by apply: what is due of it is left until then; 0: it is not */
	int64_t later_ms;
	struct buf feed;
	/* of each notice as it was read, the body that owed feedback on it; NULL: nobody */
	const char **owing;
	int owing_count;
	struct commit_index *index;
	int index_count;
	const char *holder_body, *holder_case, *holder_permit;
	int holder_notice;
	/* what the hub did by itself, for the audit log */
	struct noted {
		const char *act;
		int notice;
	} * noted;
	int noted_count;
	/* and what somebody did, in the same step as what came of it */
	struct audited *audited;
	int audited_count;
	/* evidence was added: those who count hear of it even when no state changed */
	bool touched;
};
/* ERR_OK: write it (or nothing); anything else: refused, done gets it and nothing is written. */
typedef enum err change_apply_fn(void *arg, struct change *c);
/* c->record is what holds now; c may be NULL when it was never read */
typedef void change_done_fn(void *arg, enum err e, struct change *c);
void change_run(struct flow *f, int64_t seq, bool need_event, change_apply_fn *apply,
		change_done_fn *done, void *arg);
/* The same without waiting for the end of the turn, when what it works on would have to be fetched
   from memory again: done may be called before this returns, so it is for the last step of one that
   is ready for it. */
void change_run_now(struct flow *f, int64_t seq, bool need_event, change_apply_fn *apply,
		    change_done_fn *done, void *arg);

/* Moves a notice to a state: version, todo set, feed line; texts that wait for a notice that needs
 * no action any more are cancelled. */
void change_notice(struct change *c, int notice, enum notice_state to, const char *by);
/* Gives a notice to another body before change_notice moves it; those who had it hear of that too.
 */
void change_owner(struct change *c, int notice, const char *body);
/* One that nobody has dealt with, of no body and without a due moment; from: as in the record. */
struct notice change_blank(enum role role, enum cause cause, int from);
/* Adds a notice like the one given, of which nothing has been said yet, and tells its body; -1: the
 * record is full. */
int change_add(struct change *c, const struct notice *like, const char *by);
/* A notice's body holds its event's case and permit from now on, or does not any more: then whoever
 * held them before does. The event was asked for. */
void change_holder(struct change *c, int notice, bool holds);
void change_tell(struct change *c, int notice, const char *by); /* the feed line of a change */
void change_index(struct change *c, const char *list, int entry, bool todo,
		  enum commit_listed listed);
/* On the lists of what the case's bureaus have to send on, or off them. */
void change_split(struct change *c, int notice, bool waits);
/* On the list of what a body owes feedback on, or off it, however that came about: as the record
 * was read, and before it is written. */
void change_see_owing(struct change *c);
void change_index_owing(struct change *c);
bool change_has_receipt(const struct change *c, enum receipt_kind kind, int delivery,
			const char *detail);
/* A line of the audit log, on disk in the same step as the change. Its moment and event are the
 * change's own. */
void change_audit(struct change *c, const struct audited *a);
/* The same for what the hub does by itself. notice -1: about the event. */
void change_note(struct change *c, const char *act, int notice);
struct receipt *change_receipt(struct change *c, enum receipt_kind kind, int notice, int delivery);

#endif
