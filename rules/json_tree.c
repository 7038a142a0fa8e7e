#include "json_scan.h"

#include <string.h>

#define INTEGER_MAX INT64_C(9007199254740992)

struct walk {
	const struct event_limits *lim;
	struct diag *diag;
	char where[POINTER_BYTES];
};

/* What the place in the document allows: two members may be long, one object may be wide. */
struct allowance {
	size_t string_bytes;
	int members;
};

static void check_value(struct walk *w, const json_t *v, size_t at, struct allowance may,
			int depth);

static void check_scalar(struct walk *w, const json_t *v, struct allowance may)
{
	if (json_is_string(v)) {
		size_t len = json_string_length(v);

		if (len > may.string_bytes)
			diag_add(w->diag, w->where,
				 "a string longer than the limit in bytes, which is %zu",
				 may.string_bytes);
		if (memchr(json_string_value(v), '\0', len))
			diag_add(w->diag, w->where, "a NUL character");
	} else if (json_is_integer(v)) {
		json_int_t n = json_integer_value(v);

		if (n > INTEGER_MAX || n < -INTEGER_MAX)
			diag_add(w->diag, w->where, "a number outside plus or minus 2^53");
	} else if (json_is_real(v)) {
		double n = json_real_value(v);

		if (!(n <= (double)INTEGER_MAX && n >= (double)-INTEGER_MAX))
			diag_add(w->diag, w->where, "a number outside plus or minus 2^53");
	}
}

static struct allowance allowance_of(const struct walk *w, const char *key)
{
	struct allowance may = {w->lim->string_bytes, w->lim->members};

	if (strcmp(key, "attributes") == 0)
		may.members = w->lim->attributes;
	if (strcmp(key, "scope") == 0 || strcmp(key, "content") == 0)
		may.string_bytes = w->lim->long_string_bytes;
	return may;
}

static void check_object(struct walk *w, const json_t *v, size_t at, struct allowance may,
			 int depth)
{
	void *it;

	if (json_object_size(v) > (size_t)may.members)
		diag_add(w->diag, w->where, "more members than the limit, which is %d",
			 may.members);
	for (it = json_object_iter((json_t *)v); it; it = json_object_iter_next((json_t *)v, it)) {
		const char *key = json_object_iter_key(it);

		check_value(w, json_object_iter_value(it),
			    pointer_add(w->where, at, key, strlen(key)), allowance_of(w, key),
			    depth);
		w->where[at] = '\0';
	}
}

static void check_value(struct walk *w, const json_t *v, size_t at, struct allowance may, int depth)
{
	struct allowance plain = {w->lim->string_bytes, w->lim->members};
	size_t i;

	if (!json_is_object(v) && !json_is_array(v)) {
		check_scalar(w, v, may);
		return;
	}
	if (depth >= w->lim->depth) {
		diag_add(w->diag, w->where, "nested deeper than the limit, which is %d",
			 w->lim->depth);
		return;
	}
	if (json_is_object(v)) {
		check_object(w, v, at, may, depth + 1);
		return;
	}
	for (i = 0; i < json_array_size(v); i++) {
		check_value(w, json_array_get(v, i), pointer_add_index(w->where, at, i), plain,
			    depth + 1);
		w->where[at] = '\0';
	}
}

void json_tree_check(const json_t *root, const struct event_limits *lim, struct diag *diag)
{
	struct walk w = {.lim = lim, .diag = diag};
	struct allowance plain = {lim->string_bytes, lim->members};

	check_value(&w, root, 0, plain, 0);
}
