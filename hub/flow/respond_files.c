/* respond_files.c: a file is put to a notice, and feedback or a letter names it. */
#include <string.h>

#include "flow/files.h"
#include "flow/letter.h"
#include "flow/respond_in.h"

static enum err refuse(struct answering *a, enum err e, const char *why)
{
	a->detail = why;
	return e;
}

static bool is_named(const struct attachment *f)
{
	return f->feedback >= 0 || f->writing >= 0;
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

static struct attachment *file_add(struct answering *a, struct change *x,
				   const struct attachment *like)
{
	struct attachment *f;

	if (x->record.file_count >= RECORD_FILES_MAX)
		return NULL;
	f = record_add_file(&x->record, &x->arena);
	*f = *like;
	f->notice = a->notice;
	f->feedback = f->writing = -1;
	f->at_ms = x->now_ms;
	f->by = a->by;
	return f;
}

enum err file_may_put(const struct principal *who, const struct pack *pack, const struct record *r,
		      const struct notice *n)
{
	enum notice_state to;

	if (n->cause == CAUSE_LETTER && !letter_may(who, pack, r, n, ACT_REPLY))
		return ERR_FORBIDDEN;
	if (n->cause == CAUSE_LETTER)
		return letter_allows(who, pack, r, n, ACT_REPLY) ? ERR_OK : ERR_CONFLICT;
	if (!letter_writer(who, r, n))
		return ERR_FORBIDDEN;
	if (principal_answers(who, n->body) &&
	    lifecycle_next(n->state, n->role, ACT_FEEDBACK, &to) == VERDICT_MOVES)
		return ERR_OK;
	return lifecycle_next(n->state, n->role, ACT_LETTER, &to) == VERDICT_MOVES ? ERR_OK
										   : ERR_CONFLICT;
}

enum err act_attach(struct answering *a, struct change *x, struct notice *n)
{
	struct attachment *before = file_find(&x->record, a->notice, a->p->file.hash);
	enum err e = file_may_put(a->who, x->flow->pack, &x->record, n);

	if (e != ERR_OK)
		return refuse(a, e, e == ERR_CONFLICT ? FILE_CONFLICT : "");
	if (before && !is_named(before) && !strcmp(before->name, a->p->file.name)) {
		x->nothing = true;
		return ERR_OK;
	}
	return file_add(a, x, &a->p->file) ? ERR_OK : refuse(a, ERR_CONFLICT, FILES_FULL);
}

static bool is_by(const struct attachment *f, struct namer by)
{
	return f->feedback == by.feedback && f->writing == by.writing;
}

static bool is_named_by(const struct record *r, const char *hash, struct namer by)
{
	for (int i = 0; i < r->file_count; i++) {
		if (is_by(&r->files[i], by) && !strcmp(r->files[i].hash, hash))
			return true;
	}
	return false;
}

bool names_the_same(const struct answering *a, const struct record *r, struct namer by)
{
	int count = 0;

	for (int i = 0; i < r->file_count; i++)
		count += is_by(&r->files[i], by);
	for (int i = 0; i < a->p->name_count; i++) {
		if (!is_named_by(r, a->p->names[i], by))
			return false;
	}
	return count == a->p->name_count;
}

enum err name_files(struct answering *a, struct change *x, struct namer by, int notice)
{
	for (int i = 0; i < a->p->name_count; i++) {
		struct attachment *f = file_find(&x->record, a->notice, a->p->names[i]);

		if (!f) {
			diag_init(&a->diag, &a->arena);
			diag_add(&a->diag, arena_printf(&a->arena, "/files/%d", i),
				 "is no file that was put to this notice");
			return ERR_INVALID;
		}
		if (is_named(f)) /* before: this one names it as well */
			f = file_add(a, x, f);
		if (!f)
			return refuse(a, ERR_CONFLICT,
				      "The event has as many files as it can have");
		f->feedback = by.feedback;
		f->writing = by.writing;
		f->notice = notice;
	}
	return ERR_OK;
}
