/*
 * form.h: "name=value&name=value" as it stands in a query or in a form body, read without trust.
 *
 * Pure. Values are decoded once (percent and plus) into the caller's arena. A value with a broken
 * escape counts as absent. It does not build forms.
 */
#ifndef TANDEM_CONNECTOR_FORM_H
#define TANDEM_CONNECTOR_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct form {
	const char *data;
	size_t len;
};
struct form_value {
	const char *data; /* NUL behind it, not counted; it may hold NULs of its own */
	size_t len;
};

/* The first member of that name; false when absent or badly encoded. */
bool form_find(struct form f, const char *name, struct arena *arena, struct form_value *ret);
/* The same for members that are text: NULL when absent, badly encoded or with a NUL inside. */
const char *form_text(struct form f, const char *name, struct arena *arena);

#endif
