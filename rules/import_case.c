/*
 * The provincial case messages. A case comes in several messages of their own: base (what was
 * applied for), proc (each step), done (how it ended). They are joined by the case's number, in
 * whatever order they come; one document may hold all three.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "credit_code.h"
#include "import_in.h"
#include "item_code.h"

#define EVENT_BYTES_MAX ((size_t)256 << 10)
#define WRAP_DEPTH	4

struct message {
	json_t *object; /* NULL: not there */
	const char *where;
};
struct one_case {
	const char *key;
	struct message base, done;
};
struct case_run {
	struct import *imp;
	struct strmap by_key;
	struct one_case *cases;
	int count, room;
};
/* The kind of a message by the name it stands under; by what is in it when it stands alone. */
enum message_kind { MESSAGE_NONE, MESSAGE_BASE, MESSAGE_PROC, MESSAGE_DONE, MESSAGE_WRAP };
static const char *const kind_names[] = {
	[MESSAGE_NONE] = "",
	[MESSAGE_BASE] = "BASE|BASEINFO|RECEIVEBASE|RECEIVEBASEINFO|BASE_INFO",
	[MESSAGE_PROC] =
		"PROC|PROCESS|RECEIVEPROC|SPECIALNODE|RECEIVESPECIALNODE|APPLYFILE|RECEIVEAPPLYFILE",
	[MESSAGE_DONE] = "DONE|RECEIVEDONE|COMPLETION",
	[MESSAGE_WRAP] = "DATA|BODY|MESSAGE|PARAMS|CONTENT|CASE",
};

static const char *member_of(struct import *imp, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	const char *text = v ? import_json_text(&imp->row, v) : NULL;

	return text ? text : "";
}

static enum message_kind kind_by_content(const json_t *o)
{
	if (json_object_get(o, "doneresult"))
		return MESSAGE_DONE;
	if (json_object_get(o, "noderesult") || json_object_get(o, "nodename"))
		return MESSAGE_PROC;
	if (json_object_get(o, "applicant") &&
	    (json_object_get(o, "projid") || json_object_get(o, "orgbusno")))
		return MESSAGE_BASE;
	return MESSAGE_NONE;
}

static const char *key_of(struct import *imp, const json_t *o)
{
	const char *key = member_of(imp, o, "projid");

	return *key ? key : member_of(imp, o, "orgbusno");
}

static struct one_case *case_of(struct case_run *r, const char *key)
{
	int at = strmap_find(&r->by_key, key, strlen(key));

	if (at >= 0)
		return &r->cases[at];
	key = arena_strdup(&r->imp->arena, key);
	r->cases[r->count] = (struct one_case){.key = key};
	strmap_add(&r->by_key, key, strlen(key), r->count);
	return &r->cases[r->count++];
}

static void reject(struct import *imp, const json_t *o, const char *field, const char *what)
{
	import_fault(imp, field, what);
	import_keep_object(imp, o);
}

/* A second message of a kind: the same again is a repeat, another one of a higher DATAVERSION takes
 * its place. */
static void put_message(struct import *imp, struct message *m, json_t *o)
{
	if (!m->object) {
		*m = (struct message){json_incref(o), arena_strdup(&imp->arena, imp->where)};
		return;
	}
	if (json_equal(m->object, o)) {
		imp->counts.repeats++;
		return;
	}
	if (strtol(member_of(imp, o, "DATAVERSION"), NULL, 10) <=
	    strtol(member_of(imp, m->object, "DATAVERSION"), NULL, 10)) {
		reject(imp, o, "",
		       arena_printf(
			       &imp->row,
			       "says something else about the case of %s, without a higher DATAVERSION",
			       m->where));
		return;
	}
	json_decref(m->object);
	*m = (struct message){json_incref(o), arena_strdup(&imp->arena, imp->where)};
}

static void take_message(struct case_run *r, enum message_kind kind, json_t *o)
{
	struct import *imp = r->imp;
	const char *key = key_of(imp, o);

	import_row_begin(imp, imp->where);
	if (kind == MESSAGE_NONE)
		reject(imp, o, "", "neither base nor proc nor done of a case");
	else if (!*key && kind != MESSAGE_PROC)
		reject(imp, o, "projid", "is missing");
	else if (r->count == r->room)
		reject(imp, o, "", "more cases than can be joined");
	else if (kind != MESSAGE_PROC)
		put_message(imp,
			    kind == MESSAGE_BASE ? &case_of(r, key)->base : &case_of(r, key)->done,
			    o);
	import_row_end(imp);
}

static void take_value(struct case_run *r, enum message_kind kind, json_t *v, int depth);

/* The case's number may stand beside the messages only; then each is given it. */
static void hand_down_key(json_t *from, json_t *to)
{
	static const char *const names[] = {"projid", "orgbusno"};

	for (size_t i = 0; i < 2; i++) {
		if (json_is_object(to) && json_object_get(from, names[i]) &&
		    !json_object_get(to, names[i]))
			json_object_set(to, names[i], json_object_get(from, names[i]));
	}
}

static enum message_kind kind_by_name(struct case_run *r, const char *name)
{
	int kind = import_name_find(kind_names, MESSAGE_WRAP + 1, import_fold(&r->imp->row, name));

	return kind > MESSAGE_NONE ? (enum message_kind)kind : MESSAGE_NONE;
}

/* Messages in one object are of one case: its number may stand in the base alone, too. */
static void lift_key(struct case_run *r, json_t *o)
{
	json_t *base = NULL;
	void *it;

	for (it = json_object_iter(o); it && !base; it = json_object_iter_next(o, it)) {
		if (kind_by_name(r, json_object_iter_key(it)) == MESSAGE_BASE)
			base = json_object_iter_value(it);
	}
	if (json_is_object(base))
		hand_down_key(base, o);
}

static bool take_members(struct case_run *r, json_t *o, int depth)
{
	bool any = false;
	void *it;

	lift_key(r, o);
	for (it = json_object_iter(o); it; it = json_object_iter_next(o, it)) {
		json_t *v = json_object_iter_value(it);
		enum message_kind kind = kind_by_name(r, json_object_iter_key(it));

		if (kind == MESSAGE_NONE || (!json_is_object(v) && !json_is_array(v)))
			continue;
		hand_down_key(o, v);
		take_value(r, kind, v, depth + 1);
		any = true;
	}
	return any;
}

static void take_value(struct case_run *r, enum message_kind kind, json_t *v, int depth)
{
	size_t i;

	if (json_is_array(v) && depth < WRAP_DEPTH) {
		for (i = 0; i < json_array_size(v); i++)
			take_value(r, kind, json_array_get(v, i), depth + 1);
		return;
	}
	if (!json_is_object(v))
		return;
	if (kind == MESSAGE_WRAP && kind_by_content(v) == MESSAGE_NONE && depth < WRAP_DEPTH &&
	    take_members(r, v, depth))
		return;
	take_message(r, kind == MESSAGE_WRAP ? kind_by_content(v) : kind, v);
}

static void on_object(struct import *imp, json_t *object, void *arg)
{
	(void)imp;
	take_value(arg, MESSAGE_WRAP, object, 0);
}

/* --- a case that is done becomes an event --- */

struct making {
	struct import *imp;
	const json_t *base, *done;
	const char *type, *item, *region, *case_id, *code;
	struct import_date at;
	bool is_entity;
};

/* 6 and 7 decide; the others end a case without deciding, and nobody has to supervise anything. */
static void find_type(struct making *m)
{
	static const struct {
		const char *code, *type, *why;
	} results[] = {
		{"6", "granted", NULL},
		{"7", "refused", NULL},
		{"1", NULL, "1, not accepted: nothing was decided"},
		{"3", NULL, "3, withdrawn or ended: nothing was decided"},
		{"4", NULL, "4, ended: nothing was decided"},
		{"5", NULL, "5, ended: nothing was decided"},
	};
	const char *code = member_of(m->imp, m->done, "doneresult");

	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		if (strcmp(results[i].code, code) != 0)
			continue;
		m->type = results[i].type;
		if (!m->type)
			import_fault(m->imp, "doneresult", results[i].why);
		return;
	}
	import_fault(m->imp, "doneresult", "a result that is not known");
}

static void find_item(struct making *m)
{
	static const char *const names[] = {"taskhandleitem", "taskcode", "catalogcode", "itemno"};
	char basic[ITEM_CODE_LEN + 1];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		m->item = member_of(m->imp, m->base, names[i]);
		if (*m->item && item_code_basic(m->item, strlen(m->item), basic))
			return;
	}
	m->item = m->imp->job->items ? import_item_by_name(m->imp->job->items, &m->imp->row,
							   member_of(m->imp, m->base, "itemname"))
				     : NULL;
	if (!m->item)
		import_fault(
			m->imp, "taskcode",
			"no item code of 12, 31 or 33 letters and digits, and no such name in the catalogue");
}

static void find_region(struct making *m)
{
	m->region = member_of(m->imp, m->base, "regionid");
	if (!*m->region)
		m->region = member_of(m->imp, m->base, "itemregionid");
	if (!*m->region)
		m->region = import_region_of(&m->imp->row,
					     member_of(m->imp, m->base, "acceptdeptcode"));
	if (!m->region)
		m->region = m->imp->job->region;
	if (!m->region)
		import_fault(m->imp, "regionid", "is missing; give one with --region");
}

static void find_time(struct making *m)
{
	const char *text = member_of(m->imp, m->done, "occurtime");

	if (!import_date_parse(text, &m->at) || m->at.unlimited)
		import_fault(m->imp, "occurtime",
			     *text ? "not a date that can be read" : "is missing");
}

static void find_applicant(struct making *m)
{
	const char *code =
		import_narrow(&m->imp->row, member_of(m->imp, m->base, "applyerpagecode"));

	m->code = code;
	m->is_entity = !identity_number_is_likely(code);
	if (!*member_of(m->imp, m->base, "applicant"))
		import_fault(m->imp, "applicant", "is missing");
	if (m->is_entity && *code && !credit_code_is_valid(code))
		import_doubt(m->imp, "applyerpagecode", "fails the check of GB 32100");
}

static void put_applicant(const struct making *m, struct buf *json)
{
	struct import *imp = m->imp;

	import_open(json, "applicant");
	import_member(json, "kind", m->is_entity ? "entity" : "person");
	import_member(json, "name", member_of(imp, m->base, "applicant"));
	if (m->is_entity)
		import_member(json, "code", m->code);
	import_member(json, "phone", member_of(imp, m->base, "applicantmobile"));
	import_member(json, "address", member_of(imp, m->base, "address"));
	import_member(json, "representative", member_of(imp, m->base, "legalman"));
	import_close(json);
}

static void put_permit(const struct making *m, struct buf *json)
{
	struct import *imp = m->imp;
	const char *until = member_of(imp, m->done, "certificatelimit");
	struct import_date end;

	import_open(json, "permit");
	import_member(json, "number", member_of(imp, m->done, "certificateno"));
	import_member(json, "name", member_of(imp, m->done, "certificatenam"));
	import_member(json, "content", member_of(imp, m->base, "projectname"));
	import_date_member(json, "decided_on", m->at.day);
	if (*until && !import_date_parse(until, &end))
		import_doubt(imp, "certificatelimit", "not a date that can be read; left out");
	else if (*until && !end.unlimited)
		import_date_member(json, "valid_until", end.day);
	import_close(json);
}

static void put_bodies(const struct making *m, struct buf *json)
{
	const struct pack *p = m->imp->job->bodies;
	const char *accepting, *deciding;

	if (!p)
		return;
	accepting = import_body_find(p, member_of(m->imp, m->base, "acceptdeptcode"),
				     member_of(m->imp, m->base, "acceptdeptname"));
	deciding = import_body_find(p, NULL, member_of(m->imp, m->done, "publisher"));
	import_open(json, "bodies");
	import_member(json, "accepting", accepting);
	import_member(json, "deciding", deciding ? deciding : accepting);
	import_close(json);
}

static void put_attributes(const struct making *m, struct buf *json)
{
	static const char *const names[] = {
		"approvaltype", "systemlevel", "datasources", "datasourcessysname", "isagency",
		"isdraft",	"ischain",     "itemversion", "resulttype"};

	import_open(json, "attributes");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *v = member_of(m->imp, m->base, names[i]);

		import_member(json, names[i], *v ? v : member_of(m->imp, m->done, names[i]));
	}
	import_close(json);
}

static void put_event(struct making *m, struct buf *json)
{
	struct import *imp = m->imp;
	const char *parts[] = {m->case_id, m->type, member_of(imp, m->done, "DATAVERSION")};
	struct import_head head = {arena_printf(&imp->row, "approval.%s", m->type), NULL, m->at.ms};
	char hash[IMPORT_ID_BYTES];
	long version = strtol(parts[2], NULL, 10);

	import_hash(parts, 3, hash);
	head.id = arena_printf(&imp->row, "done-%s", hash);
	import_event_head(imp, json, &head);
	import_open(json, "data");
	import_member(json, "case", m->case_id);
	if (version > 1 && version < 1000000)
		buf_printf(json, ",\"version\":%ld", version);
	import_member(json, "item", m->item);
	import_member(json, "region", m->region);
	import_member(json, "accepted_in", member_of(imp, m->base, "regionid"));
	put_bodies(m, json);
	put_applicant(m, json);
	put_permit(m, json);
	put_attributes(m, json);
	import_close(json);
	import_close(json);
}

static void case_emit(struct import *imp, const struct one_case *c)
{
	struct making m = {.imp = imp, .base = c->base.object, .done = c->done.object};
	struct buf json;

	imp->where = c->done.where;
	imp->faulty = imp->doubtful = false;
	buf_reset(&imp->why);
	m.case_id = import_visible_id(imp, "case-", c->key);
	find_type(&m);
	if (m.type && !m.base) {
		import_fault(imp, "", "no base message tells what this case is about");
	} else if (m.type) {
		find_item(&m);
		find_region(&m);
		find_time(&m);
		find_applicant(&m);
	}
	if (!imp->faulty) {
		buf_init(&json, EVENT_BYTES_MAX);
		put_event(&m, &json);
		import_emit(imp, &json);
		buf_clear(&json);
	}
	if (imp->faulty)
		import_keep_object(imp, m.done);
	if (imp->faulty && m.base)
		import_keep_object(imp, m.base);
	import_row_end(imp);
}

enum err import_cases(const struct import_job *job, struct import_counts *ret)
{
	struct case_run r = {0};
	struct import imp;
	enum err e = ERR_SYNTAX;
	int i;

	if (import_begin(&imp, job)) {
		r.imp = &imp;
		r.room = (int)imp.seen.room;
		r.cases = arena_alloc(&imp.arena, (size_t)r.room * sizeof(*r.cases));
		strmap_init(&r.by_key, &imp.arena, r.room);
		e = import_objects(&imp, on_object, &r);
	}
	for (i = 0; i < r.count; i++) {
		if (e == ERR_OK && r.cases[i].done.object)
			case_emit(&imp, &r.cases[i]);
		else
			imp.counts.open++;
		json_decref(r.cases[i].base.object);
		json_decref(r.cases[i].done.object);
	}
	import_end(&imp, ret);
	return e;
}
