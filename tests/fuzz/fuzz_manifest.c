/*
 * Fuzz harness: a backup's manifest, as a folder from elsewhere has it. What is taken names files
 * of the backup alone, can be printed, and is the same when it is written and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cli/manifest.h"

#define PRINTED_MAX ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_inside(const char *name)
{
	if (*name == '/' || strstr(name, "..") || strstr(name, "//") ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789./") != strlen(name))
		abort();
}

static void write_and_read(const struct manifest *m, struct arena *arena)
{
	struct buf first, second;
	struct manifest again;

	buf_init(&first, PRINTED_MAX);
	buf_init(&second, PRINTED_MAX);
	manifest_print(m, &first);
	if (first.overflow || !manifest_parse(first.data, first.len, arena, &again))
		abort();
	manifest_print(&again, &second);
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
	buf_clear(&first);
	buf_clear(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct manifest m;
	struct arena arena;

	arena_init(&arena);
	if (manifest_parse((const char *)data, size, &arena, &m)) {
		for (int i = 0; i < m.count; i++)
			expect_inside(m.files[i].name);
		write_and_read(&m, &arena);
	}
	arena_clear(&arena);
	return 0;
}
