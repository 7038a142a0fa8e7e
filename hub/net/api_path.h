/*
 * api_path.h: whether a call's path is one of a route's, and what stands in it. Used by api.c only.
 */
#ifndef TANDEM_API_PATH_H
#define TANDEM_API_PATH_H

#include <stdbool.h>

#include "base/arena.h"

/* What a * stands for, one segment, is copied into the arena when there is one, for args. */
bool api_path_matches(const char *pattern, const char *path, struct arena *arena,
		      const char **args);

#endif
