#include "import_in.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES_MAX ((size_t)4 << 20)
#define ROWS_MAX       4000000

/* No more rows can give an event than there are line ends or objects. */
static int rows_at_most(const char *p, const char *end)
{
	int count = 2;

	for (; p < end && count < ROWS_MAX; p++)
		count += *p == '\n' || *p == '{';
	return count;
}

/* Of what Excel and WPS save when nothing else is asked for, now and formerly: a ZIP, and an OLE
 * document. */
static bool is_workbook(const struct import_job *job)
{
	return job->len >= 4 && (memcmp(job->data, "PK\3\4", 4) == 0 ||
				 memcmp(job->data, "\xd0\xcf\x11\xe0", 4) == 0);
}

bool import_begin(struct import *imp, const struct import_job *job)
{
	int rows;

	*imp = (struct import){.job = job, .where = job->file};
	arena_init(&imp->arena);
	arena_init(&imp->row);
	buf_init(&imp->text, job->len * 3 + 16);
	buf_init(&imp->why, 8192);
	if (is_workbook(job)) {
		job->sink.say(job->sink.arg, job->file,
			      "a workbook; save its sheet as CSV and import that");
		return false;
	}
	if (!import_to_utf8(job->data, job->len, &imp->text)) {
		job->sink.say(job->sink.arg, job->file, "neither UTF-8 nor UTF-16 nor GB18030");
		return false;
	}
	imp->data = imp->text.data ? imp->text.data : "";
	imp->end = imp->data + imp->text.len;
	rows = rows_at_most(imp->data, imp->end);
	strmap_init(&imp->seen, &imp->arena, rows);
	return true;
}

void import_end(struct import *imp, struct import_counts *ret)
{
	*ret = imp->counts;
	buf_clear(&imp->text);
	buf_clear(&imp->why);
	free(imp->seen_list);
	arena_clear(&imp->row);
	arena_clear(&imp->arena);
}

void import_row_begin(struct import *imp, const char *where)
{
	imp->where = where;
	imp->faulty = imp->doubtful = false;
	buf_reset(&imp->why);
	imp->counts.rows++;
}

void import_row_end(struct import *imp)
{
	if (imp->faulty)
		imp->counts.rejected++;
	else if (imp->doubtful)
		imp->counts.doubtful++;
	arena_reset(&imp->row);
}

static void tell(struct import *imp, const char *field, const char *what)
{
	const struct import_sink *s = &imp->job->sink;

	if (*field)
		what = arena_printf(&imp->row, "%s: %s", field, what);
	s->say(s->arg, imp->where, what);
	if (imp->why.len)
		buf_add_str(&imp->why, "; ");
	buf_add_str(&imp->why, what);
}

void import_fault(struct import *imp, const char *field, const char *what)
{
	imp->faulty = true;
	tell(imp, field, what);
}

void import_doubt(struct import *imp, const char *field, const char *what)
{
	imp->doubtful = true;
	tell(imp, field, what);
}

void import_hash(const char *const *parts, int count, char ret[IMPORT_ID_BYTES])
{
	unsigned char hash[IMPORT_HASH_BYTES];
	crypto_generichash_state st;
	int i;

	crypto_generichash_init(&st, NULL, 0, sizeof(hash));
	for (i = 0; i < count; i++) {
		const char *part = parts[i] ? parts[i] : "";

		crypto_generichash_update(&st, (const unsigned char *)part, strlen(part) + 1);
	}
	crypto_generichash_final(&st, hash, sizeof(hash));
	sodium_bin2hex(ret, IMPORT_ID_BYTES, hash, sizeof(hash));
}

static bool is_visible(const char *s)
{
	size_t len = strlen(s), i;

	for (i = 0; i < len; i++) {
		if (s[i] < 0x21 || s[i] > 0x7e)
			return false;
	}
	return len > 0 && len <= event_limits_default.id_bytes;
}

const char *import_visible_id(struct import *imp, const char *prefix, const char *text)
{
	char hash[IMPORT_ID_BYTES];

	if (is_visible(text))
		return text;
	import_hash(&text, 1, hash);
	return arena_printf(&imp->row, "%s%s", prefix, hash);
}

static void add_name(struct buf *json, const char *name)
{
	if (json->len && json->data[json->len - 1] != '{')
		buf_add_char(json, ',');
	if (name) {
		buf_add_json(json, name);
		buf_add_char(json, ':');
	}
}

void import_member(struct buf *json, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	add_name(json, name);
	buf_add_json(json, value);
}

void import_date_member(struct buf *json, const char *name, int32_t day)
{
	char text[TIMEFMT_BYTES];

	date_format(day, text);
	import_member(json, name, text);
}

void import_open(struct buf *json, const char *name)
{
	add_name(json, name);
	buf_add_char(json, '{');
}

void import_close(struct buf *json)
{
	buf_add_char(json, '}');
}

void import_event_head(const struct import *imp, struct buf *json, const struct import_head *head)
{
	char time[TIMEFMT_BYTES];

	time_format(head->time_ms, SHANGHAI_MIN, time);
	import_open(json, NULL);
	import_member(json, "specversion", "1.0");
	import_member(json, "type", head->type);
	import_member(json, "source", imp->job->source);
	import_member(json, "id", head->id);
	import_member(json, "time", time);
	import_member(json, "datacontenttype", "application/json");
}

/* The event as the hub would read it; whatever it would refuse is told here. */
static bool event_is_good(struct import *imp, const struct buf *json, struct event *ret)
{
	struct diag diag;
	const struct fault *f;

	diag_init(&diag, &imp->row);
	if (json->overflow) {
		import_fault(imp, "", "more text than an event may have");
		return false;
	}
	if (event_parse(json->data, json->len, &event_limits_default, ret, &diag) == ERR_OK)
		return true;
	for (f = diag.first; f; f = f->next)
		import_fault(imp, f->where, f->what);
	return false;
}

static void remember(struct import *imp, const char *id, const struct import_seen *seen)
{
	const char *key = arena_strdup(&imp->arena, id);

	if (imp->seen_count == imp->seen_room) {
		imp->seen_room = imp->seen_room ? imp->seen_room * 2 : 64;
		imp->seen_list = mem_realloc(imp->seen_list,
					     (size_t)imp->seen_room * sizeof(*imp->seen_list));
	}
	imp->seen_list[imp->seen_count] = *seen;
	imp->seen_list[imp->seen_count].where = arena_strdup(&imp->arena, imp->where);
	strmap_add(&imp->seen, key, strlen(key), imp->seen_count++);
}

enum import_known import_known(struct import *imp, const char *id, const struct buf *content,
			       const char **ret_where)
{
	struct import_seen now = {0};
	int old = strmap_find(&imp->seen, id, strlen(id));

	crypto_generichash(now.content, sizeof(now.content), (const unsigned char *)content->data,
			   content->len, NULL, 0);
	if (old < 0) {
		remember(imp, id, &now);
		return IMPORT_NEW;
	}
	*ret_where = imp->seen_list[old].where;
	return memcmp(imp->seen_list[old].content, now.content, sizeof(now.content)) == 0
		       ? IMPORT_REPEAT
		       : IMPORT_OTHER;
}

void import_emit(struct import *imp, struct buf *json)
{
	const struct import_sink *s = &imp->job->sink;
	const char *where = NULL;
	struct event event;

	if (imp->faulty || !event_is_good(imp, json, &event))
		return;
	switch (import_known(imp, event.id, json, &where)) {
	case IMPORT_NEW:
		imp->counts.events++;
		s->event(s->arg, imp->where, json->data, json->len);
		break;
	case IMPORT_REPEAT:
		imp->counts.repeats++;
		break;
	case IMPORT_OTHER:
		import_fault(
			imp, "",
			arena_printf(
				&imp->row,
				"says something else about the matter of %s; give the later one a higher "
				"version",
				where));
	}
	event_clear(&event);
}
