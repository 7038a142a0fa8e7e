/*
 * wall.h: which wall time is believed. The time of a cell never goes back, so a clock that is wrong
 * for one moment, years ahead, would leave that time on everything accepted from then on and make
 * every deadline fire at once. So a clock that jumps, against the one that only counts, is believed
 * when it has stayed there for a while; until then time goes on as it was. What is believed never
 * goes back: it stands until the clock has come up to it.
 *
 * Pure: both clocks are handed in.
 */
#ifndef TANDEM_WALL_H
#define TANDEM_WALL_H

#include <stdint.h>

#define WALL_STEP_MS 30000 /* less than this is how clocks are set right */
#define WALL_HOLD_MS (5 * 60000)

struct wall { /* zero: nothing was read yet, and the first reading is believed */
	int64_t said_ms, counted_ms; /* both clocks when the wall clock was last believed */
	int64_t last_ms;	     /* the newest time given out */
	int64_t held_since_ms;	     /* by the counting clock; 0: not held */
	/* how far the wall clock has gone from what is believed; 0: it is believed */
	int64_t jump_ms;
};
int64_t wall_believed(struct wall *w, int64_t wall_ms, int64_t counted_ms);

#endif
