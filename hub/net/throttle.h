/* throttle.h: five failures in a quarter of an hour shut a name out for the rest of it. Bounded: of
 * more names than that, the one with the fewest failures gives way, the oldest of these. Each
 * process counts for itself. */
#ifndef TANDEM_THROTTLE_H
#define TANDEM_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#define THROTTLE_NAMES 1024

struct throttle_entry {
	uint64_t name; /* hash; 0 free */
	int failures;
	int64_t since_ms;
};
struct throttle {
	struct throttle_entry entries[THROTTLE_NAMES];
};
bool throttle_is_shut(const struct throttle *t, const char *name, int64_t now_ms);
void throttle_note(struct throttle *t, const char *name, int64_t now_ms, bool was_right);

#endif
