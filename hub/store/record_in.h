/* record_in.h: how the lines of a record are written and read. For record*.c only. */
#ifndef TANDEM_RECORD_IN_H
#define TANDEM_RECORD_IN_H

#include "store/record.h"

#define RECORD_FIELDS_MAX 28
struct line { /* one line cut into its fields, in place */
	char *fields[RECORD_FIELDS_MAX];
	int count;
};
#define RECORD_AHEAD_BYTES 16
/* Gives what stands behind the line. The text ends with a NUL, and so many bytes from there on may
 * be looked at. */
char *record_line_cut(char *p, struct line *l);
void record_text(struct buf *out, const char *s);
void record_tab_text(struct buf *out, const char *s); /* a field; NULL is an empty one */
void record_tab_int(struct buf *out, int64_t v); /* -1, "nothing", is written as an empty field */
const char *record_text_at(const struct line *l, int i);
int64_t record_int_at(const struct line *l, int i);
bool record_places_hold(const struct record *r);
void record_encode_letters(const struct record *r, struct buf *out);
bool record_decode_letter(const struct line *l, struct letter *ret); /* false: not readable */
void record_decode_writing(const struct line *l, struct writing *ret);
bool record_letters_hold(const struct record *r);
int record_small_at(const struct line *l, int i); /* -1 as well where it would be no int */
/* A number that indexes a table: anything outside makes the record unreadable rather than wrong. */
bool record_enum_at(const struct line *l, int i, int count, int *ret);

#endif
