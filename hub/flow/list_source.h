/*
 * list_source.h: one list of the store read newest first, and the place reached in it as text that
 * stays good while others come and go. Internal to the queries.
 *
 * list_source_init; when list_source_is_empty, ask the store with list_source_in and hand its
 * answer to list_source_fill, until it is at its end; list_source_first is looked at, and
 * list_source_done says that it is behind us.
 */
#ifndef TANDEM_LIST_SOURCE_H
#define TANDEM_LIST_SOURCE_H

#include "flow/flow.h"

#define LIST_SLICE 128

struct list_source {
	char *name;
	/* what is to do, in the order of events; else the list of all, by places */
	bool is_set;
	int64_t below;	  /* of a list: where to go on, -1 at the newest */
	struct ref last;  /* of a set: the last that is behind us; seq 0: none */
	struct ref *refs; /* LIST_SLICE of them, once it has been asked */
	int count, at;	  /* how many are at hand, and how many of those were taken */
	int64_t total;
	bool ended; /* nothing more comes behind those at hand */
};
void list_source_init(struct list_source *s, const char *name, bool is_set);
void list_source_clear(struct list_source *s);
bool list_source_is_empty(const struct list_source *s); /* the store has to be asked */
bool list_source_is_over(const struct list_source *s);	/* everything is behind us */
struct list_in list_source_in(const struct list_source *s);
void list_source_fill(struct list_source *s, const struct ref *refs, int count, int64_t total);
/* The newest at hand that has not been taken; NULL: none. */
const struct ref *list_source_first(const struct list_source *s);
void list_source_done(struct list_source *s, const struct ref *ref);
void list_source_put_cursor(const struct list_source *s, struct buf *out);
/* Moves *text behind what it read; false: it is none that was put. */
bool list_source_read_cursor(struct list_source *s, const char **text);
int list_ref_order(const struct ref *a, const struct ref *b); /* below 0: a is the newer */

#endif
