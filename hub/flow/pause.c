/* pause.c: see pause.h. */
#include "flow/pause.h"

#include "calendar.h"
#include "timefmt.h"

#define OFFICE_MINUTES (8 * 60) /* of a working day */
#define DAY_MS	       INT64_C(86400000)

static bool ends_with_day(int64_t ms)
{
	int32_t day = day_of_ms(ms, SHANGHAI_MIN);

	return ms == ms_of_day(day + 1, SHANGHAI_MIN) - 1000;
}

static int64_t move(const struct change *c, const struct pause *p, int64_t due_ms)
{
	int32_t day;

	if (due_ms < 0)
		return due_ms;
	if (!ends_with_day(due_ms))
		return due_ms + (p->ended_ms - p->from_ms);
	day = day_of_ms(due_ms, SHANGHAI_MIN);
	return due_ms +
	       (calendar_shift(pack_calendar(c->flow->pack), day, p->moved_days) - day) * DAY_MS;
}

int64_t pause_moved(const struct change *c, int notice, int64_t due_ms)
{
	const struct record *r = &c->record;
	int from = r->notices[notice].from;

	if (from >= 0 && from < notice)
		due_ms = pause_moved(c, from, due_ms);
	for (int i = 0; i < r->pause_count; i++) {
		if (r->pauses[i].notice == notice && r->pauses[i].ended_ms)
			due_ms = move(c, &r->pauses[i], due_ms);
	}
	return due_ms;
}

static int days_to_move(const struct change *c, const struct pause *ending)
{
	const struct record *r = &c->record;
	int64_t minutes = 0, moved = 0;

	for (int i = 0; i < r->pause_count; i++) {
		const struct pause *p = &r->pauses[i];

		if (p->notice != ending->notice || !p->ended_ms)
			continue;
		minutes += calendar_working_minutes(pack_calendar(c->flow->pack), p->from_ms,
						    p->ended_ms);
		moved += p->moved_days;
	}
	return (int)((minutes + OFFICE_MINUTES - 1) / OFFICE_MINUTES - moved);
}

void pause_begin(struct change *c, const struct pausing *in)
{
	struct notice *n = &c->record.notices[in->notice];
	struct pause *p = record_add_pause(&c->record, &c->arena);

	p->notice = in->notice;
	p->from_ms = c->now_ms;
	p->until_ms = in->until_ms;
	p->by = in->by;
	p->reason = in->reason;
	/* once claimed, its first deadline is met or missed */
	if (lifecycle_is_todo(n->state, n->role)) {
		p->due_ms = n->due_ms;
		n->due_ms = -1;
	}
	p->feedback_due_ms = n->feedback_due_ms;
	n->feedback_due_ms = -1;
}

void pause_end(struct change *c, int notice, const char *by, const char *channel)
{
	struct notice *n = &c->record.notices[notice];
	struct pause *p = record_pause(&c->record, notice);
	struct receipt *r;

	if (!p)
		return;
	p->ended_ms = p->until_ms >= 0 && p->until_ms < c->now_ms ? p->until_ms : c->now_ms;
	p->ended_by = by;
	p->moved_days = days_to_move(c, p);
	if (p->due_ms >= 0)
		n->due_ms = move(c, p, p->due_ms);
	if (p->feedback_due_ms >= 0)
		n->feedback_due_ms = move(c, p, p->feedback_due_ms);
	r = change_receipt(c, RECEIPT_RESUMED, notice, -1);
	r->at_ms = p->ended_ms;
	r->by = by;
	r->channel = channel;
	r->detail = arena_printf(&c->arena, "%dwd", p->moved_days);
}

bool pause_due(struct change *c, int notice)
{
	const struct pause *p = record_pause(&c->record, notice);

	if (!p || p->until_ms < 0 || p->until_ms > c->now_ms)
		return false;
	pause_end(c, notice, "", "");
	c->record.notices[notice].version++;
	change_note(c, "resume", notice);
	change_tell(c, notice, "");
	return true;
}
