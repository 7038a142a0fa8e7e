/* view_case.c: what came of an event: receipts, deliveries, and the case they belong to. */
#include <stdlib.h>
#include <string.h>

#include "flow/view.h"

static void member(struct buf *out, const char *name, const char *value)
{
	buf_add_str(out, name);
	buf_add_json(out, value);
}

struct step { /* of the chain */
	const char *kind, *detail;
	struct stamp stamp;
	int delivery, order;
};

static void put_step(const struct view *v, const struct step *s, struct buf *out)
{
	member(out,
	       out->len && out->data[out->len - 1] == '[' ? "{\"kind\":" : ",{\"kind\":", s->kind);
	buf_add_str(out, ",\"at\":");
	view_time(out, s->stamp.at_ms);
	member(out, ",\"by\":", s->stamp.by && *s->stamp.by ? s->stamp.by : NULL);
	member(out,
	       ",\"channel\":", s->stamp.channel && *s->stamp.channel ? s->stamp.channel : NULL);
	member(out, ",\"detail\":", s->detail && *s->detail ? s->detail : NULL);
	buf_add_str(out, ",\"delivery\":");
	if (s->delivery < 0)
		buf_add_str(out, "null}");
	else
		buf_printf(out, "\"d%lld.%d\"}", (long long)v->seq, s->delivery);
}

static int by_time(const void *x, const void *y)
{
	const struct step *a = x, *b = y;

	if (a->stamp.at_ms != b->stamp.at_ms)
		return a->stamp.at_ms < b->stamp.at_ms ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/*
 * The chain as it really happened, in the order of time: each step stands for itself, none is
 * inferred from a later one. Acceptance, acknowledgement and claim are kept in the record's own
 * fields, the rest as receipts.
 */
void view_receipts(const struct view *v, int notice, struct buf *out)
{
	const struct record *r = v->record;
	const struct notice *n = notice >= 0 ? &r->notices[notice] : NULL;
	struct step *steps = mem_alloc(sizeof(*steps) * (size_t)(r->receipt_count + 3));
	int count = 0;

	steps[count++] = (struct step){"accepted", NULL, {r->by, r->accepted_ms, ""}, -1, 0};
	if (n && n->acknowledged.at_ms)
		steps[count++] = (struct step){"acknowledged", NULL, n->acknowledged, -1, 1};
	if (n && n->claimed.at_ms)
		steps[count++] = (struct step){"claimed", NULL, n->claimed, -1, 2};
	for (int i = 0; i < r->receipt_count; i++) {
		const struct receipt *x = &r->receipts[i];

		if (x->notice == notice)
			steps[count++] = (struct step){receipt_kind_name(x->kind),
						       x->detail,
						       {x->by, x->at_ms, x->channel},
						       x->delivery,
						       3 + i};
	}
	qsort(steps, (size_t)count, sizeof(*steps), by_time);
	buf_add_char(out, '[');
	for (int i = 0; i < count; i++)
		put_step(v, &steps[i], out);
	buf_add_char(out, ']');
	free(steps);
}

void view_deliveries(const struct view *v, int notice, struct buf *out)
{
	const struct record *r = v->record;
	const char *comma = "";

	buf_add_char(out, '[');
	for (int i = 0; i < r->delivery_count; i++) {
		const struct delivery *d = &r->deliveries[i];

		if (d->notice != notice)
			continue;
		buf_printf(out, "%s{\"id\":\"d%lld.%d\"", comma, (long long)v->seq, i);
		member(out, ",\"channel\":", channel_name(d->channel));
		member(out, ",\"connector\":", d->connector);
		member(out, ",\"state\":", delivery_state_name(d->state));
		buf_printf(out, ",\"attempts\":%d", d->attempts);
		member(out, ",\"detail\":", *d->detail ? d->detail : NULL);
		buf_add_char(out, '}');
		comma = ",";
	}
	buf_add_char(out, ']');
}

static bool visible(const struct view *v, int i)
{
	return !v->principal || principal_sees_notice(v->principal, v->pack, &v->record->notices[i],
						      v->event, v->record) != SIGHT_NONE;
}

static void put_row_notice(const struct view *v, int i, struct buf *out)
{
	const struct notice *n = &v->record->notices[i];
	int b = pack_find_body(v->pack, n->body);

	view_id(out, "{\"id\":", 'n', v->seq, i);
	member(out, ",\"body\":", n->body);
	member(out, ",\"body_name\":", b < 0 ? NULL : pack_view(v->pack)->bodies[b].name);
	member(out, ",\"role\":", role_name(n->role));
	member(out, ",\"state\":", notice_state_name(n->state));
	member(out, ",\"lamp\":", view_lamp(v->pack, notice_due_ms(v->record, n), v->now_ms));
	buf_add_char(out, '}');
}

void view_case_row(const struct view *v, struct buf *out)
{
	const char *comma = "";

	buf_add_char(out, '{');
	view_common(v, out);
	buf_add_str(out, ",\"notices\":[");
	for (int i = 0; i < v->record->notice_count; i++) {
		if (!visible(v, i))
			continue;
		buf_add_str(out, comma);
		put_row_notice(v, i, out);
		comma = ",";
	}
	buf_add_str(out, "]}");
}

static void put_full_notice(const struct view *v, int i, struct bytes common, struct buf *out)
{
	view_notice(v, i, common, out);
	out->len--; /* the closing brace comes again below */
	buf_add_str(out, ",\"receipts\":");
	view_receipts(v, i, out);
	buf_add_str(out, ",\"deliveries\":");
	view_deliveries(v, i, out);
	buf_add_char(out, '}');
}

static void put_office(const struct pack_view *p, const char *name, int body, struct buf *out)
{
	buf_printf(out, ",\"%s\":", name);
	buf_add_json(out, body < 0 ? NULL : p->bodies[body].name);
}

/* What a registration's applicant is told: each item that the scope implies, where to apply and who
 * decides. */
static void put_scope_items(const struct view *v, struct buf *out)
{
	const struct pack_view *p = pack_view(v->pack);
	const struct decided_item *items;
	struct arena arena;
	int count;

	arena_init(&arena);
	count = decide_items(v->pack, v->event, &arena, &items);
	if (count)
		buf_add_str(out, ",\"items\":[");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, i ? ",{\"code\":" : "{\"code\":");
		buf_add_json(out, items[i].code);
		buf_add_str(out, ",\"name\":");
		buf_add_json(out, items[i].row < 0 ? NULL : p->items[items[i].row].name);
		put_office(p, "apply_at", items[i].accepts, out);
		put_office(p, "authority", items[i].decides, out);
		buf_add_char(out, '}');
	}
	if (count)
		buf_add_char(out, ']');
	arena_clear(&arena);
}

static void put_applicant_told(const struct view *v, struct buf *out)
{
	buf_add_str(out, ",\"applicant_told\":");
	if (!v->record->applicant_via) {
		buf_add_str(out, "null");
		return;
	}
	buf_add_str(out, "{\"via\":");
	view_list(out, v->record->applicant_via);
	buf_add_str(out, ",\"rules\":");
	view_list(out, v->record->applicant_rules);
	put_scope_items(v, out);
	buf_add_str(out, ",\"receipts\":");
	view_receipts(v, -1, out);
	buf_add_str(out, ",\"deliveries\":");
	view_deliveries(v, -1, out);
	buf_add_char(out, '}');
}

void view_case_event(const struct view *v, struct buf *out)
{
	struct buf common;
	const char *comma = "";

	buf_init(&common, VIEW_COMMON_BYTES);
	view_common(v, &common);
	buf_add_char(out, '{');
	buf_add(out, common.data, common.len);
	member(out, ",\"time\":", v->event->time);
	buf_printf(out, ",\"version\":%d,\"superseded_by\":", v->event->version);
	if (v->record->superseded_by)
		buf_printf(out, "\"e%lld\"", (long long)v->record->superseded_by);
	else
		buf_add_str(out, "null");
	buf_add_str(out, ",\"problems\":");
	view_problems(v->record, out);
	view_terms(v, out);
	buf_add_str(out, ",\"notices\":[");
	for (int i = 0; i < v->record->notice_count; i++) {
		if (!visible(v, i))
			continue;
		buf_add_str(out, comma);
		put_full_notice(v, i, (struct bytes){common.data, common.len}, out);
		comma = ",";
	}
	buf_add_char(out, ']');
	put_applicant_told(v, out);
	buf_add_char(out, '}');
	buf_clear(&common);
}

/* The document as it came, unless personal data has to be left out: then only what is nobody's
 * secret. */
void view_event_document(const struct view *v, struct buf *out)
{
	if (!v->masked) {
		buf_add(out, v->event->raw, v->event->raw_len);
		return;
	}
	buf_add_char(out, '{');
	view_common(v, out);
	member(out, ",\"time\":", v->event->time);
	member(out, ",\"source\":", v->event->source);
	member(out, ",\"id\":", v->event->id);
	buf_add_char(out, '}');
}
