#include "store/args.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void args_init(struct args *a, struct arena *arena)
{
	*a = (struct args){.arena = arena};
}

void args_clear(struct args *a)
{
	free(a->v);
	*a = (struct args){.arena = a->arena};
}

void args_room(struct args *a, int more)
{
	if (a->count + more <= a->room)
		return;
	a->room = a->count + more;
	a->v = mem_realloc(a->v, sizeof(*a->v) * (size_t)a->room);
}

void args_bytes(struct args *a, const void *data, size_t len)
{
	if (a->count == a->room)
		args_room(a, a->room ? a->room : 16);
	a->v[a->count++] = (struct bytes){data, len};
}

void args_copy(struct args *a, struct bytes b)
{
	args_bytes(a, arena_strndup(a->arena, b.data ? b.data : "", b.len), b.len);
}

void args_str(struct args *a, const char *s)
{
	args_bytes(a, s, strlen(s));
}

char *args_digits(struct arena *arena, int64_t v)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	*--p = '\0';
	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (v < 0)
		*--p = '-';
	return arena_strdup(arena, p);
}

void args_int(struct args *a, int64_t v)
{
	args_str(a, args_digits(a->arena, v));
}

void args_join(struct args *a, const char *first, ...)
{
	struct bytes parts[ARGS_JOIN_MAX];
	size_t len = 0;
	int count = 0;
	char *to;
	va_list ap;

	va_start(ap, first);
	for (const char *s = first; s; s = va_arg(ap, const char *)) {
		if (count == ARGS_JOIN_MAX)
			abort(); /* a mistake of whoever wrote the call */
		parts[count] = (struct bytes){s, strlen(s)};
		len += parts[count++].len;
	}
	va_end(ap);
	to = arena_alloc(a->arena, len + 1);
	args_bytes(a, to, len);
	for (int i = 0; i < count; i++)
		to = (char *)memcpy(to, parts[i].data, parts[i].len) + parts[i].len;
}
