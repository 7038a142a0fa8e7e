/* Fuzz harness: business scopes. Items come once, clauses that are listed are counted, and a text
 * normalised twice is the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_normal(const char *text, struct arena *arena)
{
	size_t len = strlen(text), once, twice;
	char *a = arena_alloc(arena, len + 1), *b = arena_alloc(arena, len + 1);

	once = scope_normalise(text, len, a);
	twice = scope_normalise(a, once, b);
	if (once > len || once != twice || memcmp(a, b, once) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct scope_phrase phrases[] = {
		{"食品销售", "A"},     {"食品", "B"},	      {"销售（仅销售甲）", "C"},
		{"危险货物运输", "D"}, {"道路危险货物", "E"}, {"a", "F"},
		{"ab", "G"},	       {"文件、资料", "H"},   {"食品销售", "I"}};
	struct scope_found found;
	struct arena arena;
	const char *text;
	int i, k;

	arena_init(&arena);
	text = arena_strndup(&arena, (const char *)data, size);
	check_normal(text, &arena);
	scope_find(scope_table_new(phrases, sizeof(phrases) / sizeof(phrases[0]), &arena), text,
		   &arena, &found);
	for (i = 0; i < found.item_count; i++) {
		for (k = 0; k < i; k++) {
			if (strcmp(found.items[i].item, found.items[k].item) == 0)
				abort();
		}
	}
	if (found.unmatched_listed > found.unmatched_count ||
	    found.unmatched_listed > SCOPE_UNMATCHED_MAX)
		abort();
	for (i = 0; i < found.unmatched_listed; i++) {
		if (!*found.unmatched[i] ||
		    utf8_valid_bytes(found.unmatched[i], strlen(found.unmatched[i])) == 0)
			abort();
	}
	arena_clear(&arena);
	return 0;
}
