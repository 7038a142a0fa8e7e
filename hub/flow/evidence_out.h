/*
 * evidence_out.h: a file of evidence on its way out: what the audit log's and a case's have in
 * common. Internal to the exports.
 *
 * evidence_out_init takes one of the EXPORTS_MAX places; then pieces and the end are written beside
 * the loop, and at last evidence_out_give has the audit log say it, with the hash that the file
 * ends with, before the file goes out. Whoever embeds it is freed by `free` once it was given or
 * refused.
 */
#ifndef TANDEM_EVIDENCE_OUT_H
#define TANDEM_EVIDENCE_OUT_H

#include "evidence.h"
#include "flow/audit.h"
#include "flow/export.h"

struct evidence_out {
	struct flow *flow;
	struct principal *who;
	export_fn *done;
	reply_fn *refused;
	void *arg;
	loop_fn *free; /* of what embeds it, given `self`; drops the rest of it */
	void *self;
	struct exported file;
	int64_t begun_ms;
	struct evidence_writer writer;
	bool failed;
};
/* False: no place, which was answered. The caller has set flow, who, done, refused and arg. */
bool evidence_out_may(struct flow *f, reply_fn *refused, void *arg);
void evidence_out_init(struct evidence_out *o, const char *name);
void evidence_out_refuse(struct evidence_out *o, enum err e, const char *detail);
void evidence_out_give(struct evidence_out *o, const struct audited *a);

/* Beside the loop; what fails is in `failed`. */
void evidence_out_open(struct evidence_out *o);
void evidence_out_write(struct evidence_out *o, struct buf *piece); /* empties it */
void evidence_out_end(struct evidence_out *o, int64_t of);

#endif
