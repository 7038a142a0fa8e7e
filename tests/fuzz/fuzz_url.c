/* Fuzz harness: the setting redis.url. What is taken has a place to go to; what is not is told why, without the password. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/redis.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redis_url url = {0};
	const char *why = NULL;
	struct arena arena;
	char *text;

	arena_init(&arena);
	text = arena_strndup(&arena, (const char *)data, size);
	if (redis_url_parse(text, &arena, &url, &why) != ERR_OK) {
		if (!why || !*why || url.host || url.path)
			abort();
	} else if (!url.path == !url.host || (url.host && (!*url.host || url.port < 1 || url.port > 65535)) || url.db < 0) {
		abort();
	}
	arena_clear(&arena);
	return 0;
}
