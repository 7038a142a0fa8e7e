/*
 * digits.h: whole numbers in text that the hub wrote itself, where what strtoll also takes (spaces, signs, a locale) has no place.
 */
#ifndef TANDEM_DIGITS_H
#define TANDEM_DIGITS_H

#include <stdint.h>

#define DIGITS_MAX 18 /* as many as always fit */

/* The number that stands at *s, and *s then behind it; -1 and *s as it was when none stands there or it is longer than DIGITS_MAX. */
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

#endif
