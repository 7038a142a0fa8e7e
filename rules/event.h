/*
 * event.h: one approval event, from bytes to values.
 *
 * event_parse checks everything contract section 4 and the limits of section 5 ask for and reports
 * every fault at once with its JSON pointer, in one walk over the bytes. Texts of struct event
 * point into its own copy of the document; event_clear drops it. Not done here: identity against
 * earlier events, and what follows from the event.
 */
#ifndef TANDEM_EVENT_H
#define TANDEM_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "json_node.h"

enum event_type { /* order is the contract's */
		  EVENT_GRANTED,
		  EVENT_REFUSED,
		  EVENT_CHANGED,
		  EVENT_RENEWED,
		  EVENT_SUSPENDED,
		  EVENT_REVOKED,
		  EVENT_WITHDRAWN,
		  EVENT_CANCELLED,
		  EVENT_REGISTERED,
		  EVENT_REREGISTERED,
		  EVENT_DEREGISTERED,
		  EVENT_TYPE_COUNT
};
const char *event_type_name(enum event_type t); /* "granted" */

struct event_limits {
	size_t event_bytes;			/* 256 KiB */
	size_t batch_bytes;			/* 16 MiB */
	int batch_count;			/* 10,000 */
	int depth;				/* 32 */
	int members, attributes;		/* 64, 200 */
	size_t string_bytes, long_string_bytes; /* 8 KiB; scope and permit.content 64 KiB */
	size_t id_bytes;			/* 128 */
	int remark_chars;			/* 500 */
	int commitments;			/* 100 */
};
extern const struct event_limits event_limits_default;

/* What no body's id holds, because lists of bodies are written with it. */
#define BODY_ID_WITHOUT "|*!,\""

struct event {
	struct arena arena; /* of the document's values */
	const struct node *root;
	const char *raw; /* borrowed: the bytes it was parsed from */
	size_t raw_len;
	enum event_type type;
	const char *source, *id, *time;
	int64_t time_ms;
	const char *case_id; /* data.case */
	int version;	     /* data.version, 1 when absent */
	const char *item;    /* as written, 12, 31 or 33 characters; NULL when absent */
	char item_code[13];  /* the basic code, "" when absent */
	const char *handling, *region, *accepted_in;
	const char *accepting, *reviewing, *deciding; /* NULL when absent */
	const char *applicant_kind, *applicant_name, *applicant_code, *applicant_phone;
	const char *permit_number;
	int32_t decision_day;	       /* permit.decided_on, else the local (+08:00) date of time */
	const struct node *attributes; /* or NULL */
	const char *scope;
};

/* ERR_SYNTAX: not JSON at all (400). ERR_TOO_LARGE: a limit of size (413). ERR_INVALID: everything
 * else (422). */
MUST_CHECK enum err event_parse(const char *data, size_t len, const struct event_limits *lim,
				struct event *ret, struct diag *diag);
void event_clear(struct event *e);

/* What was promised with a date, in the document's order; at most max are given, and how many. */
struct commitment {
	const char *what; /* "" when it is not said */
	int32_t due_day;
	bool is_material; /* deferred-material; else informed-commitment */
};
int event_commitments(const struct event *e, struct commitment *ret, int max);
/* permit.valid_until, when the event has it */
bool event_valid_until(const struct event *e, int32_t *ret_day);

/* Canonical bytes of type, time and data: equal for equal content however spaced and ordered. */
void event_canonical(const struct event *e, struct buf *out);

/*
 * Cuts a JSON array (or, with ndjson, lines) into the byte ranges of its elements without building
 * anything. A fault of the whole gives an error and no parts. Parts point into data.
 */
struct event_part {
	const char *data;
	size_t len;
};
struct event_batch {
	const char *data;
	size_t len;
	bool ndjson;
	const struct event_limits *lim;
	struct arena *arena; /* for the list of parts */
};
MUST_CHECK enum err event_batch_split(const struct event_batch *in, struct event_part **ret_parts,
				      size_t *ret_count, struct diag *diag);
#define event_split(data, len, ndjson, lim, arena, ret_parts, ret_count, diag)                     \
	event_batch_split(&(struct event_batch){data, len, ndjson, lim, arena}, ret_parts,         \
			  ret_count, diag)
/* The scan by itself: limits of size, depth, members and strings, UTF-8, NUL, repeated nothing. */
MUST_CHECK enum err json_scan(const char *data, size_t len, const struct event_limits *lim,
			      struct diag *diag);

#endif
