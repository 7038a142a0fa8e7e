/*
 * clock.h: where time comes from. Everything that decides by time is handed a struct clock, so that
 * tests drive it. Wall time is milliseconds since 1970-01-01T00:00Z as int64_t named *_ms.
 */
#ifndef TANDEM_CLOCK_H
#define TANDEM_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*now_ms)(void *self);
	void *self;
};

static inline int64_t clock_now_ms(const struct clock *c)
{
	return c->now_ms(c->self);
}

#endif
