/*
 * calendar.h: working days and deadlines (contract 3.4). No clock inside.
 * Basis: Administrative Licensing Law art. 82, periods are working days without statutory holidays;
 * the year's days come from the State Council General Office's notice.
 */
#ifndef TANDEM_CALENDAR_H
#define TANDEM_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct calendar;
/* From calendar.json's bytes; a day twice, a day of another year, a day in both lists are faults.
 */
struct calendar_source {
	const char *file, *data;
	size_t len;
};
MUST_CHECK enum err calendar_read(const struct calendar_source *from, struct arena *arena,
				  const struct calendar **ret, struct diag *diag);
/* ret_listed: its year is in the calendar */
bool calendar_is_working(const struct calendar *c, int32_t day, bool *ret_listed);

/* What it lists: [{"year":2026,"off":31,"work":6}]. */
void calendar_years_to_json(const struct calendar *c, struct buf *out);
/* The year that is not listed and begins within two months of this moment, or has begun; 0 when
 * none is missing. */
int calendar_missing_year(const struct calendar *c, int64_t at_ms);
/* A name of what the calendar says, in hex: two of equal content have one name. */
#define CALENDAR_NAME_BYTES 33
void calendar_name(const struct calendar *c, char ret[CALENDAR_NAME_BYTES]);

enum duration_unit { DURATION_WORKING_DAYS, DURATION_DAYS, DURATION_HOURS, DURATION_MINUTES };
struct duration {
	int count;
	enum duration_unit unit;
};
bool duration_parse(const char *s, struct duration *ret); /* 2wd 7d 24h 30m */
/* At the latest the end of the year 9999, which is the last that RFC 3339 can write. */
int64_t calendar_due_ms(const struct calendar *c, int64_t from_ms, struct duration d,
			bool *ret_provisional);
/* that many working days after or before the day; 0: the day */
int32_t calendar_shift(const struct calendar *c, int32_t day, int working_days);
/* Minutes between two moments that lie in office hours (9 to 17) of working days. */
int64_t calendar_working_minutes(const struct calendar *c, int64_t from_ms, int64_t to_ms);
/* The first moment by which so many of them have passed; -1: no end of them in ten years. */
int64_t calendar_after_minutes(const struct calendar *c, int64_t from_ms, int minutes);
/* One line a day: "2026-11-24 Tue working 1", with why a day does not count. */
void calendar_explain(const struct calendar *c, int64_t from_ms, struct duration d,
		      struct buf *out);

#endif
