/*
 * err.h: the one table of failures, and the words for telling them.
 *
 * A function that can fail returns enum err (ERR_OK is 0), puts its results into out-parameters
 * named ret_x that stay untouched on failure, and explains itself, where a person will read it, in
 * a diag list: one entry for every fault found, each with the place (a JSON pointer, or
 * file:line:column). Fault texts never repeat input beyond names of members and columns, because
 * input can hold personal data.
 */
#ifndef TANDEM_ERR_H
#define TANDEM_ERR_H

#include <stddef.h>

#define MUST_CHECK	  __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* code, HTTP status, title */
#define ERR_TABLE(X)                                                                               \
	X(OK, 200, "OK")                                                                           \
	X(SYNTAX, 400, "Not well-formed")                                                          \
	X(INVALID, 422, "Invalid content")                                                         \
	X(UNAUTHENTICATED, 401, "Sign in first")                                                   \
	X(FORBIDDEN, 403, "Not allowed")                                                           \
	X(NOT_FOUND, 404, "Not found")                                                             \
	X(METHOD, 405, "Method not allowed")                                                       \
	X(CONFLICT, 409, "Conflict")                                                               \
	X(LENGTH, 411, "Length required")                                                          \
	X(STALE, 412, "Changed in the meantime")                                                   \
	X(TOO_LARGE, 413, "Too large")                                                             \
	X(MEDIA_TYPE, 415, "Unsupported media type")                                               \
	X(TOO_MANY, 429, "Too many requests")                                                      \
	X(INTERNAL, 500, "Internal error")                                                         \
	X(UNAVAILABLE, 503, "Not available just now")

enum err {
#define X(name, status, title) ERR_##name,
	ERR_TABLE(X)
#undef X
		ERR_COUNT
};

int err_http_status(enum err e);
const char *err_title(enum err e);
const char *err_name(enum err e); /* "not-found" */

struct arena;

struct fault {
	const char *where; /* "/data/item" or "rules.csv:12:5" */
	const char *what;  /* one English sentence without a full stop */
	struct fault *next;
};

/* A bounded list of faults in the order found; `count` goes on counting past DIAG_MAX. */
#define DIAG_MAX 1000
struct diag {
	struct arena *arena; /* owns the texts; outlives the diag */
	struct fault *first, *last;
	size_t count;
};

void diag_init(struct diag *d, struct arena *arena);
void diag_add(struct diag *d, const char *where, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
