/* Fuzz harness: the bytes of an event, as one document, as a list and as lines. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "fuzz_faults.h"
#include "json_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The canonical form of what was accepted is JSON, and its own canonical form. */
static void use_event(struct event *e, struct arena *arena)
{
	struct buf once, again;
	struct scan_tree tree;
	struct scan_end end;
	struct diag diag;

	diag_init(&diag, arena);
	buf_init(&once, 1 << 22);
	buf_init(&again, 1 << 22);
	event_canonical(e, &once);
	buf_reset(&once);
	node_canonical(e->root, &once);
	if (json_scan_tree(&(struct scan_in_bytes){once.data, once.len, &event_limits_default},
			   arena, &diag, &tree, &end) ||
	    tree.has_repeats)
		abort();
	node_canonical(tree.root, &again);
	if (again.len != once.len || memcmp(again.data, once.data, once.len) != 0)
		abort();
	buf_clear(&once);
	buf_clear(&again);
}

static void split(const char *data, size_t size, bool ndjson, struct arena *arena)
{
	const struct event_batch in = {data, size, ndjson, &event_limits_default, arena};
	struct event_part *parts;
	struct diag diag;
	size_t count, i;

	diag_init(&diag, arena);
	if (event_batch_split(&in, &parts, &count, &diag))
		return;
	for (i = 0; i < count; i++) {
		if (parts[i].data < data || parts[i].data + parts[i].len > data + size)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct arena arena;
	struct event event;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	if (event_parse(text, size, &event_limits_default, &event, &diag)) {
		/* A refusal without a reason helps nobody. */
		fuzz_expect_faults(&diag);
	} else {
		use_event(&event, &arena);
		event_clear(&event);
	}
	split(text, size, false, &arena);
	split(text, size, true, &arena);
	arena_clear(&arena);
	return 0;
}
