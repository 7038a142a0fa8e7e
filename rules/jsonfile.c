#include "jsonfile.h"

#include <stdio.h>
#include <string.h>

static const struct event_limits file_limits = {
	.event_bytes = JSONFILE_BYTES_MAX,
	.depth = 16,
	.members = 400,
	.attributes = 400,
	.string_bytes = 8192,
	.long_string_bytes = 8192,
};

static void skip_bom(struct jsonfile *f)
{
	if (f->len >= 3 && memcmp(f->data, "\xef\xbb\xbf", 3) == 0) {
		f->data += 3;
		f->len -= 3;
	}
}

static void fault_at(struct jsonfile *f, int line, int column, const char *pointer,
		     const char *what)
{
	char where[256];

	snprintf(where, sizeof(where), "%s:%d:%d", f->name, line, column);
	if (*pointer)
		diag_add(f->diag, where, "%s: %s", pointer, what);
	else
		diag_add(f->diag, where, "%s", what);
}

void jsonfile_fault(struct jsonfile *f, const char *pointer, const char *what)
{
	int line = 1, column = 1;

	/* Finding the place means reading the file again, which stops when nobody would see it. */
	if (f->diag->count < DIAG_MAX)
		json_locate(f->data, f->len, pointer, &line, &column);
	fault_at(f, line, column, pointer, what);
}

/* The scan names pointers; here everything is told by file and place. */
static bool scan(struct jsonfile *f)
{
	struct arena arena;
	struct diag found;
	const struct fault *one;
	struct scan_end end = {0};
	bool good;

	arena_init(&arena);
	diag_init(&found, &arena);
	if (f->len > JSONFILE_BYTES_MAX)
		diag_add(&found, "", "longer than %u bytes", JSONFILE_BYTES_MAX);
	else if (json_scan_all(f->data, f->len, &file_limits, &found, &end) == ERR_OK)
		json_scan_repeats(f->data, f->len, &file_limits, &found);
	for (one = found.first; one && !end.line; one = one->next)
		jsonfile_fault(f, one->where, one->what);
	if (end.line)
		fault_at(f, end.line, end.column, "", "not well-formed JSON");
	good = !found.count;
	arena_clear(&arena);
	return good;
}

bool jsonfile_open(struct jsonfile *f, const char *name, const char *data, size_t len,
		   struct diag *diag)
{
	*f = (struct jsonfile){.name = name, .data = data, .len = len, .diag = diag};
	skip_bom(f);
	if (!scan(f))
		return false;
	f->root = json_loadb(f->data, f->len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(f->root))
		return true;
	jsonfile_fault(f, "", "must be a JSON object");
	json_decref(f->root);
	return false;
}

static bool is_among(const char *const *names, const char *name)
{
	for (; *names; names++) {
		if (strcmp(*names, name) == 0)
			return true;
	}
	return strncmp(name, "note", 4) == 0;
}

void jsonfile_known_members(struct jsonfile *f, const char *const *names)
{
	char where[POINTER_BYTES];
	void *it;

	for (it = json_object_iter(f->root); it; it = json_object_iter_next(f->root, it)) {
		const char *key = json_object_iter_key(it);

		if (is_among(names, key))
			continue;
		pointer_add(where, 0, key, strlen(key));
		jsonfile_fault(f, where, "an unknown member");
	}
}

void jsonfile_close(struct jsonfile *f)
{
	json_decref(f->root);
	f->root = NULL;
}
