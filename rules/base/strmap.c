#include "base/strmap.h"

#include <string.h>

/*
 * Eight bytes at a time through a multiply and a fold. Only the pack's own strings are stored, so a
 * peer cannot build long chains; the hash has to be quick and spread well, nothing more.
 */
static uint32_t hash_of(const char *key, size_t len)
{
	uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ len, part;

	while (len >= 8) {
		memcpy(&part, key, 8);
		h = (h ^ part) * UINT64_C(0xd6e8feb86659fd93);
		h ^= h >> 32;
		key += 8;
		len -= 8;
	}
	part = 0;
	memcpy(&part, key, len);
	h = (h ^ part) * UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(h >> 32);
}

void strmap_init(struct strmap *m, struct arena *arena, int room)
{
	uint32_t size = 8;

	while (size < (uint32_t)room * 2)
		size *= 2;
	m->slots = arena_zalloc(arena, size * sizeof(*m->slots));
	m->mask = size - 1;
	m->count = 0;
	m->room = room;
	m->arena = arena;
}

static struct strmap_slot *slot_of(const struct strmap *m, const char *key, size_t len,
				   uint32_t hash)
{
	uint32_t at = hash & m->mask;

	while (m->slots[at].key) {
		const struct strmap_slot *s = &m->slots[at];

		if (s->hash == hash && s->len == len && memcmp(s->key, key, len) == 0)
			break;
		at = (at + 1) & m->mask;
	}
	return &m->slots[at];
}

static void grow(struct strmap *m)
{
	const struct strmap old = *m;

	strmap_init(m, old.arena, old.room < 4 ? 4 : 2 * old.room);
	m->count = old.count;
	for (uint32_t i = 0; i <= old.mask; i++) {
		const struct strmap_slot *s = &old.slots[i];

		if (s->key)
			*slot_of(m, s->key, s->len, s->hash) = *s;
	}
}

int strmap_add(struct strmap *m, const char *key, size_t len, int value)
{
	uint32_t hash = hash_of(key, len);
	struct strmap_slot *s = slot_of(m, key, len, hash);

	if (s->key)
		return s->value;
	if (m->count >= m->room) {
		grow(m);
		s = slot_of(m, key, len, hash);
	}
	m->count++;
	*s = (struct strmap_slot){key, (uint32_t)len, hash, value};
	return value;
}

int strmap_find(const struct strmap *m, const char *key, size_t len)
{
	const struct strmap_slot *s;

	if (!m->slots)
		return -1;
	s = slot_of(m, key, len, hash_of(key, len));
	return s->key ? s->value : -1;
}
