/*
 * Fuzz harness: a body's contacts as they are sent. What is refused has a fault to tell; what is
 * taken is read back from what is kept of it as it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "flow/contacts_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BYTES_MAX (64 << 10) /* as the call has it */

static void print(const struct roster *r, struct buf *out)
{
	buf_init(out, 16 << 20);
	buf_add_str(out, "{\"people\":");
	contacts_print(r, INT32_MIN, out);
	buf_add_char(out, '}');
	if (out->overflow)
		abort();
}

static json_t *parse(const char *data, size_t size)
{
	return json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL);
}

static void read_back(const struct roster *r)
{
	struct roster again = {0};
	struct buf first, second;
	struct diag diag;
	json_t *kept;

	arena_init(&again.arena);
	diag_init(&diag, &again.arena);
	print(r, &first);
	kept = parse(first.data, first.len);
	if (!kept)
		abort();
	contacts_read(kept, &again, &diag);
	json_decref(kept);
	if (diag.count || again.count != r->count)
		abort();
	print(&again, &second);
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
	buf_clear(&first);
	buf_clear(&second);
	arena_clear(&again.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *said = size > BYTES_MAX ? NULL : parse((const char *)data, size);
	struct roster r = {0};
	struct diag diag;

	if (!json_is_object(said)) {
		json_decref(said);
		return 0;
	}
	arena_init(&r.arena);
	diag_init(&diag, &r.arena);
	contacts_read(said, &r, &diag);
	json_decref(said);
	if (!diag.count)
		read_back(&r);
	arena_clear(&r.arena);
	return 0;
}
