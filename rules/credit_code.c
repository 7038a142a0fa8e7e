#include "credit_code.h"

#include <string.h>

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
