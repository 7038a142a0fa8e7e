#include "credit_code.h"

#include <string.h>

#include "timefmt.h"

#define LEN 18

/* Value plus one, so that what is no character of the alphabet is zero. I, O, S, V and Z are none.
 */
static const unsigned char values[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,	['6'] = 7,
	['7'] = 8,  ['8'] = 9,	['9'] = 10, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14,
	['E'] = 15, ['F'] = 16, ['G'] = 17, ['H'] = 18, ['J'] = 19, ['K'] = 20, ['L'] = 21,
	['M'] = 22, ['N'] = 23, ['P'] = 24, ['Q'] = 25, ['R'] = 26, ['T'] = 27, ['U'] = 28,
	['W'] = 29, ['X'] = 30, ['Y'] = 31,
};

bool credit_code_is_valid(const char *s)
{
	static const int weights[LEN - 1] = {1,	 3,  9,	 27, 19, 26, 16, 17, 20,
					     29, 25, 13, 8,  24, 10, 30, 28};
	int i, sum = 0, v;

	if (strlen(s) != LEN)
		return false;
	for (i = 0; i < LEN - 1; i++) {
		v = values[(unsigned char)s[i]];
		if (!v)
			return false;
		sum += weights[i] * (v - 1);
	}
	return values[(unsigned char)s[LEN - 1]] == (31 - sum % 31) % 31 + 1;
}

/* ISO 7064, MOD 11-2, over digits; the X of the last one may be small. */
static bool identity_check_is_good(const char *s)
{
	static const char checks[] = "10X98765432";
	int sum = 0;

	for (int i = 0; i < LEN - 1; i++)
		sum += (s[i] - '0') * ((1 << (LEN - 1 - i)) % 11);
	return checks[sum % 11] == (s[LEN - 1] == 'x' ? 'X' : s[LEN - 1]);
}

/* Of a hundred numbers of persons three pass the check of GB 32100 by chance, so that passing it
 * clears none whose own check is good. */
bool identity_number_is_likely(const char *s)
{
	char date[] = "0000-00-00";
	int32_t born;

	if (strlen(s) != LEN || strspn(s, "0123456789") < LEN - 1 || !strchr("0123456789Xx", s[17]))
		return false;
	memcpy(date, s + 6, 4);
	memcpy(date + 5, s + 10, 2);
	memcpy(date + 8, s + 12, 2);
	return (!strncmp(date, "19", 2) || !strncmp(date, "20", 2)) &&
	       date_parse(date, sizeof(date) - 1, &born) &&
	       (identity_check_is_good(s) || !credit_code_is_valid(s));
}
