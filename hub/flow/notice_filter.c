/* notice_filter.c: see notice_filter.h. */
#include "flow/notice_filter.h"

#include <stdlib.h>
#include <string.h>

#include "flow/filter.h"

bool notice_filter_read(const struct query_notices *q, const struct pack *pack,
			struct notice_filter *ret, reply_fn *fn, void *arg)
{
	struct filters filters;
	struct notice_filter f;
	bool todo;

	filters_init(&filters, pack);
	f.state = filter_state(&filters, q->state, &todo);
	f.role = filter_role(&filters, q->role);
	f.cause = filter_cause(&filters, q->cause);
	f.lamp = filter_due(&filters, q->due);
	if (q->written && *q->written && strcmp(q->written, "true") != 0)
		filter_fault(&filters, "written", "must be true, or not be there");
	if (!filters_end(&filters, fn, arg))
		return false;
	f.todo_only = todo || f.state == STATE_OPEN;
	f.q = mem_strdup(q->q);
	*ret = f;
	return true;
}

void notice_filter_clear(struct notice_filter *f)
{
	free(f->q);
	f->q = NULL;
}

static bool due_is_wanted(const struct notice_filter *f, const struct view *v,
			  const struct notice *n)
{
	return !f->lamp ||
	       !strcmp(view_lamp(v->pack, notice_due_ms(v->record, n), v->now_ms), f->lamp);
}

bool notice_filter_wants(const struct notice_filter *f, struct row *row, int notice)
{
	const struct notice *n = &row->record.notices[notice];

	if (f->state >= 0 && (int)n->state != f->state)
		return false;
	if (f->role >= 0 && (int)n->role != f->role)
		return false;
	if (f->cause >= 0 && (int)n->cause != f->cause)
		return false;
	if (f->todo_only && !lifecycle_is_todo(n->state, n->role))
		return false;
	return due_is_wanted(f, &row->view, n) && row_holds_text(row, f->q);
}

void notice_row_put(struct row *row, int notice, struct buf *out)
{
	struct buf common;

	buf_init(&common, VIEW_COMMON_BYTES);
	view_common(&row->view, &common);
	view_notice(&row->view, notice, (struct bytes){common.data, common.len}, out);
	buf_clear(&common);
}
