/* api_path.c: see api_path.h. */
#include "net/api_path.h"

#include <string.h>

#include "net/api.h"
#include "net/http.h"

/* Here, and nowhere before, a slash that was escaped is one: ids may hold it. */
static const char *segment_take(struct arena *arena, const char *path, size_t len)
{
	char *out = arena_strndup(arena, path, len);

	for (size_t i = 0; i < len; i++)
		out[i] = out[i] == HTTP_ESCAPED_SLASH ? '/' : out[i];
	return out;
}

/* One segment at a time. */
bool api_path_matches(const char *pattern, const char *path, struct arena *arena, const char **args)
{
	int n = 0;

	for (;;) {
		if (*pattern == '*') {
			size_t len = strcspn(path, "/");

			if (!len || n >= CALL_ARGS_MAX)
				return false;
			if (arena)
				args[n] = segment_take(arena, path, len);
			n++;
			path += len;
			pattern++;
		} else if (*pattern != *path) {
			return false;
		} else if (!*pattern) {
			return true;
		} else {
			pattern++;
			path++;
		}
	}
}
