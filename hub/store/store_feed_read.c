/* store_feed_read.c: pieces of the feed behind a place, for who is further back than the hub
 * remembers. */
#include <assert.h>
#include <string.h>

#include "store/store_in.h"

/* A piece is a few hundred lines: as much as is served in one go. */
#define ENTRIES_PER_PIECE 256
#define PIECE_BYTES	  (16 << 10)
static_assert(SCRIPT_FEED_READ_KEYS == 1 && SCRIPT_FEED_READ_ARGS == 4,
	      "feed_read.lua wants other arguments than are sent");

static void on_read(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct feed_piece piece = {.is_known = false};
	struct feed_entry *out;
	int lines = 0;

	if (e == ERR_OK && (r->count < 2 || r->count % 2 != 0))
		e = ask_misfit(a);
	if (e != ERR_OK) {
		a->fn.feed(a->arg, e, &piece);
		return;
	}
	for (int i = 2; i < r->count; i += 2)
		lines += feed_count_lines(r->items[i + 1].str);
	out = arena_alloc(&a->arena, sizeof(*out) * (size_t)(lines + 1));
	for (int i = 2; i < r->count; i += 2)
		piece.count += feed_cut_lines(&a->arena, r->items[i].str,
					      (char *)r->items[i + 1].str, out + piece.count);
	piece.is_known = r->items[1].integer == 1;
	piece.entries = out;
	a->fn.feed(a->arg, ERR_OK, &piece);
}

void store_feed_read(struct store *s, const char *entry, store_feed_piece_fn *fn, void *arg)
{
	struct ask *a = ask_new(s, SCRIPT_FEED_READ, on_read, arg);

	a->fn.feed = fn;
	args_str(&a->keys, s->keys.feed);
	args_join(&a->args, entry, NULL);
	args_int(&a->args, ENTRIES_PER_PIECE);
	args_int(&a->args, PIECE_BYTES);
	ask_submit(a);
}
