#include "timefmt.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS	 INT64_C(86400000)
#define YEAR_MIN 1900
#define YEAR_MAX 9999

/* Days since 1970 by counting in eras of 400 years that begin on the first of March. */
int32_t day_of_civil(int year, int month, int mday)
{
	int y = month <= 2 ? year - 1 : year;
	int era = (y >= 0 ? y : y - 399) / 400;
	int yoe = y - era * 400;
	int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + mday - 1;
	int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

struct civil {
	int year, month, mday;
};

static struct civil civil_of_day(int32_t day)
{
	int z = day + 719468;
	int era = (z >= 0 ? z : z - 146096) / 146097;
	int doe = z - era * 146097;
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;
	struct civil c;

	c.mday = doy - (153 * mp + 2) / 5 + 1;
	c.month = mp < 10 ? mp + 3 : mp - 9;
	c.year = yoe + era * 400 + (c.month <= 2);
	return c;
}

int year_of_day(int32_t day)
{
	return civil_of_day(day).year;
}

int weekday_of(int32_t day)
{
	int w = (day + 3) % 7; /* 1970-01-01 was a Thursday */

	return w < 0 ? w + 7 : w;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int32_t day_of_ms(int64_t ms, int offset_min)
{
	return (int32_t)floor_div(ms + offset_min * INT64_C(60000), DAY_MS);
}

int64_t ms_of_day(int32_t day, int offset_min)
{
	return day * DAY_MS - offset_min * INT64_C(60000);
}

/* A fixed number of digits; -1 when one of them is none. */
static int digits(const char *s, int count)
{
	int v = 0, i;

	for (i = 0; i < count; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool date_parse(const char *s, size_t len, int32_t *ret_day)
{
	static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, mday;

	if (len != 10 || s[4] != '-' || s[7] != '-')
		return false;
	year = digits(s, 4);
	month = digits(s + 5, 2);
	mday = digits(s + 8, 2);
	if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || mday < 1)
		return false;
	if (mday > month_days[month - 1] + (month == 2 && is_leap(year)))
		return false;
	*ret_day = day_of_civil(year, month, mday);
	return true;
}

static bool parse_clock(const char *s, int64_t *ret_ms)
{
	int hour = digits(s, 2), minute = digits(s + 3, 2), second = digits(s + 6, 2);

	if (s[2] != ':' || s[5] != ':')
		return false;
	/* A leap second is taken as the last second of its minute. */
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	if (second == 60)
		second = 59;
	*ret_ms = ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
	return true;
}

/* ".123": any number of digits, of which milliseconds are kept. Gives how many bytes it took. */
static size_t parse_fraction(const char *s, size_t len, int64_t *ret_ms)
{
	size_t at = 1;
	int64_t ms = 0, weight = 100;

	if (!len || s[0] != '.')
		return 0;
	while (at < len && s[at] >= '0' && s[at] <= '9') {
		ms += (s[at] - '0') * weight;
		weight /= 10;
		at++;
	}
	if (at == 1)
		return 0;
	*ret_ms += ms;
	return at;
}

static bool parse_offset(const char *s, size_t len, int *ret_min)
{
	int hour, minute;

	if (len == 1 && (s[0] == 'Z' || s[0] == 'z')) {
		*ret_min = 0;
		return true;
	}
	if (len != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':')
		return false;
	hour = digits(s + 1, 2);
	minute = digits(s + 4, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	*ret_min = (s[0] == '-' ? -1 : 1) * (hour * 60 + minute);
	return true;
}

bool time_parse_rfc3339(const char *s, size_t len, int64_t *ret_ms)
{
	int32_t day;
	int64_t ms;
	int offset_min;
	size_t at = 19;

	if (len < 20 || (s[10] != 'T' && s[10] != 't'))
		return false;
	if (!date_parse(s, 10, &day) || !parse_clock(s + 11, &ms))
		return false;
	at += parse_fraction(s + at, len - at, &ms);
	if (!parse_offset(s + at, len - at, &offset_min))
		return false;
	*ret_ms = day * DAY_MS + ms - offset_min * INT64_C(60000);
	return true;
}

static char *put(char *out, int value, int width)
{
	int i;

	for (i = width - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + width;
}

static char *make_date(char *out, int32_t day)
{
	struct civil c = civil_of_day(day);

	out = put(out, c.year, c.year > YEAR_MAX ? 6 : 4);
	*out++ = '-';
	out = put(out, c.month, 2);
	*out++ = '-';
	return put(out, c.mday, 2);
}

/* Most of the times that are written are of a few days, one behind the other. */
static char *put_date(char *out, int32_t day)
{
	static _Thread_local struct {
		int32_t day;
		size_t len;
		char text[TIMEFMT_BYTES];
	} made[8]; /* a week and a day: by the number of the day */
	size_t at = (uint32_t)day % 8;

	if (made[at].day != day || !made[at].len) {
		made[at].day = day;
		made[at].len = (size_t)(make_date(made[at].text, day) - made[at].text);
	}
	return (char *)memcpy(out, made[at].text, made[at].len) + made[at].len;
}

void date_format(int32_t day, char ret[TIMEFMT_BYTES])
{
	*put_date(ret, day) = '\0';
}

size_t time_format(int64_t ms, int offset_min, char ret[TIMEFMT_BYTES])
{
	int32_t day = day_of_ms(ms, offset_min);
	int64_t rest = ms - ms_of_day(day, offset_min);
	int seconds = (int)(rest / 1000), east = offset_min < 0 ? -offset_min : offset_min;
	char *out = put_date(ret, day);

	*out++ = 'T';
	out = put(out, seconds / 3600, 2);
	*out++ = ':';
	out = put(out, seconds / 60 % 60, 2);
	*out++ = ':';
	out = put(out, seconds % 60, 2);
	if (rest % 1000) {
		*out++ = '.';
		out = put(out, (int)(rest % 1000), 3);
	}
	*out++ = offset_min < 0 ? '-' : '+';
	out = put(out, east / 60, 2);
	*out++ = ':';
	out = put(out, east % 60, 2);
	*out = '\0';
	return (size_t)(out - ret);
}

static int two_digits(const char *s)
{
	return s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9'
		       ? (s[0] - '0') * 10 + s[1] - '0'
		       : 99;
}

bool hours_parse(const char *s, int *ret_from, int *ret_to)
{
	if (strlen(s) != 11 || s[2] != ':' || s[5] != '-' || s[8] != ':')
		return false;
	if (two_digits(s) > 23 || two_digits(s + 3) > 59 || two_digits(s + 6) > 24 ||
	    two_digits(s + 9) > 59)
		return false;
	*ret_from = two_digits(s) * 60 + two_digits(s + 3);
	*ret_to = two_digits(s + 6) * 60 + two_digits(s + 9);
	return *ret_from != *ret_to && *ret_to <= 24 * 60;
}

int64_t hours_over(const char *hours, int64_t at_ms, int offset_min)
{
	int32_t day = day_of_ms(at_ms, offset_min);
	int minute = (int)((at_ms - ms_of_day(day, offset_min)) / 60000), from, to;

	if (!hours_parse(hours, &from, &to))
		return at_ms;
	if (from < to ? minute < from || minute >= to : minute < from && minute >= to)
		return at_ms;
	return ms_of_day(day + (from > to && minute >= from), offset_min) + to * INT64_C(60000);
}
