/*
 * feed_subs.h: the subscribers of a feed, in two lists: live ones hang on the topics of their
 * bodies, the others have a place of their own. Internal to feed.c.
 */
#ifndef TANDEM_FEED_SUBS_H
#define TANDEM_FEED_SUBS_H

#include "flow/feed_line.h"

struct feed_sub {
	struct feed_wish wish;
	struct feed_topic **topics; /* of the wish's bodies */
	struct cursor at;	    /* while it is not live: it has everything up to here */
	bool live, dead;
	bool ended; /* was told of a gap: gets nothing more */
	struct feed_sub *prev, *next;
};
struct feed_subs {
	struct feed_sub *live, *behind;
	int dead_count;
};
void feed_sub_add(struct feed_subs *l, struct feed_sub *s); /* behind, until it goes live */
void feed_sub_go_live(struct feed_subs *l, struct feed_sub *s);
void feed_sub_fall_behind(struct feed_subs *l, struct feed_sub *s, const struct cursor *at);
bool feed_sub_listens(const struct feed_sub *s, const struct feed_topic *t);
void feed_subs_bury(struct feed_subs *l); /* frees the dead ones */
void feed_subs_clear(struct feed_subs *l);

#endif
