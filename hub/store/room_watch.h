/* room_watch.h: asks Redis once a second how full it is, and whether it is still set
 * safely and holds the same data. Internal to hub/store; what comes of it is in room.h. */
#ifndef TANDEM_STORE_ROOM_WATCH_H
#define TANDEM_STORE_ROOM_WATCH_H

#include "store/store.h"

struct room_watch {
	struct loop_timer *timer;
	enum room room;
	bool is_asking;
};
void room_watch_open(struct store *s);
void room_watch_follow(struct store *s); /* the main connection is up */
void room_watch_out(struct store *s);	 /* Redis has refused a write for lack of memory */
void room_watch_close(struct store *s);	 /* asks no more */
void room_watch_clear(struct store *s);

#endif
