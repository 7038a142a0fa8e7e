#include <stdlib.h>
#include <string.h>

#include "event.h"

static void add_value(const json_t *v, struct buf *out);

static int name_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Member names live in the object itself, so only pointers to them are sorted. */
static void add_object(const json_t *v, struct buf *out)
{
	const char *few[64], **names = few;
	size_t count = json_object_size(v), i = 0;
	void *it;

	if (count > sizeof(few) / sizeof(few[0]))
		names = mem_alloc(count * sizeof(*names));
	for (it = json_object_iter((json_t *)v); it; it = json_object_iter_next((json_t *)v, it))
		names[i++] = json_object_iter_key(it);
	qsort(names, count, sizeof(*names), name_order);
	buf_add_char(out, '{');
	for (i = 0; i < count; i++) {
		if (i)
			buf_add_char(out, ',');
		buf_add_json(out, names[i]);
		buf_add_char(out, ':');
		add_value(json_object_get(v, names[i]), out);
	}
	buf_add_char(out, '}');
	if (names != few)
		free(names);
}

static void add_array(const json_t *v, struct buf *out)
{
	size_t i;

	buf_add_char(out, '[');
	for (i = 0; i < json_array_size(v); i++) {
		if (i)
			buf_add_char(out, ',');
		add_value(json_array_get(v, i), out);
	}
	buf_add_char(out, ']');
}

/* The depth was bounded when the event was read. */
static void add_value(const json_t *v, struct buf *out)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		add_object(v, out);
		return;
	case JSON_ARRAY:
		add_array(v, out);
		return;
	case JSON_STRING:
		buf_add_jsonn(out, json_string_value(v), json_string_length(v));
		return;
	case JSON_INTEGER:
		buf_add_int(out, json_integer_value(v));
		return;
	case JSON_REAL:
		buf_printf(out, "%.17g", json_real_value(v));
		return;
	case JSON_TRUE:
		buf_add_str(out, "true");
		return;
	case JSON_FALSE:
		buf_add_str(out, "false");
		return;
	case JSON_NULL:
		buf_add_str(out, "null");
		return;
	}
}

void event_canonical(const struct event *e, struct buf *out)
{
	const json_t *data = json_object_get(e->root, "data");

	buf_add_str(out, event_type_name(e->type));
	buf_add_char(out, '\n');
	buf_add_str(out, e->time);
	buf_add_char(out, '\n');
	if (data)
		add_value(data, out);
}
