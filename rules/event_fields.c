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
	KIND_BODY, /* an id that a pack could have given a body */
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
	{IN_BODIES, "accepting", KIND_BODY, false, TO(accepting)},
	{IN_BODIES, "reviewing", KIND_BODY, false, TO(reviewing)},
	{IN_BODIES, "deciding", KIND_BODY, false, TO(deciding)},
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

/* With a separator in it, it would be read as several bodies, and each told of the case. */
static const char *check_body(const struct field_check *c, const char *s, size_t len)
{
	return is_id(c, s, len) && !strpbrk(s, BODY_ID_WITHOUT)
		       ? NULL
		       : "must be 1 to 128 characters of visible ASCII without | * ! , and quotes";
}

static const char *check_text(const struct field_check *c, const char *s, size_t len)
{
	(void)c, (void)s, (void)len;
	return NULL;
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || c == 0x3000;
}

static const char *check_name(const struct field_check *c, const char *s, size_t len)
{
	size_t at, step;

	(void)c;
	for (at = 0; at < len; at += step) {
		step = utf8_length(s + at, len - at);
		if (!step || !is_blank(utf8_decode(s + at, step)))
			return NULL;
	}
	return "must not be empty";
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
	[KIND_ID] = check_id,	  [KIND_BODY] = check_body,   [KIND_TEXT] = check_text,
	[KIND_NAME] = check_name, [KIND_DATE] = check_date,   [KIND_REMARK] = check_remark,
	[KIND_ITEM] = check_item, [KIND_TYPE] = check_type,   [KIND_TIME] = check_time,
	[KIND_SPEC] = check_spec, [KIND_MEDIA] = check_media,
};

static void read_string(const struct field_check *c, const struct field *f, const struct node *v)
{
	const char *what, *s = node_text(v);

	if (!s) {
		fault(c, f, "must be a string");
		return;
	}
	what = string_checks[f->kind](c, s, v->len);
	if (what)
		fault(c, f, what);
	else if (f->offset >= 0)
		*(const char **)((char *)c->event + f->offset) = s;
}

static void read_field(const struct field_check *c, const struct field *f, const struct node *v)
{
	int64_t n;

	switch (f->kind) {
	case KIND_OBJECT:
		if (!node_is(v, NODE_OBJECT))
			fault(c, f, "must be an object");
		return;
	case KIND_LIST:
		if (!node_is(v, NODE_ARRAY))
			fault(c, f, "must be a list");
		return;
	case KIND_COUNT:
		n = node_is(v, NODE_INTEGER) ? v->integer : 0;
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
static void read_sections(const struct field_check *c,
			  const struct node *const objects[SECTION_COUNT])
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field *f = &fields[i];
		const struct node *v;

		if (!objects[f->section])
			continue;
		v = node_member(objects[f->section], f->name);
		if (!node_is_missing(v))
			read_field(c, f, v);
		else if (f->required)
			fault(c, f, "is missing");
	}
}

static void check_commitment(const struct field_check *c, const struct node *one, size_t index)
{
	char where[POINTER_BYTES];
	const struct node *due = node_member(one, "due"), *what = node_member(one, "what");
	const char *k = node_text(node_member(one, "kind"));
	size_t at = pointer_add(where, 0, "data", 4);
	int32_t day;

	at = pointer_add(where, at, "commitments", 11);
	at = pointer_add_index(where, at, index);
	if (!node_is(one, NODE_OBJECT)) {
		diag_add(c->diag, where, "must be an object");
		return;
	}
	pointer_add(where, at, "kind", 4);
	if (!k || (strcmp(k, "informed-commitment") != 0 && strcmp(k, "deferred-material") != 0))
		diag_add(c->diag, where, "must be informed-commitment or deferred-material");
	pointer_add(where, at, "what", 4);
	if (!node_is_missing(what) && !node_is(what, NODE_TEXT))
		diag_add(c->diag, where, "must be a string");
	pointer_add(where, at, "due", 3);
	if (!node_is_missing(due) &&
	    !(node_is(due, NODE_TEXT) && date_parse(due->text, due->len, &day)))
		diag_add(c->diag, where, "must be a date like 2026-01-31");
}

static void check_commitments(const struct field_check *c, const struct node *data)
{
	const struct node *list = node_member(data, "commitments"), *one;
	size_t i = 0;

	if (!node_is(list, NODE_ARRAY))
		return;
	if (list->len > (size_t)c->lim->commitments) {
		diag_add(c->diag, "/data/commitments",
			 "more commitments than the limit, which is %d", c->lim->commitments);
		return;
	}
	for (one = list->first; one; one = one->next)
		check_commitment(c, one, i++);
}

static bool is_registration(enum event_type t)
{
	return t == EVENT_REGISTERED || t == EVENT_REREGISTERED || t == EVENT_DEREGISTERED;
}

static const struct node *object_of(const struct node *parent, const char *name)
{
	const struct node *v = node_member(parent, name);

	return node_is(v, NODE_OBJECT) ? v : NULL;
}

/* What hangs on more than one member. */
static void finish(const struct field_check *c, const struct node *const objects[SECTION_COUNT])
{
	struct event *e = c->event;
	const struct node *on = node_member(objects[IN_PERMIT], "decided_on");
	bool has_item = !node_is_missing(node_member(objects[IN_DATA], "item"));

	if (!has_item && !is_registration(e->type))
		diag_add(c->diag, "/data/item", "is missing");
	else if (!has_item && !(e->scope && *e->scope))
		diag_add(c->diag, "/data/item",
			 "is missing, and there is no scope to stand for it");
	if (!e->handling && e->item)
		e->handling = item_code_handling(e->item, strlen(e->item));
	if (!node_is(on, NODE_TEXT) || !date_parse(on->text, on->len, &e->decision_day))
		e->decision_day = day_of_ms(e->time_ms, SHANGHAI_MIN);
	e->attributes = object_of(objects[IN_DATA], "attributes");
}

void event_fields_read(const struct field_check *c, const struct node *root)
{
	const struct node *objects[SECTION_COUNT] = {[IN_ROOT] = root};
	const struct node *data = node_member(root, "data");

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
