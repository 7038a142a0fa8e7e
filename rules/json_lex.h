/*
 * json_lex.h: the state of a scan, shared by the two halves of it: json_lex.c knows strings,
 * numbers and words, json_scan.c knows objects, arrays and what is looked for. Nobody else includes
 * this.
 */
#ifndef TANDEM_JSON_LEX_H
#define TANDEM_JSON_LEX_H

#include "json_scan.h"
#include "json_node.h"

#define STACK_MAX	     64
#define LEX_NUMBER_BYTES_MAX 64

struct key {
	const char *text;
	size_t len;
	struct key *next;
};
struct frame {
	bool is_object, too_many;
	int count; /* members or elements begun */
	const char *key;
	size_t key_len;
	struct key *keys;	       /* only when repeats are looked for */
	struct node *container, *last; /* these four only when a tree is made */
	const char *name;	       /* the key without its escapes */
	size_t name_len;
};
struct scan {
	const char *start, *pos, *end;
	const struct event_limits *lim;
	struct diag *diag; /* NULL: only looking */
	struct arena *key_arena;
	struct diag *key_diag;	    /* repeats go here, while diag is NULL */
	const char *target, *found; /* a pointer to look for, and its value's first byte */
	/* values are made in it; copy: of the document, for their texts */
	struct arena *tree;
	char *copy;
	struct node *root;
	bool has_repeats;
	bool unparseable;
	int syntax_line, syntax_column; /* line 0: no fault of syntax */
	int depth;
	struct frame stack[STACK_MAX];
};
enum next { NEXT_VALUE, NEXT_KEY, NEXT_AFTER, NEXT_STOP };

void lex_pointer(const struct scan *s, int depth, char ret[POINTER_BYTES]);
void lex_fault(struct scan *s, int depth, const char *what);
void lex_fault_limit(struct scan *s, int depth, const char *what, size_t limit);
enum next lex_syntax_fault(struct scan *s);
void lex_skip_space(struct scan *s);
bool lex_key_is(const struct scan *s, int depth, const char *name);
int lex_hex4(const char *p, const char *end); /* -1: not four hexadecimal digits */
bool lex_string(struct scan *s, size_t *ret_bytes);
enum next lex_string_value(struct scan *s, size_t *ret_bytes);
enum next lex_number(struct scan *s);
enum next lex_literal(struct scan *s);
size_t lex_unescape(const char *p, size_t len, char *out);

/* json_node.c: a value behind the last one of the object or array at hand, and what it is. */
struct node *tree_add(struct scan *s);
/* bytes: as lex_string has counted them */
void tree_name(struct scan *s, struct frame *f, size_t bytes);
/* the scan stands behind its closing quote */
void tree_text(struct scan *s, struct node *v, const char *from, size_t bytes);
void tree_number(struct scan *s, struct node *v, const char *from, size_t len);

#endif
