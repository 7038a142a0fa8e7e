/* throttle.c: see throttle.h. */
#include "net/throttle.h"

#define WINDOW_MS    (15LL * 60 * 1000)
#define FAILURES_MAX 5

static uint64_t hash_name(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h ? h : 1;
}

static const struct throttle_entry *entry_of(const struct throttle *t, const char *name)
{
	uint64_t h = hash_name(name);
	const struct throttle_entry *e = &t->entries[h % THROTTLE_NAMES];

	return e->name == h ? e : 0;
}

bool throttle_is_shut(const struct throttle *t, const char *name, int64_t now_ms)
{
	const struct throttle_entry *e = entry_of(t, name);

	return e && e->failures >= FAILURES_MAX && now_ms - e->since_ms < WINDOW_MS;
}

void throttle_note(struct throttle *t, const char *name, int64_t now_ms, bool was_right)
{
	uint64_t h = hash_name(name);
	struct throttle_entry *e = &t->entries[h % THROTTLE_NAMES];

	if (e->name != h || now_ms - e->since_ms >= WINDOW_MS || was_right)
		*e = (struct throttle_entry){.name = h, .since_ms = now_ms};
	if (!was_right)
		e->failures++;
}
