/* Dates in the spellings that people, databases and spreadsheets use. */
#include <string.h>

#include "base/utf8.h"
#include "import_in.h"

#define DAY_MS	    INT64_C(86400000)
#define EXCEL_EPOCH (-25569) /* 1899-12-30, the day that spreadsheets call 0 */
#define EXCEL_FIRST 20000    /* 1954; smaller numbers are not meant as days */
#define EXCEL_LAST  80000
#define TEXT_BYTES  64

/* Numbers one after another, with whatever stands between them. */
struct digits {
	int64_t value[8];
	int width[8];
	char before[8]; /* what stood in front: a separator, or 0 */
	int count;
};

/* Full-width signs become ASCII, 年 and 月 separators, 日 and 号 blanks; 0 for what has no place in
 * a date. */
static char plain_sign(const char *s, size_t step)
{
	static const struct {
		const char *from;
		char to;
	} signs[] = {{"年", '-'}, {"月", '-'}, {"日", ' '}, {"号", ' '},
		     {"时", ':'}, {"分", ':'}, {"秒", ' '}, {"　", ' '}};
	uint32_t c = utf8_decode(s, step);
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]) && step == 3; i++) {
		if (memcmp(signs[i].from, s, 3) == 0)
			return signs[i].to;
	}
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c < ' ' || c == 0xa0)
		return ' ';
	return c <= 0x7e ? (char)c : 0;
}

#define TEN 10

/* What a Chinese numeral says, 0 to TEN, or -1: documents write 二〇二六年十一月二十三日. */
static int numeral(const char *s, size_t len)
{
	static const char *const numerals[] = {"〇", "一", "二", "三", "四", "五", "六",
					       "七", "八", "九", "十", "零", "○"};
	size_t i;

	for (i = 0; i < sizeof(numerals) / sizeof(numerals[0]) && len >= 3; i++) {
		if (memcmp(numerals[i], s, 3) == 0)
			return i > TEN ? 0 : (int)i;
	}
	return -1;
}

/* 十 is a 1 at the front and a 0 at the end of what it is written in: 十, 十一, 二十, 二十三.
 * Others are their digit. */
static size_t put_numeral(int n, bool is_behind, bool is_before, char *ret)
{
	size_t w = 0;

	if (n < TEN)
		ret[w++] = (char)('0' + n);
	else if (!is_behind)
		ret[w++] = '1';
	if (n == TEN && !is_before)
		ret[w++] = '0';
	return w;
}

static bool plain(const char *s, char ret[TEXT_BYTES])
{
	size_t len = strlen(s), at = 0, w = 0, step;
	bool is_behind = false; /* of another numeral */
	int n;

	for (; at < len; at += step, is_behind = n >= 0) {
		step = utf8_length(s + at, len - at);
		if (!step || w + 2 >= TEXT_BYTES)
			return false;
		n = numeral(s + at, step);
		if (n >= 0) {
			w += put_numeral(n, is_behind, numeral(s + at + step, len - at - step) >= 0,
					 ret + w);
			continue;
		}
		ret[w] = plain_sign(s + at, step);
		if (!ret[w++])
			return false;
	}
	while (w && (ret[w - 1] == ' ' || ret[w - 1] == ':'))
		w--;
	ret[w] = '\0';
	return w > 0;
}

static bool scan(const char *s, struct digits *d)
{
	char before = 0;

	d->count = 0;
	while (*s == ' ')
		s++;
	while (*s) {
		if (*s < '0' || *s > '9') {
			/* One separator, with blanks around it at the most. */
			if (*s != ' ' && before && before != ' ')
				return false;
			before = *s == ' ' && before ? before : *s;
			s++;
			continue;
		}
		if (d->count == 8)
			return false;
		d->before[d->count] = before;
		d->value[d->count] = 0;
		d->width[d->count] = 0;
		for (; *s >= '0' && *s <= '9'; s++) {
			if (++d->width[d->count] > 15)
				return false;
			d->value[d->count] = d->value[d->count] * 10 + (*s - '0');
		}
		d->count++;
		before = 0;
	}
	return d->count > 0 && !before;
}

static bool day_from(int64_t year, int64_t month, int64_t mday, int32_t *ret)
{
	char text[16];
	int i;

	if (year < 1900 || year > 9999 || month < 1 || month > 12 || mday < 1 || mday > 31)
		return false;
	for (i = 3; i >= 0; i--, year /= 10)
		text[i] = (char)('0' + year % 10);
	text[4] = text[7] = '-';
	text[5] = (char)('0' + month / 10);
	text[6] = (char)('0' + month % 10);
	text[8] = (char)('0' + mday / 10);
	text[9] = (char)('0' + mday % 10);
	return date_parse(text, 10, ret);
}

/* Hours, minutes and seconds from the place given on; a fraction of a second is cut off. */
static bool time_from(const struct digits *d, int at, int64_t *ret_ms)
{
	static const int64_t most[] = {24, 60, 60}, unit_ms[] = {3600000, 60000, 1000};
	int i;

	*ret_ms = 0;
	if (d->count == at)
		return true;
	if (d->before[at] != ' ' && d->before[at] != 'T' && d->before[at] != 't' &&
	    d->before[at] != '-')
		return false;
	for (i = 0; i < 3 && at + i < d->count; i++) {
		if (d->value[at + i] >= most[i] || (i && d->before[at + i] != ':'))
			return false;
		*ret_ms += d->value[at + i] * unit_ms[i];
	}
	return i >= 2 &&
	       (at + i == d->count || (at + i + 1 == d->count && d->before[at + i] == '.'));
}

static bool from_parts(const struct digits *d, struct import_date *ret)
{
	int64_t time_ms;

	if (d->count < 3 || d->width[0] != 4 || !strchr("-/.", d->before[1]) || !d->before[1] ||
	    d->before[1] != d->before[2] ||
	    !day_from(d->value[0], d->value[1], d->value[2], &ret->day) ||
	    !time_from(d, 3, &time_ms))
		return false;
	ret->ms = ms_of_day(ret->day, SHANGHAI_MIN) + time_ms;
	return true;
}

/* 20261123 and 20261123101500, also with a time behind a blank. */
static bool from_run(const struct digits *d, struct import_date *ret)
{
	int64_t v = d->value[0], time_ms = 0, day;

	if (d->width[0] != 8 && !(d->width[0] == 14 && d->count == 1))
		return false;
	day = d->width[0] == 14 ? v / 1000000 : v;
	if (!day_from(day / 10000, day / 100 % 100, day % 100, &ret->day))
		return false;
	if (d->width[0] == 14) {
		v %= 1000000;
		if (v / 10000 > 23 || v / 100 % 100 > 59 || v % 100 > 59)
			return false;
		time_ms = (v / 10000 * 3600 + v / 100 % 100 * 60 + v % 100) * 1000;
	} else if (!time_from(d, 1, &time_ms)) {
		return false;
	}
	ret->ms = ms_of_day(ret->day, SHANGHAI_MIN) + time_ms;
	return true;
}

/* A spreadsheet's number of days with its fraction, or a database's milliseconds. */
static bool from_serial(const struct digits *d, struct import_date *ret)
{
	int64_t days = d->value[0], part = 0, scale = 1;
	int i;

	if (d->width[0] == 13 && d->count == 1) {
		ret->ms = d->value[0] / 1000 * 1000;
		ret->day = day_of_ms(ret->ms, SHANGHAI_MIN);
		return true;
	}
	if (d->width[0] != 5 || days < EXCEL_FIRST || days > EXCEL_LAST || d->count > 2 ||
	    (d->count == 2 && d->before[1] != '.'))
		return false;
	if (d->count == 2) {
		for (i = 0; i < d->width[1] && i < 9; i++)
			scale *= 10;
		part = d->value[1];
		for (i = d->width[1]; i > 9; i--)
			part /= 10;
	}
	ret->day = (int32_t)days + EXCEL_EPOCH;
	/* To the whole second: the fraction of a time of day has no end. */
	ret->ms = ms_of_day(ret->day, SHANGHAI_MIN) +
		  (part * (DAY_MS / 1000) + scale / 2) / scale * 1000;
	ret->day = day_of_ms(ret->ms, SHANGHAI_MIN);
	return true;
}

static bool is_endless(const char *s)
{
	static const char *const words[] = {"长期",	  "永久",     "无期限",
					    "无固定期限", "长期有效", "永久有效"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], s) == 0)
			return true;
	}
	return false;
}

bool import_date_parse(const char *s, struct import_date *ret)
{
	struct import_date found = {0};
	struct digits d;
	char text[TEXT_BYTES];
	bool good;

	if (is_endless(s)) {
		*ret = (struct import_date){.unlimited = true};
		return true;
	}
	if (time_parse_rfc3339(s, strlen(s), &found.ms)) {
		found.day = day_of_ms(found.ms, SHANGHAI_MIN);
		good = true;
	} else {
		good = plain(s, text) && scan(text, &d) &&
		       (from_parts(&d, &found) || from_run(&d, &found) || from_serial(&d, &found));
	}
	if (!good)
		return false;
	if (found.day == day_of_civil(2099, 12, 31) || year_of_day(found.day) == 9999)
		found = (struct import_date){.unlimited = true};
	*ret = found;
	return true;
}
