/* meeting.c: minutes as text in the store and back, who sees what of them, and how they look from
 * outside. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "flow/meeting_in.h"
#include "flow/view.h"
#include "timefmt.h"

#define MEETING_BYTES_MAX ((size_t)1 << 20)

bool meeting_id_parse(const char *id, int64_t *ret_number)
{
	size_t digits = *id == 'm' ? strspn(id + 1, "0123456789") : 0;

	if (!digits || digits > 15 || id[1 + digits] || id[1] == '0')
		return false;
	*ret_number = strtoll(id + 1, NULL, 10);
	return true;
}

bool meeting_is_open(const struct meeting *m)
{
	for (int i = 0; i < m->decision_count; i++) {
		if (!m->decisions[i].done_ms)
			return true;
	}
	return false;
}

bool resolution_is_overdue(const struct resolution *d, int32_t today)
{
	return !d->done_ms && today > d->due_day;
}

/* --- in the store --- */

static void member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_add_json(out, value);
}

static void member_day(struct buf *out, const char *name, int32_t day)
{
	char text[TIMEFMT_BYTES];

	date_format(day, text);
	member(out, name, text);
}

static void encode_decision(const struct resolution *d, struct buf *out)
{
	buf_add_str(out, "{\"text\":");
	buf_add_json(out, d->text);
	member(out, "owner", d->owner);
	member_day(out, "due", d->due_day);
	if (*d->about)
		member(out, "about", d->about);
	if (d->done_ms) {
		member(out, "done_by", d->done_by);
		buf_printf(out, ",\"done_at\":%lld", (long long)d->done_ms);
		member(out, "remark", d->remark);
	}
	buf_add_char(out, '}');
}

void meeting_encode(const struct meeting *m, struct buf *out)
{
	buf_printf(out, "{\"version\":%d", m->version);
	member(out, "body", m->body);
	member(out, "region", m->region);
	member_day(out, "date", m->day);
	member(out, "title", m->title);
	member(out, "by", m->by);
	buf_printf(out, ",\"at\":%lld,\"decisions\":[", (long long)m->at_ms);
	for (int i = 0; i < m->decision_count; i++) {
		if (i)
			buf_add_char(out, ',');
		encode_decision(&m->decisions[i], out);
	}
	buf_add_str(out, "]}");
}

void meeting_fingerprint(const struct meeting *m, char ret_hex[33])
{
	struct meeting said = *m; /* whoever writes it down, and when */
	unsigned char hash[16];
	struct buf text;

	said.by = "";
	said.at_ms = 0;
	buf_init(&text, MEETING_BYTES_MAX);
	meeting_encode(&said, &text);
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)text.data, text.len, NULL, 0);
	sodium_bin2hex(ret_hex, 33, hash, sizeof(hash));
	buf_clear(&text);
}

static const char *text_of(const json_t *o, const char *name, struct arena *arena)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? arena_strdup(arena, s) : "";
}

static int32_t day_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));
	int32_t day = INT32_MIN;

	return s && date_parse(s, strlen(s), &day) ? day : INT32_MIN;
}

static void decode_decision(const json_t *o, struct arena *arena, struct resolution *ret)
{
	*ret = (struct resolution){.text = text_of(o, "text", arena),
				   .owner = text_of(o, "owner", arena),
				   .about = text_of(o, "about", arena),
				   .done_by = text_of(o, "done_by", arena),
				   .remark = text_of(o, "remark", arena),
				   .done_ms = json_integer_value(json_object_get(o, "done_at")),
				   .due_day = day_of(o, "due")};
}

bool meeting_decode(int64_t number, struct bytes text, struct arena *arena, struct meeting *ret)
{
	json_t *o =
		text.data ? json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	const json_t *list = json_object_get(o, "decisions");

	if (!o)
		return false;
	*ret = (struct meeting){.number = number,
				.version = (int)json_integer_value(json_object_get(o, "version")),
				.body = text_of(o, "body", arena),
				.region = text_of(o, "region", arena),
				.title = text_of(o, "title", arena),
				.by = text_of(o, "by", arena),
				.day = day_of(o, "date"),
				.at_ms = json_integer_value(json_object_get(o, "at")),
				.decision_count = (int)json_array_size(list)};
	ret->decisions =
		arena_alloc(arena, sizeof(*ret->decisions) * (size_t)(ret->decision_count + 1));
	for (int i = 0; i < ret->decision_count; i++)
		decode_decision(json_array_get(list, (size_t)i), arena, &ret->decisions[i]);
	json_decref(o);
	return true;
}

/* --- who sees what --- */

static bool owns(const struct principal *who, const struct resolution *d)
{
	for (int i = 0; i < who->grant_count; i++) {
		const struct grant *g = &who->grants[i];

		if (g->who != WHO_ADMIN && g->who != WHO_SYSTEM && !strcmp(g->body, d->owner))
			return true;
	}
	return false;
}

enum sight meeting_sight(const struct principal *who, const struct pack *pack,
			 const struct meeting *m)
{
	if (principal_oversees(who, pack, m->region, WHO_COORDINATOR) ||
	    principal_oversees(who, pack, m->region, WHO_AUDITOR))
		return SIGHT_FULL;
	for (int i = 0; i < m->decision_count; i++) {
		if (owns(who, &m->decisions[i]))
			return SIGHT_MASKED;
	}
	return SIGHT_NONE;
}

/* --- from outside --- */

static void body_member(const struct meeting_view *v, struct buf *out, const char *name,
			const char *id)
{
	int b = pack_find_body(v->pack, id);

	buf_printf(out, ",\"%s\":{\"id\":", name);
	buf_add_json(out, id);
	member(out, "name", b < 0 ? NULL : pack_view(v->pack)->bodies[b].name);
	buf_add_char(out, '}');
}

static void time_member(struct buf *out, const char *name, int64_t ms)
{
	buf_printf(out, ",\"%s\":", name);
	view_time(out, ms);
}

void resolution_print(const struct meeting_view *v, const struct meeting *m, int decision,
		      struct buf *out)
{
	const struct resolution *d = &m->decisions[decision];

	buf_printf(out, "\"id\":\"m%lld.%d\"", (long long)m->number, decision);
	member(out, "text", d->text);
	body_member(v, out, "owner", d->owner);
	member_day(out, "due", d->due_day);
	buf_printf(out, ",\"overdue\":%s", resolution_is_overdue(d, v->today) ? "true" : "false");
	member(out, "about", *d->about ? d->about : NULL);
	if (!d->done_ms) {
		buf_add_str(out, ",\"done\":null");
		return;
	}
	buf_add_str(out, ",\"done\":{\"by\":");
	buf_add_json(out, d->done_by);
	time_member(out, "at", d->done_ms);
	member(out, "remark", d->remark);
	buf_add_char(out, '}');
}

static void put_decisions(const struct meeting_view *v, const struct meeting *m, bool all,
			  struct buf *out)
{
	const char *comma = "";

	buf_add_str(out, ",\"decisions\":[");
	for (int i = 0; i < m->decision_count; i++) {
		if (!all && !owns(v->who, &m->decisions[i]))
			continue;
		buf_printf(out, "%s{", comma);
		resolution_print(v, m, i, out);
		buf_add_char(out, '}');
		comma = ",";
	}
	buf_add_char(out, ']');
}

void meeting_print(const struct meeting_view *v, const struct meeting *m, struct buf *out)
{
	const bool all = meeting_sight(v->who, v->pack, m) == SIGHT_FULL;
	const bool writes = principal_oversees(v->who, v->pack, m->region, WHO_COORDINATOR);

	buf_printf(out, "{\"id\":\"m%lld\"", (long long)m->number);
	body_member(v, out, "body", m->body);
	member(out, "region", m->region);
	member_day(out, "date", m->day);
	member(out, "title", all ? m->title : NULL);
	member(out, "by", all ? m->by : NULL);
	time_member(out, "at", m->at_ms);
	put_decisions(v, m, all, out);
	buf_printf(out, ",\"allowed\":[%s],\"version\":%d}", writes ? "\"done\"" : "", m->version);
}
