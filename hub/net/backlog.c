#include "net/backlog.h"

/* What each may keep that does not read, when too much waits for all of them together. */
#define LITTLE_BYTES ((size_t)16 << 10)

size_t backlog_most(const struct backlog *b, bool is_stuck)
{
	return is_stuck && b->bytes > b->all_bytes ? LITTLE_BYTES : b->each_bytes;
}

void backlog_count(struct backlog *b, size_t *counted, size_t bytes)
{
	b->bytes = b->bytes - *counted + bytes;
	*counted = bytes;
}
