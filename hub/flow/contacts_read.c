/* contacts_read.c: a body's contacts from JSON and back. */
#include <string.h>

#include "flow/contacts_in.h"
#include "flow/respond_in.h"
#include "sms.h"
#include "timefmt.h"

struct reading {
	struct arena *arena;
	struct diag *diag;
	const char *where; /* "/people/3" */
};

static const char *text(const struct reading *r, const json_t *o, const char *name, bool required)
{
	size_t before = r->diag->count;
	const char *s =
		act_text_at(o, arena_printf(r->arena, "%s/%s", r->where, name), required, r->diag);

	return r->diag->count == before ? s : "";
}

static int32_t date(const struct reading *r, const json_t *o, const char *name, bool required)
{
	int32_t day = INT32_MIN;

	act_date_at(o, arena_printf(r->arena, "%s/%s", r->where, name), required, &day, r->diag);
	return day;
}

static void read_leaves(const struct reading *r, const json_t *o, struct contact *k)
{
	const json_t *list = json_object_get(o, "leave");

	if (!list || json_is_null(list))
		return;
	if (!json_is_array(list) || json_array_size(list) > CONTACTS_LEAVES_MAX) {
		diag_add(r->diag, arena_printf(r->arena, "%s/leave", r->where),
			 "must be a list of at most %d", CONTACTS_LEAVES_MAX);
		return;
	}
	k->leaves = arena_zalloc(r->arena, sizeof(*k->leaves) * (json_array_size(list) + 1));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const struct reading one = {r->arena, r->diag,
					    arena_printf(r->arena, "%s/leave/%zu", r->where, i)};
		struct leave *l = &k->leaves[k->leave_count++];

		l->from_day = date(&one, json_array_get(list, i), "from", true);
		l->to_day = date(&one, json_array_get(list, i), "to", true);
		l->substitute = text(&one, json_array_get(list, i), "substitute", false);
		if (l->to_day < l->from_day)
			diag_add(r->diag, arena_printf(r->arena, "%s/to", one.where),
				 "lies before from");
	}
}

static void read_person(const struct reading *r, const json_t *o, struct contact *k)
{
	char number[NUMBER_BYTES];
	const char *hours = text(r, o, "hours", false);

	*k = (struct contact){.name = text(r, o, "name", true),
			      .post = text(r, o, "post", true),
			      .phone = text(r, o, "phone", false),
			      .email = text(r, o, "email", false),
			      .from_minute = -1,
			      .to_minute = -1};
	if (*k->phone && !number_normalise(k->phone, number))
		diag_add(r->diag, arena_printf(r->arena, "%s/phone", r->where),
			 "is no telephone number");
	if (*hours &&
	    (!hours_parse(hours, &k->from_minute, &k->to_minute) || k->from_minute > k->to_minute))
		diag_add(r->diag, arena_printf(r->arena, "%s/hours", r->where),
			 "must be like 09:00-17:30");
	k->checked_day = date(r, o, "checked_on", false);
	read_leaves(r, o, k);
}

static bool is_known(const struct roster *r, const char *name)
{
	for (int i = 0; i < r->count; i++) {
		if (!strcmp(r->people[i].name, name))
			return true;
	}
	return false;
}

static void check_substitutes(const struct roster *r, struct diag *diag)
{
	for (int i = 0; i < r->count; i++) {
		for (int k = 0; k < r->people[i].leave_count; k++) {
			const char *name = r->people[i].leaves[k].substitute;

			if (*name && !is_known(r, name))
				diag_add(diag,
					 arena_printf(diag->arena, "/people/%d/leave/%d/substitute",
						      i, k),
					 "nobody here has that name");
		}
	}
}

void contacts_read(const json_t *said, struct roster *ret, struct diag *diag)
{
	const json_t *list = json_object_get(said, "people");

	ret->count = 0;
	if (!json_is_array(list) || json_array_size(list) > CONTACTS_PEOPLE_MAX) {
		diag_add(diag, "/people", "must be a list of at most %d people",
			 CONTACTS_PEOPLE_MAX);
		return;
	}
	ret->people = arena_zalloc(&ret->arena, sizeof(*ret->people) * (json_array_size(list) + 1));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const struct reading r = {&ret->arena, diag,
					  arena_printf(&ret->arena, "/people/%zu", i)};
		struct contact k;

		read_person(&r, json_array_get(list, i), &k);
		if (is_known(ret, k.name))
			diag_add(diag, arena_printf(&ret->arena, "%s/name", r.where),
				 "stands here twice");
		ret->people[ret->count++] = k;
	}
	check_substitutes(ret, diag);
}

/* --- and back --- */

static void member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_add_json(out, *value ? value : NULL);
}

static void put_day(struct buf *out, const char *name, int32_t day)
{
	char date_text[TIMEFMT_BYTES] = "";

	if (day != INT32_MIN)
		date_format(day, date_text);
	member(out, name, date_text);
}

static void put_person(const struct contact *k, int32_t today, struct buf *out)
{
	char hours[64] = "";

	if (k->from_minute >= 0)
		snprintf(hours, sizeof(hours), "%02d:%02d-%02d:%02d", k->from_minute / 60,
			 k->from_minute % 60, k->to_minute / 60, k->to_minute % 60);
	buf_add_str(out, "{\"name\":");
	buf_add_json(out, k->name);
	member(out, "post", k->post);
	member(out, "phone", k->phone);
	member(out, "email", k->email);
	member(out, "hours", hours);
	put_day(out, "checked_on", k->checked_day);
	for (int i = 0; i < k->leave_count; i++) {
		char from[TIMEFMT_BYTES];

		date_format(k->leaves[i].from_day, from);
		buf_printf(out, "%s{\"from\":\"%s\"", i ? "," : ",\"leave\":[", from);
		put_day(out, "to", k->leaves[i].to_day);
		member(out, "substitute", k->leaves[i].substitute);
		buf_add_char(out, '}');
	}
	buf_add_str(out, k->leave_count ? "]" : ",\"leave\":[]");
	if (today != INT32_MIN)
		buf_printf(out, ",\"on_leave\":%s,\"stale\":%s,\"opted_out\":%s",
			   contact_leave(k, today) ? "true" : "false",
			   contact_is_stale(k, today) ? "true" : "false",
			   k->opted_out ? "true" : "false");
	buf_add_char(out, '}');
}

void contacts_print(const struct roster *r, int32_t today, struct buf *out)
{
	buf_add_char(out, '[');
	for (int i = 0; i < r->count; i++) {
		if (i)
			buf_add_char(out, ',');
		put_person(&r->people[i], today, out);
	}
	buf_add_char(out, ']');
}

bool contact_is_stale(const struct contact *k, int32_t today)
{
	return *k->phone && (k->opted_out || k->checked_day == INT32_MIN ||
			     today - k->checked_day > CONTACTS_STALE_DAYS);
}

const struct leave *contact_leave(const struct contact *k, int32_t day)
{
	for (int i = 0; i < k->leave_count; i++) {
		if (k->leaves[i].from_day <= day && day <= k->leaves[i].to_day)
			return &k->leaves[i];
	}
	return NULL;
}
