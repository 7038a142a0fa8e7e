/*
 * import_in.h: what the importers share: one run, the row in hand, its faults, and the event that
 * comes of it. Nobody outside of rules/import*.c includes it.
 */
#ifndef TANDEM_IMPORT_IN_H
#define TANDEM_IMPORT_IN_H

#include <jansson.h>

#include "base/csv.h"
#include "base/strmap.h"
#include "event.h"
#include "import.h"
#include "timefmt.h"

#define IMPORT_HEADER_SEARCH 5 /* a title or two may stand above the header */
#define IMPORT_HASH_BYTES    16
#define IMPORT_ID_BYTES	     (IMPORT_HASH_BYTES * 2 + 1)

/* An event that was given out: to know its repeat. */
struct import_seen {
	unsigned char content[IMPORT_HASH_BYTES];
	const char *where;
};
struct import {
	const struct import_job *job;
	struct import_counts counts;
	struct buf text; /* the input as UTF-8, when it had to be converted */
	const char *data, *end;
	struct arena arena; /* as long as the run */
	struct arena row;   /* as long as one row */
	struct strmap seen;
	struct import_seen *seen_list;
	int seen_count, seen_room;
	const char *where; /* of the row in hand */
	struct buf why;	   /* its faults, for the file of rejected rows */
	bool faulty, doubtful;
};

/* False: the bytes are in no known encoding, which was said. */
bool import_begin(struct import *imp, const struct import_job *job);
void import_end(struct import *imp, struct import_counts *ret);

void import_row_begin(struct import *imp, const char *where);
void import_row_end(struct import *imp); /* counts */
/* The row cannot be used; it can, but is doubtful. field may be "". */
void import_fault(struct import *imp, const char *field, const char *what);
void import_doubt(struct import *imp, const char *field, const char *what);
/* What the row says, under the name of what it is about: new, a repeat (neither is counted), or
 * other than what was said before there. */
enum import_known { IMPORT_NEW, IMPORT_REPEAT, IMPORT_OTHER };
enum import_known import_known(struct import *imp, const char *id, const struct buf *content,
			       const char **ret_where);
/* The event of the row: checked as the hub would, compared with what was given out, handed to the
 * sink. */
void import_emit(struct import *imp, struct buf *json);

/* A stable name for these texts, in hex; NULL counts as "". */
void import_hash(const char *const *parts, int count, char ret[IMPORT_ID_BYTES]);
/* The text when it is 1 to 128 characters of visible ASCII, else one made of it. */
const char *import_visible_id(struct import *imp, const char *prefix, const char *text);

/* Members of the event under construction; a NULL or empty value adds nothing. */
void import_member(struct buf *json, const char *name, const char *value);
void import_date_member(struct buf *json, const char *name, int32_t day);
void import_open(struct buf *json, const char *name); /* name NULL at the root */
void import_close(struct buf *json);
struct import_head {
	const char *type, *id;
	int64_t time_ms;
};
void import_event_head(const struct import *imp, struct buf *json, const struct import_head *head);

/* A heading or name without width, spaces, stars, parentheses and case. */
const char *import_fold(struct arena *arena, const char *s);
/* A code or id, whose case and parentheses count: without width and spaces. */
const char *import_narrow(struct arena *arena, const char *s);
/* Which of the lists separated by | holds the name, folded; -1 for none. */
int import_name_find(const char *const *lists, int count, const char *folded);

const char *import_trim(struct arena *arena, const char *s); /* NULL is "" */

/* The rows of a spreadsheet, each of them to be accounted for. Excel's "Unicode text" has tabs
 * between the cells. */
void import_csv_open(const struct import *imp, struct csv *c, struct arena *arena,
		     struct diag *diag);
/* A record in which nothing stands. */
bool import_record_is_empty(const struct csv *c);
/* What of a sheet is not used, on its way to be mended. */
struct import_kept {
	const char *const *headings;
	int count;
	bool begun;
};
/* The record as it stood, with the reasons in one more cell, below the same header: it can be
 * mended and imported again. */
void import_keep_record(struct import *imp, struct import_kept *kept, const struct csv *c);

/* Codes out of a pack, by a name as people write it; NULL when there is none, or more than one. */
const char *import_item_by_name(const struct pack *p, struct arena *arena, const char *name);
const char *import_item_inside(const struct pack *p, struct arena *arena, const char *text);
const char *import_body_find(const struct pack *p, const char *code, const char *name);
const char *import_region_code(const struct pack *p, const char *text);
/* The area code in a credit code's middle, when it has one. */
const char *import_region_of(struct arena *arena, const char *credit_code);

/* One object of a JSON input at a time: a document, a list or lines; bad ones are rejected on the
 * way. */
typedef void import_object_fn(struct import *imp, json_t *object, void *arg);
MUST_CHECK enum err import_objects(struct import *imp, import_object_fn *fn, void *arg);
/* NULL for what is no plain value */
const char *import_json_text(struct arena *arena, const json_t *v);
void import_keep_object(struct import *imp, const json_t *object);

#endif
