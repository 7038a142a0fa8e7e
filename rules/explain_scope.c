/* What is said when a registration's scope implies items: members of the decision's JSON, and why
 * for each item. */
#include <string.h>

#include "decide_in.h"

static void add_body(struct buf *out, const struct pack *p, const char *name, int body)
{
	buf_printf(out, ",\"%s\":", name);
	if (body < 0) {
		buf_add_str(out, "null");
		return;
	}
	buf_add_str(out, "{\"id\":");
	buf_add_json(out, p->view.bodies[body].id);
	buf_add_str(out, ",\"name\":");
	buf_add_json(out, p->view.bodies[body].name);
	buf_add_char(out, '}');
}

void scope_json_notice(const struct decision *d, const struct decided_notice *n, struct buf *out)
{
	int i;

	if (!n->item_count)
		return;
	buf_add_str(out, ",\"items\":[");
	for (i = 0; i < n->item_count; i++) {
		if (i)
			buf_add_char(out, ',');
		buf_add_json(out, d->items[n->items[i]].code);
	}
	buf_add_char(out, ']');
}

static void add_name(struct buf *out, const struct pack *p, const struct decided_item *item)
{
	buf_add_str(out, "{\"code\":");
	buf_add_json(out, item->code);
	buf_add_str(out, ",\"name\":");
	buf_add_json(out, item->row < 0 ? NULL : p->view.items[item->row].name);
}

void scope_json_applicant(const struct pack *p, const struct decision *d, struct buf *out)
{
	int i;

	if (!d->item_count)
		return;
	buf_add_str(out, ",\"items\":[");
	for (i = 0; i < d->item_count; i++) {
		if (i)
			buf_add_char(out, ',');
		add_name(out, p, &d->items[i]);
		add_body(out, p, "apply_at", d->items[i].accepts);
		add_body(out, p, "authority", d->items[i].decides);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

void scope_json_tail(const struct pack *p, const struct decision *d, struct buf *out)
{
	int i;

	if (!d->has_scope)
		return;
	buf_add_str(out, ",\"items\":[");
	for (i = 0; i < d->item_count; i++) {
		const struct decided_item *item = &d->items[i];

		if (i)
			buf_add_char(out, ',');
		add_name(out, p, item);
		buf_add_str(out, ",\"sector\":");
		buf_add_json(out, item->row < 0 ? "" : p->view.items[item->row].sector);
		buf_add_str(out, ",\"devolution\":");
		buf_add_json(out, item->row < 0
					  ? ""
					  : devolution_name(p->view.items[item->row].devolution));
		buf_add_str(out, ",\"phrase\":");
		buf_add_json(out, item->phrase);
		buf_add_char(out, '}');
	}
	buf_printf(out, "],\"unmatched\":{\"count\":%d,\"phrases\":[", d->unmatched_count);
	for (i = 0; i < d->unmatched_listed; i++) {
		if (i)
			buf_add_char(out, ',');
		buf_add_json(out, d->unmatched[i]);
	}
	buf_add_str(out, "]}");
}

static enum err explain_parts(const struct pack *p, const struct scope_parts *parts,
			      const struct explain_ask *ask, struct buf *out)
{
	enum err e = ERR_OK;
	int i;

	if (ask->json)
		buf_add_str(out, "{\"items\":[");
	for (i = 0; i < parts->count && !e; i++) {
		const struct decided_item *item = &parts->items[i];

		if (ask->json) {
			if (i)
				buf_add_char(out, ',');
			add_name(out, p, item);
			buf_add_str(out, ",\"phrase\":");
			buf_add_json(out, item->phrase);
			buf_add_str(out, ",\"why\":");
		} else {
			buf_printf(out, "item %s %s%s%s\n", item->code,
				   item->row < 0 ? "" : p->view.items[item->row].name,
				   item->phrase ? ", implied by " : "",
				   item->phrase ? item->phrase : "");
		}
		e = explain_one_for_body(p, &parts->events[i], ask, out);
		if (ask->json)
			buf_add_char(out, '}');
	}
	if (ask->json)
		buf_add_str(out, "]}");
	return e;
}

enum err explain_for_body(const struct pack *p, const struct event *e,
			  const struct explain_ask *ask, struct buf *out)
{
	struct scope_parts parts;
	struct arena arena;
	enum err err;

	arena_init(&arena);
	scope_parts_find(p, e, &arena, &parts);
	err = parts.count && pack_find_body(p, ask->body_id) >= 0
		      ? explain_parts(p, &parts, ask, out)
		      : explain_one_for_body(p, e, ask, out);
	arena_clear(&arena);
	return err;
}
