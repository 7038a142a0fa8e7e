/*
 * json_scan.h: places in JSON bytes, for telling a person where a fault is. Beside json_scan() of
 * event.h, and built on the same scan; nothing is copied and no tree is made.
 */
#ifndef TANDEM_JSON_SCAN_H
#define TANDEM_JSON_SCAN_H

#include <stdbool.h>

#include "base/arena.h"
#include "event.h"
#include "json_node.h"

#define POINTER_BYTES 512

/* A pointer's next segment, escaped, cut to what a person can read; gives the new length. */
size_t pointer_add(char ret[POINTER_BYTES], size_t at, const char *name, size_t len);
size_t pointer_add_index(char ret[POINTER_BYTES], size_t at, size_t index);

struct scan_in_bytes {
	const char *data;
	size_t len;
	const struct event_limits *lim;
};
/* How a scan ended: whether a parser would get through, and where the syntax broke (line 0:
 * nowhere). */
struct scan_end {
	bool parseable;
	int line, column;
};
MUST_CHECK enum err json_scan_all(const char *data, size_t len, const struct event_limits *lim,
				  struct diag *diag, struct scan_end *ret);
/* The same, and the document as values besides; root NULL when it is not parseable. */
struct scan_tree {
	const struct node *root;
	bool has_repeats; /* a member is there twice in an object; the first of them is found */
};
MUST_CHECK enum err json_scan_tree(const struct scan_in_bytes *in, struct arena *arena,
				   struct diag *diag, struct scan_tree *ret,
				   struct scan_end *ret_end);
/* The same of a body, which may be as long as an event. */
MUST_CHECK enum err json_scan_body(const struct scan_in_bytes *in, struct arena *arena,
				   struct diag *diag, struct scan_tree *ret);
/* Every repeated member of every object, escapes undone. The bytes have passed json_scan's syntax.
 */
void json_scan_repeats(const char *data, size_t len, const struct event_limits *lim,
		       struct diag *diag);
/* Line and column, both from 1, of the value a pointer names; false when there is none. */
bool json_locate(const char *data, size_t len, const char *pointer, int *ret_line, int *ret_column);

#endif
