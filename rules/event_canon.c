#include <stdlib.h>
#include <string.h>

#include "event.h"

#define SORTED_IN_PLACE 16

static int name_order(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* Most objects are small, and then the library's sort costs more than the sorting. */
static void sort_members(const struct node **m, size_t count)
{
	if (count > SORTED_IN_PLACE) {
		qsort(m, count, sizeof(*m), name_order);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		const struct node *one = m[i];
		size_t at = i;

		for (; at && strcmp(m[at - 1]->name, one->name) > 0; at--)
			m[at] = m[at - 1];
		m[at] = one;
	}
}

static void add_object(const struct node *v, struct buf *out)
{
	const struct node *few[64], **members = few, *m;
	size_t i = 0;

	if (v->len > sizeof(few) / sizeof(few[0]))
		members = mem_alloc(v->len * sizeof(*members));
	for (m = v->first; m; m = m->next)
		members[i++] = m;
	sort_members(members, v->len);
	buf_add_char(out, '{');
	for (i = 0; i < v->len; i++) {
		if (i)
			buf_add_char(out, ',');
		buf_add_jsonn(out, members[i]->name, members[i]->name_len);
		buf_add_char(out, ':');
		node_canonical(members[i], out);
	}
	buf_add_char(out, '}');
	if (members != few)
		free(members);
}

static void add_array(const struct node *v, struct buf *out)
{
	const struct node *one;

	buf_add_char(out, '[');
	for (one = v->first; one; one = one->next) {
		if (one != v->first)
			buf_add_char(out, ',');
		node_canonical(one, out);
	}
	buf_add_char(out, ']');
}

/* The depth was bounded when the document was read. */
void node_canonical(const struct node *v, struct buf *out)
{
	switch (v->kind) {
	case NODE_OBJECT:
		add_object(v, out);
		return;
	case NODE_ARRAY:
		add_array(v, out);
		return;
	case NODE_TEXT:
		buf_add_jsonn(out, v->text, v->len);
		return;
	case NODE_INTEGER:
		buf_add_int(out, v->integer);
		return;
	case NODE_REAL:
		buf_printf(out, "%.17g", v->real ? v->real : 0.0); /* minus zero is zero */
		return;
	case NODE_TRUE:
		buf_add_str(out, "true");
		return;
	case NODE_FALSE:
		buf_add_str(out, "false");
		return;
	case NODE_NULL:
		buf_add_str(out, "null");
		return;
	}
}

void event_canonical(const struct event *e, struct buf *out)
{
	const struct node *data = node_member(e->root, "data");

	buf_add_str(out, event_type_name(e->type));
	buf_add_char(out, '\n');
	buf_add_str(out, e->time);
	buf_add_char(out, '\n');
	if (data)
		node_canonical(data, out);
}
