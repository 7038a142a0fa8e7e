#include "base/err.h"

#include <stdarg.h>

#include "base/arena.h"

struct err_row {
	const char *name, *title;
	int status;
};

static const struct err_row rows[ERR_COUNT] = {
#define X(name, status, title) [ERR_##name] = {#name, title, status},
	ERR_TABLE(X)
#undef X
};

/* The names as the outside sees them; kept beside the table because the macro cannot lower letters.
 */
static const char *const names[ERR_COUNT] = {
	[ERR_OK] = "ok",
	[ERR_SYNTAX] = "syntax",
	[ERR_INVALID] = "invalid",
	[ERR_UNAUTHENTICATED] = "unauthenticated",
	[ERR_FORBIDDEN] = "forbidden",
	[ERR_NOT_FOUND] = "not-found",
	[ERR_METHOD] = "method",
	[ERR_CONFLICT] = "conflict",
	[ERR_LENGTH] = "length",
	[ERR_STALE] = "stale",
	[ERR_TOO_LARGE] = "too-large",
	[ERR_MEDIA_TYPE] = "media-type",
	[ERR_TOO_MANY] = "too-many",
	[ERR_INTERNAL] = "internal",
	[ERR_UNAVAILABLE] = "unavailable",
};

static const struct err_row *row_of(enum err e)
{
	return &rows[(unsigned)e < ERR_COUNT ? e : ERR_INTERNAL];
}

int err_http_status(enum err e)
{
	return row_of(e)->status;
}

const char *err_title(enum err e)
{
	return row_of(e)->title;
}

const char *err_name(enum err e)
{
	return names[(unsigned)e < ERR_COUNT ? e : ERR_INTERNAL];
}

void diag_init(struct diag *d, struct arena *arena)
{
	*d = (struct diag){.arena = arena};
}

void diag_add(struct diag *d, const char *where, const char *fmt, ...)
{
	struct fault *f;
	va_list ap;

	if (d->count++ >= DIAG_MAX)
		return;
	f = arena_alloc(d->arena, sizeof(*f));
	f->where = arena_strdup(d->arena, where);
	va_start(ap, fmt);
	f->what = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	f->next = NULL;
	if (d->last)
		d->last->next = f;
	else
		d->first = f;
	d->last = f;
}
