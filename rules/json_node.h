/*
 * json_node.h: a JSON document as values in an arena, made by the very scan that checks it
 * (json_scan_tree in json_scan.h), so that the bytes are walked once. Only read afterwards; it
 * lives as long as its arena. Texts have their escapes undone and end with a NUL. Members keep the
 * order of the document.
 */
#ifndef TANDEM_JSON_NODE_H
#define TANDEM_JSON_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum node_kind {
	NODE_NULL,
	NODE_FALSE,
	NODE_TRUE,
	NODE_INTEGER,
	NODE_REAL,
	NODE_TEXT,
	NODE_ARRAY,
	NODE_OBJECT
};
struct node {
	enum node_kind kind;
	uint32_t name_len;
	const char *name;	 /* of a member */
	const struct node *next; /* member or element of the same object or array */
	/* of a text in bytes; of an array or object in elements or members */
	size_t len;
	union {
		const char *text;
		int64_t integer;
		double real;
		const struct node *first;
	};
};

/* NULL: not there, or no object; the first of that name. All take NULL for a value that is not
 * there. */
const struct node *node_member(const struct node *object, const char *name);
const char *node_text(const struct node *v); /* NULL: no text */
bool node_is(const struct node *v, enum node_kind kind);
bool node_is_missing(const struct node *v); /* not there, or null */
struct buf;
/* without blanks, members in the order of their names */
void node_canonical(const struct node *v, struct buf *out);

#endif
