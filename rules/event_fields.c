#include "event_fields.h"

#include <stddef.h>
#include <string.h>

#include "base/utf8.h"
#include "item_code.h"
#include "json_scan.h"
#include "timefmt.h"

enum section { IN_ROOT, IN_DATA, IN_BODIES, IN_APPLICANT, IN_PERMIT, SECTION_COUNT };
enum kind {
	KIND_ID,   /* visible ASCII, bounded */
	KIND_TEXT, /* any string */
	KIND_NAME, /* a string that is not empty */
	KIND_DATE,
	KIND_REMARK,
	KIND_COUNT,
	KIND_OBJECT,
	KIND_LIST,
	KIND_ITEM,
	KIND_TYPE,
	KIND_TIME,
	KIND_SPEC,
	KIND_MEDIA
};
struct field {
	enum section section;
	const char *name;
	enum kind kind;
	bool required;
	int offset; /* of a const char * in struct event, -1 for none */
};

#define TO(member) (int)offsetof(struct event, member)
static const struct field fields[] = {
	{IN_ROOT, "specversion", KIND_SPEC, true, -1},
	{IN_ROOT, "type", KIND_TYPE, true, -1},
	{IN_ROOT, "source", KIND_ID, true, TO(source)},
	{IN_ROOT, "id", KIND_ID, true, TO(id)},
	{IN_ROOT, "time", KIND_TIME, true, TO(time)},
	{IN_ROOT, "datacontenttype", KIND_MEDIA, false, -1},
	{IN_DATA, "case", KIND_ID, true, TO(case_id)},
	{IN_DATA, "version", KIND_COUNT, false, -1},
	{IN_DATA, "item", KIND_ITEM, false, TO(item)},
	{IN_DATA, "handling", KIND_TEXT, false, TO(handling)},
	{IN_DATA, "region", KIND_ID, true, TO(region)},
	{IN_DATA, "accepted_in", KIND_ID, false, TO(accepted_in)},
	{IN_DATA, "bodies", KIND_OBJECT, false, -1},
	{IN_DATA, "applicant", KIND_OBJECT, true, -1},
	{IN_DATA, "permit", KIND_OBJECT, false, -1},
	{IN_DATA, "commitments", KIND_LIST, false, -1},
	{IN_DATA, "attributes", KIND_OBJECT, false, -1},
	{IN_DATA, "scope", KIND_TEXT, false, TO(scope)},
	{IN_DATA, "remark", KIND_REMARK, false, -1},
	{IN_BODIES, "accepting", KIND_ID, false, TO(accepting)},
	{IN_BODIES, "reviewing", KIND_ID, false, TO(reviewing)},
	{IN_BODIES, "deciding", KIND_ID, false, TO(deciding)},
	{IN_APPLICANT, "kind", KIND_TEXT, false, TO(applicant_kind)},
	{IN_APPLICANT, "name", KIND_NAME, true, TO(applicant_name)},
	{IN_APPLICANT, "code", KIND_TEXT, false, TO(applicant_code)},
	{IN_APPLICANT, "phone", KIND_TEXT, false, TO(applicant_phone)},
	{IN_APPLICANT, "address", KIND_TEXT, false, -1},
	{IN_APPLICANT, "representative", KIND_TEXT, false, -1},
	{IN_PERMIT, "number", KIND_TEXT, false, TO(permit_number)},
	{IN_PERMIT, "name", KIND_TEXT, false, -1},
	{IN_PERMIT, "content", KIND_TEXT, false, -1},
	{IN_PERMIT, "decided_on", KIND_DATE, false, -1},
	{IN_PERMIT, "valid_from", KIND_DATE, false, -1},
	{IN_PERMIT, "valid_until", KIND_DATE, false, -1},
};
static const char *const section_pointers[SECTION_COUNT] = {"", "/data", "/data/bodies",
							    "/data/applicant", "/data/permit"};

static void fault(const struct field_check *c, const struct field *f, const char *what)
{
	char where[POINTER_BYTES];
	size_t at = strlen(section_pointers[f->section]);

	memcpy(where, section_pointers[f->section], at + 1);
	pointer_add(where, at, f->name, strlen(f->name));
	diag_add(c->diag, where, "%s", what);
}

static bool is_id(const struct field_check *c, const char *s, size_t len)
{
	size_t i;

	if (!len || len > c->lim->id_bytes)
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] < 0x21 || s[i] > 0x7e)
			return false;
	}
	return true;
}

/* The checks of strings give what is wrong, or NULL. */
static const char *check_id(const struct field_check *c, const char *s, size_t len)
{
	return is_id(c, s, len) ? NULL : "must be 1 to 128 characters of visible ASCII";
}

static const char *check_text(const struct field_check *c, const char *s, size_t len)
{
	(void)c, (void)s, (void)len;
	return NULL;
}

static const char *check_name(const struct field_check *c, const char *s, size_t len)
{
	(void)c, (void)s;
	return len ? NULL : "must not be empty";
}

static const char *check_date(const struct field_check *c, const char *s, size_t len)
{
	int32_t day;

	(void)c;
	return date_parse(s, len, &day) ? NULL : "must be a date like 2026-01-31";
}

static const char *check_remark(const struct field_check *c, const char *s, size_t len)
{
	return utf8_chars(s, len) <= (size_t)c->lim->remark_chars
		       ? NULL
		       : "longer than the limit of a remark, which is 500 characters";
}

static const char *check_item(const struct field_check *c, const char *s, size_t len)
{
	return item_code_basic(s, len, c->event->item_code)
		       ? NULL
		       : "must be an item code of 12, 31 or 33 letters and digits";
}

static const char *check_type(const struct field_check *c, const char *s, size_t len)
{
	static const char prefix[] = "approval.";
	int t;

	(void)len;
	if (strncmp(s, prefix, sizeof(prefix) - 1) == 0) {
		for (t = 0; t < EVENT_TYPE_COUNT; t++) {
			if (strcmp(s + sizeof(prefix) - 1, event_type_name((enum event_type)t)) ==
			    0) {
				c->event->type = (enum event_type)t;
				return NULL;
			}
		}
	}
	return "must be approval. and one of the known types of event";
}

static const char *check_time(const struct field_check *c, const char *s, size_t len)
{
	return time_parse_rfc3339(s, len, &c->event->time_ms)
		       ? NULL
		       : "must be a time by RFC 3339 with an offset";
}

static const char *check_spec(const struct field_check *c, const char *s, size_t len)
{
	(void)c, (void)len;
	return strcmp(s, "1.0") == 0 ? NULL : "must be 1.0";
}

static const char *check_media(const struct field_check *c, const char *s, size_t len)
{
	(void)c;
	if (strncmp(s, "application/json", 16) == 0 && (!s[16] || s[16] == ';' || s[16] == ' '))
		return NULL;
	if (len > 5 && strcmp(s + len - 5, "+json") == 0)
		return NULL;
	return "must be application/json";
}

typedef const char *check_fn(const struct field_check *c, const char *s, size_t len);
static check_fn *const string_checks[] = {
	[KIND_ID] = check_id,	    [KIND_TEXT] = check_text,	  [KIND_NAME] = check_name,
	[KIND_DATE] = check_date,   [KIND_REMARK] = check_remark, [KIND_ITEM] = check_item,
	[KIND_TYPE] = check_type,   [KIND_TIME] = check_time,	  [KIND_SPEC] = check_spec,
	[KIND_MEDIA] = check_media,
};

static void read_string(const struct field_check *c, const struct field *f, const json_t *v)
{
	const char *what, *s = json_string_value(v);

	if (!s) {
		fault(c, f, "must be a string");
		return;
	}
	what = string_checks[f->kind](c, s, json_string_length(v));
	if (what)
		fault(c, f, what);
	else if (f->offset >= 0)
		*(const char **)((char *)c->event + f->offset) = s;
}

static void read_field(const struct field_check *c, const struct field *f, const json_t *v)
{
	json_int_t n;

	switch (f->kind) {
	case KIND_OBJECT:
		if (!json_is_object(v))
			fault(c, f, "must be an object");
		return;
	case KIND_LIST:
		if (!json_is_array(v))
			fault(c, f, "must be a list");
		return;
	case KIND_COUNT:
		n = json_is_integer(v) ? json_integer_value(v) : 0;
		if (n < 1 || n > INT32_MAX)
			fault(c, f, "must be a whole number from 1");
		else
			c->event->version = (int)n;
		return;
	default:
		read_string(c, f, v);
	}
}

/* A missing object is one fault; its members are not missed as well. */
static void read_sections(const struct field_check *c, json_t *const objects[SECTION_COUNT])
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field *f = &fields[i];
		const json_t *v;

		if (!objects[f->section])
			continue;
		v = json_object_get(objects[f->section], f->name);
		if (v && !json_is_null(v))
			read_field(c, f, v);
		else if (f->required)
			fault(c, f, "is missing");
	}
}

static void check_commitment(const struct field_check *c, const json_t *one, size_t index)
{
	char where[POINTER_BYTES];
	const json_t *kind = json_object_get(one, "kind"), *due = json_object_get(one, "due"),
		     *what = json_object_get(one, "what");
	const char *k = json_string_value(kind);
	size_t at = pointer_add(where, 0, "data", 4);
	int32_t day;

	at = pointer_add(where, at, "commitments", 11);
	at = pointer_add_index(where, at, index);
	if (!json_is_object(one)) {
		diag_add(c->diag, where, "must be an object");
		return;
	}
	pointer_add(where, at, "kind", 4);
	if (!k || (strcmp(k, "informed-commitment") != 0 && strcmp(k, "deferred-material") != 0))
		diag_add(c->diag, where, "must be informed-commitment or deferred-material");
	pointer_add(where, at, "what", 4);
	if (what && !json_is_null(what) && !json_is_string(what))
		diag_add(c->diag, where, "must be a string");
	pointer_add(where, at, "due", 3);
	if (due && !json_is_null(due) &&
	    !(json_is_string(due) &&
	      date_parse(json_string_value(due), json_string_length(due), &day)))
		diag_add(c->diag, where, "must be a date like 2026-01-31");
}

static void check_commitments(const struct field_check *c, const json_t *data)
{
	const json_t *list = json_object_get(data, "commitments");
	size_t i, count = json_array_size(list);

	if (count > (size_t)c->lim->commitments) {
		diag_add(c->diag, "/data/commitments",
			 "more commitments than the limit, which is %d", c->lim->commitments);
		return;
	}
	for (i = 0; i < count; i++)
		check_commitment(c, json_array_get(list, i), i);
}

static bool is_registration(enum event_type t)
{
	return t == EVENT_REGISTERED || t == EVENT_REREGISTERED || t == EVENT_DEREGISTERED;
}

/* What hangs on more than one member. */
static void finish(const struct field_check *c, json_t *const objects[SECTION_COUNT])
{
	struct event *e = c->event;
	const json_t *item = json_object_get(objects[IN_DATA], "item");
	const json_t *on = json_object_get(objects[IN_PERMIT], "decided_on");
	bool has_item = item && !json_is_null(item);

	if (!has_item && !is_registration(e->type))
		diag_add(c->diag, "/data/item", "is missing");
	else if (!has_item && !(e->scope && *e->scope))
		diag_add(c->diag, "/data/item",
			 "is missing, and there is no scope to stand for it");
	if (!e->handling && e->item)
		e->handling = item_code_handling(e->item, strlen(e->item));
	if (!json_is_string(on) ||
	    !date_parse(json_string_value(on), json_string_length(on), &e->decision_day))
		e->decision_day = day_of_ms(e->time_ms, SHANGHAI_MIN);
	e->attributes = json_object_get(objects[IN_DATA], "attributes");
	if (!json_is_object(e->attributes))
		e->attributes = NULL;
}

static json_t *object_of(const json_t *parent, const char *name)
{
	json_t *v = json_object_get(parent, name);

	return json_is_object(v) ? v : NULL;
}

void event_fields_read(const struct field_check *c, json_t *root)
{
	json_t *objects[SECTION_COUNT] = {[IN_ROOT] = root};
	const json_t *data = json_object_get(root, "data");

	objects[IN_DATA] = object_of(root, "data");
	objects[IN_BODIES] = object_of(data, "bodies");
	objects[IN_APPLICANT] = object_of(data, "applicant");
	objects[IN_PERMIT] = object_of(data, "permit");
	read_sections(c, objects);
	if (!objects[IN_DATA]) {
		diag_add(c->diag, "/data", data ? "must be an object" : "is missing");
		return;
	}
	check_commitments(c, data);
	finish(c, objects);
}
