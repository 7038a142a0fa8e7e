/*
 * export.h: a list as a sheet for office programs: the very pages that the list's own call gives,
 * one after another, so that filter, scope, masking and order cannot differ. At the foot stand the
 * filter, the moment, the exporter and the number of rows; the audit log has a line before the
 * first byte is given.
 *
 * The loop only makes pages; reading them, writing the sheet and packing it happen beside it. What
 * is in memory is one page, whatever the number of rows; the sheet is a file in the data folder.
 * EXPORTS_MAX at a time, of as many rows as the settings allow.
 */
#ifndef TANDEM_EXPORT_H
#define TANDEM_EXPORT_H

#include "flow/export_rows.h"
#include "flow/flow.h"

#define EXPORTS_MAX	  2
#define EXPORT_PARAMS_MAX 13

struct export_in {
	struct principal *who;
	enum export_list list;
	enum book_format format;
	bool english;
	const char *values[EXPORT_PARAMS_MAX]; /* of export_params, in their order; "" any */
};
/* The parameters of the list's call that choose, ended by NULL. */
const char *const *export_params(enum export_list list);
struct exported {
	int fd;	       /* the taker closes it */
	char name[96]; /* of the file, as a person would call it */
};
typedef void export_fn(void *arg, const struct exported *sheet);
/* Exactly one of the two is called. */
void export_list_start(struct flow *f, const struct export_in *in, export_fn *done,
		       reply_fn *refused, void *arg);

/* The audit log as evidence.h has it, from a line on (1 the first), with the seals; lines of other
 * regions keep their place and nothing else. */
void export_audit_start(struct flow *f, struct principal *who, int64_t from, export_fn *done,
			reply_fn *refused, void *arg);
/* One case's evidence, the events, notices, receipts and deliveries that are in scope, as they are
 * seen, and which policies decided. */
struct export_case_in {
	struct principal *who;
	const char *case_id;
};
void export_case_start(struct flow *f, const struct export_case_in *in, export_fn *done,
		       reply_fn *refused, void *arg);

#endif
