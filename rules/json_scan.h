/*
 * json_scan.h: places in JSON bytes, for telling a person where a fault is. Beside json_scan() of
 * event.h, and built on the same scan; nothing is copied and no tree is made.
 */
#ifndef TANDEM_JSON_SCAN_H
#define TANDEM_JSON_SCAN_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "event.h"

#define POINTER_BYTES 512

/* A pointer's next segment, escaped, cut to what a person can read; gives the new length. */
size_t pointer_add(char ret[POINTER_BYTES], size_t at, const char *name, size_t len);
size_t pointer_add_index(char ret[POINTER_BYTES], size_t at, size_t index);

/* How a scan ended: whether a parser would get through, and where the syntax broke (line 0:
 * nowhere). */
struct scan_end {
	bool parseable;
	int line, column;
};
MUST_CHECK enum err json_scan_all(const char *data, size_t len, const struct event_limits *lim,
				  struct diag *diag, struct scan_end *ret);
/* Every repeated member of every object, escapes undone. The bytes have passed json_scan's syntax.
 */
void json_scan_repeats(const char *data, size_t len, const struct event_limits *lim,
		       struct diag *diag);
/* Line and column, both from 1, of the value a pointer names; false when there is none. */
bool json_locate(const char *data, size_t len, const char *pointer, int *ret_line, int *ret_column);

/* The limits again, for a tree that was not made from scanned bytes. */
void json_tree_check(const json_t *root, const struct event_limits *lim, struct diag *diag);

#endif
