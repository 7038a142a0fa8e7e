/* One row of a permit sheet becomes one event. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "credit_code.h"
#include "import_permit.h"
#include "item_code.h"

#define EVENT_BYTES_MAX ((size_t)256 << 10)

/* The event of one row while it is made. */
struct making {
	struct import *imp;
	struct permit_row *row;
	const char *type, *item, *region, *case_id;
	struct import_date decided, from, until;
	bool has_from, has_until;
	int version;
};
struct word {
	const char *word, *type;
};

static const char *field(const struct making *m, enum permit_field f)
{
	return m->row->value[f];
}

static void fault(const struct making *m, enum permit_field f, const char *name, const char *what)
{
	import_fault(m->imp, m->row->heading[f] ? m->row->heading[f] : name, what);
}

static const char *word_find(const struct word *words, const char *text, bool inside)
{
	for (; words->word; words++) {
		if (inside ? strstr(text, words->word) != NULL : strcmp(text, words->word) == 0)
			return words->type;
	}
	return NULL;
}

/*
 * What happened: the state when it says that the permit is over, else what the decision's document
 * is called. 2 means "not valid" in the sheets of today; the older ones have 0 for normal, 1
 * revoked, and 2 and 3 for what is not an end.
 */
static void find_type(struct making *m)
{
	static const struct word now[] = {
		{"", "granted"},       {"1", "granted"},      {"有效", "granted"},
		{"正常", "granted"},   {"2", "cancelled"},    {"0", "granted"},
		{"无效", "cancelled"}, {"失效", "cancelled"}, {"注销", "cancelled"},
		{"撤销", "revoked"},   {"吊销", "revoked"},   {"撤回", "withdrawn"},
		{"暂停", "suspended"}, {NULL, NULL}};
	static const struct word old[] = {{"", "granted"},	 {"0", "granted"},
					  {"1", "revoked"},	 {"正常", "granted"},
					  {"有效", "granted"},	 {"撤销", "revoked"},
					  {"注销", "cancelled"}, {"吊销", "revoked"},
					  {"撤回", "withdrawn"}, {NULL, NULL}};
	static const struct word documents[] = {{"不予", "refused"},   {"注销", "cancelled"},
						{"撤销", "revoked"},   {"吊销", "revoked"},
						{"撤回", "withdrawn"}, {"暂停", "suspended"},
						{"变更", "changed"},   {"延续", "renewed"},
						{"延期", "renewed"},   {NULL, NULL}};
	const char *state = import_trim(&m->imp->row, field(m, PERMIT_STATUS)), *said;

	m->type = word_find(m->row->is_old ? old : now, state, false);
	if (!m->type) {
		fault(m, PERMIT_STATUS, "XK_ZT", "a state that is not known");
		m->type = "";
		return;
	}
	said = word_find(documents, import_trim(&m->imp->row, field(m, PERMIT_DOCUMENT)), true);
	if (said && strcmp(m->type, "granted") == 0)
		m->type = said;
}

static bool read_date(struct making *m, enum permit_field f, const char *name,
		      struct import_date *ret)
{
	const char *text = import_trim(&m->imp->row, field(m, f));

	if (!*text)
		return false;
	if (import_date_parse(text, ret))
		return true;
	fault(m, f, name, "not a date that can be read");
	return false;
}

static void find_dates(struct making *m)
{
	bool has = read_date(m, PERMIT_DECIDED, "XK_JDRQ", &m->decided);

	m->has_from = read_date(m, PERMIT_FROM, "XK_YXQZ", &m->from);
	m->has_until = read_date(m, PERMIT_UNTIL, "XK_YXQZI", &m->until);
	if (has && m->decided.unlimited)
		fault(m, PERMIT_DECIDED, "XK_JDRQ", "a decision is made on a day");
	if (!has && !*import_trim(&m->imp->row, field(m, PERMIT_DECIDED)))
		fault(m, PERMIT_DECIDED, "XK_JDRQ", "is missing");
	if (m->has_from && m->has_until && !m->from.unlimited && !m->until.unlimited &&
	    m->until.day < m->from.day)
		import_doubt(m->imp, m->row->heading[PERMIT_UNTIL], "ends before it begins");
}

/* A certificate is called after its item: 食品经营许可证 is of 食品经营许可. */
static const char *without_ending(struct arena *arena, const char *s)
{
	static const char *const endings[] = {"证书", "证", "书"};
	size_t len = strlen(s), i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t e = strlen(endings[i]);

		if (len > e && strcmp(s + len - e, endings[i]) == 0)
			return arena_strndup(arena, s, len - e);
	}
	return s;
}

static const char *item_by_names(struct making *m)
{
	static const enum permit_field exact[] = {PERMIT_ITEM_NAME, PERMIT_CERTIFICATE,
						  PERMIT_PROJECT};
	static const enum permit_field loose[] = {PERMIT_ITEM_NAME, PERMIT_CERTIFICATE,
						  PERMIT_DOCUMENT, PERMIT_PROJECT, PERMIT_CONTENT};
	const struct pack *p = m->imp->job->items;
	struct arena *a = &m->imp->row;
	const char *code = NULL;
	size_t i;

	for (i = 0; i < sizeof(exact) / sizeof(exact[0]) && !code; i++) {
		const char *name = import_trim(a, field(m, exact[i]));

		code = *name ? import_item_by_name(p, a, name) : NULL;
		if (!code && *name)
			code = import_item_by_name(p, a, without_ending(a, name));
	}
	for (i = 0; i < sizeof(loose) / sizeof(loose[0]) && !code; i++)
		code = import_item_inside(p, a, import_trim(a, field(m, loose[i])));
	return code;
}

static void find_item(struct making *m)
{
	char basic[ITEM_CODE_LEN + 1];

	m->item = import_trim(&m->imp->row, field(m, PERMIT_ITEM_CODE));
	if (*m->item) {
		if (!item_code_basic(m->item, strlen(m->item), basic))
			fault(m, PERMIT_ITEM_CODE, "item",
			      "not an item code of 12, 31 or 33 letters and digits");
		return;
	}
	if (!m->imp->job->items) {
		import_fault(
			m->imp, "",
			"names no item code, and without --items there is no catalogue to look in");
		return;
	}
	m->item = item_by_names(m);
	if (!m->item)
		import_fault(
			m->imp, "",
			"names no item code, and no single item of the catalogue is called like that");
}

static void find_region(struct making *m)
{
	struct arena *a = &m->imp->row;

	m->region = import_trim(a, field(m, PERMIT_REGION));
	if (*m->region && m->imp->job->items)
		m->region = import_region_code(m->imp->job->items, m->region);
	if (!*m->region)
		m->region = import_region_of(a, import_trim(a, field(m, PERMIT_AUTHORITY_CODE)));
	if (!m->region)
		m->region = m->imp->job->region;
	if (!m->region)
		fault(m, PERMIT_REGION, "region",
		      "no column tells the region; give one with --region");
}

/* The document's number and who gave it out name a matter, unless there is a case number. */
static void find_case(struct making *m)
{
	struct arena *a = &m->imp->row;
	const char *parts[] = {import_trim(a, field(m, PERMIT_DOCUMENT_NUMBER)),
			       import_trim(a, field(m, PERMIT_NUMBER)),
			       import_trim(a, field(m, PERMIT_AUTHORITY_CODE)),
			       import_trim(a, field(m, PERMIT_AUTHORITY))};
	const char *given = import_trim(a, field(m, PERMIT_CASE));
	char hash[IMPORT_ID_BYTES];

	if (*given) {
		m->case_id = import_visible_id(m->imp, "case-", given);
		return;
	}
	if (!*parts[0] && !*parts[1]) {
		fault(m, PERMIT_DOCUMENT_NUMBER, "XK_WSH", "is missing");
		return;
	}
	import_hash(parts, 4, hash);
	m->case_id = arena_printf(a, "xk-%s", hash);
}

static void find_version(struct making *m)
{
	const char *text = import_trim(&m->imp->row, field(m, PERMIT_VERSION));
	char *end;
	long v = *text ? strtol(text, &end, 10) : 1;

	if (*text && (*end || v < 1 || v > 1000000))
		fault(m, PERMIT_VERSION, "version", "not a whole number from 1");
	m->version = (int)v;
}

static const char *code_of(const struct making *m)
{
	const char *code = field(m, PERMIT_CREDIT_CODE);

	return code ? import_narrow(&m->imp->row, code) : "";
}

/* A sheet may leave out the kind, and have a person's own number where an entity has its code. */
static bool is_person(const struct making *m)
{
	const char *kind = field(m, PERMIT_KIND);

	return (kind && strstr(kind, "自然人")) || identity_number_is_likely(code_of(m));
}

static void check_applicant(struct making *m)
{
	const char *code = code_of(m);

	if (!*import_trim(&m->imp->row, field(m, PERMIT_APPLICANT)))
		fault(m, PERMIT_APPLICANT, "XK_XDR_MC", "is missing");
	if (!is_person(m) && *code && !credit_code_is_valid(code))
		import_doubt(m->imp, m->row->heading[PERMIT_CREDIT_CODE],
			     "fails the check of GB 32100");
}

static void put_bodies(const struct making *m, struct buf *json)
{
	struct arena *a = &m->imp->row;
	const char *body = NULL;

	if (m->imp->job->bodies)
		body = import_body_find(m->imp->job->bodies,
					import_trim(a, field(m, PERMIT_AUTHORITY_CODE)),
					import_trim(a, field(m, PERMIT_AUTHORITY)));
	if (!body)
		return;
	import_open(json, "bodies");
	import_member(json, "deciding", body);
	import_close(json);
}

static void put_applicant(const struct making *m, struct buf *json)
{
	struct arena *a = &m->imp->row;

	import_open(json, "applicant");
	import_member(json, "kind", is_person(m) ? "person" : "entity");
	import_member(json, "name", import_trim(a, field(m, PERMIT_APPLICANT)));
	if (!is_person(m))
		import_member(json, "code", code_of(m));
	import_member(json, "phone", import_trim(a, field(m, PERMIT_PHONE)));
	import_member(json, "address", import_trim(a, field(m, PERMIT_ADDRESS)));
	import_member(json, "representative", import_trim(a, field(m, PERMIT_REPRESENTATIVE)));
	import_close(json);
}

static void put_permit(const struct making *m, struct buf *json)
{
	struct arena *a = &m->imp->row;
	const char *number = import_trim(a, field(m, PERMIT_NUMBER)),
		   *document = import_trim(a, field(m, PERMIT_DOCUMENT_NUMBER)),
		   *name = import_trim(a, field(m, PERMIT_CERTIFICATE));

	import_open(json, "permit");
	import_member(json, "number", *number ? number : document);
	import_member(json, "name", *name ? name : import_trim(a, field(m, PERMIT_DOCUMENT)));
	import_member(json, "document", document);
	import_member(json, "content", import_trim(a, field(m, PERMIT_CONTENT)));
	import_date_member(json, "decided_on", m->decided.day);
	if (m->has_from && !m->from.unlimited)
		import_date_member(json, "valid_from", m->from.day);
	if (m->has_until && !m->until.unlimited)
		import_date_member(json, "valid_until", m->until.day);
	import_close(json);
}

/* What the hub has no use for is kept under the sheet's own names. */
static void put_sheet(const struct making *m, struct buf *json)
{
	const struct permit_row *r = m->row;
	int i;

	import_open(json, "sheet");
	for (i = 0; i < r->extra_count; i++)
		import_member(json, r->extra_name[i], r->extra[i]);
	import_member(json, "XK_XKLB", field(m, PERMIT_CATEGORY));
	import_member(json, "XK_XKJG", field(m, PERMIT_AUTHORITY));
	import_close(json);
}

static void put_event(const struct making *m, struct buf *json)
{
	struct arena *a = &m->imp->row;
	struct import_head head = {arena_printf(a, "approval.%s", m->type), NULL, m->decided.ms};
	char version[16];
	const char *parts[] = {m->case_id, m->type, version};
	char hash[IMPORT_ID_BYTES];

	snprintf(version, sizeof(version), "%d", m->version);
	import_hash(parts, 3, hash);
	head.id = arena_printf(a, "permit-%s", hash);
	import_event_head(m->imp, json, &head);
	import_open(json, "data");
	import_member(json, "case", m->case_id);
	if (m->version > 1)
		buf_printf(json, ",\"version\":%d", m->version);
	import_member(json, "item", m->item);
	import_member(json, "region", m->region);
	put_bodies(m, json);
	put_applicant(m, json);
	put_permit(m, json);
	import_member(json, "scope", import_trim(a, field(m, PERMIT_SCOPE)));
	put_sheet(m, json);
	import_member(json, "remark", import_trim(a, field(m, PERMIT_REMARK)));
	import_close(json);
	import_close(json);
}

void permit_row_emit(struct import *imp, struct permit_row *r)
{
	struct making m = {.imp = imp, .row = r};
	struct buf json;

	find_type(&m);
	find_dates(&m);
	find_item(&m);
	find_region(&m);
	find_case(&m);
	find_version(&m);
	check_applicant(&m);
	if (imp->faulty)
		return;
	buf_init(&json, EVENT_BYTES_MAX);
	put_event(&m, &json);
	import_emit(imp, &json);
	buf_clear(&json);
}
