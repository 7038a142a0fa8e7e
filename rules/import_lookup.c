/* Names of a sheet looked up in a pack. What is not plainly one thing is nothing. */
#include <string.h>

#include "import_in.h"
#include "item_code.h"

/* Rows of one code in several regions are one item. */
const char *import_item_by_name(const struct pack *p, struct arena *arena, const char *name)
{
	const struct pack_view *v = pack_view(p);
	const char *want = import_fold(arena, name), *found = NULL;
	int i;

	for (i = 0; i < v->item_count; i++) {
		if (strcmp(import_fold(arena, v->items[i].name), want) != 0)
			continue;
		if (found && strcmp(found, v->items[i].code) != 0)
			return NULL;
		found = v->items[i].code;
	}
	return found;
}

/* The longest name of an item that stands inside the text. */
const char *import_item_inside(const struct pack *p, struct arena *arena, const char *text)
{
	const struct pack_view *v = pack_view(p);
	const char *in = import_fold(arena, text), *found = NULL;
	size_t longest = 0;
	int i;

	for (i = 0; i < v->item_count; i++) {
		const char *name = import_fold(arena, v->items[i].name);
		size_t len = strlen(name);

		if (len < longest || !len || !strstr(in, name))
			continue;
		if (len == longest && found && strcmp(found, v->items[i].code) != 0)
			return NULL;
		longest = len;
		found = v->items[i].code;
	}
	return found;
}

const char *import_body_find(const struct pack *p, const char *code, const char *name)
{
	const struct pack_view *v = pack_view(p);
	const char *found = NULL;
	int i;

	for (i = 0; i < v->body_count; i++) {
		const struct body *b = &v->bodies[i];

		if (code && *code && strcmp(b->code, code) == 0)
			return b->id;
		if (!name || strcmp(b->name, name) != 0)
			continue;
		if (found)
			return NULL;
		found = b->id;
	}
	return found;
}

/* A region's code for its name; what is no name of the pack stays. */
const char *import_region_code(const struct pack *p, const char *text)
{
	const struct pack_view *v = pack_view(p);
	int i;

	for (i = 0; i < v->region_count; i++) {
		if (strcmp(v->regions[i].name, text) == 0)
			return v->regions[i].code;
	}
	return text;
}

const char *import_region_of(struct arena *arena, const char *credit_code)
{
	int i;

	if (!credit_code || strlen(credit_code) != 18)
		return NULL;
	for (i = 2; i < 8; i++) {
		if (credit_code[i] < '0' || credit_code[i] > '9')
			return NULL;
	}
	return arena_strndup(arena, credit_code + 2, 6);
}
