/*
 * arena.h: memory that lives and dies with one piece of work (a request, an event, a pack).
 *
 * arena_init, any number of arena_* calls, arena_clear (frees all) or arena_reset (keeps the first
 * block). Nothing taken from an arena is freed by itself. Running out of memory ends the process,
 * because every size has been bounded before it gets here.
 */
#ifndef TANDEM_ARENA_H
#define TANDEM_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"

struct arena_block;
struct arena {
	struct arena_block *head;
	size_t used_bytes;  /* in the head block */
	size_t total_bytes; /* of all blocks */
};

void arena_init(struct arena *a);
void arena_reset(struct arena *a);
void arena_clear(struct arena *a);
void *arena_alloc(struct arena *a, size_t bytes);  /* aligned to 16, not cleared */
void *arena_zalloc(struct arena *a, size_t bytes); /* cleared */
/* Room for one more of `count` items of that size: moved to twice the room when count is a power of
 * two, new room is cleared. */
void *arena_grow(struct arena *a, void *items, int count, size_t size);
/* Texts are not aligned. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len); /* adds the NUL */
/* ends with NULL */
char *arena_concat(struct arena *a, const char *first, ...) __attribute__((sentinel));
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/* The same end-of-the-process rule for the heap. */
void *mem_alloc(size_t bytes);
void *mem_zalloc(size_t bytes);
void *mem_realloc(void *p, size_t bytes);
char *mem_strdup(const char *s);
/* One page for a moment; a thread keeps some that were given back. */
#define PAGE_BYTES ((size_t)8192)
void *mem_page_take(void);
void mem_page_give(void *page);

#endif
