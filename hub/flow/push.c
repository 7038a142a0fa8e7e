/* push.c: see push.h. */
#include "flow/push.h"

#include <stdlib.h>
#include <string.h>

#include "flow/cache.h"
#include "flow/policies.h"
#include "flow/row.h"
#include "flow/view.h"

#define MESSAGE_BYTES_MAX (2 * VIEW_COMMON_BYTES)

struct push_batch {
	struct flow *flow;
	int64_t *need;
	int need_count, need_capacity;
	push_loaded_fn *fn;
	void *arg;
	struct arena arena;
	struct buf out; /* the message rendered last */
	size_t params_at;
	char cursor[CURSOR_BYTES];
	struct cursor at; /* where it stands */
	bool masked, rendered;
	struct record record; /* of the event looked at last; in the arena */
	int64_t record_of;    /* 0: none */
};

struct push_batch *push_batch_new(struct flow *f)
{
	struct push_batch *b = mem_zalloc(sizeof(*b));

	b->flow = f;
	arena_init(&b->arena);
	buf_init_brief(&b->out, MESSAGE_BYTES_MAX);
	return b;
}

void push_batch_free(struct push_batch *b)
{
	if (!b)
		return;
	free(b->need);
	arena_clear(&b->arena);
	buf_clear(&b->out);
	free(b);
}

static bool policy_at_hand(struct flow *f, const struct cached *c)
{
	struct arena arena;
	struct record r;
	bool is;

	if (policies_all_at_hand(f))
		return true;
	arena_init(&arena);
	is = record_decode(c->record, c->record_len, &arena, &r) == ERR_OK &&
	     policies_at_hand(f, r.policy);
	arena_clear(&arena);
	return is;
}

static bool at_hand(struct flow *f, int64_t seq, int notices)
{
	const struct cached *c = cache_find(f->cache, seq);

	return c && c->common && c->record &&
	       record_has_notices(c->record, c->record_len, notices) && policy_at_hand(f, c);
}

void push_need(struct push_batch *b, int64_t seq, int notices)
{
	if (at_hand(b->flow, seq, notices) || (b->need_count && b->need[b->need_count - 1] == seq))
		return;
	if (b->need_count == b->need_capacity) {
		b->need_capacity = b->need_capacity ? b->need_capacity * 2 : 64;
		b->need = mem_realloc(b->need, sizeof(*b->need) * (size_t)b->need_capacity);
	}
	b->need[b->need_count++] = seq;
}

static void keep(struct flow *f, const struct loaded *x, struct arena *arena)
{
	struct event e;
	struct record r;
	struct diag diag;
	struct buf common;
	struct cached *c;
	struct view v = {.event = &e, .record = &r, .seq = x->seq};

	diag_init(&diag, arena);
	if (!x->doc.data || !x->record.data)
		return;
	if (record_decode(x->record.data, x->record.len, arena, &r) != ERR_OK ||
	    event_parse(x->doc.data, x->doc.len, &f->limits, &e, &diag) != ERR_OK)
		return;
	v.pack = flow_pack_of(f, r.policy);
	buf_init(&common, VIEW_COMMON_BYTES);
	view_common(&v, &common);
	c = cache_put(f->cache, x->seq, x->doc, (struct bytes){common.data, common.len});
	cache_set_record(f->cache, c, x->record);
	buf_clear(&common);
	event_clear(&e);
}

static void on_load(void *arg, enum err e, const struct loaded *items, int count)
{
	struct push_batch *b = arg;

	for (int i = 0; e == ERR_OK && i < count; i++) {
		keep(b->flow, &items[i], &b->arena);
		arena_reset(&b->arena);
	}
	b->fn(b->arg, e == ERR_OK);
}

bool push_has(struct push_batch *b, int64_t seq, int notices)
{
	return at_hand(b->flow, seq, notices);
}

void push_load(struct push_batch *b, push_loaded_fn *fn, void *arg)
{
	b->fn = fn;
	b->arg = arg;
	if (!b->need_count)
		fn(arg, true);
	else
		rows_load(b->flow, &(struct rows_wanted){b->need, b->need_count}, on_load, b);
}

/* An event's notices are rendered one after the other, so its record is read once. */
static bool record_at_hand(struct push_batch *b, const struct cached *c)
{
	if (b->record_of == c->seq)
		return true;
	b->record_of = 0;
	arena_reset(&b->arena);
	if (record_decode(c->record, c->record_len, &b->arena, &b->record) != ERR_OK)
		return false;
	b->record_of = c->seq;
	return true;
}

static bool render_notice(struct push_batch *b, const struct feed_line *l, int part, bool masked)
{
	struct cached *c = cache_find(b->flow->cache, l->seq);
	struct event e = {0};
	struct diag diag;
	struct view v = {.event = &e, .record = &b->record, .seq = l->seq, .masked = masked};
	struct buf common;

	if (!c || !c->common || !c->record || !record_at_hand(b, c) ||
	    part >= b->record.notice_count)
		return false;
	v.pack = flow_pack_of(b->flow, b->record.policy);
	v.now_ms = clock_now_ms(&b->flow->clock);
	if (!masked && !view_has_own_items(&b->record, part)) {
		view_notice(&v, part, (struct bytes){c->common, c->common_len}, &b->out);
		return true;
	}
	diag_init(&diag, &b->arena);
	if (!c->doc || event_parse(c->doc, c->doc_len, &b->flow->limits, &e, &diag) != ERR_OK)
		return false;
	buf_init(&common, VIEW_COMMON_BYTES);
	view_common(&v, &common);
	view_notice(&v, part, (struct bytes){common.data, common.len}, &b->out);
	buf_clear(&common);
	event_clear(&e);
	return true;
}

static void render_change(struct push_batch *b, const struct feed_line *l)
{
	view_id(&b->out, "", 'n', l->seq, l->notice);
	buf_add_str(&b->out, ",\"state\":");
	buf_add_json(&b->out, l->state);
	buf_add_str(&b->out, ",\"by\":");
	buf_add_json(&b->out, l->by);
	buf_add_str(&b->out, ",\"at\":");
	view_time(&b->out, l->at_ms);
}

static bool is_rendered(const struct push_batch *b, const struct cursor *at, bool masked)
{
	return b->rendered && b->masked == masked && b->at.part == at->part &&
	       !cursor_compare(&b->at, at);
}

/* A JSON-RPC message around the parameters, so that it can leave as it is. */
static bool render(struct push_batch *b, const struct feed_line *l, const struct cursor *at,
		   bool masked)
{
	bool ok = true;

	b->rendered = false;
	b->masked = masked;
	b->at = *at;
	buf_reset(&b->out);
	cursor_print(at, b->cursor);
	buf_add_str(&b->out, l->kind == 'E'
				     ? "{\"jsonrpc\":\"2.0\",\"method\":\"notice\",\"params\":"
				     : "{\"jsonrpc\":\"2.0\",\"method\":\"change\",\"params\":");
	b->params_at = b->out.len;
	buf_add_str(&b->out, "{\"cursor\":\"");
	buf_add_str(&b->out, b->cursor);
	buf_add_str(&b->out, "\",\"notice\":");
	if (l->kind == 'E')
		ok = render_notice(b, l, at->part, masked);
	else
		render_change(b, l);
	buf_add_str(&b->out, "}}");
	b->rendered = ok && !b->out.overflow;
	return b->rendered;
}

bool push_render(struct push_batch *b, const struct feed_line *l, int part, bool masked,
		 struct feed_message *ret)
{
	struct cursor at = l->at;

	at.part = part;
	if (!is_rendered(b, &at, masked) && !render(b, l, &at, masked))
		return false;
	ret->method = l->kind == 'E' ? "notice" : "change";
	ret->cursor = b->cursor;
	ret->text = buf_cstr(&b->out);
	ret->text_len = b->out.len;
	ret->params = ret->text + b->params_at;
	ret->len = ret->text_len - b->params_at - 1;
	return true;
}
