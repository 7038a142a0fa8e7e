#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under the address sanitizer, which clang tells of in its own way, each piece of an arena is
   guarded as one of the heap is: what was not asked for may not be looked at, and what is cleared
   is gone. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define IS_WATCHED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define IS_WATCHED
#endif
#ifdef IS_WATCHED
#include <sanitizer/asan_interface.h>
#define GAP_BYTES  ((size_t)8)
#define TEXT_BYTES ((size_t)8) /* the sanitizer tells apart no less */
#define SPARES_MAX 0
#else
#define ASAN_POISON_MEMORY_REGION(at, bytes)   ((void)(at), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#define GAP_BYTES			       ((size_t)0)
/* texts stand close together: a pack has a hundred thousand of a few bytes each */
#define TEXT_BYTES			       ((size_t)1)
#define SPARES_MAX			       4096
#endif

#define BLOCK_BYTES_MIN (PAGE_BYTES - sizeof(struct arena_block))
#define BLOCK_BYTES_MAX ((size_t)1 << 20)
#define ALIGN_BYTES	((size_t)16)

struct arena_block {
	struct arena_block *older;
	size_t size_bytes;
	_Alignas(16) char data[];
};

_Noreturn static void die_of_memory(void)
{
	fputs("tandem: out of memory\n", stderr);
	abort();
}

void *mem_alloc(size_t bytes)
{
	void *p = malloc(bytes ? bytes : 1);

	if (!p)
		die_of_memory();
	return p;
}

void *mem_zalloc(size_t bytes)
{
	void *p = calloc(1, bytes ? bytes : 1);

	if (!p)
		die_of_memory();
	return p;
}

void *mem_realloc(void *old, size_t bytes)
{
	void *p = realloc(old, bytes ? bytes : 1);

	if (!p)
		die_of_memory();
	return p;
}

/*
 * A server takes and drops a few pages with every event. Handed back to the heap, each would be
 * joined to its neighbours and cut off again, which costs more than the work done in it; so
 * SPARES_MAX are kept at hand.
 */
struct spare_page {
	struct spare_page *next;
};
static _Thread_local struct spare_page *spares;
static _Thread_local int spare_count;

void *mem_page_take(void)
{
	struct spare_page *p = spares;

	if (!p)
		return mem_alloc(PAGE_BYTES);
	spares = p->next;
	/* taken next, and nobody has touched it since it was given back */
	__builtin_prefetch(spares, 1);
	spare_count--;
	return p;
}

void mem_page_give(void *page)
{
	struct spare_page *p = page;

	if (spare_count >= SPARES_MAX) {
		free(page);
		return;
	}
	p->next = spares;
	spares = p;
	spare_count++;
}

char *mem_strdup(const char *s)
{
	size_t bytes = strlen(s) + 1;

	return memcpy(mem_alloc(bytes), s, bytes);
}

void arena_init(struct arena *a)
{
	*a = (struct arena){0};
}

static void free_down_to(struct arena *a, const struct arena_block *keep)
{
	struct arena_block *b, *older;

	for (b = a->head; b != keep; b = older) {
		older = b->older;
		a->total_bytes -= b->size_bytes;
		if (b->size_bytes == BLOCK_BYTES_MIN)
			mem_page_give(b);
		else
			free(b);
	}
	a->head = (struct arena_block *)keep;
	a->used_bytes = 0;
	if (keep)
		ASAN_POISON_MEMORY_REGION(keep->data, keep->size_bytes);
}

void arena_reset(struct arena *a)
{
	struct arena_block *first = a->head;

	while (first && first->older)
		first = first->older;
	free_down_to(a, first);
}

void arena_clear(struct arena *a)
{
	free_down_to(a, NULL);
}

/* Blocks double, so that a big piece of work takes few of them and a small one takes little. */
static void block_push(struct arena *a, size_t need)
{
	size_t size = a->head ? a->head->size_bytes * 2 : BLOCK_BYTES_MIN;
	struct arena_block *b;

	if (size > BLOCK_BYTES_MAX)
		size = BLOCK_BYTES_MAX;
	if (size < need)
		size = need;
	b = size == BLOCK_BYTES_MIN ? mem_page_take() : mem_alloc(sizeof(*b) + size);
	b->older = a->head;
	b->size_bytes = size;
	a->head = b;
	a->used_bytes = 0;
	a->total_bytes += size;
	ASAN_POISON_MEMORY_REGION(b->data, size);
}

static bool has_room(const struct arena *a, size_t bytes)
{
	return a->head && a->used_bytes <= a->head->size_bytes &&
	       a->head->size_bytes - a->used_bytes >= bytes;
}

static void *piece_take(struct arena *a, size_t bytes, size_t align)
{
	void *p;

	a->used_bytes = (a->used_bytes + align - 1) & ~(align - 1);
	if (!has_room(a, bytes))
		block_push(a, bytes);
	p = a->head->data + a->used_bytes;
	a->used_bytes += bytes + GAP_BYTES;
	ASAN_UNPOISON_MEMORY_REGION(p, bytes);
	return p;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	if (bytes > SIZE_MAX / 2)
		die_of_memory();
	return piece_take(a, bytes, ALIGN_BYTES);
}

void *arena_zalloc(struct arena *a, size_t bytes)
{
	return memset(arena_alloc(a, bytes), 0, bytes);
}

void *arena_grow(struct arena *a, void *items, int count, size_t size)
{
	void *more;

	if (count & (count - 1))
		return items;
	more = arena_zalloc(a, (size_t)(count ? count * 2 : 1) * size);
	if (count)
		memcpy(more, items, (size_t)count * size);
	return more;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = piece_take(a, len + 1, TEXT_BYTES);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_concat(struct arena *a, const char *first, ...)
{
	size_t len = 0;
	va_list ap;
	char *text, *p;

	va_start(ap, first);
	for (const char *s = first; s; s = va_arg(ap, const char *))
		len += strlen(s);
	va_end(ap);
	text = p = piece_take(a, len + 1, TEXT_BYTES);
	va_start(ap, first);
	for (const char *s = first; s; s = va_arg(ap, const char *)) {
		len = strlen(s);
		memcpy(p, s, len);
		p += len;
	}
	va_end(ap);
	*p = '\0';
	return text;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		return arena_strdup(a, "");
	p = piece_take(a, (size_t)len + 1, TEXT_BYTES);
	vsnprintf(p, (size_t)len + 1, fmt, ap);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}
