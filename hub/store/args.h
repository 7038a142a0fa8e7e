/*
 * args.h: the words of one Redis command, gathered before it is sent.
 *
 * args_init, any number of args_*, args_clear. args_bytes and args_str borrow what they are given
 * until the command has been answered, because a script that Redis has forgotten is sent again; the
 * others keep a copy.
 */
#ifndef TANDEM_STORE_ARGS_H
#define TANDEM_STORE_ARGS_H

#include "base/arena.h"
#include "store/store.h"

struct args {
	struct arena *arena;
	struct bytes *v;
	int count, room;
};

void args_init(struct args *a, struct arena *arena);
/* for so many, so that they need not be moved as they come */
void args_room(struct args *a, int more);
void args_clear(struct args *a);
void args_bytes(struct args *a, const void *data, size_t len);
void args_str(struct args *a, const char *s);
void args_copy(struct args *a, struct bytes b);
void args_int(struct args *a, int64_t v);
#define ARGS_JOIN_MAX 8
/* The texts, so many at most, one after the other as one word; NULL ends the list. */
void args_join(struct args *a, const char *first, ...) __attribute__((sentinel));
char *args_digits(struct arena *arena, int64_t v); /* the number as text */

#endif
