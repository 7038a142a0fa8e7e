/*
 * writes.h: events accepted and records changed, each with all that follows from it in one step.
 * Part of store.h, which includes it and whose rules about callbacks hold here too.
 */
#ifndef TANDEM_STORE_WRITES_H
#define TANDEM_STORE_WRITES_H

/* What a callback will look at. A batch's answer calls hundreds whose memory nobody has touched
   since they were sent, so it is asked for some calls ahead. NULL: nothing; it is not read here. */
struct near {
	const void *at[8];
};

/* --- accept: dedupe, event, record, what is due, indexes, feed: one atomic step --- */
struct accept_in { /* all borrowed until the callback */
	struct near near;
	unsigned char identity[16];    /* hash of source and id */
	unsigned char fingerprint[16]; /* hash of the canonical content */
	const char *case_id, *type;    /* "granted" */
	/* its number, when later events may ask for it; else NULL */
	const char *permit;
	int version;
	struct bytes doc, record;
	/* of the notices, in their order: notice k is for bodies[k] */
	const char *const *bodies;
	int body_count;
	int64_t due_ms; /* -1: nothing is due */
};
enum accept_result { ACCEPT_NEW, ACCEPT_REPEAT, ACCEPT_CONFLICT };
struct accept_out {
	enum accept_result result;
	int64_t seq;	     /* of the new or the first */
	struct bytes record; /* on repeat: as it stands now */
	/* on new: the case's earlier events, "12/granted/1,15/changed/1", or "" */
	const char *earlier;
};
typedef void store_accept_fn(void *arg, enum err e, const struct accept_out *out);
void store_accept(struct store *s, const struct accept_in *in, store_accept_fn *fn, void *arg);
/* What it would answer without writing anything: a repeat or a conflict; ERR_NOT_FOUND: it would be
 * new. Of `in` only identity and fingerprint are looked at. */
void store_find_accepted(struct store *s, const struct accept_in *in, store_accept_fn *fn,
			 void *arg);

/* --- commit: compare-and-set of one record, with its consequences --- */
/* In a body's list of all: new is what was made after acceptance (transfer, ruling) or taken out of
 * the pool, gone what was given back to it. */
enum commit_listed { LISTED_AS_BEFORE, LISTED_NEW, LISTED_GONE };
struct commit_index {
	const char *body;
	int notice;
	bool todo; /* in the set of what the body still has to do */
	enum commit_listed listed;
};
struct commit_in {
	struct near near;
	int64_t seq;
	int expected_version;
	/* the mark of the write that made it; NULL or "": it was accepted so */
	const char *expected_writer;
	struct bytes record; /* encoded with version expected_version + 1 */
	int64_t due_ms;	     /* new next moment; -1: nothing is due */
	/* it has not moved, and nobody works on what is due: Redis keeps what it has */
	bool due_stands;
	const struct commit_index *index;
	int index_count;
	const char *feed;  /* feed lines (see below), or "" */
	const char *audit; /* lines of the audit log, a line feed between; NULL or "": none */
	/* set on a claim, else NULL; "": the claim of that notice was taken back, and whoever had
	 * it before holds it again */
	const char *holder_body;
	int holder_notice;
	const char *holder_case;
	const char *holder_permit;
};
/* ERR_STALE: somebody was first; current is the record as it stands. ERR_NOT_FOUND: no such event.
 */
typedef void store_commit_fn(void *arg, enum err e, struct bytes current);
void store_commit(struct store *s, const struct commit_in *in, store_commit_fn *fn, void *arg);

#endif
