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

static bool is_over(const struct throttle_entry *e, int64_t now_ms)
{
	return !e->name || now_ms - e->since_ms >= WINDOW_MS;
}

static int place_of(const struct throttle *t, uint64_t name)
{
	for (int i = 0; i < THROTTLE_NAMES; i++) {
		if (t->entries[i].name == name)
			return i;
	}
	return -1;
}

static bool gives_way_before(const struct throttle_entry *a, const struct throttle_entry *b,
			     int64_t now_ms)
{
	if (is_over(a, now_ms) || is_over(b, now_ms))
		return is_over(a, now_ms) && !is_over(b, now_ms);
	return a->failures != b->failures ? a->failures < b->failures : a->since_ms < b->since_ms;
}

static int place_for(const struct throttle *t, int64_t now_ms)
{
	int found = 0;

	for (int i = 1; i < THROTTLE_NAMES; i++) {
		if (gives_way_before(&t->entries[i], &t->entries[found], now_ms))
			found = i;
	}
	return found;
}

bool throttle_is_shut(const struct throttle *t, const char *name, int64_t now_ms)
{
	int i = place_of(t, hash_name(name));

	return i >= 0 && t->entries[i].failures >= FAILURES_MAX && !is_over(&t->entries[i], now_ms);
}

void throttle_note(struct throttle *t, const char *name, int64_t now_ms, bool was_right)
{
	uint64_t h = hash_name(name);
	int i = place_of(t, h);

	if (was_right) {
		if (i >= 0)
			t->entries[i] = (struct throttle_entry){0};
		return;
	}
	if (i < 0)
		i = place_for(t, now_ms);
	if (t->entries[i].name != h || is_over(&t->entries[i], now_ms))
		t->entries[i] = (struct throttle_entry){.name = h, .since_ms = now_ms};
	t->entries[i].failures++;
}
