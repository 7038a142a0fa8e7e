/* respond_letter.c: a letter is written, answered and closed. */
#include <string.h>

#include "calendar.h"
#include "flow/ladder.h"
#include "flow/letter.h"
#include "flow/respond_in.h"

static enum err refuse(struct answering *a, const char *why)
{
	a->detail = why;
	return ERR_CONFLICT;
}

static enum err invalid(struct answering *a, const char *where, const char *why)
{
	diag_init(&a->diag, &a->arena);
	diag_add(&a->diag, where, "%s", why);
	return ERR_INVALID;
}

/* The time to answer in begins now; the pack's when none was given. */
static void ask_until(struct answering *a, struct change *x, struct letter *l, struct notice *n)
{
	const struct pack *pack = x->flow->pack;
	struct duration time;

	l->time = *a->p->time ? a->p->time : pack_view(pack)->settings.letter_due;
	l->asked_ms = x->now_ms;
	n->due_ms = -1;
	if (duration_parse(l->time, &time))
		n->due_ms = calendar_due_ms(pack_calendar(pack), x->now_ms, time, &n->provisional);
	n->overdue_told = false;
	n->step = 0;
}

static void write_down(struct answering *a, struct change *x, int notice, const char *body)
{
	struct writing *m = record_add_writing(&x->record, &x->arena);
	struct receipt *r = change_receipt(x, RECEIPT_WRITTEN, notice, -1);

	*m = (struct writing){.notice = notice,
			      .at_ms = x->now_ms,
			      .by = a->by,
			      .body = body,
			      .text = a->p->remark};
	r->by = a->by;
	r->channel = a->channel;
	r->detail = body;
}

/* The same words and files by the same body behind which nothing was written: sent twice. */
static bool said_just_now(const struct answering *a, const struct record *r, int notice,
			  const char *body)
{
	for (int i = r->writing_count - 1; i >= 0; i--) {
		const struct writing *m = &r->writings[i];

		if (m->notice == notice)
			return !strcmp(m->body, body) && !strcmp(m->text, a->p->remark) &&
			       names_the_same(a, r, (struct namer){-1, i});
	}
	return false;
}

static int same_letter(const struct answering *a, const struct record *r, const char *from)
{
	for (int i = 0; i < r->letter_count; i++) {
		const struct letter *l = &r->letters[i];
		const struct notice *n = &r->notices[l->notice];

		if (l->kind == a->p->kind && n->state != STATE_CLOSED && !strcmp(l->from, from) &&
		    !strcmp(n->body, a->p->to) && !strcmp(l->subject, a->p->subject) &&
		    said_just_now(a, r, l->notice, from))
			return l->notice;
	}
	return -1;
}

static const char *bad_reader(const struct answering *a, const struct change *x, const char *from)
{
	if (!strcmp(a->p->to, from))
		return "is the body that writes";
	if (pack_find_body(x->flow->pack, a->p->to) < 0 ||
	    !letter_can_reach(&x->record, from, a->p->to))
		return "is no bureau of the case, nor a body that a bureau of it told";
	return NULL;
}

static enum err add_letter(struct answering *a, struct change *x, const char *from)
{
	struct notice like = change_blank(ROLE_LEAD, CAUSE_LETTER, a->notice);
	struct letter *l;
	enum err e;

	if (x->record.notice_count >= RECORD_NOTICES_MAX ||
	    x->record.writing_count >= RECORD_WRITINGS_MAX)
		return refuse(a, "The event has as many letters as it can have");
	e = name_files(a, x, (struct namer){-1, x->record.writing_count}, x->record.notice_count);
	if (e != ERR_OK)
		return e;
	like.body = a->p->to;
	l = record_add_letter(&x->record, &x->arena);
	*l = (struct letter){.notice = x->record.notice_count,
			     .kind = a->p->kind,
			     .from = from,
			     .subject = a->p->subject};
	ask_until(a, x, l, &like);
	a->made = change_add(x, &like, a->by);
	change_index(x, arena_printf(&x->arena, LETTER_LIST "%s", from), a->made, true, LISTED_NEW);
	write_down(a, x, a->made, from);
	notice_schedule(x->flow, &x->record, &x->record.notices[a->made]);
	return ERR_OK;
}

enum err act_letter(struct answering *a, struct change *x, struct notice *n)
{
	enum notice_state to;
	enum err e = act_verdict(a, x, n, ACT_LETTER, &to);
	const char *from = letter_writer(a->who, &x->record, n), *bad;

	if (e != ERR_OK)
		return e;
	bad = from ? bad_reader(a, x, from) : "Nobody can be written to from here";
	if (bad)
		return invalid(a, "/to", bad);
	from = arena_strdup(&x->arena, from);
	a->made = same_letter(a, &x->record, from);
	if (a->made < 0)
		return add_letter(a, x, from);
	x->nothing = true;
	return ERR_OK;
}

enum err act_reply(struct answering *a, struct change *x, struct notice *n)
{
	struct letter *l = record_letter(&x->record, n);
	enum notice_state to;
	enum err e = act_verdict(a, x, n, ACT_REPLY, &to);
	bool answers;

	if (e != ERR_OK)
		return e;
	answers = letter_side_of(a->who, &x->record, n, ACT_REPLY) == LETTER_READER;
	if (answers && *a->p->time)
		return invalid(a, "/due", "is for the body to say that asks");
	if (said_just_now(a, &x->record, a->notice, answers ? n->body : l->from)) {
		x->nothing = true;
		return ERR_OK;
	}
	if (x->record.writing_count >= RECORD_WRITINGS_MAX)
		return refuse(a, "The event has as many letters as it can have");
	e = name_files(a, x, (struct namer){-1, x->record.writing_count}, a->notice);
	if (e != ERR_OK)
		return e;
	write_down(a, x, a->notice, answers ? n->body : l->from);
	if (answers) {
		act_stamp(&n->acknowledged, a, x->now_ms);
		act_stamp(&n->claimed, a, x->now_ms);
	} else if (to != n->state || *a->p->time) {
		/* the answers stand among the receipts */
		n->claimed = (struct stamp){.by = "", .channel = ""};
		ask_until(a, x, l, n);
	}
	change_notice(x, a->notice, to, a->by);
	notice_schedule(x->flow, &x->record, n);
	return ERR_OK;
}

enum err letter_close(struct answering *a, struct change *x, struct notice *n)
{
	enum notice_state to;
	enum err e = act_verdict(a, x, n, ACT_CLOSE, &to);

	if (e != ERR_OK || x->nothing)
		return e;
	change_index(x,
		     arena_printf(&x->arena, LETTER_LIST "%s", record_letter(&x->record, n)->from),
		     a->notice, false, LISTED_AS_BEFORE);
	act_receipt(a, x, RECEIPT_CLOSED)->detail = arena_strdup(&x->arena, a->p->remark);
	change_notice(x, a->notice, to, a->by);
	notice_schedule(x->flow, &x->record, n);
	return ERR_OK;
}
