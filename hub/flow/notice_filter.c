/* notice_filter.c: see notice_filter.h. */
#include "flow/notice_filter.h"

#include <stdlib.h>
#include <string.h>

static bool role_parse(const char *s, enum role *ret)
{
	for (int r = 0; r < ROLE_APPLICANT; r++) {
		if (!strcmp(role_name((enum role)r), s)) {
			*ret = (enum role)r;
			return true;
		}
	}
	return false;
}

static bool cause_parse(const char *s, enum cause *ret)
{
	for (int k = 0; k < CAUSE_COUNT; k++) {
		if (!strcmp(cause_name((enum cause)k), s)) {
			*ret = (enum cause)k;
			return true;
		}
	}
	return false;
}

static bool due_parse(const char *s, struct notice_filter *f)
{
	f->due = !*s ? DUE_ANY : !strcmp(s, "overdue") ? DUE_OVERDUE : DUE_SOON;
	return f->due != DUE_SOON || !strcmp(s, "soon");
}

bool notice_filter_read(const struct query_notices *q, struct notice_filter *ret, reply_fn *fn, void *arg)
{
	struct notice_filter f = { .has_role = *q->role != '\0', .has_cause = *q->cause != '\0' };
	bool todo = !strcmp(q->state, "todo");

	f.has_state = *q->state && !todo;
	if (f.has_state && !notice_state_parse(q->state, &f.state)) {
		reply_invalid(fn, arg, "state", "must be a state of a notice, or todo");
		return false;
	}
	if (f.has_role && !role_parse(q->role, &f.role)) {
		reply_invalid(fn, arg, "role", "must be lead, assist or copy");
		return false;
	}
	if (f.has_cause && !cause_parse(q->cause, &f.cause)) {
		reply_invalid(fn, arg, "cause", QUERY_BAD_CAUSE);
		return false;
	}
	if (q->written && *q->written && strcmp(q->written, "true") != 0) {
		reply_invalid(fn, arg, "written", "must be true, or not be there");
		return false;
	}
	if (!due_parse(q->due, &f)) {
		reply_invalid(fn, arg, "due", "must be overdue or soon");
		return false;
	}
	f.todo_only = todo || (f.has_state && f.state == STATE_OPEN);
	f.q = mem_strdup(q->q);
	*ret = f;
	return true;
}

void notice_filter_clear(struct notice_filter *f)
{
	free(f->q);
	f->q = NULL;
}

static bool due_is_wanted(const struct notice_filter *f, const struct view *v, const struct notice *n)
{
	const char *lamp = view_lamp(v->pack, notice_due_ms(v->record, n), v->now_ms);

	return f->due == DUE_ANY || !strcmp(lamp, f->due == DUE_OVERDUE ? "red" : "yellow");
}

bool notice_filter_wants(const struct notice_filter *f, struct row *row, int notice)
{
	const struct notice *n = &row->record.notices[notice];

	if (f->has_state && n->state != f->state)
		return false;
	if (f->has_role && n->role != f->role)
		return false;
	if (f->has_cause && n->cause != f->cause)
		return false;
	if (f->todo_only && !lifecycle_is_todo(n->state, n->role))
		return false;
	return due_is_wanted(f, &row->view, n) && row_holds_text(row, f->q);
}

void notice_row_put(struct row *row, int notice, struct buf *out)
{
	struct buf common;

	buf_init(&common, 64 << 10);
	view_common(&row->view, &common);
	view_notice(&row->view, notice, (struct bytes){ common.data, common.len }, out);
	buf_clear(&common);
}
