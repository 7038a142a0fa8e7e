/* view_case.c: what came of an event: receipts, deliveries, and the case they belong to. */
#include <string.h>

#include "flow/view.h"

static void member(struct buf *out, const char *name, const char *value)
{
	buf_add_str(out, name);
	buf_add_json(out, value);
}

static void put_receipt(struct buf *out, const char *kind, const struct stamp *s, const char *detail)
{
	member(out, out->len && out->data[out->len - 1] == '[' ? "{\"kind\":" : ",{\"kind\":", kind);
	buf_add_str(out, ",\"at\":");
	view_time(out, s->at_ms);
	member(out, ",\"by\":", s->by && *s->by ? s->by : NULL);
	member(out, ",\"channel\":", s->channel && *s->channel ? s->channel : NULL);
	member(out, ",\"detail\":", detail && *detail ? detail : NULL);
}

static void put_delivery_id(struct buf *out, int64_t seq, int delivery)
{
	buf_add_str(out, ",\"delivery\":");
	if (delivery < 0) {
		buf_add_str(out, "null}");
		return;
	}
	buf_printf(out, "\"d%lld.%d\"}", (long long)seq, delivery);
}

/*
 * The chain as it really happened: each step stands for itself, none is inferred from a later one. Acceptance, acknowledgement and
 * claim are kept in the record's own fields, the rest as receipts.
 */
void view_receipts(const struct view *v, int notice, struct buf *out)
{
	const struct record *r = v->record;
	struct stamp accepted = { .by = r->by, .at_ms = r->accepted_ms, .channel = "" };

	buf_add_char(out, '[');
	put_receipt(out, "accepted", &accepted, NULL);
	put_delivery_id(out, v->seq, -1);
	for (int i = 0; i < r->receipt_count; i++) {
		const struct receipt *x = &r->receipts[i];
		struct stamp s = { .by = x->by, .at_ms = x->at_ms, .channel = x->channel };

		if (x->notice != notice)
			continue;
		put_receipt(out, receipt_kind_name(x->kind), &s, x->detail);
		put_delivery_id(out, v->seq, x->delivery);
	}
	if (notice >= 0 && r->notices[notice].acknowledged.at_ms) {
		put_receipt(out, "acknowledged", &r->notices[notice].acknowledged, NULL);
		put_delivery_id(out, v->seq, -1);
	}
	if (notice >= 0 && r->notices[notice].claimed.at_ms) {
		put_receipt(out, "claimed", &r->notices[notice].claimed, NULL);
		put_delivery_id(out, v->seq, -1);
	}
	buf_add_char(out, ']');
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
	return !v->principal ||
	       principal_sees_notice(v->principal, v->pack, &v->record->notices[i], v->event, v->record) != SIGHT_NONE;
}

static void put_row_notice(const struct view *v, int i, struct buf *out)
{
	const struct notice *n = &v->record->notices[i];
	int b = pack_find_body(v->pack, n->body);

	buf_printf(out, "{\"id\":\"n%lld.%d\"", (long long)v->seq, i);
	member(out, ",\"body\":", n->body);
	member(out, ",\"body_name\":", b < 0 ? NULL : pack_view(v->pack)->bodies[b].name);
	member(out, ",\"role\":", role_name(n->role));
	member(out, ",\"state\":", notice_state_name(n->state));
	member(out, ",\"lamp\":", view_lamp(n, v->now_ms));
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

	buf_init(&common, 64 << 10);
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
	buf_add_str(out, ",\"notices\":[");
	for (int i = 0; i < v->record->notice_count; i++) {
		if (!visible(v, i))
			continue;
		buf_add_str(out, comma);
		put_full_notice(v, i, (struct bytes){ common.data, common.len }, out);
		comma = ",";
	}
	buf_add_char(out, ']');
	put_applicant_told(v, out);
	buf_add_char(out, '}');
	buf_clear(&common);
}

/* The document as it came, unless personal data has to be left out: then only what is nobody's secret. */
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
