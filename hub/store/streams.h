/*
 * streams.h: what goes in at one end and comes out at another: the feed, the intake, the audit log.
 * Part of store.h, which includes it and whose rules about callbacks hold here too.
 */
#ifndef TANDEM_STORE_STREAMS_H
#define TANDEM_STORE_STREAMS_H

/* --- feed: one stream of all changes, tailed by every hub --- */
/* Lines: "E\tseq\tbody,body" a new event; "C\tseq\tnotice\tbody\tstate\tby\tat_ms" a change;
 * "X\tname" sessions of a user ended. */
struct feed_entry {
	const char *cursor; /* opaque, "1700000000000-0.3": stream entry and line */
	const char *line;
};
typedef void store_feed_fn(void *arg, const struct feed_entry *entries, int count);
/* First the newest `backlog` lines there are, oldest first, then everything as it comes, through
   reconnects, without a gap. A gap that cannot be healed (trimmed away) is told as count -1;
   entries[0].cursor is then where it goes on. */
void store_feed_start(struct store *s, int backlog, store_feed_fn *fn, void *arg);
/* Lines from one stream entry on ("17-3", or "0-0" for the beginning), the entry's own first; a
 * piece, not all there are. */
struct feed_piece {
	/* nothing behind the entry has been trimmed away; else there is nothing to give */
	bool is_known;
	const struct feed_entry *entries;
	int count;
};
typedef void store_feed_piece_fn(void *arg, enum err e, const struct feed_piece *piece);
void store_feed_read(struct store *s, const char *entry, store_feed_piece_fn *fn, void *arg);

/* --- intake from the Redis stream {cell}:intake, consumer group "tandem" --- */
/* Field `event` holds the JSON; data NULL: the entry has no such field. The callback's entry is
 * acknowledged with store_intake_done after it is on disk. */
typedef void store_intake_fn(void *arg, const char *entry_id, struct bytes event);
void store_intake_start(struct store *s, store_intake_fn *fn, void *arg);
/* outcome goes to {cell}:intake:done */
void store_intake_done(struct store *s, const char *entry_id, const char *outcome);
/* It failed here: it is given again some seconds later, STORE_INTAKE_TRIES times in all; then it is
 * moved to {cell}:intake:parked, and the outcome goes to {cell}:intake:done. */
#define STORE_INTAKE_TRIES 30
void store_intake_failed(struct store *s, const char *entry_id, const char *outcome);

void store_append_feed(struct store *s, const char *line, store_text_fn *fn, void *arg);
/* audit: append-only list of JSON lines */
void store_audit(struct store *s, const char *json_line, store_text_fn *fn, void *arg);
/* A slice of it, newest first, ending before a place counted from the oldest (-1: the newest);
 * total is how many there are. */
typedef void store_lines_fn(void *arg, enum err e, const struct bytes *lines, int count,
			    int64_t total);
void store_audit_read(struct store *s, int64_t below, int limit, store_lines_fn *fn, void *arg);
/* From a place on, oldest first; total is how far it went. */
void store_audit_from(struct store *s, int64_t from, int limit, store_lines_fn *fn, void *arg);
struct seal_in {	    /* SCHEMA.md says what a seal is */
	const char *before; /* the last one, "" there was none */
	const char *day, *seal;
};
/* ERR_STALE: somebody was first */
void store_seal(struct store *s, const struct seal_in *in, store_text_fn *fn, void *arg);

#endif
