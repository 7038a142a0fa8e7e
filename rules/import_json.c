/* JSON as other systems write it: one document, a list, lines, or a list wrapped in one more
 * object. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_in.h"
#include "json_scan.h"

#define OBJECT_BYTES_MAX ((size_t)1 << 20)

static const struct event_limits object_limits = {
	.event_bytes = OBJECT_BYTES_MAX,
	.batch_bytes = IMPORT_BYTES_MAX * 3,
	.batch_count = INT32_MAX,
	.depth = 16,
	.members = 400,
	.attributes = 400,
	.string_bytes = 65536,
	.long_string_bytes = 65536,
};

const char *import_json_text(struct arena *arena, const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		return json_string_value(v);
	case JSON_INTEGER:
		return arena_printf(arena, "%lld", (long long)json_integer_value(v));
	case JSON_REAL:
		return arena_printf(arena, "%.15g", json_real_value(v));
	case JSON_TRUE:
		return "1";
	case JSON_FALSE:
		return "0";
	default:
		return NULL;
	}
}

static void keep_bytes(struct import *imp, const char *data, size_t len)
{
	const struct import_sink *s = &imp->job->sink;

	s->keep(s->arg, data, len);
	s->keep(s->arg, "\n", 1);
}

/* The object as it came, and why it could not be used, as one more member. */
void import_keep_object(struct import *imp, const json_t *object)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)object);
	char *line;

	json_object_set_new(copy, "note_rejected", json_string(buf_cstr(&imp->why)));
	line = json_dumps(copy, JSON_COMPACT);
	if (line)
		keep_bytes(imp, line, strlen(line));
	free(line);
	json_decref(copy);
}

static void object_read(struct import *imp, const struct event_part *part, import_object_fn *fn,
			void *arg)
{
	struct diag diag;
	json_t *object = NULL;

	diag_init(&diag, &imp->row);
	if (json_scan(part->data, part->len, &object_limits, &diag) == ERR_OK)
		object = json_loadb(part->data, part->len, 0, NULL);
	if (json_is_object(object)) {
		fn(imp, object, arg);
	} else {
		import_row_begin(imp, imp->where);
		import_fault(imp, "", diag.first ? diag.first->what : "not a JSON object");
		keep_bytes(imp, part->data, part->len);
		import_row_end(imp);
	}
	json_decref(object);
}

/* Line by line in one pass: the parts come in the order of the bytes. */
static void parts_read(struct import *imp, const struct event_part *parts, size_t count,
		       import_object_fn *fn, void *arg)
{
	const char *at = imp->data;
	int line = 1;
	char where[300];

	for (size_t i = 0; i < count; i++) {
		for (; at < parts[i].data; at++)
			line += *at == '\n';
		snprintf(where, sizeof(where), "%.200s:%d", imp->job->file, line);
		imp->where = where;
		object_read(imp, &parts[i], fn, arg);
	}
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether the whole is one object: then its bytes pass as JSON. */
static bool is_one(const char *from, const char *to)
{
	struct event_limits lim = object_limits;
	struct arena arena;
	struct diag diag;
	enum err err;

	lim.event_bytes = IMPORT_BYTES_MAX * 3;
	arena_init(&arena);
	diag_init(&diag, &arena);
	err = json_scan(from, (size_t)(to - from), &lim, &diag);
	arena_clear(&arena);
	return err != ERR_SYNTAX;
}

/* A list wrapped in an object with a usual name is that list; its rows are placed by pointer. */
static bool wrapped_list_read(struct import *imp, const json_t *root, import_object_fn *fn,
			      void *arg)
{
	static const char *const names[] = {"data", "rows", "list", "records", "items", "result"};
	const json_t *list = NULL;
	const char *name = "";
	char where[300];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !json_is_array(list); i++) {
		name = names[i];
		list = json_object_get(root, name);
	}
	if (!json_is_array(list))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *one = json_array_get(list, i);

		snprintf(where, sizeof(where), "%.200s:/%s/%zu", imp->job->file, name, i);
		imp->where = where;
		if (json_is_object(one)) {
			fn(imp, one, arg);
			continue;
		}
		import_row_begin(imp, where);
		import_fault(imp, "", "not a JSON object");
		import_row_end(imp);
	}
	return true;
}

static void one_read(struct import *imp, const struct event_part *one, import_object_fn *fn,
		     void *arg)
{
	json_t *root = json_loadb(one->data, one->len, 0, NULL);

	if (!json_is_object(root) || !wrapped_list_read(imp, root, fn, arg))
		parts_read(imp, one, 1, fn, arg);
	json_decref(root);
}

enum err import_objects(struct import *imp, import_object_fn *fn, void *arg)
{
	const char *from = imp->data, *to = imp->end;
	struct event_part *parts, one;
	struct event_batch batch = {.lim = &object_limits, .arena = &imp->arena};
	struct diag diag;
	size_t count;

	while (from < to && is_space(*from))
		from++;
	while (to > from && is_space(to[-1]))
		to--;
	if (from < to && *from == '{' && is_one(from, to)) {
		one = (struct event_part){from, (size_t)(to - from)};
		one_read(imp, &one, fn, arg);
		return ERR_OK;
	}
	batch.data = from;
	batch.len = (size_t)(to - from);
	batch.ndjson = from == to || *from != '[';
	diag_init(&diag, &imp->arena);
	if (event_batch_split(&batch, &parts, &count, &diag)) {
		imp->job->sink.say(imp->job->sink.arg, imp->job->file,
				   "not a well-formed JSON list");
		return ERR_SYNTAX;
	}
	parts_read(imp, parts, count, fn, arg);
	return ERR_OK;
}
