/* Fuzz harness: the bytes of an event, as one document, as a list and as lines. */
#include <stdint.h>
#include <stdlib.h>

#include "event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted has to have a canonical form, and to be accepted again from its tree. */
static void use_event(struct event *e, struct arena *arena)
{
	struct event again;
	struct diag diag;
	struct buf out;

	diag_init(&diag, arena);
	buf_init(&out, 1 << 22);
	event_canonical(e, &out);
	buf_clear(&out);
	if (event_from_json(json_incref(e->root), &event_limits_default, &again, &diag))
		abort();
	event_clear(&again);
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
		if (!diag.count)
			abort();
	} else {
		use_event(&event, &arena);
		event_clear(&event);
	}
	split(text, size, false, &arena);
	split(text, size, true, &arena);
	arena_clear(&arena);
	return 0;
}
