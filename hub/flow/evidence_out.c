/* evidence_out.c: see evidence_out.h. */
#include "flow/evidence_out.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "flow/book.h"
#include "timefmt.h"

bool evidence_out_may(struct flow *f, reply_fn *refused, void *arg)
{
	if (f->exports < EXPORTS_MAX && !sodium_is_zero(f->hash_key, sizeof(f->hash_key)))
		return true;
	reply_problem(refused, arg, ERR_UNAVAILABLE, "Other exports are being made; ask again");
	return false;
}

void evidence_out_init(struct evidence_out *o, const char *name)
{
	char t[TIMEFMT_BYTES];

	o->flow->exports++;
	o->who = principal_ref(o->who);
	o->begun_ms = clock_now_ms(&o->flow->clock);
	o->file.fd = -1;
	time_format(o->begun_ms, SHANGHAI_MIN, t);
	snprintf(o->file.name, sizeof(o->file.name), "%s_%.4s%.2s%.2s-%.2s%.2s.ndjson", name, t,
		 t + 5, t + 8, t + 11, t + 14);
}

static void drop(struct evidence_out *o)
{
	o->flow->exports--;
	if (o->file.fd >= 0)
		close(o->file.fd);
	evidence_drop(&o->writer);
	principal_unref(o->who);
	o->free(o->self);
}

void evidence_out_refuse(struct evidence_out *o, enum err e, const char *detail)
{
	reply_problem(o->refused, o->arg, e, detail);
	drop(o);
}

static void on_audited(void *arg, enum err e, const char *text)
{
	struct evidence_out *o = arg;

	(void)text;
	if (e != ERR_OK) {
		evidence_out_refuse(o, e, "The audit log cannot be written just now");
		return;
	}
	o->done(o->arg, &o->file);
	o->file.fd = -1;
	drop(o);
}

void evidence_out_give(struct evidence_out *o, const struct audited *a)
{
	struct audited line = *a;
	char room[512];
	struct buf out;

	if (o->failed) {
		evidence_out_refuse(o, ERR_UNAVAILABLE, "The file could not be written");
		return;
	}
	line.at_ms = o->begun_ms;
	line.who = o->who->name;
	line.notice = -1;
	buf_init_in(&out, room, sizeof(room), 8192);
	audit_line(&line, &out);
	store_audit(o->flow->store, buf_cstr(&out), on_audited, o);
	buf_clear(&out);
}

void evidence_out_open(struct evidence_out *o)
{
	o->file.fd = book_file(o->flow->config->data);
	o->failed = o->file.fd < 0;
}

void evidence_out_write(struct evidence_out *o, struct buf *piece)
{
	size_t at = 0;

	o->failed |= piece->overflow;
	while (at < piece->len && !o->failed) {
		ssize_t wrote = write(o->file.fd, piece->data + at, piece->len - at);

		if (wrote < 0 && errno == EINTR)
			continue;
		o->failed = wrote <= 0;
		at += wrote > 0 ? (size_t)wrote : 0;
	}
	buf_clear(piece);
}

void evidence_out_end(struct evidence_out *o, int64_t of)
{
	struct buf piece;

	buf_init(&piece, 4096);
	evidence_end(&o->writer, of, &piece);
	evidence_out_write(o, &piece);
	o->failed |= lseek(o->file.fd, 0, SEEK_SET) != 0;
}
