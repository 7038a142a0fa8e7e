/* Fuzz harness: the setting redis.url. What is taken has a place to go to; what is not is told why,
 * without the password. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config_redis.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_seeds(const struct redis_url *url)
{
	if (url->host || url->path || url->seed_count < 1 || url->seed_count > REDIS_SEEDS_MAX ||
	    url->db < 0 || (url->kind == REDIS_SENTINEL && !*url->master) ||
	    (url->kind == REDIS_CLUSTER && url->db))
		abort();
	for (int i = 0; i < url->seed_count; i++) {
		if (!*url->seeds[i].host || url->seeds[i].port < 1 || url->seeds[i].port > 65535)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redis_url url = {0};
	const char *why = NULL;
	struct arena arena;
	char *text;

	arena_init(&arena);
	text = arena_strndup(&arena, (const char *)data, size);
	if (redis_url_parse(text, &arena, &url, &why) != ERR_OK) {
		if (!why || !*why || url.host || url.path || url.seed_count)
			abort();
	} else if (url.kind != REDIS_DIRECT) {
		check_seeds(&url);
	} else if (!url.path == !url.host ||
		   (url.host && (!*url.host || url.port < 1 || url.port > 65535)) || url.db < 0) {
		abort();
	}
	arena_clear(&arena);
	return 0;
}
