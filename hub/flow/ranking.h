/*
 * ranking.h: a month's figures by body, as the ranking is made of them; and a month that was
 * published, whose figures stand as they were then, whatever comes later. Published once for a
 * region, by who coordinates it, when the month is over.
 */
#ifndef TANDEM_RANKING_H
#define TANDEM_RANKING_H

#include "flow/flow.h"

struct ranking_in {
	struct principal *who;
	const char *month, *region; /* region "": the whole jurisdiction */
};
/* 200 {month, region, published: {by, at} or null, items, allowed}; 422. What is not published is
 * one's own part, as on the board. */
void ranking_get(struct flow *f, const struct ranking_in *in, reply_fn *fn, void *arg);
/* 200 as above; 404 not one's region; 409 it is published, or the month is not over; 422. */
void ranking_publish(struct flow *f, const struct ranking_in *in, reply_fn *fn, void *arg);

#endif
