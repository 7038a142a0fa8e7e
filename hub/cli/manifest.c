#include "manifest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/input.h"

#define MANIFEST_NAME	   "manifest.json"
#define MANIFEST_BYTES_MAX ((size_t)1 << 28)

/* Under another name first, so that what has the name is whole. */
bool manifest_write(const struct manifest *m, const char *folder)
{
	struct arena arena;
	const char *draft, *path;
	struct buf out;
	bool good;

	arena_init(&arena);
	draft = arena_printf(&arena, "%s/%s.draft", folder, MANIFEST_NAME);
	path = arena_printf(&arena, "%s/%s", folder, MANIFEST_NAME);
	buf_init(&out, MANIFEST_BYTES_MAX);
	manifest_print(m, &out);
	good = !out.overflow && copy_text(draft, out.data, out.len);
	if (good && rename(draft, path) != 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		good = false;
	}
	good = good && copy_sync_folder(folder);
	buf_clear(&out);
	arena_clear(&arena);
	return good;
}

bool manifest_read(const char *folder, struct arena *arena, struct manifest *ret)
{
	const char *path = arena_printf(arena, "%s/%s", folder, MANIFEST_NAME);
	struct buf in;
	bool good = false;

	buf_init(&in, MANIFEST_BYTES_MAX);
	if (!input_read(path, &in)) {
		fprintf(stderr, "%s: without it this is no whole backup\n", folder);
	} else {
		good = manifest_parse(in.data ? in.data : "", in.len, arena, ret);
		if (!good)
			fprintf(stderr, "%s: not what a backup has written\n", path);
	}
	buf_clear(&in);
	return good;
}
