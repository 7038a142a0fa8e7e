/* change_edit.c: what a change does to its record, with all that follows from it. See change.h. */
#include "flow/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "flow/figures.h"
#include "flow/pause.h"
#include "flow/view.h"

/* What waits is not sent; what is under way already cannot be called back and is marked. */
static void overtake_deliveries(struct change *c, int notice)
{
	for (int i = 0; i < c->record.delivery_count; i++) {
		struct delivery *d = &c->record.deliveries[i];

		if (d->notice != notice || d->term >= 0 ||
		    (*d->post && lifecycle_is_todo(c->record.notices[notice].state,
						   c->record.notices[notice].role)))
			continue;
		if (d->state == DELIVERY_WAITING) {
			d->state = DELIVERY_CANCELLED;
			d->next_ms = -1;
		} else if (d->state == DELIVERY_SENDING) {
			d->detail = "overtaken: no action is needed any more";
		}
	}
}

/* Feed lines as store.h has them. */
static void begin_line(struct change *c, int notice, const char *body)
{
	buf_add(&c->feed, "C\t", 2);
	buf_add_int(&c->feed, c->seq);
	buf_add_char(&c->feed, '\t');
	buf_add_int(&c->feed, notice);
	buf_add_char(&c->feed, '\t');
	buf_add_str(&c->feed, body);
}

static void end_line(struct change *c, enum notice_state state, const char *by)
{
	buf_add_char(&c->feed, '\t');
	buf_add_str(&c->feed, notice_state_name(state));
	buf_add_char(&c->feed, '\t');
	buf_add_str(&c->feed, by);
	buf_add_char(&c->feed, '\t');
	buf_add_int(&c->feed, c->now_ms);
	buf_add_char(&c->feed, '\n');
}

/* The notice's own body, and the bureaus whose case it is; of a letter, whoever wrote it. */
void change_tell(struct change *c, int notice, const char *by)
{
	const struct notice *n = &c->record.notices[notice];
	const struct letter *l = record_letter(&c->record, n);
	const char *a = c->record.approvers;

	begin_line(c, notice, n->body);
	if (l) { /* a letter is nobody else's */
		buf_add_char(&c->feed, ',');
		buf_add_str(&c->feed, l->from);
		a = NULL;
	}
	while (a && *a) {
		size_t len = strcspn(a, "|");

		buf_add(&c->feed, ",@", 2);
		buf_add(&c->feed, a, len);
		a += len + (a[len] == '|');
	}
	end_line(c, n->state, by);
}

void change_notice(struct change *c, int notice, enum notice_state to, const char *by)
{
	struct notice *n = &c->record.notices[notice];
	bool was = lifecycle_is_todo(n->state, n->role), is = lifecycle_is_todo(to, n->role);

	if (to != n->state)
		/* what was paused was the clock of the state it leaves */
		pause_end(c, notice, "", "");
	n->state = to;
	n->version++;
	if (was != is)
		change_index(c, n->body, notice, is, LISTED_AS_BEFORE);
	if (to != STATE_OPEN)
		overtake_deliveries(c, notice);
	change_tell(c, notice, by);
}

/* The lists of the pools are never read as a whole, only what lies in them. */
static enum commit_listed unless_pool(const char *body, enum commit_listed listed)
{
	return notice_is_pool(body) ? LISTED_AS_BEFORE : listed;
}

void change_owner(struct change *c, int notice, const char *body)
{
	struct notice *n = &c->record.notices[notice];
	const char *before = n->body;
	struct receipt *r;

	change_index(c, before, notice, false, unless_pool(before, LISTED_GONE));
	n->body = arena_strdup(&c->arena, body);
	change_index(c, n->body, notice, lifecycle_is_todo(n->state, n->role),
		     unless_pool(body, LISTED_NEW));
	begin_line(c, notice, before);
	end_line(c, STATE_TRANSFERRED, "");
	r = change_receipt(c, RECEIPT_TAKEN, notice, -1);
	r->detail = n->body;
}

void change_holder(struct change *c, int notice, bool holds)
{
	const struct notice *n = &c->record.notices[notice];

	if (notice_is_aside(n))
		return;
	c->holder_body = holds ? n->body : "";
	c->holder_notice = notice;
	c->holder_case = c->event->case_id;
	c->holder_permit = c->event->permit_number;
}

struct notice change_blank(enum role role, enum cause cause, int from)
{
	return (struct notice){.role = role,
			       .state = STATE_OPEN,
			       .due_ms = -1,
			       .feedback_due_ms = -1,
			       .via = "push|sms",
			       .rules = "",
			       .acknowledged = {"", 0, ""},
			       .claimed = {"", 0, ""},
			       .next_ms = -1,
			       .cause = cause,
			       .from = from};
}

int change_add(struct change *c, const struct notice *like, const char *by)
{
	int at = c->record.notice_count;
	struct notice *n;

	if (at >= RECORD_NOTICES_MAX)
		return -1;
	n = record_add_notice(&c->record, &c->arena);
	*n = *like;
	n->version = 1;
	n->made_ms = c->now_ms;
	n->rung = 1;
	n->step = n->feedback_step = 0;
	n->overdue_told = n->feedback_told = false;
	n->items = n->items ? n->items : "";
	change_index(c, n->body, at, lifecycle_is_todo(n->state, n->role), LISTED_NEW);
	buf_printf(&c->feed, "E\t%lld\t", (long long)c->seq);
	for (int i = 0; i < at; i++)
		buf_add_char(&c->feed, ',');
	buf_printf(&c->feed, "%s\n", n->body);
	change_tell(c, at, by);
	return at;
}

bool change_has_receipt(const struct change *c, enum receipt_kind kind, int delivery,
			const char *detail)
{
	for (int i = 0; i < c->record.receipt_count; i++) {
		const struct receipt *x = &c->record.receipts[i];

		if (x->kind == kind && x->delivery == delivery && !strcmp(x->detail, detail))
			return true;
	}
	return false;
}

void change_note(struct change *c, const char *act, int notice)
{
	if (c->noted_count == CHANGE_NOTED_MAX)
		return;
	c->noted = arena_grow(&c->arena, c->noted, c->noted_count, sizeof(*c->noted));
	c->noted[c->noted_count++] = (struct noted){act, notice};
}

void change_audit(struct change *c, const struct audited *a)
{
	struct audited *all = arena_grow(&c->arena, c->audited, c->audited_count, sizeof(*all));

	all[c->audited_count] = *a;
	all[c->audited_count].at_ms = c->now_ms;
	all[c->audited_count++].seq = c->seq;
	c->audited = all;
}

struct receipt *change_receipt(struct change *c, enum receipt_kind kind, int notice, int delivery)
{
	struct receipt *x = record_add_receipt(&c->record, &c->arena);

	c->touched = true;
	x->kind = kind;
	x->notice = notice;
	x->delivery = delivery;
	x->at_ms = c->now_ms;
	x->by = x->channel = x->detail = "";
	return x;
}
