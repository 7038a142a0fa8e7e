/* feed_line.h: one line of the feed taken apart, the bodies it concerns, and cursors. Internal to
 * feed.c and push.c. */
#ifndef TANDEM_FEED_LINE_H
#define TANDEM_FEED_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "feed.h"

/* one body, with those who listen to it now; interned, never freed before the feed */
struct feed_topic {
	char *body;
	struct feed_sub **subs;
	int count, capacity;
	struct feed_topic *chain;
};
struct cursor { /* stream entry, line in it, notice in the line */
	int64_t ms, seq;
	int line, part;
};
struct feed_line {
	struct cursor at; /* part is 0 */
	char kind;	  /* 'E' new event, 'C' change, other: nobody's */
	int64_t seq;
	int notice; /* of a change */
	char *text; /* fields of a change point into it */
	const char *state, *by;
	int64_t at_ms;
	/* owned, text with it; of an event: by notice; of a change: those who are told */
	struct feed_topic **topics;
	int topic_count;
};

bool cursor_parse(const char *s, struct cursor *ret);		    /* "17-3.4" or "17-3.4.1" */
int cursor_compare(const struct cursor *a, const struct cursor *b); /* without the part */
void cursor_print(const struct cursor *c, char ret[CURSOR_BYTES]);

typedef struct feed_topic *feed_topic_fn(void *arg, const char *body, size_t len);
void feed_line_set(struct feed_line *l, const char *cursor, const char *text,
		   feed_topic_fn *topic_of, void *arg);
void feed_line_clear(struct feed_line *l);

#endif
