/*
 * pack.h: a jurisdiction's policy, read from its folder's files and compiled.
 *
 * pack_read takes the bytes of the files (nothing here opens one) and gives an immutable,
 * reference-counted pack, or every fault at once with file, line and column. Strings and arrays of
 * a pack live as long as a reference to it is held.
 */
#ifndef TANDEM_PACK_H
#define TANDEM_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "pack_parts.h"

struct pack;				  /* compiled form behind it: table.h */
struct pack_view {			  /* what everybody may read */
	const char *id, *title, *version; /* "linyi@3f9c2a71" */
	int jurisdiction;		  /* region index */
	const struct region *regions;
	int region_count;
	const struct body *bodies;
	int body_count;
	const struct item *items;
	int item_count;
	const struct rule *rules;
	int rule_count;
	const struct pack_text *texts;
	int text_count;
	const struct pack_contact *contacts;
	int contact_count;
	struct pack_settings settings;
};
const struct pack_view *pack_view(const struct pack *p);
const struct calendar *pack_calendar(const struct pack *p);

struct pack_file {
	const char *name; /* "rules.csv", "texts/sms-notice.txt" */
	const char *data;
	size_t len;
};
MUST_CHECK enum err pack_read(const struct pack_file *files, int count, struct pack **ret,
			      struct diag *diag);
/* What can be read but is surely not meant: a sector that no body has, a rule about an item nobody
 * lists. */
struct pack_finding {
	const char *where, *what; /* as of a fault */
	int rule, item;		  /* the row; -1 */
	const char *code;	  /* the item code that nobody lists; NULL */
	struct pack_finding *next;
};
const struct pack_finding *pack_findings(const struct pack *p); /* the first, or NULL */
struct pack *pack_ref(struct pack *p);
void pack_unref(struct pack *p);
/* The pack back from what pack_canonical made of it; texts, rows and days are the same, and so is
 * the version. */
MUST_CHECK enum err pack_read_canonical(const char *data, size_t len, struct pack **ret,
					struct diag *diag);
/* Canonical content: every file's meaning in a fixed order, comments, blank lines and note columns
 * left out. */
void pack_canonical(const struct pack *p, struct buf *out);

int pack_find_region(const struct pack *p, const char *code, size_t len); /* index or -1; exact */
int pack_find_body(const struct pack *p, const char *id);		  /* index or -1 */
int pack_find_rule(const struct pack *p, const char *id);
int pack_find_item(const struct pack *p, const char *code); /* the first row of that code, or -1 */
bool region_within(const struct pack *p, int region, int ancestor); /* also when equal */
const char *pack_text_find(const struct pack *p, const char *name);

#endif
