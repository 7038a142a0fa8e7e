/* archive.c: see archive.h. */
#include "flow/archive.h"

#include <string.h>

#include "flow/ladder.h"
#include "metrics.h"
#include "timefmt.h"

static bool leaves_files(enum event_type type)
{
	return type == EVENT_GRANTED || type == EVENT_REFUSED || type == EVENT_CHANGED ||
	       type == EVENT_RENEWED || type == EVENT_CANCELLED;
}

static const char *reviewer_of(const struct event *e)
{
	return e->reviewing ? e->reviewing : e->accepting;
}

int64_t archive_moment(const struct event *e, enum devolution devolution, int64_t now_ms)
{
	const char *from = reviewer_of(e);
	int year = year_of_day(day_of_ms(now_ms, SHANGHAI_MIN));
	int64_t june = ms_of_day(day_of_civil(year, 6, 30), SHANGHAI_MIN) + MORNING_MS;
	int64_t december = ms_of_day(day_of_civil(year, 12, 31), SHANGHAI_MIN) + MORNING_MS;

	/* Whoever seals what it reviewed itself has the files already. */
	if (devolution != DEV_REVIEW || !leaves_files(e->type) || !from || !e->deciding ||
	    !strcmp(from, e->deciding))
		return 0;
	if (now_ms < june)
		return june;
	return now_ms < december
		       ? december
		       : ms_of_day(day_of_civil(year + 1, 6, 30), SHANGHAI_MIN) + MORNING_MS;
}

bool archive_due(struct change *c)
{
	struct record *r = &c->record;
	const char *from = reviewer_of(c->event);
	struct notice like = change_blank(ROLE_ASSIST, CAUSE_ARCHIVE, -1);
	int at;

	if (!r->archive_ms || r->archive_ms > c->now_ms)
		return false;
	r->archive_ms = 0;
	metric_add(METRIC_DUE_FIRED, 1);
	if (r->superseded_by || !from || pack_find_body(c->flow->pack, from) < 0)
		/* the correction comes up itself; of another jurisdiction's bureau the files are
		 * not asked for here */
		return true;
	like.body = arena_strdup(&c->arena, from);
	like.due_ms = ms_of_day(day_of_ms(c->now_ms, SHANGHAI_MIN) + 1, SHANGHAI_MIN) - 1000;
	at = change_add(c, &like, "");
	if (at < 0)
		return true;
	notice_schedule(c->flow, r, &r->notices[at]);
	change_note(c, "archive", at);
	return true;
}

bool archive_allows(const struct notice *n, enum act act)
{
	return n->cause != CAUSE_ARCHIVE || (act != ACT_RETURN && act != ACT_TRANSFER);
}
