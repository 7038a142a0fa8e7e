#include "item_code.h"

#include <string.h>

#define BODY_LEN 19 /* credit code and level */
#define LONG_LEN (BODY_LEN + ITEM_CODE_LEN)
#define FULL_LEN (LONG_LEN + 2)

static bool is_alphanumeric(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char c = s[i], lower = (char)(c | 32);

		if (!(c >= '0' && c <= '9') && !(lower >= 'a' && lower <= 'z'))
			return false;
	}
	return true;
}

bool item_code_basic(const char *s, size_t len, char ret[ITEM_CODE_LEN + 1])
{
	if (len != ITEM_CODE_LEN && len != LONG_LEN && len != FULL_LEN)
		return false;
	if (!is_alphanumeric(s, len))
		return false;
	memcpy(ret, len == ITEM_CODE_LEN ? s : s + BODY_LEN, ITEM_CODE_LEN);
	ret[ITEM_CODE_LEN] = '\0';
	return true;
}

const char *item_code_handling(const char *s, size_t len)
{
	return len == FULL_LEN ? s + LONG_LEN : NULL;
}

bool item_code_is_parent(const char *code)
{
	return strlen(code) == ITEM_CODE_LEN && strcmp(code + ITEM_STEM_LEN, "00Y") == 0;
}
