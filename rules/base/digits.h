/*
 * digits.h: whole numbers in text that the hub wrote itself, where what strtoll also takes (spaces,
 * signs, a locale) has no place, and hexadecimal digits.
 */
#ifndef TANDEM_DIGITS_H
#define TANDEM_DIGITS_H

#include <stddef.h>
#include <stdint.h>

#define DIGITS_MAX 18 /* as many as always fit */

/* The number that stands at *s, and *s then behind it; -1 and *s as it was when none stands there
 * or it is longer than DIGITS_MAX. */
static inline int64_t digits_take(const char **s)
{
	const char *p = *s;
	int64_t v = 0;

	for (; *p >= '0' && *p <= '9' && p - *s < DIGITS_MAX; p++)
		v = v * 10 + (*p - '0');
	if (p == *s || (*p >= '0' && *p <= '9'))
		return -1;
	*s = p;
	return v;
}

/* The same where only the number is wanted. */
static inline int64_t digits_at(const char *s)
{
	return digits_take(&s);
}

/* Of one hexadecimal digit, -1 when it is none. */
static inline int digit_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that an escape of a URL ("%41") at s stands for, -1 when none stands there. */
static inline int digits_escaped(const char *s, size_t len)
{
	int high, low;

	if (len < 3 || s[0] != '%')
		return -1;
	high = digit_hex(s[1]);
	low = digit_hex(s[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

#endif
