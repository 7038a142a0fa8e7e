/* Fuzz harness: the yearly notice, iCalendar and JSON. What is merged is a calendar, and merging
 * again changes nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "calendar_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool merge(const char *old, size_t len, const struct calendar_notice *n, struct buf *out,
		  struct arena *arena)
{
	struct buf said;
	struct diag diag;
	bool good;

	diag_init(&diag, arena);
	buf_init(&said, 1 << 20);
	good = calendar_merge(&(struct calendar_source){"c", old, len}, n, out, &said, &diag) ==
	       ERR_OK;
	buf_clear(&said);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char old[] =
		"{\"years\":{\"2026\":{\"off\":[\"2026-01-01\"],\"work\":[\"2026-01-04\"]}}}";
	struct calendar_notice n;
	struct arena arena;
	struct diag diag;
	struct buf first, second;

	arena_init(&arena);
	diag_init(&diag, &arena);
	buf_init(&first, 1 << 20);
	buf_init(&second, 1 << 20);
	/* Merging tabulates fifty years four times over, so that only every eighth size is merged.
	 */
	if (calendar_notice_read(&(struct calendar_source){"f", (const char *)data, size}, &arena,
				 &n, &diag) == ERR_OK &&
	    size % 8 == 0 && merge(old, sizeof(old) - 1, &n, &first, &arena)) {
		if (!merge(first.data, first.len, &n, &second, &arena) || first.len != second.len ||
		    memcmp(first.data, second.data, first.len) != 0)
			abort();
	}
	buf_clear(&first);
	buf_clear(&second);
	arena_clear(&arena);
	return 0;
}
