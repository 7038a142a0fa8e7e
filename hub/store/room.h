/*
 * room.h: how much room Redis has left below its maxmemory, and what is still taken then. Part of
 * store.h, which includes it.
 *
 * Once a second Redis is asked; a write that it refuses for lack of memory counts as an answer too.
 * What is read, and what only tells how something ended that was begun before, goes on as long as
 * Redis takes it: the last percents are kept for that. Without a maxmemory there is always room.
 */
#ifndef TANDEM_STORE_ROOM_H
#define TANDEM_STORE_ROOM_H

enum room {
	ROOM_ENOUGH,
	ROOM_SCARCE,   /* it is told, and all goes on */
	ROOM_FOR_ACTS, /* no more events, but what is to be done with those that are there */
	ROOM_FOR_ENDS, /* nothing new is begun */
	ROOM_COUNT
};
/* NULL: there is more room than at `from`; else what is so, for whoever is refused or warned. */
const char *store_is_short(const struct store *s, enum room from);

#endif
