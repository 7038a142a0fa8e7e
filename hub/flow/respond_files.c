/* respond_files.c: a file is put to a notice, and feedback names it. */
#include <string.h>

#include "flow/respond_in.h"

static enum err refuse(struct answering *a, enum err e, const char *why)
{
	a->detail = why;
	return e;
}

/* The newest of that content. */
static struct attachment *file_find(struct record *r, int notice, const char *hash)
{
	for (int i = r->file_count - 1; i >= 0; i--) {
		if (r->files[i].notice == notice && !strcmp(r->files[i].hash, hash))
			return &r->files[i];
	}
	return NULL;
}

static struct attachment *file_add(struct answering *a, struct change *x, const struct attachment *like)
{
	struct attachment *f;

	if (x->record.file_count >= RECORD_FILES_MAX)
		return NULL;
	f = record_add_file(&x->record, &x->arena);
	*f = *like;
	f->notice = a->notice;
	f->feedback = -1;
	f->at_ms = x->now_ms;
	f->by = a->by;
	return f;
}

enum err act_attach(struct answering *a, struct change *x, struct notice *n)
{
	struct attachment *before = file_find(&x->record, a->notice, a->p.file.hash);
	enum notice_state to;
	enum err e = act_verdict(a, x, n, ACT_FEEDBACK, &to);

	if (e != ERR_OK)
		return e;
	if (before && before->feedback < 0 && !strcmp(before->name, a->p.file.name)) {
		x->nothing = true;
		return ERR_OK;
	}
	return file_add(a, x, &a->p.file) ? ERR_OK : refuse(a, ERR_CONFLICT, "The event has as many files as it can have");
}

static bool is_named_by(const struct record *r, const char *hash, int feedback)
{
	for (int i = 0; i < r->file_count; i++) {
		if (r->files[i].feedback == feedback && !strcmp(r->files[i].hash, hash))
			return true;
	}
	return false;
}

bool feedback_names_the_same(const struct answering *a, const struct record *r, int feedback)
{
	int count = 0;

	for (int i = 0; i < r->file_count; i++)
		count += r->files[i].feedback == feedback;
	for (int i = 0; i < a->p.name_count; i++) {
		if (!is_named_by(r, a->p.names[i], feedback))
			return false;
	}
	return count == a->p.name_count;
}

enum err feedback_name_files(struct answering *a, struct change *x, int feedback)
{
	for (int i = 0; i < a->p.name_count; i++) {
		struct attachment *f = file_find(&x->record, a->notice, a->p.names[i]);

		if (!f) {
			diag_init(&a->diag, &a->arena);
			diag_add(&a->diag, arena_printf(&a->arena, "/files/%d", i), "is no file that was put to this notice");
			return ERR_INVALID;
		}
		if (f->feedback >= 0) /* named before: this one names it as well */
			f = file_add(a, x, f);
		if (!f)
			return refuse(a, ERR_CONFLICT, "The event has as many files as it can have");
		f->feedback = feedback;
	}
	return ERR_OK;
}
