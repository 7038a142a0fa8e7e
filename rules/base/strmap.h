/*
 * strmap.h: from a string to a small number, built once and then only read.
 *
 * strmap_init names how many entries are to be expected, strmap_add puts one in, strmap_find looks
 * one up. With more it grows, and leaves its old memory in the arena. Keys are borrowed and must
 * outlive the map, and so must the arena. Nothing is ever taken out.
 */
#ifndef TANDEM_STRMAP_H
#define TANDEM_STRMAP_H

#include <stdint.h>

#include "base/arena.h"

struct strmap_slot {
	const char *key; /* NULL: empty */
	uint32_t len, hash;
	int value;
};
struct strmap {
	struct strmap_slot *slots;
	uint32_t mask;
	int count, room;
	struct arena *arena;
};

void strmap_init(struct strmap *m, struct arena *arena, int room);
/* The value that stands for the key afterwards: an older one is kept. */
int strmap_add(struct strmap *m, const char *key, size_t len, int value);
int strmap_find(const struct strmap *m, const char *key, size_t len); /* -1: not there */

#endif
