/*
 * answer.h: what a call of the flow answers with, and the ids and versions that calls name.
 */
#ifndef TANDEM_FLOW_ANSWER_H
#define TANDEM_FLOW_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Ids outside: "e12", "n12.0", "d12.1", "u12.0". */
bool id_parse_event(const char *s, int64_t *ret_seq),
	id_parse_notice(const char *s, int64_t *ret_seq, int *ret_notice);
bool id_parse_dispute(const char *s, int64_t *ret_seq, int *ret_dispute),
	id_parse_delivery(const char *s, int64_t *ret_seq, int *ret_delivery);

/* Of a notice, a dispute or minutes: the versions that the caller saw (If-Match). All zero:
 * whichever it is. */
#define SEEN_MAX 32
struct seen_versions {
	bool is_asked;
	int count, versions[SEEN_MAX];
};
bool version_was_seen(const struct seen_versions *s, int version);

/* What a call of the flow answers with: a status of err.h and a JSON body (a problem document when
 * it failed). */
struct reply {
	enum err err;
	int status; /* HTTP */
	const char *json;
	size_t len;
	const char *etag; /* "" or the notice's version */
	int retry_s;	  /* after how long a 429 may be tried again, 0 as usual */
	const char *type; /* of the content; NULL: JSON */
};
typedef void reply_fn(void *arg, const struct reply *r);
/* Builds a problem document (RFC 9457) into out. */
void problem_json(struct buf *out, enum err e, int status, const char *detail,
		  const struct diag *diag);
/* 422 about one member of the document or one parameter of the query: errors names it and says what
 * it must be. */
void reply_invalid(reply_fn *fn, void *arg, const char *member, const char *why);
/* 422 about all that diag has */
void reply_faults(reply_fn *fn, void *arg, const char *detail, const struct diag *diag);
void reply_problem(reply_fn *fn, void *arg, enum err e, const char *detail);
/* What a page of a list may hold at most; a row that does not fit any more ends it as too large. */
#define REPLY_PAGE_BYTES ((size_t)32 << 20)
/* It has as many rows as were asked for, or such long ones that the next page goes on behind them.
 */
bool page_is_full(const struct buf *out, int rows, int limit);
/* The end of a page of a list: its rows' bracket, and the cursor behind letter; 0 or less: none. */
void page_end(struct buf *out, const char *letter, int64_t next);
/* ERR_OK: 200 with what out holds, ERR_TOO_LARGE where that is not all of it. Otherwise the problem
 * with its title. etag is "" or as in struct reply; out stays the caller's. */
void reply_built(reply_fn *fn, void *arg, enum err e, const char *etag, struct buf *out);

#endif
