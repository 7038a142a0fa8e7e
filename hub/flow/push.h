/*
 * push.h: lines of the feed into messages. A batch is a slice of the ring: the events somebody
 * wants are named with push_need, read in one go where the cache has not got them, and rendered
 * once for all who get them.
 */
#ifndef TANDEM_PUSH_H
#define TANDEM_PUSH_H

#include "flow/feed_line.h"

struct push_batch;
typedef void push_loaded_fn(void *arg, bool ok);

struct push_batch *push_batch_new(struct flow *f);
/* An event's document, and a record of it that knows at least that many notices: the line may be
 * newer than what the cache has. */
void push_need(struct push_batch *b, int64_t seq, int notices);
/* Calls back when everything needed has been read (false: the store is away): at once, from inside
 * the call, when it is at hand. */
void push_load(struct push_batch *b, push_loaded_fn *fn, void *arg);
/* Still at hand: what was read can have been pushed out of the cache by what was read behind it. */
bool push_has(struct push_batch *b, int64_t seq, int notices);
/* The message for one notice of a line (part), plain or masked. False: the event cannot be had any
 * more. */
bool push_render(struct push_batch *b, const struct feed_line *l, int part, bool masked,
		 struct feed_message *ret);
void push_batch_free(struct push_batch *b);

#endif
