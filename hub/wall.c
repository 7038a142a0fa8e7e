/* wall.c: see wall.h. */
#include "wall.h"

#include <stdbool.h>

static void believe(struct wall *w, int64_t wall_ms, int64_t counted_ms)
{
	w->said_ms = wall_ms;
	w->counted_ms = counted_ms;
	w->held_since_ms = w->jump_ms = 0;
}

static bool is_step(int64_t ms)
{
	return ms > WALL_STEP_MS || ms < -WALL_STEP_MS;
}

int64_t wall_believed(struct wall *w, int64_t wall_ms, int64_t counted_ms)
{
	int64_t expected_ms = w->said_ms + (counted_ms - w->counted_ms), now_ms = expected_ms;
	int64_t jump_ms = wall_ms - expected_ms;
	bool has_jumped = w->said_ms && is_step(jump_ms);

	/* also from one wrong time to another */
	if (has_jumped && (!w->held_since_ms || is_step(jump_ms - w->jump_ms)))
		w->held_since_ms = counted_ms;
	if (has_jumped && counted_ms - w->held_since_ms < WALL_HOLD_MS) {
		w->jump_ms = jump_ms;
	} else {
		believe(w, wall_ms, counted_ms);
		now_ms = wall_ms;
	}
	if (now_ms > w->last_ms)
		w->last_ms = now_ms;
	return w->last_ms;
}
