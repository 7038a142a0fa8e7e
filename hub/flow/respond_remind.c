/*
 * respond_remind.c: those who wait for a body remind it. Over another channel than before, and not
 * so often that nobody listens any more; what the ladder says by itself has nobody's name and does
 * not count.
 */
#include "flow/contacts.h"
#include "flow/deliver.h"
#include "flow/intake.h"
#include "flow/ladder.h"
#include "flow/respond_in.h"

#include "calendar.h"

#define OFFICE_MINUTES_BETWEEN (4 * 60)

bool act_may_remind(const struct principal *who, const struct pack *pack, const struct record *r)
{
	return principal_approves(who, r) ||
	       principal_oversees(who, pack, r->region, WHO_COORDINATOR);
}

static const struct receipt *last_by_hand(const struct record *r, int notice)
{
	for (int i = r->receipt_count - 1; i >= 0; i--) {
		if (r->receipts[i].kind == RECEIPT_REMINDED && r->receipts[i].notice == notice &&
		    *r->receipts[i].by)
			return &r->receipts[i];
	}
	return NULL;
}

static bool is_too_soon(struct answering *a, const struct change *x)
{
	const struct receipt *last = last_by_hand(&x->record, a->notice);
	int64_t at_ms = last ? calendar_after_minutes(pack_calendar(a->flow->pack), last->at_ms,
						      OFFICE_MINUTES_BETWEEN)
			     : 0;

	if (!last || (at_ms >= 0 && at_ms <= x->now_ms))
		return false;
	a->before = (struct stamp){.by = last->by, .at_ms = last->at_ms};
	a->retry_s = at_ms < 0 ? 0 : (int)((at_ms - x->now_ms + 999) / 1000);
	return true;
}

static enum channel channel_to_use(const struct flow *f, struct notice *n)
{
	enum channel ch = ladder_take_channel(n);

	if (ch == CHANNEL_COUNT || flow_connector_for(f, ch) < 0)
		ch = CHANNEL_SMS;
	return flow_connector_for(f, ch) < 0 ? CHANNEL_PUSH : ch;
}

enum err act_remind(struct answering *a, struct change *x, struct notice *n)
{
	enum notice_state to;
	enum err e = act_verdict(a, x, n, ACT_REMIND, &to);
	struct delivery *d;
	struct receipt *r;
	enum channel ch;

	if (e != ERR_OK)
		return e;
	if (notice_is_pool(n->body)) {
		a->detail = "It lies in the pool: nobody has it yet";
		return ERR_CONFLICT;
	}
	if (is_too_soon(a, x)) {
		a->detail = "It was reminded less than four office hours ago";
		return ERR_TOO_MANY;
	}
	ch = channel_to_use(x->flow, n);
	r = act_receipt(a, x, RECEIPT_REMINDED);
	r->channel = channel_name(ch);
	if (ch != CHANNEL_PUSH) {
		deliver_add(x->flow, &x->record, a->notice, ch, &x->arena);
		r->delivery = x->record.delivery_count - 1;
		d = &x->record.deliveries[r->delivery];
		d->post = CONTACTS_LIAISON;
		d->body = "";
		d->next_ms = x->now_ms;
	}
	n->version++;
	notice_schedule(x->flow, &x->record, n);
	change_tell(x, a->notice, a->by);
	return ERR_OK;
}
