/*
 * http_wheel.h: when the limits of the connections run out. Internal to http*.c, like
 * http_internal.h, which includes it.
 */
#ifndef TANDEM_HTTP_WHEEL_H
#define TANDEM_HTTP_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#define WHEEL_TICK_MS 250
#define WHEEL_SLOTS   512

struct conn;
struct http;
struct loop_timer;
struct wheel {
	struct loop_timer *timer;
	int64_t tick;
	struct conn *slots[WHEEL_SLOTS];
	bool is_graced;
};
void wheel_start(struct http *h);
void wheel_note(struct conn *c); /* its deadline may have come nearer */
void wheel_remove(struct conn *c);

#endif
