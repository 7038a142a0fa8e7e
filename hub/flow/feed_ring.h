/*
 * feed_ring.h: the newest lines of the feed, the bodies they name, and where a place lies among
 * them. Internal to feed.c.
 *
 * Lines have absolute indexes: [first, head) are there. A line leaves when the ring is full; who
 * still needs it asks the store.
 */
#ifndef TANDEM_FEED_RING_H
#define TANDEM_FEED_RING_H

#include "flow/feed_line.h"

#define FEED_TOPIC_SLOTS 1024

struct feed_ring {
	struct feed_line *lines;
	int64_t size, first, head;
	/* everything up to here has been in the ring, or before its beginning */
	struct cursor newest;
	bool older_exist; /* the stream has lines from before the ring's first */
	struct feed_topic *topics[FEED_TOPIC_SLOTS];
};
void feed_ring_init(struct feed_ring *r, int64_t size);
void feed_ring_clear(struct feed_ring *r);
void feed_ring_add(struct feed_ring *r, const char *cursor, const char *line);
/* the stream goes on behind this entry's cursor, with a gap before it */
void feed_ring_forget(struct feed_ring *r, const char *newest);
struct feed_line *feed_ring_line(struct feed_ring *r, int64_t i); /* NULL: it has left */
struct feed_topic *feed_ring_topic(struct feed_ring *r, const char *body, size_t len);
/* A line read from elsewhere, for the ring's topics; the caller clears it. */
void feed_ring_read(struct feed_ring *r, const char *cursor, const char *line,
		    struct feed_line *ret);

/* The place of somebody who has a line with all its parts. */
struct cursor feed_whole_line(const struct cursor *at);
/* WHERE_RING: the first line of which somebody at this place has not all parts, and how many parts
 * it has. */
enum where { WHERE_RING, WHERE_OLDER, WHERE_AHEAD };
enum where feed_ring_find(struct feed_ring *r, const struct cursor *at, int64_t *ret,
			  int *ret_skip);

#endif
