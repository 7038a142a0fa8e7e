/* view_life.c: what became of a notice: where it came from, what it led to, what was fed back, and
 * what may be done now. */
#include <string.h>

#include "flow/archive.h"
#include "flow/handover.h"
#include "flow/letter.h"
#include "flow/respond_in.h"
#include "flow/term.h"
#include "flow/undo.h"
#include "flow/view.h"

/* Always here, as buf_add_str is. */
__attribute__((always_inline)) static inline void named(struct buf *out, const char *name)
{
	buf_add_str(out, ",\"");
	buf_add_str(out, name);
	buf_add_str(out, "\":");
}

__attribute__((always_inline)) static inline void member(struct buf *out, const char *name,
							 const char *value)
{
	named(out, name);
	buf_add_json(out, value);
}

static bool is_on_clock(enum act act)
{
	return act == ACT_PAUSE || act == ACT_RESUME;
}

static bool is_bureaus(enum act act)
{
	return act == ACT_FULFIL || act == ACT_LETTER;
}

/* Whether it is this person's to do. Without a person: whether it is the body's. */
static bool may_act(const struct view *v, const struct notice *n, enum act act)
{
	const struct principal *p = v->principal;

	if (act == ACT_REMIND)
		return p && act_may_remind(p, v->pack, v->record);
	if (p && is_on_clock(act) &&
	    principal_oversees(p, v->pack, v->record->region, WHO_COORDINATOR))
		return true;
	if (is_on_clock(act) && n->state != STATE_CLAIMED)
		return false;
	if (!p || principal_answers(p, n->body) ||
	    (is_bureaus(act) && principal_approves(p, v->record)))
		return true;
	return notice_is_pool(n->body) && (act == ACT_ACKNOWLEDGE || act == ACT_CLAIM) &&
	       principal_is(p, WHO_SUPERVISOR);
}

static bool clock_allows(const struct record *r, int notice, enum act act)
{
	const struct notice *n = &r->notices[notice];

	if (act == ACT_RESUME)
		return record_pause(r, notice) != NULL;
	return n->feedback_due_ms >= 0 || (n->due_ms >= 0 && lifecycle_is_todo(n->state, n->role));
}

static bool leads_somewhere(const struct view *v, int notice, enum act act)
{
	const struct record *r = v->record;
	const struct notice *n = &r->notices[notice];
	enum notice_state to;
	struct undoing u;

	if (act == ACT_UNDO)
		return !undo_refused(r, notice, pack_calendar(v->pack), v->now_ms, &u);
	if (act == ACT_CLOSE && !notice_has_feedback(r, notice))
		return false;
	if (!archive_allows(n, act))
		return false;
	if (act == ACT_FULFIL && !term_may_be_fulfilled(r, notice))
		return false;
	if (is_on_clock(act) && !clock_allows(r, notice, act))
		return false;
	if (notice_is_pool(n->body) && act != ACT_ACKNOWLEDGE && act != ACT_CLAIM &&
	    !is_on_clock(act))
		return false;
	return lifecycle_next(n->state, n->role, act, &to) == VERDICT_MOVES;
}

static bool is_bureaus_to_send_on(const struct view *v, int notice)
{
	return v->principal && notice_waits_for_bureau(v->record, notice) &&
	       principal_approves(v->principal, v->record);
}

/* The page holds no logic of rights: the hub says which buttons there are. */
static void put_allowed(const struct view *v, int notice, struct buf *out)
{
	static const enum act acts[] = {ACT_ACKNOWLEDGE, ACT_CLAIM,  ACT_RETURN, ACT_TRANSFER,
					ACT_FEEDBACK,	 ACT_CLOSE,  ACT_UNDO,	 ACT_FULFIL,
					ACT_PAUSE,	 ACT_RESUME, ACT_REMIND, ACT_LETTER,
					ACT_REPLY};
	const struct notice *n = &v->record->notices[notice];
	const char *comma = "";

	buf_add_str(out, ",\"allowed\":[");
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		bool sends_on = acts[i] == ACT_TRANSFER && is_bureaus_to_send_on(v, notice);

		if (n->cause == CAUSE_LETTER
			    ? !letter_allows(v->principal, v->pack, v->record, n, acts[i])
			    : !sends_on && !(may_act(v, n, acts[i]) &&
					     leads_somewhere(v, notice, acts[i])))
			continue;
		buf_add_str(out, comma);
		buf_add_json(out, act_name(acts[i]));
		comma = ",";
	}
	buf_add_char(out, ']');
}

static const struct receipt *last_receipt(const struct record *r, int notice,
					  enum receipt_kind kind)
{
	for (int i = r->receipt_count - 1; i >= 0; i--) {
		if (r->receipts[i].notice == notice && r->receipts[i].kind == kind)
			return &r->receipts[i];
	}
	return NULL;
}

/* "word: remark", as the acts write it. */
static void put_said(const struct receipt *r, const char *word, struct buf *out)
{
	const char *colon = strstr(r->detail, ": ");

	buf_printf(out, "{\"%s\":", word);
	buf_add_jsonn(out, r->detail, colon ? (size_t)(colon - r->detail) : strlen(r->detail));
	member(out, "remark", colon ? colon + 2 : "");
	member(out, "by", r->by);
	buf_add_str(out, ",\"at\":");
	view_time(out, r->at_ms);
}

void view_returned(const struct view *v, int notice, struct buf *out)
{
	const struct receipt *r = last_receipt(v->record, notice, RECEIPT_RETURNED);

	if (!r || !notice_was_returned(v->record, notice))
		return;
	buf_add_str(out, ",\"returned\":");
	put_said(r, "reason", out);
	buf_add_char(out, '}');
}

/* Where it went: handed on by the body, or sent on by the bureau after a return. */
static void put_transferred(const struct view *v, int notice, struct buf *out)
{
	const struct receipt *r = last_receipt(v->record, notice, RECEIPT_TRANSFERRED);

	if (!r)
		r = last_receipt(v->record, notice, RECEIPT_SENT_ON);
	if (!r)
		return;
	buf_add_str(out, ",\"transferred\":");
	put_said(r, "to", out);
	for (int i = 0; i < v->record->notice_count; i++) {
		const struct notice *n = &v->record->notices[i];

		if (n->from == notice && (n->cause == CAUSE_TRANSFER || n->cause == CAUSE_SENT_ON))
			view_id(out, ",\"notice\":", 'n', v->seq, i);
	}
	buf_add_char(out, '}');
}

/* What a file is called is somebody's own words. */
void view_file(const struct attachment *f, bool masked, struct buf *out)
{
	buf_add_str(out, "{\"file\":");
	buf_add_json(out, f->hash);
	member(out, "name", masked ? NULL : f->name);
	member(out, "type", file_type_media(f->type));
	buf_printf(out, ",\"bytes\":%lld}", (long long)f->bytes);
}

/* Of a feedback, or of what was written in a letter; -1 the other. */
static void put_files(const struct view *v, int feedback, int writing, struct buf *out)
{
	const char *before = ",\"files\":[";

	for (int i = 0; i < v->record->file_count; i++) {
		if (v->record->files[i].feedback != feedback ||
		    v->record->files[i].writing != writing)
			continue;
		buf_add_str(out, before);
		view_file(&v->record->files[i], v->masked, out);
		before = ",";
	}
	if (!strcmp(before, ","))
		buf_add_char(out, ']');
}

static void put_feedback(const struct view *v, int feedback, struct buf *out)
{
	const struct feedback *f = &v->record->feedback[feedback];

	buf_printf(out, "{\"result\":\"%s\",\"disposal\":\"%s\"", inspection_names[f->result],
		   disposal_names[f->disposal]);
	member(out, "checked_on", f->checked_on);
	member(out, "rectify_by", *f->rectify_by ? f->rectify_by : NULL);
	if (f->has_penalty) {
		buf_add_str(out, ",\"penalty\":{\"document\":");
		buf_add_json(out, f->penalty_document);
		member(out, "kind", f->penalty_kind);
		buf_printf(out, ",\"licence_revoked\":%s}", f->licence_revoked ? "true" : "false");
	} else {
		buf_add_str(out, ",\"penalty\":null");
	}
	member(out, "remark", f->remark);
	buf_printf(out, ",\"close\":%s", f->closes ? "true" : "false");
	member(out, "by", f->by);
	buf_add_str(out, ",\"at\":");
	view_time(out, f->at_ms);
	put_files(v, feedback, -1, out);
	buf_add_char(out, '}');
}

static const char *term_state(const struct view *v, const struct term *t)
{
	bool is_over = v->now_ms > t->due_ms;

	if (t->met_ms)
		return "fulfilled";
	if (t->dropped || v->record->superseded_by || (is_over && !term_is_promise(t)))
		return "ended";
	return is_over ? "overdue" : "running";
}

void view_terms(const struct view *v, struct buf *out)
{
	for (int k = 0; k < v->record->term_count; k++) {
		const struct term *t = &v->record->terms[k];

		buf_add_str(out, k ? ",{\"clock\":" : ",\"clocks\":[{\"clock\":");
		buf_add_int(out, k);
		member(out, "kind", term_kind_name(t->kind));
		member(out, "what", t->what);
		buf_add_str(out, ",\"due\":");
		view_time(out, t->due_ms);
		member(out, "state", term_state(v, t));
		member(out, "by", *t->by ? t->by : NULL);
		buf_add_str(out, ",\"at\":");
		view_time(out, t->met_ms);
		buf_add_char(out, '}');
	}
	if (v->record->term_count)
		buf_add_char(out, ']');
}

static void put_time(struct buf *out, const char *name, int64_t ms)
{
	named(out, name);
	view_time(out, ms);
}

static void put_pauses(const struct record *r, int notice, struct buf *out)
{
	const char *before = ",\"pauses\":[";

	for (int i = 0; i < r->pause_count; i++) {
		const struct pause *p = &r->pauses[i];

		if (p->notice != notice)
			continue;
		buf_add_str(out, before);
		buf_add_str(out, "{\"from\":");
		view_time(out, p->from_ms);
		put_time(out, "until", p->until_ms);
		put_time(out, "to", p->ended_ms);
		put_time(out, "due", p->due_ms);
		put_time(out, "feedback_due", p->feedback_due_ms);
		buf_printf(out, ",\"moved_days\":%d", p->moved_days);
		member(out, "by", p->by);
		member(out, "reason", p->reason);
		buf_add_char(out, '}');
		before = ",";
	}
	if (!strcmp(before, ","))
		buf_add_char(out, ']');
}

static void put_letter(const struct view *v, int notice, struct buf *out)
{
	const struct letter *l = record_letter(v->record, &v->record->notices[notice]);
	const char *comma = "";
	int from = l ? pack_find_body(v->pack, l->from) : -1;

	if (!l)
		return;
	buf_printf(out, ",\"letter\":{\"kind\":\"%s\"", letter_kind_names[l->kind]);
	member(out, "from", l->from);
	member(out, "from_name", from < 0 ? NULL : pack_view(v->pack)->bodies[from].name);
	member(out, "subject", l->subject);
	buf_add_str(out, ",\"messages\":[");
	for (int i = 0; i < v->record->writing_count; i++) {
		const struct writing *m = &v->record->writings[i];

		if (m->notice != notice)
			continue;
		buf_printf(out, "%s{\"body\":", comma);
		buf_add_json(out, m->body);
		member(out, "by", m->by);
		put_time(out, "at", m->at_ms);
		member(out, "text", m->text);
		put_files(v, -1, i, out);
		buf_add_char(out, '}');
		comma = ",";
	}
	buf_add_str(out, "]}");
}

/* What is not there is left out, because most notices have none of it and their frames stay short.
 */
void view_life(const struct view *v, int notice, struct buf *out)
{
	const struct record *r = v->record;
	const struct notice *n = &r->notices[notice];
	const char *before = ",\"feedback\":[";

	put_allowed(v, notice, out);
	member(out, "cause", cause_name(n->cause));
	if (n->made_ms) {
		buf_add_str(out, ",\"made\":");
		view_time(out, n->made_ms);
	}
	if (n->from >= 0)
		view_id(out, ",\"from\":", 'n', v->seq, n->from);
	if (last_receipt(r, notice, RECEIPT_HANDED_ON) && *handover_keeper(r, notice))
		member(out, "keeper", handover_keeper(r, notice));
	if (notice == term_notice(r))
		view_terms(v, out);
	put_pauses(r, notice, out);
	view_returned(v, notice, out);
	put_transferred(v, notice, out);
	put_letter(v, notice, out);
	for (int i = 0; i < r->feedback_count; i++) {
		if (r->feedback[i].notice != notice)
			continue;
		buf_add_str(out, before);
		put_feedback(v, i, out);
		before = ",";
	}
	if (*before == ',' && before[1] == '\0')
		buf_add_char(out, ']');
}
