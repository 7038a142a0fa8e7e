/*
 * calendar_import.h: the yearly notice on holidays, as it is published for machines, merged into a
 * pack's calendar.json.
 *
 * calendar_notice_read takes iCalendar (events whose summary says 休, 假 or 班), the pack's own
 * shape, {"year":…,"off":[…], "work":[…]} or {"year":…,"days":[{"date":…,"isOffDay":…}]}; a day
 * twice, or off and work at once, is a fault with its place. calendar_merge gives the new file and
 * says what changed. Pure.
 */
#ifndef TANDEM_CALENDAR_IMPORT_H
#define TANDEM_CALENDAR_IMPORT_H

#include "calendar.h"

#define CALENDAR_NOTICE_BYTES_MAX ((size_t)256 << 10)
#define CALENDAR_NOTICE_DAYS_MAX  2000
/* days off that make a year's notice; the law alone gives more */
#define CALENDAR_YEAR_DAYS_MIN 10
#define CALENDAR_YEARS_MAX     64 /* that a notice names */

struct notice_day {
	int32_t day;
	bool is_work;
	const char *where; /* file and line */
};
struct calendar_notice {
	struct notice_day *days;
	int count;
	int named[CALENDAR_YEARS_MAX], named_count; /* the years that it says it is of */
	int ignored;				    /* events that are neither off nor work */
};
MUST_CHECK enum err calendar_notice_read(const struct calendar_source *from, struct arena *arena,
					 struct calendar_notice *ret, struct diag *diag);
/* old: the pack's calendar.json. A year with enough days off is replaced whole, and one that the
   notice names and the calendar does not list is taken as it is; other days join a year that is
   there. said gets a line for each year and day that changes. */
MUST_CHECK enum err calendar_merge(const struct calendar_source *old,
				   const struct calendar_notice *notice, struct buf *out,
				   struct buf *said, struct diag *diag);

/* The pack with its calendar so changed; the new one is the caller's reference. */
struct pack;
MUST_CHECK enum err pack_with_calendar(const struct pack *was, const struct calendar_notice *notice,
				       struct pack **ret, struct buf *said, struct diag *diag);

#endif
