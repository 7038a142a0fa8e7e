/* view.c: see view.h. */
#include "flow/view.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "calendar.h"
#include "credit_code.h"
#include "decide.h"
#include "flow/mask.h"
#include "timefmt.h"

#define PHRASE_BYTES 300		/* of a phrase, which can be as long as a scope */
#define TOLD_BYTES   ((size_t)64 << 10) /* more than the most items and phrases are */

/* Always here, as buf_add_str is. */
__attribute__((always_inline)) static inline void member(struct buf *out, const char *name,
							 const char *value)
{
	buf_add_str(out, name);
	buf_add_json(out, value);
}

void view_time(struct buf *out, int64_t ms)
{
	char text[TIMEFMT_BYTES + 2] = "\"";
	size_t len;

	if (ms <= 0) {
		buf_add_str(out, "null");
		return;
	}
	len = 1 + time_format(ms, SHANGHAI_MIN, text + 1);
	text[len++] = '"';
	buf_add(out, text, len);
}

void view_list(struct buf *out, const char *bars)
{
	buf_add_char(out, '[');
	while (bars && *bars) {
		size_t len = strcspn(bars, "|");

		buf_add_jsonn(out, bars, len);
		bars += len;
		if (*bars == '|') {
			bars++;
			buf_add_char(out, ',');
		}
	}
	buf_add_char(out, ']');
}

static const struct body *body_of(const struct view *v, const char *id)
{
	int b = id ? pack_find_body(v->pack, id) : -1;

	return b < 0 ? NULL : &pack_view(v->pack)->bodies[b];
}

/* Of a name that the pack has made JSON of, or null. */
__attribute__((always_inline)) static inline void ready_member(struct buf *out, const char *name,
							       const char *json)
{
	buf_add_str(out, name);
	buf_add_str(out, json ? json : "null");
}

static void put_body(const struct view *v, const char *name, const char *id, struct buf *out)
{
	const struct body *b = body_of(v, id);

	buf_add_str(out, name);
	if (!id) {
		buf_add_str(out, "null");
		return;
	}
	member(out, "{\"id\":", id);
	ready_member(out, ",\"name\":", b ? b->name_json : NULL);
	buf_add_char(out, '}');
}

static const char *item_name_json(const struct view *v)
{
	int i = pack_find_item(v->pack, v->record->item_code);

	return i < 0 ? NULL : pack_view(v->pack)->items[i].name_json;
}

/* Who is not said to be an entity is shown as one for a good code alone; and no kind makes a
 * person's number one. */
bool view_hides_applicant(const struct view *v)
{
	const char *code = v->event->applicant_code, *kind = v->event->applicant_kind;

	if (!v->masked)
		return false;
	if (!code || identity_number_is_likely(code))
		return true;
	return kind ? strcmp(kind, "entity") != 0 : !credit_code_is_valid(code);
}

static void put_applicant(const struct view *v, struct buf *out)
{
	const struct event *e = v->event;
	bool hidden = view_hides_applicant(v);

	buf_add_str(out, ",\"applicant\":{\"name\":");
	if (hidden)
		mask_name(out, e->applicant_name);
	else
		buf_add_json(out, e->applicant_name);
	member(out, ",\"code\":", hidden ? NULL : e->applicant_code);
	buf_add_char(out, '}');
}

static void put_before_item(const struct view *v, struct buf *out)
{
	const struct event *e = v->event;

	member(out, "\"case\":", e->case_id);
	buf_add_str(out, ",\"event\":\"e");
	buf_add_int(out, v->seq);
	buf_add_str(out, "\",\"type\":\"approval.");
	buf_add_str(out, event_type_name(e->type));
	buf_add_str(out, "\",\"item\":");
}

static void put_behind_item(const struct view *v, struct buf *out)
{
	const struct event *e = v->event;
	int region = pack_find_region(v->pack, v->record->region, strlen(v->record->region));

	member(out, ",\"region\":", e->region);
	ready_member(out, ",\"region_name\":",
		     region < 0 ? NULL : pack_view(v->pack)->regions[region].name_json);
	put_applicant(v, out);
	put_body(v, ",\"bodies\":{\"accepting\":", e->accepting, out);
	put_body(v, ",\"reviewing\":", e->reviewing, out);
	put_body(v, ",\"deciding\":", e->deciding, out);
	member(out, "},\"permit\":", e->permit_number);
	member(out, ",\"policy\":", v->record->policy);
	buf_add_str(out, ",\"received\":");
	view_time(out, v->record->accepted_ms);
}

void view_common(const struct view *v, struct buf *out)
{
	put_before_item(v, out);
	member(out, "{\"code\":", *v->record->item_code ? v->record->item_code : v->event->item);
	ready_member(out, ",\"name\":", item_name_json(v));
	buf_add_char(out, '}');
	put_behind_item(v, out);
}

/*
 * Green while there is time, yellow when no more working days are left than the pack says (the day
 * itself not counted), red when late; what is done has no lamp of its own colour.
 */
const char *view_lamp(const struct pack *pack, int64_t due_ms, int64_t now_ms)
{
	struct duration yellow;
	bool provisional;

	if (due_ms < 0)
		return "green";
	if (now_ms > due_ms)
		return "red";
	if (!duration_parse(pack_view(pack)->settings.lamp_yellow, &yellow))
		return "green";
	return calendar_due_ms(pack_calendar(pack), now_ms, yellow, &provisional) >= due_ms
		       ? "yellow"
		       : "green";
}

static void put_stamp(const char *name, const struct stamp *s, struct buf *out)
{
	buf_add_str(out, name);
	if (!s->at_ms) {
		buf_add_str(out, "null");
		return;
	}
	member(out, "{\"by\":", s->by);
	buf_add_str(out, ",\"at\":");
	view_time(out, s->at_ms);
	member(out, ",\"channel\":", s->channel);
	buf_add_char(out, '}');
}

static void put_rules(const struct view *v, const char *rules, struct buf *out)
{
	const struct pack_view *p = pack_view(v->pack);
	char id[256];

	buf_add_char(out, '[');
	while (rules && *rules) {
		size_t len = strcspn(rules, "|");
		int r = -1;

		if (len < sizeof(id)) {
			memcpy(id, rules, len);
			id[len] = '\0';
			r = pack_find_rule(v->pack, id);
		}
		buf_add_str(out, "{\"id\":");
		buf_add_jsonn(out, rules, len);
		ready_member(out, ",\"basis\":", r < 0 ? NULL : p->rules[r].basis_json);
		buf_add_char(out, '}');
		rules += len;
		if (*rules == '|') {
			rules++;
			buf_add_char(out, ',');
		}
	}
	buf_add_char(out, ']');
}

static void put_clocks(const struct view *v, const struct notice *n, struct buf *out)
{
	buf_add_str(out, ",\"due\":");
	view_time(out, n->due_ms);
	buf_add_str(out, ",\"feedback_due\":");
	view_time(out, n->feedback_due_ms);
	buf_add_str(out, n->provisional ? ",\"provisional\":true" : ",\"provisional\":false");
	member(out, ",\"lamp\":", view_lamp(v->pack, notice_due_ms(v->record, n), v->now_ms));
}

/* What a notice of a registration is about: items and phrases as JSON with commas between them, and
 * where the first ends. */
struct told {
	struct buf list;
	size_t first;
};

static void told_open(struct told *t)
{
	buf_add_str(&t->list, t->list.len ? ",{\"code\":" : "{\"code\":");
}

static void told_close(struct told *t)
{
	buf_add_char(&t->list, '}');
	if (!t->first)
		t->first = t->list.len;
}

static void tell_codes(const struct view *v, const char *codes, struct told *t)
{
	char code[64];

	for (size_t len; *codes; codes += len + (codes[len] == '|')) {
		int item;

		len = strcspn(codes, "|");
		snprintf(code, sizeof(code), "%.*s", (int)len, codes);
		item = pack_find_item(v->pack, code);
		told_open(t);
		buf_add_json(&t->list, code);
		ready_member(&t->list, ",\"name\":",
			     item < 0 ? NULL : pack_view(v->pack)->items[item].name_json);
		told_close(t);
	}
}

/* What no phrase of scope.csv matches has no code; its words stand where an item's name does. */
static void tell_phrases(const struct view *v, struct told *t)
{
	const char *const *phrases;
	struct arena arena;
	int count;

	arena_init(&arena);
	count = decide_unmatched(v->pack, v->event, &arena, &phrases);
	for (int i = 0; i < count; i++) {
		told_open(t);
		buf_add_str(&t->list, "null,\"name\":");
		buf_add_jsonn(&t->list, phrases[i],
			      utf8_valid_bytes(phrases[i], strnlen(phrases[i], PHRASE_BYTES)));
		told_close(t);
	}
	arena_clear(&arena);
}

static bool is_about_phrases(const struct record *r, const struct notice *n)
{
	return n->cause == CAUSE_POOL && r->problems &&
	       bars_hold(r->problems, problem_name(PROBLEM_UNMATCHED_SCOPE));
}

bool view_has_own_items(const struct record *r, int notice)
{
	const struct notice *n = &r->notices[notice];

	return *n->items || is_about_phrases(r, n);
}

static void put_told(struct told *t, struct buf *out)
{
	if (t->first) {
		buf_add_str(out, ",\"items\":[");
		buf_add(out, t->list.data, t->list.len);
		buf_add_char(out, ']');
	}
	buf_clear(&t->list);
}

/* Of several items that a registration's scope implies a notice is for some, and the first of them
 * stands as its item. */
static void put_own_common(const struct view *v, int notice, struct told *t, struct buf *out)
{
	const struct notice *n = &v->record->notices[notice];

	tell_codes(v, n->items, t);
	if (is_about_phrases(v->record, n))
		tell_phrases(v, t);
	if (!t->first) {
		view_common(v, out);
		return;
	}
	put_before_item(v, out);
	buf_add(out, t->list.data, t->first);
	put_behind_item(v, out);
}

void view_id(struct buf *out, const char *name, char kind, int64_t seq, int index)
{
	const char begin[] = {'"', kind};

	buf_add_str(out, name);
	buf_add(out, begin, sizeof(begin));
	buf_add_int(out, seq);
	buf_add_char(out, '.');
	buf_add_int(out, index);
	buf_add_char(out, '"');
}

void view_notice(const struct view *v, int notice, struct bytes common, struct buf *out)
{
	const struct notice *n = &v->record->notices[notice];
	const struct body *b = body_of(v, n->body);
	struct told told = {0};

	buf_init(&told.list, TOLD_BYTES); /* most have none, and it takes none until then */
	view_id(out, "{\"id\":", 'n', v->seq, notice);
	buf_add_char(out, ',');
	if (view_has_own_items(v->record, notice))
		put_own_common(v, notice, &told, out);
	else
		buf_add(out, common.data, common.len);
	member(out, ",\"role\":", role_name(n->role));
	member(out, ",\"body\":", n->body);
	ready_member(out, ",\"body_name\":", b ? b->name_json : NULL);
	member(out, ",\"state\":", notice_state_name(n->state));
	put_clocks(v, n, out);
	put_stamp(",\"acknowledged\":", &n->acknowledged, out);
	put_stamp(",\"claimed\":", &n->claimed, out);
	buf_add_str(out, ",\"rules\":");
	put_rules(v, n->rules, out);
	put_told(&told, out);
	buf_add_str(out, ",\"via\":");
	view_list(out, n->via);
	view_life(v, notice, out);
	buf_add_str(out, ",\"version\":");
	buf_add_int(out, n->version);
	buf_add_char(out, '}');
}

void view_problems(const struct record *r, struct buf *out)
{
	const char *p = r->problems;

	buf_add_char(out, '[');
	while (p && *p) {
		size_t len = strcspn(p, "|"), code = strcspn(p, ":|");

		buf_add_str(out, "{\"code\":");
		buf_add_jsonn(out, p, code);
		if (code < len) {
			buf_add_str(out, ",\"rule\":");
			buf_add_jsonn(out, p + code + 1, len - code - 1);
		}
		buf_add_char(out, '}');
		p += len;
		if (*p == '|') {
			p++;
			buf_add_char(out, ',');
		}
	}
	buf_add_char(out, ']');
}

/* Whoever has taken it since: a repeat gets the first answer. */
static void put_first_body(const struct view *v, const struct notice *n, struct buf *out)
{
	buf_add_str(out, ",\"body\":");
	if (n->cause != CAUSE_POOL) {
		buf_add_json(out, n->body);
		return;
	}
	buf_add_str(out, "\"pool:");
	buf_add_str(out, v->record->region);
	buf_add_char(out, '"');
}

static void put_accepted_notice(const struct view *v, int i, struct buf *out)
{
	const struct notice *n = &v->record->notices[i];
	struct told told = {0};

	buf_init(&told.list, TOLD_BYTES); /* most have none, and it takes none until then */
	view_id(out, "{\"id\":", 'n', v->seq, i);
	put_first_body(v, n, out);
	member(out, ",\"role\":", role_name(n->role));
	buf_add_str(out, ",\"due\":");
	view_time(out, n->due_ms);
	buf_add_str(out, ",\"feedback_due\":");
	view_time(out, n->feedback_due_ms);
	buf_add_str(out, ",\"via\":");
	view_list(out, n->via);
	buf_add_str(out, ",\"rules\":");
	view_list(out, n->rules);
	tell_codes(v, n->items, &told);
	put_told(&told, out);
	buf_add_char(out, '}');
}

void view_accepted(const struct view *v, struct buf *out)
{
	const struct record *r = v->record;

	buf_add_str(out, "{\"event\":\"e");
	buf_add_int(out, v->seq);
	member(out, "\",\"case\":", v->event->case_id);
	member(out, ",\"policy\":", r->policy);
	buf_add_str(out, ",\"notices\":[");
	for (int i = 0; i < r->notice_count && !r->notices[i].made_ms; i++) {
		if (i)
			buf_add_char(out, ',');
		put_accepted_notice(v, i, out);
	}
	buf_add_str(out, "],\"applicant\":");
	if (r->applicant_via) {
		buf_add_str(out, "{\"via\":");
		view_list(out, r->applicant_via);
		buf_add_str(out, ",\"rules\":");
		view_list(out, r->applicant_rules);
		buf_add_char(out, '}');
	} else {
		buf_add_str(out, "null");
	}
	buf_add_str(out, ",\"problems\":");
	view_problems(r, out);
	buf_add_char(out, '}');
}
