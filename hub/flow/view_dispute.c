/* view_dispute.c: a dispute as JSON: what it is about, who is party to it, what they say, and what
 * was ruled. */
#include <string.h>

#include "flow/dispute.h"
#include "flow/view.h"

static void member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_add_json(out, value);
}

static void time_member(struct buf *out, const char *name, int64_t ms)
{
	buf_printf(out, ",\"%s\":", name);
	view_time(out, ms);
}

static const char *body_name(const struct view *v, const char *id)
{
	int b = pack_find_body(v->pack, id);

	return b < 0 ? NULL : pack_view(v->pack)->bodies[b].name;
}

static void body_member(const struct view *v, struct buf *out, const char *name, const char *id)
{
	buf_printf(out, ",\"%s\":", name);
	if (!*id) {
		buf_add_str(out, "null");
		return;
	}
	buf_add_str(out, "{\"id\":");
	buf_add_json(out, id);
	member(out, "name", body_name(v, id));
	buf_add_char(out, '}');
}

static void put_parties(const struct view *v, struct buf *out)
{
	const struct record *r = v->record;
	const char *comma = "";

	buf_add_str(out, ",\"parties\":[");
	for (int i = 0; i < r->notice_count; i++) {
		const struct notice *n = &r->notices[i];

		if (notice_is_pool(n->body) || !dispute_is_party(r, n->body))
			continue;
		buf_printf(out, "%s{\"body\":", comma);
		buf_add_json(out, n->body);
		member(out, "name", body_name(v, n->body));
		member(out, "role", role_name(n->role));
		member(out, "state", notice_state_name(n->state));
		view_id(out, ",\"notice\":", 'n', v->seq, i);
		view_returned(v, i, out);
		buf_add_char(out, '}');
		comma = ",";
	}
	buf_add_str(out, "],\"bureaus\":");
	view_list(out, r->approvers);
}

static void put_positions(const struct view *v, int dispute, struct buf *out)
{
	const char *comma = "";

	buf_add_str(out, ",\"positions\":[");
	for (int i = 0; i < v->record->position_count; i++) {
		const struct position *p = &v->record->positions[i];

		if (p->dispute != dispute)
			continue;
		buf_printf(out, "%s{\"body\":", comma);
		buf_add_json(out, p->body);
		member(out, "name", body_name(v, p->body));
		member(out, "position", p->text);
		body_member(v, out, "proposes", p->proposes);
		member(out, "by", p->by);
		time_member(out, "at", p->at_ms);
		buf_add_char(out, '}');
		comma = ",";
	}
	buf_add_char(out, ']');
}

static void put_ruling(const struct view *v, const struct dispute *d, struct buf *out)
{
	if (d->state != DISPUTE_RULED) {
		buf_add_str(out, ",\"ruling\":null");
		return;
	}
	buf_printf(out, ",\"ruling\":{\"close\":%s", *d->body ? "false" : "true");
	body_member(v, out, "body", d->body);
	member(out, "basis", d->basis);
	member(out, "remark", d->remark);
	member(out, "by", d->by);
	time_member(out, "at", d->at_ms);
	buf_add_char(out, '}');
}

static bool may_state(const struct view *v)
{
	for (int i = 0; i < v->principal->grant_count; i++) {
		const struct grant *g = &v->principal->grants[i];

		if ((g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER) &&
		    dispute_is_party(v->record, g->body))
			return true;
	}
	return false;
}

/* As with notices: the hub says what the person who asks may do with it now. */
static void put_allowed(const struct view *v, const struct dispute *d, struct buf *out)
{
	bool stands = d->state <= DISPUTE_AGENDA && v->principal;
	bool position = stands && may_state(v);
	bool ruling = stands &&
		      principal_oversees(v->principal, v->pack, v->record->region, WHO_COORDINATOR);
	const struct pack_view *p = pack_view(v->pack);
	bool draft = d->state == DISPUTE_RULED && v->principal &&
		     principal_oversees(v->principal, v->pack, p->regions[p->jurisdiction].code,
					WHO_COORDINATOR);

	buf_printf(out, ",\"allowed\":[%s%s%s%s]", position ? "\"position\"" : "",
		   position && ruling ? "," : "", ruling ? "\"ruling\"" : "",
		   draft ? "\"draft\"" : "");
}

void view_dispute(const struct view *v, int dispute, struct buf *out)
{
	const struct dispute *d = &v->record->disputes[dispute];

	buf_printf(out, "{\"id\":\"u%lld.%d\",", (long long)v->seq, dispute);
	view_common(v, out);
	member(out, "kind", dispute_kind_name(d->kind));
	member(out, "state", dispute_state_name(d->state));
	time_member(out, "opened", d->opened_ms);
	time_member(out, "negotiate_until", d->due_ms);
	time_member(out, "ended", d->at_ms);
	body_member(v, out, "interim", d->interim);
	put_parties(v, out);
	put_positions(v, dispute, out);
	put_ruling(v, d, out);
	put_allowed(v, d, out);
	buf_printf(out, ",\"version\":%d}", d->version);
}
