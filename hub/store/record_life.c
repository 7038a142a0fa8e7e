/* record_life.c: the lines F (feedback), U (dispute), P (position), K (clock), Z (pause) and A
 * (file) of a record, and names. SCHEMA.md lists the fields. */
#include "store/record_in.h"

#include <string.h>

static const char *const cause_names[CAUSE_COUNT] = {
	"decision", "pool", "transfer", "sent-on", "ruling", "feedback", "archive", "letter",
};
static const char *const receipt_names[RECEIPT_KIND_COUNT] = {
	"handed-over", "delivered", "shown",	"acknowledged", "claimed", "failed",
	"reply",       "state",	    "returned", "transferred",	"sent-on", "fed-back",
	"closed",      "undone",    "disputed", "ruled",	"taken",   "reminded",
	"fulfilled",   "paused",    "resumed",	"handed-on",	"written",
};
static const char *const kind_names[DISPUTE_KIND_COUNT] = {"two-returns", "several-leads",
							   "no-lead"};
static const char *const state_names[DISPUTE_STATE_COUNT] = {"negotiating", "agenda", "ruled",
							     "settled"};

static const char *const term_names[TERM_KIND_COUNT] = {"informed-commitment", "deferred-material",
							"permit-end"};

const char *receipt_kind_name(enum receipt_kind k)
{
	return receipt_names[k];
}

const char *term_kind_name(enum term_kind k)
{
	return term_names[k];
}

const char *cause_name(enum cause c)
{
	return cause_names[c];
}

const char *dispute_kind_name(enum dispute_kind k)
{
	return kind_names[k];
}

const char *dispute_state_name(enum dispute_state s)
{
	return state_names[s];
}

static void put_feedback(struct buf *out, const struct feedback *f)
{
	buf_add_char(out, 'F');
	record_tab_int(out, f->notice);
	record_tab_int(out, f->at_ms);
	record_tab_text(out, f->by);
	record_tab_text(out, f->channel);
	record_tab_int(out, f->result);
	record_tab_int(out, f->disposal);
	record_tab_text(out, f->checked_on);
	record_tab_text(out, f->rectify_by);
	record_tab_int(out, f->has_penalty ? 1 : -1);
	record_tab_int(out, f->licence_revoked ? 1 : -1);
	record_tab_text(out, f->penalty_document);
	record_tab_text(out, f->penalty_kind);
	record_tab_text(out, f->remark);
	record_tab_int(out, f->closes ? 1 : -1);
	buf_add_char(out, '\n');
}

static void put_dispute(struct buf *out, const struct dispute *d)
{
	buf_add_char(out, 'U');
	record_tab_int(out, d->kind);
	record_tab_int(out, d->state);
	record_tab_int(out, d->version);
	record_tab_int(out, d->opened_ms);
	record_tab_int(out, d->due_ms);
	record_tab_int(out, d->next_ms);
	record_tab_int(out, d->listed ? 1 : -1);
	record_tab_text(out, d->interim);
	record_tab_text(out, d->body);
	record_tab_text(out, d->by);
	record_tab_int(out, d->at_ms ? d->at_ms : -1);
	record_tab_text(out, d->basis);
	record_tab_text(out, d->remark);
	buf_add_char(out, '\n');
}

static void put_position(struct buf *out, const struct position *p)
{
	buf_add_char(out, 'P');
	record_tab_int(out, p->dispute);
	record_tab_int(out, p->at_ms);
	record_tab_text(out, p->by);
	record_tab_text(out, p->body);
	record_tab_text(out, p->text);
	record_tab_text(out, p->proposes);
	buf_add_char(out, '\n');
}

static void put_term(struct buf *out, const struct term *t)
{
	buf_add_char(out, 'K');
	record_tab_int(out, t->kind);
	record_tab_text(out, t->what);
	record_tab_int(out, t->due_ms);
	record_tab_int(out, t->next_ms);
	record_tab_int(out, t->told);
	if (t->met_ms || t->dropped) {
		record_tab_text(out, t->by);
		record_tab_int(out, t->met_ms ? t->met_ms : -1);
		record_tab_int(out, t->dropped ? 1 : -1);
	}
	buf_add_char(out, '\n');
}

static void put_pause(struct buf *out, const struct pause *p)
{
	buf_add_char(out, 'Z');
	record_tab_int(out, p->notice);
	record_tab_int(out, p->from_ms);
	record_tab_int(out, p->until_ms);
	record_tab_text(out, p->by);
	record_tab_text(out, p->reason);
	record_tab_int(out, p->due_ms);
	record_tab_int(out, p->feedback_due_ms);
	record_tab_int(out, p->ended_ms ? p->ended_ms : -1);
	record_tab_int(out, p->moved_days);
	record_tab_text(out, p->ended_by);
	buf_add_char(out, '\n');
}

static void put_joined(struct buf *out, int delivery, const struct delivery *d)
{
	if ((!d->with || !*d->with) && (!d->also || !*d->also))
		return;
	buf_add_char(out, 'J');
	record_tab_int(out, delivery);
	record_tab_text(out, d->with);
	record_tab_text(out, d->also);
	buf_add_char(out, '\n');
}

static void put_file(struct buf *out, const struct attachment *f)
{
	buf_add_char(out, 'A');
	record_tab_int(out, f->notice);
	record_tab_int(out, f->feedback);
	record_tab_int(out, f->at_ms);
	record_tab_text(out, f->by);
	record_tab_text(out, f->hash);
	record_tab_int(out, f->type);
	record_tab_int(out, f->bytes);
	record_tab_text(out, f->name);
	if (f->writing >= 0)
		record_tab_int(out, f->writing);
	buf_add_char(out, '\n');
}

void record_encode_life(const struct record *r, struct buf *out)
{
	for (int i = 0; i < r->delivery_count; i++)
		put_joined(out, i, &r->deliveries[i]);
	for (int i = 0; i < r->feedback_count; i++)
		put_feedback(out, &r->feedback[i]);
	for (int i = 0; i < r->dispute_count; i++)
		put_dispute(out, &r->disputes[i]);
	for (int i = 0; i < r->position_count; i++)
		put_position(out, &r->positions[i]);
	for (int i = 0; i < r->term_count; i++)
		put_term(out, &r->terms[i]);
	for (int i = 0; i < r->pause_count; i++)
		put_pause(out, &r->pauses[i]);
	for (int i = 0; i < r->file_count; i++)
		put_file(out, &r->files[i]);
	record_encode_letters(r, out);
}

static bool get_feedback(const struct line *l, struct feedback *f)
{
	int result, disposal;

	if (!record_enum_at(l, 5, INSPECTION_COUNT, &result) ||
	    !record_enum_at(l, 6, DISPOSAL_COUNT, &disposal))
		return false;
	f->notice = record_small_at(l, 1);
	f->at_ms = record_int_at(l, 2);
	f->by = record_text_at(l, 3);
	f->channel = record_text_at(l, 4);
	f->result = (enum inspection)result;
	f->disposal = (enum disposal)disposal;
	f->checked_on = record_text_at(l, 7);
	f->rectify_by = record_text_at(l, 8);
	f->has_penalty = record_int_at(l, 9) == 1;
	f->licence_revoked = record_int_at(l, 10) == 1;
	f->penalty_document = record_text_at(l, 11);
	f->penalty_kind = record_text_at(l, 12);
	f->remark = record_text_at(l, 13);
	f->closes = record_int_at(l, 14) == 1;
	return true;
}

static bool get_dispute(const struct line *l, struct dispute *d)
{
	int kind, state;

	if (!record_enum_at(l, 1, DISPUTE_KIND_COUNT, &kind) ||
	    !record_enum_at(l, 2, DISPUTE_STATE_COUNT, &state))
		return false;
	d->kind = (enum dispute_kind)kind;
	d->state = (enum dispute_state)state;
	d->version = record_small_at(l, 3);
	d->opened_ms = record_int_at(l, 4);
	d->due_ms = record_int_at(l, 5);
	d->next_ms = record_int_at(l, 6);
	d->listed = record_int_at(l, 7) == 1;
	d->interim = record_text_at(l, 8);
	d->body = record_text_at(l, 9);
	d->by = record_text_at(l, 10);
	d->at_ms = record_int_at(l, 11) > 0 ? record_int_at(l, 11) : 0;
	d->basis = record_text_at(l, 12);
	d->remark = record_text_at(l, 13);
	return true;
}

static bool get_position(const struct line *l, struct position *p)
{
	p->dispute = record_small_at(l, 1);
	p->at_ms = record_int_at(l, 2);
	p->by = record_text_at(l, 3);
	p->body = record_text_at(l, 4);
	p->text = record_text_at(l, 5);
	p->proposes = record_text_at(l, 6);
	return true;
}

static bool get_term(const struct line *l, struct term *t)
{
	int kind, told;

	if (!record_enum_at(l, 1, TERM_KIND_COUNT, &kind) ||
	    !record_enum_at(l, 5, TERM_OVER + 1, &told))
		return false;
	t->kind = (enum term_kind)kind;
	t->what = record_text_at(l, 2);
	t->due_ms = record_int_at(l, 3);
	t->next_ms = record_int_at(l, 4);
	t->told = told;
	t->by = record_text_at(l, 6);
	t->met_ms = record_int_at(l, 7) > 0 ? record_int_at(l, 7) : 0;
	t->dropped = record_int_at(l, 8) == 1;
	return true;
}

static void get_pause(const struct line *l, struct pause *p)
{
	p->notice = record_small_at(l, 1);
	p->from_ms = record_int_at(l, 2);
	p->until_ms = record_int_at(l, 3);
	p->by = record_text_at(l, 4);
	p->reason = record_text_at(l, 5);
	p->due_ms = record_int_at(l, 6);
	p->feedback_due_ms = record_int_at(l, 7);
	p->ended_ms = record_int_at(l, 8) > 0 ? record_int_at(l, 8) : 0;
	p->moved_days = record_small_at(l, 9) > 0 ? record_small_at(l, 9) : 0;
	p->ended_by = record_text_at(l, 10);
}

/* Their delivery stands in front of them. */
static bool get_joined(const struct line *l, struct record *r)
{
	int delivery;

	if (!record_enum_at(l, 1, r->delivery_count, &delivery))
		return false;
	r->deliveries[delivery].with = record_text_at(l, 2);
	r->deliveries[delivery].also = record_text_at(l, 3);
	return true;
}

static bool get_file(const struct line *l, struct attachment *f)
{
	int type;

	if (!record_enum_at(l, 6, FILE_TYPE_COUNT, &type))
		return false;
	f->notice = record_small_at(l, 1);
	f->feedback = record_small_at(l, 2);
	f->at_ms = record_int_at(l, 3);
	f->by = record_text_at(l, 4);
	f->hash = record_text_at(l, 5);
	f->type = (enum file_type)type;
	f->bytes = record_int_at(l, 7);
	f->name = record_text_at(l, 8);
	f->writing = record_small_at(l, 9); /* -1 when the line ends before it */
	return true;
}

bool record_decode_life(const struct line *l, struct arena *arena, struct record *r)
{
	switch (l->fields[0][0]) {
	case 'J':
		return get_joined(l, r);
	case 'F':
		return r->feedback_count < RECORD_FEEDBACK_MAX &&
		       get_feedback(l, record_add_feedback(r, arena));
	case 'U':
		return r->dispute_count < RECORD_DISPUTES_MAX &&
		       get_dispute(l, record_add_dispute(r, arena));
	case 'P':
		return r->position_count < RECORD_POSITIONS_MAX &&
		       get_position(l, record_add_position(r, arena));
	case 'K':
		return r->term_count < RECORD_TERMS_MAX && get_term(l, record_add_term(r, arena));
	case 'A':
		return r->file_count < RECORD_FILES_MAX && get_file(l, record_add_file(r, arena));
	case 'L':
		return r->letter_count < RECORD_NOTICES_MAX &&
		       record_decode_letter(l, record_add_letter(r, arena));
	case 'M':
		if (r->writing_count >= RECORD_WRITINGS_MAX)
			return false;
		record_decode_writing(l, record_add_writing(r, arena));
		return true;
	case 'Z':
		if (r->pause_count >= RECORD_PAUSES_MAX)
			return false;
		get_pause(l, record_add_pause(r, arena));
		return true;
	default:
		return false;
	}
}

struct feedback *record_add_feedback(struct record *r, struct arena *arena)
{
	r->feedback = arena_grow(arena, r->feedback, r->feedback_count, sizeof(*r->feedback));
	return memset(&r->feedback[r->feedback_count++], 0, sizeof(*r->feedback));
}

struct dispute *record_add_dispute(struct record *r, struct arena *arena)
{
	r->disputes = arena_grow(arena, r->disputes, r->dispute_count, sizeof(*r->disputes));
	return memset(&r->disputes[r->dispute_count++], 0, sizeof(*r->disputes));
}

struct position *record_add_position(struct record *r, struct arena *arena)
{
	r->positions = arena_grow(arena, r->positions, r->position_count, sizeof(*r->positions));
	return memset(&r->positions[r->position_count++], 0, sizeof(*r->positions));
}

struct term *record_add_term(struct record *r, struct arena *arena)
{
	struct term *t;

	r->terms = arena_grow(arena, r->terms, r->term_count, sizeof(*r->terms));
	t = memset(&r->terms[r->term_count++], 0, sizeof(*t));
	t->what = t->by = "";
	t->next_ms = -1;
	return t;
}

struct attachment *record_add_file(struct record *r, struct arena *arena)
{
	r->files = arena_grow(arena, r->files, r->file_count, sizeof(*r->files));
	return memset(&r->files[r->file_count++], 0, sizeof(*r->files));
}

struct pause *record_add_pause(struct record *r, struct arena *arena)
{
	struct pause *p;

	r->pauses = arena_grow(arena, r->pauses, r->pause_count, sizeof(*r->pauses));
	p = memset(&r->pauses[r->pause_count++], 0, sizeof(*p));
	p->by = p->reason = p->ended_by = "";
	p->until_ms = p->due_ms = p->feedback_due_ms = -1;
	return p;
}

struct pause *record_pause(const struct record *r, int notice)
{
	for (int i = 0; i < r->pause_count; i++) {
		if (r->pauses[i].notice == notice && !r->pauses[i].ended_ms)
			return &r->pauses[i];
	}
	return NULL;
}

bool term_runs(const struct record *r, const struct term *t)
{
	return !r->superseded_by && !t->met_ms && !t->dropped;
}

int64_t terms_next_ms(const struct record *r)
{
	int64_t next = -1;

	for (int i = 0; i < r->term_count; i++) {
		const struct term *t = &r->terms[i];

		if (t->next_ms >= 0 && term_runs(r, t) && (next < 0 || t->next_ms < next))
			next = t->next_ms;
	}
	return next;
}

static bool is_place(int i, int count)
{
	return i >= -1 && i < count;
}

static bool life_places_hold(const struct record *r)
{
	bool hold = true;

	for (int i = 0; i < r->pause_count; i++)
		hold = hold && is_place(r->pauses[i].notice, r->notice_count);
	for (int i = 0; i < r->feedback_count; i++)
		hold = hold && is_place(r->feedback[i].notice, r->notice_count);
	for (int i = 0; i < r->file_count; i++)
		hold = hold && is_place(r->files[i].notice, r->notice_count) &&
		       is_place(r->files[i].feedback, r->feedback_count) &&
		       is_place(r->files[i].writing, r->writing_count);
	for (int i = 0; i < r->position_count; i++)
		hold = hold && is_place(r->positions[i].dispute, r->dispute_count);
	return hold;
}

/* What names another thing by its place names one that is there: nobody behind this asks again. */
bool record_places_hold(const struct record *r)
{
	bool hold = life_places_hold(r) && record_letters_hold(r);

	for (int i = 0; i < r->notice_count; i++)
		hold = hold && is_place(r->notices[i].from, r->notice_count);
	for (int i = 0; i < r->delivery_count; i++)
		hold = hold && is_place(r->deliveries[i].notice, r->notice_count) &&
		       is_place(r->deliveries[i].term, r->term_count);
	for (int i = 0; i < r->receipt_count; i++)
		hold = hold && is_place(r->receipts[i].notice, r->notice_count) &&
		       is_place(r->receipts[i].delivery, r->delivery_count);
	return hold;
}

/* --- the clock of a notice --- */

bool notice_has_feedback(const struct record *r, int notice)
{
	for (int i = 0; i < r->feedback_count; i++) {
		if (r->feedback[i].notice == notice)
			return true;
	}
	return false;
}

bool notice_owes_feedback(const struct record *r, const struct notice *n)
{
	bool is_taken = n->state == STATE_CLAIMED ||
			(n->state == STATE_ACKNOWLEDGED && !lifecycle_is_todo(n->state, n->role));

	return n->feedback_due_ms >= 0 && is_taken &&
	       !notice_has_feedback(r, (int)(n - r->notices));
}

int64_t notice_due_ms(const struct record *r, const struct notice *n)
{
	if (lifecycle_is_todo(n->state, n->role))
		return n->due_ms;
	return notice_owes_feedback(r, n) ? n->feedback_due_ms : -1;
}
