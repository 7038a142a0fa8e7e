/*
 * timefmt.h: RFC 3339 in and out, and civil days, without time zones of the machine.
 * A day number counts days since 1970-01-01. Offsets are minutes east of Greenwich; the packs' zone
 * Asia/Shanghai is +480 all year round (no daylight saving since 1991).
 */
#ifndef TANDEM_TIMEFMT_H
#define TANDEM_TIMEFMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMEFMT_BYTES 40
#define SHANGHAI_MIN  480

/* strict; an offset is required */
bool time_parse_rfc3339(const char *s, size_t len, int64_t *ret_ms);
/* YYYY-MM-DD, a real day of years 1900-9999 */
bool date_parse(const char *s, size_t len, int32_t *ret_day);
/* 2026-11-25T23:59:59+08:00; with .123 only if ms%1000. Gives how long that is. */
size_t time_format(int64_t ms, int offset_min, char ret[TIMEFMT_BYTES]);
void date_format(int32_t day, char ret[TIMEFMT_BYTES]);
int32_t day_of_ms(int64_t ms, int offset_min);
int64_t ms_of_day(int32_t day, int offset_min); /* its first millisecond */
int weekday_of(int32_t day);			/* 0 Monday .. 6 Sunday */
int32_t day_of_civil(int year, int month, int mday);
int year_of_day(int32_t day);
/* "09:00-17:30" in minutes of a day; the end may lie before the beginning, over midnight, and may
 * be 24:00. */
bool hours_parse(const char *s, int *ret_from, int *ret_to);
/* when they end that it lies in; itself if in none */
int64_t hours_over(const char *hours, int64_t at_ms, int offset_min);

#endif
