/*
 * Fuzz harness: a pack as a page sends it. What is refused has a fault to tell; what is taken gives
 * the same version when it is sent again, and when it is read back from what is stored of it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pack_sent.h"
#include "fuzz_faults.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(const struct pack *a, const struct pack *b)
{
	if (strcmp(pack_view(a)->version, pack_view(b)->version) != 0)
		abort();
}

static void use(const struct pack_sent *sent, const uint8_t *data, size_t size, struct diag *diag)
{
	struct pack_sent again;
	struct pack *stored;
	struct buf content;

	if (!*sent->why || pack_sent_read((const char *)data, size, &again, diag) != ERR_OK)
		abort();
	expect(sent->pack, again.pack);
	pack_unref(again.pack);
	buf_init(&content, PACK_SENT_BYTES * 8);
	pack_canonical(sent->pack, &content);
	if (pack_read_canonical(content.data, content.len, &stored, diag) != ERR_OK)
		abort();
	expect(sent->pack, stored);
	pack_unref(stored);
	buf_clear(&content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pack_sent sent;
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	if (pack_sent_read((const char *)data, size, &sent, &diag) != ERR_OK) {
		fuzz_expect_faults(&diag);
	} else {
		use(&sent, data, size, &diag);
		pack_unref(sent.pack);
	}
	arena_clear(&arena);
	return 0;
}
