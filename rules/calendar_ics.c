/* iCalendar, as much of it as holiday calendars use: events of whole days with a summary. */
#include <stdio.h>
#include <string.h>

#include "calendar_notice_in.h"
#include "timefmt.h"

#define EVENT_DAYS_MAX 31
#define LINE_BYTES_MAX 4096
#define DAY_SECONDS    86400

struct ics {
	struct notice_reading *r;
	const char *pos, *end;
	int line, event_line;	   /* of DTSTART, or of the event's begin */
	char text[LINE_BYTES_MAX]; /* the line in hand, unfolded */
	int at_line;
	bool inside;
	/* in components of the event, such as alarms, with times and summaries of their own */
	int deep;
	bool has_start, has_end, cancelled, repeats, broken;
	int32_t start, stop; /* stop is the day after */
	int days;	     /* of DURATION, 0 none */
	char summary[256];
};

static const char *place(struct ics *c, int line)
{
	return arena_printf(c->r->arena, "%.200s:%d", c->r->file, line);
}

/* A logical line: those that begin with a blank belong to the one in front. */
static bool line_next(struct ics *c)
{
	size_t len = 0;

	if (c->pos >= c->end)
		return false;
	c->at_line = c->line;
	for (;;) {
		const char *lf = memchr(c->pos, '\n', (size_t)(c->end - c->pos)),
			   *stop = lf ? lf : c->end;
		size_t n = (size_t)(stop - c->pos);

		while (n && c->pos[n - 1] == '\r')
			n--;
		if (n > sizeof(c->text) - 1 - len)
			n = sizeof(c->text) - 1 - len;
		memcpy(c->text + len, c->pos, n);
		len += n;
		c->pos = lf ? lf + 1 : c->end;
		c->line++;
		if (c->pos >= c->end || (*c->pos != ' ' && *c->pos != '\t'))
			break;
		c->pos++;
	}
	c->text[len] = '\0';
	return true;
}

/* The value of a property with this name, parameters or none; NULL when the line is another one. */
static const char *value_of(const char *line, const char *name)
{
	size_t n = strlen(name);
	bool quoted = false;

	if (strncmp(line, name, n) != 0 || (line[n] != ':' && line[n] != ';'))
		return NULL;
	for (line += n; *line && (*line != ':' || quoted); line++)
		quoted ^= *line == '"';
	return *line ? line + 1 : NULL;
}

/* Two digits. */
static int pair_of(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

/* Six digits, with a Z or nothing behind them. */
static bool is_time(const char *s)
{
	return pair_of(s) < 24 && pair_of(s + 2) < 60 && pair_of(s + 4) <= 60 &&
	       (!s[6] || strcmp(s + 6, "Z") == 0);
}

/* 20270101, with a time of day behind it or not: of the place, or UTC with a Z. ret_into: seconds
 * that the day is old. */
static bool day_of(const char *s, int32_t *ret, int *ret_into)
{
	char text[11];

	*ret_into = 0;
	if (strspn(s, "0123456789") < 8 ||
	    (s[8] && (s[8] != 'T' || strspn(s + 9, "0123456789") != 6)))
		return false;
	memcpy(text, s, 4);
	text[4] = text[7] = '-';
	memcpy(text + 5, s + 4, 2);
	memcpy(text + 8, s + 6, 2);
	text[10] = '\0';
	if (!date_parse(text, 10, ret) || (s[8] && !is_time(s + 9)))
		return false;
	if (s[8]) {
		int seconds = pair_of(s + 9) * 3600 + pair_of(s + 11) * 60 + pair_of(s + 13) +
			      (s[15] == 'Z' ? SHANGHAI_MIN * 60 : 0);

		*ret += seconds / DAY_SECONDS;
		*ret_into = seconds % DAY_SECONDS;
	}
	return true;
}

/* P3D and P1W. */
static int days_of(const char *s)
{
	int n = 0;

	if (*s++ != 'P')
		return 0;
	for (; *s >= '0' && *s <= '9' && n <= EVENT_DAYS_MAX; s++)
		n = n * 10 + (*s - '0');
	return *s == 'D' ? n : *s == 'W' ? n * 7 : 0;
}

static void event_begin(struct ics *c)
{
	c->inside = true;
	c->deep = 0;
	c->has_start = c->has_end = c->cancelled = c->repeats = c->broken = false;
	c->days = 0;
	c->summary[0] = '\0';
	c->event_line = c->at_line;
}

static void event_line(struct ics *c)
{
	const char *v;
	int into;

	if (strncmp(c->text, "BEGIN:", 6) == 0)
		c->deep++;
	else if (strncmp(c->text, "END:", 4) == 0)
		c->deep--;
	if (c->deep > 0)
		return;
	if ((v = value_of(c->text, "DTSTART"))) {
		c->event_line = c->at_line;
		c->has_start = day_of(v, &c->start, &into);
		c->broken |= !c->has_start;
	} else if ((v = value_of(c->text, "DTEND"))) {
		c->has_end = day_of(v, &c->stop, &into);
		c->stop += into > 0; /* a day that has begun counts */
		c->broken |= !c->has_end;
	} else if ((v = value_of(c->text, "DURATION"))) {
		c->days = days_of(v);
		c->broken |= !c->days;
	} else if ((v = value_of(c->text, "SUMMARY"))) {
		snprintf(c->summary, sizeof(c->summary), "%s", v);
	} else if ((v = value_of(c->text, "STATUS"))) {
		c->cancelled = strcmp(v, "CANCELLED") == 0;
	} else if (value_of(c->text, "RRULE") || value_of(c->text, "RDATE")) {
		c->repeats = true;
	}
}

/* 班 says work, whatever else stands there (调休上班); 休 and 假 say off. */
static bool mark_of(const char *summary, bool *ret_is_work)
{
	*ret_is_work = strstr(summary, "班") != NULL;
	return *ret_is_work || strstr(summary, "休") || strstr(summary, "假");
}

static void event_end(struct ics *c)
{
	const char *where = place(c, c->event_line);
	int32_t stop = c->has_end ? c->stop : c->start + (c->days ? c->days : 1), day;
	bool is_work;

	c->inside = false;
	if (c->cancelled || !mark_of(c->summary, &is_work)) {
		c->r->notice->ignored++;
		return;
	}
	if (c->repeats)
		diag_add(c->r->diag, where, "an event that repeats; the notice names single days");
	else if (c->broken || !c->has_start)
		diag_add(c->r->diag, where, "an event without days that can be read");
	else if (stop <= c->start || stop - c->start > EVENT_DAYS_MAX)
		diag_add(c->r->diag, where,
			 "an event that ends before it begins or lasts longer than %d days",
			 EVENT_DAYS_MAX);
	else
		for (day = c->start; day < stop; day++)
			notice_day_add(c->r, day, is_work, where);
}

void notice_read_ics(struct notice_reading *r, const char *data, size_t len)
{
	struct ics *c = arena_zalloc(r->arena, sizeof(*c));

	c->r = r;
	c->pos = data;
	c->end = data + len;
	c->line = 1;
	while (line_next(c)) {
		if (strcmp(c->text, "BEGIN:VEVENT") == 0)
			event_begin(c);
		else if (c->inside && strcmp(c->text, "END:VEVENT") == 0)
			event_end(c);
		else if (c->inside)
			event_line(c);
	}
	if (c->inside)
		diag_add(r->diag, place(c, c->event_line), "an event that does not end");
}
