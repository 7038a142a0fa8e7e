/* notice_filter.c: see notice_filter.h. */
#include "flow/notice_filter.h"

#include <stdlib.h>
#include <string.h>

#include "flow/filter.h"
#include "flow/handover.h"

bool notice_filter_read(const struct query_notices *q, const struct pack *pack,
			struct notice_filter *ret, reply_fn *fn, void *arg)
{
	const char *region = q->region ? q->region : "";
	struct filters filters;
	struct notice_filter f;
	bool todo;

	filters_init(&filters, pack);
	filter_limit(&filters, q->limit);
	f.state = filter_state(&filters, q->state, &todo);
	f.role = filter_role(&filters, q->role);
	f.cause = filter_cause(&filters, q->cause);
	f.lamp = filter_due(&filters, q->due);
	f.written = filter_flag(&filters, "written", q->written);
	f.mine = filter_flag(&filters, "mine", q->mine);
	filter_region(&filters, region);
	f.no_item = filter_item_or_none(&filters, q->item, f.item);
	if (filter_flag(&filters, "home", q->home) && *q->body)
		filter_fault(&filters, "home", "must not be there together with body");
	if (f.written && f.mine)
		filter_fault(&filters, "mine", "must not be there together with written");
	if (!filters_end(&filters, fn, arg))
		return false;
	f.todo_only = todo || f.state == STATE_OPEN;
	f.owed = todo && f.mine;
	f.q = mem_strdup(q->q);
	f.region = mem_strdup(region);
	*ret = f;
	return true;
}

void notice_filter_clear(struct notice_filter *f)
{
	free(f->q);
	free(f->region);
	f->q = f->region = NULL;
}

static bool due_is_wanted(const struct notice_filter *f, const struct view *v,
			  const struct notice *n)
{
	return !f->lamp ||
	       !strcmp(view_lamp(v->pack, notice_due_ms(v->record, n), v->now_ms), f->lamp);
}

static bool todo_is_wanted(const struct notice_filter *f, const struct record *r,
			   const struct notice *n)
{
	return !f->todo_only || lifecycle_is_todo(n->state, n->role) ||
	       (f->owed && notice_owes_feedback(r, n));
}

static bool place_is_wanted(const struct notice_filter *f, const struct pack *pack,
			    const struct record *r)
{
	return !*f->region ||
	       region_covers(pack, pack_find_region(pack, f->region, strlen(f->region)), r->region);
}

/* Of several that a registration's scope implies a notice is for some. */
static bool item_is_wanted(const struct notice_filter *f, const struct row *row,
			   const struct notice *n)
{
	if (f->no_item)
		return !*row->record.item_code;
	if (!*f->item)
		return true;
	return *n->items ? bars_hold(n->items, f->item) : row_is_of_item(row, f->item);
}

/* Whose name stands nowhere in a record has nothing of it in hand. A backslash is written there in
 * another way. */
bool notice_filter_may_want(const struct notice_filter *f, const struct principal *who,
			    const struct loaded *x)
{
	return !f->mine || !x->record.data || strchr(who->name, '\\') ||
	       memmem(x->record.data, x->record.len, who->name, strlen(who->name));
}

bool notice_filter_wants(const struct notice_filter *f, const struct pack *pack, struct row *row,
			 int notice)
{
	const struct notice *n = &row->record.notices[notice];

	if (f->state >= 0 && (int)n->state != f->state)
		return false;
	if (f->role >= 0 && (int)n->role != f->role)
		return false;
	if (f->cause >= 0 && (int)n->cause != f->cause)
		return false;
	if (f->mine && !handover_is_keeper(row->view.principal, &row->record, notice))
		return false;
	if (!place_is_wanted(f, pack, &row->record) || !item_is_wanted(f, row, n))
		return false;
	return todo_is_wanted(f, &row->record, n) && due_is_wanted(f, &row->view, n) &&
	       row_holds_text(row, f->q);
}

void notice_row_put(struct row *row, int notice, struct buf *out)
{
	struct buf common;

	buf_init(&common, VIEW_COMMON_BYTES);
	view_common(&row->view, &common);
	view_notice(&row->view, notice, (struct bytes){common.data, common.len}, out);
	buf_clear(&common);
}
