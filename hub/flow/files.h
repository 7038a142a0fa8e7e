/*
 * files.h: the files of feedback and of letters. What is in them lies in the data folder under its
 * SHA-256, on disk before anybody is told that it was taken; what they are called and whose they
 * are stands in the event's record, and nothing is reached but through a notice that one may see.
 * The disk is touched beside the loop only.
 */
#ifndef TANDEM_FILES_H
#define TANDEM_FILES_H

#include "flow/flow.h"

#define FILE_BYTES_MAX ((size_t)20 << 20)
#define FILE_CONFLICT  "Neither feedback nor a letter can be given here now"
#define FILES_FULL     "The event has as many files as it can have"

/* For feedback by its own body, or for a letter that this person may write from the notice, or in
 * it. */
enum err file_may_put(const struct principal *who, const struct pack *pack, const struct record *r,
		      const struct notice *n);

struct file_in {
	struct principal *who;
	const char *notice, *name;
	struct bytes content; /* borrowed until the answer */
};
/* As respond.h answers an act, with `file`: {file, name, type, bytes}. 415 what is none of the
 * known kinds. */
void file_put(struct flow *f, const struct file_in *in, reply_fn *fn, void *arg);

struct file_got {
	int fd; /* the taker closes it */
	enum file_type type;
	const char *name; /* good until the callback returns */
};
typedef void file_fn(void *arg, const struct file_got *file);
struct file_wish {
	struct principal *who;
	const char *notice, *hash;
};
/* Exactly one of the two is called. */
void file_get(struct flow *f, const struct file_wish *wish, file_fn *got, reply_fn *refused,
	      void *arg);

#endif
