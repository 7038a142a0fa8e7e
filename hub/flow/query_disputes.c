/*
 * query_disputes.c: disputes listed and read. The list is one of the cell's, newest first, looked
 * through a slice at a time; who may see a row is asked of the record.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/dispute.h"
#include "flow/board.h"
#include "flow/filter.h"
#include "flow/list_source.h"
#include "flow/query.h"
#include "flow/row.h"

#define SLICES_MAX 24

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	int region, state;	      /* -1 any */
	char item[ITEM_CODE_LEN + 1]; /* "" any */
	bool one;
	int limit, found, slices;
	struct list_source list;
	struct ref of_one;
	char etag[16];
	struct buf out;
};

static void call_free(struct call *c)
{
	principal_unref(c->who);
	list_source_clear(&c->list);
	buf_clear(&c->out);
	free(c);
}

static void call_end(struct call *c, enum err e)
{
	if (e == ERR_OK && !c->one) {
		buf_add_str(&c->out, "],\"next\":");
		if (list_source_is_over(&c->list)) {
			buf_add_str(&c->out, "null}");
		} else {
			buf_add_char(&c->out, '"');
			list_source_put_cursor(&c->list, &c->out);
			buf_add_str(&c->out, "\"}");
		}
	}
	reply_built(c->fn, c->arg, e, c->etag, &c->out);
	call_free(c);
}

static void take(struct call *c, struct row *row, int dispute)
{
	const struct record *r = &row->record;
	enum sight sight = dispute_sight(c->who, c->flow->pack, r);

	if (sight == SIGHT_NONE || dispute >= r->dispute_count ||
	    !region_covers(c->flow->pack, c->region, r->region))
		return;
	if ((c->state >= 0 && (int)r->disputes[dispute].state != c->state) ||
	    (*c->item && !row_is_of_item(row, c->item)))
		return;
	row->view.masked = sight == SIGHT_MASKED;
	snprintf(c->etag, sizeof(c->etag), "%d", r->disputes[dispute].version);
	if (c->found++)
		buf_add_char(&c->out, ',');
	view_dispute(&row->view, dispute, &c->out);
}

static void next_slice(struct call *c);

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct call *c = arg;

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	for (int i = 0; i < count && !page_is_full(&c->out, c->found, c->limit); i++) {
		struct row row;

		const struct ref *ref = c->one ? &c->of_one : &c->list.refs[c->list.at++];

		list_source_done(&c->list, ref);
		if (row_open(c->flow, c->who, &items[i], &row) != ERR_OK)
			continue;
		take(c, &row, ref->notice);
		row_close(&row);
	}
	if (c->one) {
		call_end(c, c->found ? ERR_OK : ERR_NOT_FOUND);
		return;
	}
	if (list_source_is_over(&c->list) || page_is_full(&c->out, c->found, c->limit) ||
	    ++c->slices >= SLICES_MAX) {
		*c->etag = '\0';
		call_end(c, ERR_OK);
		return;
	}
	next_slice(c);
}

static void on_refs(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	struct call *c = arg;
	int64_t seqs[LIST_SLICE];

	if (e == ERR_OK)
		list_source_fill(&c->list, refs, count, total);
	if (e != ERR_OK || !c->list.count) {
		call_end(c, e);
		return;
	}
	for (int i = 0; i < c->list.count; i++)
		seqs[i] = c->list.refs[i].seq;
	rows_load(c->flow, &(struct rows_wanted){seqs, c->list.count}, on_loaded, c);
}

static void next_slice(struct call *c)
{
	const struct list_in in = list_source_in(&c->list);

	store_body_list(c->flow->store, &in, on_refs, c);
}

static struct call *call_new(struct flow *f, struct principal *who, reply_fn *fn, void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->region = c->state = -1;
	buf_init(&c->out, REPLY_PAGE_BYTES);
	return c;
}

static bool state_find(const char *s, int *ret)
{
	for (int i = 0; i < DISPUTE_STATE_COUNT; i++) {
		if (!strcmp(s, dispute_state_name((enum dispute_state)i))) {
			*ret = i;
			return true;
		}
	}
	return !*s || !strcmp(s, "open");
}

void query_disputes(struct flow *f, struct principal *who, const struct query_disputes *q,
		    reply_fn *fn, void *arg)
{
	const char *cursor = q->cursor;
	struct call *c = call_new(f, who, fn, arg);
	struct filters filters;

	filters_init(&filters, f->pack);
	filter_limit(&filters, q->limit);
	if (!state_find(q->state, &c->state))
		filter_fault(&filters, "state",
			     "must be open, negotiating, agenda, ruled or settled");
	c->region = filter_region(&filters, q->region);
	filter_item(&filters, q->item ? q->item : "", c->item);
	c->limit = q->limit;
	list_source_init(&c->list, DISPUTE_LIST, *q->state && c->state <= DISPUTE_AGENDA);
	if (*cursor && (!list_source_read_cursor(&c->list, &cursor) || *cursor))
		filter_fault(&filters, "cursor", FILTER_BAD_CURSOR);
	if (!filters_end(&filters, fn, arg)) {
		call_free(c);
		return;
	}
	buf_add_str(&c->out, "{\"items\":[");
	next_slice(c);
}

void query_dispute(struct flow *f, struct principal *who, const char *id, reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, who, fn, arg);

	c->one = true;
	c->limit = 1;
	if (id_parse_dispute(id, &c->of_one.seq, &c->of_one.notice))
		rows_load(f, &(struct rows_wanted){&c->of_one.seq, 1}, on_loaded, c);
	else
		call_end(c, ERR_NOT_FOUND);
}
