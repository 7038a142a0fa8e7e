/*
 * import.h: what other systems export, turned into events: permit sheets of the double publicity
 * (双公示, fields XK_…) and the provincial case messages; and spreadsheets of items and bodies
 * turned into a pack's own files.
 *
 * Pure: bytes in, everything out through the sink, in the order of the input. Each row that cannot
 * be used is told with its place and handed to keep as it stood; the rest goes through. The same
 * row gives the same event, byte for byte, whenever it is imported, so that a second import is a
 * repeat and not a conflict. Numbers of identity documents are left behind. Pointers given to the
 * sink are valid until it returns.
 */
#ifndef TANDEM_IMPORT_H
#define TANDEM_IMPORT_H

#include "base/buf.h"
#include "pack.h"

#define IMPORT_BYTES_MAX ((size_t)256 << 20)

struct import_sink {
	/* one line, without its end */
	void (*event)(void *arg, const char *where, const char *json, size_t len);
	void (*say)(void *arg, const char *where, const char *what);
	/* of a row not used; line ends included */
	void (*keep)(void *arg, const char *text, size_t len);
	void *arg;
};
struct import_job {
	const char *file; /* what places call it */
	const char *data;
	size_t len;
	const char *source;	   /* of the events */
	const char *region;	   /* where a row names none; NULL: such rows cannot be used */
	const struct pack *items;  /* to find item codes by name, or NULL */
	const struct pack *bodies; /* to find bodies by code or name, or NULL */
	struct import_sink sink;
};
struct import_counts {
	int rows, events, repeats, rejected;
	int doubtful; /* went through, but something in it is told as doubtful */
	int open;     /* cases without a completion so far */
};

/* ERR_SYNTAX: the whole cannot be read, which was said. */
MUST_CHECK enum err import_permits(const struct import_job *job, struct import_counts *ret);
MUST_CHECK enum err import_cases(const struct import_job *job, struct import_counts *ret);

/* The pack's own file out of a spreadsheet; job.items, when given, translates names of regions. */
enum import_table { IMPORT_ITEMS, IMPORT_BODIES };
MUST_CHECK enum err import_table(const struct import_job *job, enum import_table which,
				 struct buf *out, struct import_counts *ret);

/* A day as people and spreadsheets write it, in the zone of Shanghai. */
struct import_date {
	int64_t ms; /* the day's first moment, or the time of day that was written */
	int32_t day;
	bool unlimited; /* 2099/12/31, 长期 and the like; the other two are then nothing */
};
bool import_date_parse(const char *s, struct import_date *ret);

/* UTF-8 with or without its mark, UTF-16 with it, GB18030: UTF-8 afterwards, and what it was. NULL:
 * none of them. */
const char *import_to_utf8(const char *data, size_t len, struct buf *out);

#endif
