/*
 * ws_wheel.h: timers for very many connections, each put in and taken out in constant time.
 *
 * ws_wheel_init names the tick; ws_wheel_set (again moves), ws_wheel_unset; ws_wheel_advance is
 * called by the owner's one real timer and calls `fn` once for every entry that is due, which is
 * out of the wheel by then and may be set again. Entries live in the caller's memory, all zero
 * before their first use. Never early, at most one tick late. No clock of its own.
 */
#ifndef TANDEM_WS_WHEEL_H
#define TANDEM_WS_WHEEL_H

#include <stdint.h>

struct ws_wheel_entry {
	struct ws_wheel_entry *prev, *next; /* NULL: not in the wheel */
	uint64_t due_tick;
};

#define WS_WHEEL_SLOTS 256
struct ws_wheel {
	struct ws_wheel_entry slots[WS_WHEEL_SLOTS]; /* heads of rings */
	int64_t tick_ms, start_ms;
	uint64_t tick; /* the last one served */
};

typedef void ws_wheel_fn(struct ws_wheel_entry *e, void *arg);

void ws_wheel_init(struct ws_wheel *w, int64_t tick_ms, int64_t now_ms);
void ws_wheel_set(struct ws_wheel *w, struct ws_wheel_entry *e, int64_t at_ms);
void ws_wheel_unset(struct ws_wheel_entry *e);
void ws_wheel_advance(struct ws_wheel *w, int64_t now_ms, ws_wheel_fn *fn, void *arg);

#endif
