/* mask.c: see mask.h. */
#include "flow/mask.h"

#include <stdio.h>
#include <string.h>

void mask_name(struct buf *out, const char *name)
{
	size_t len = *name ? 1 : 0;

	while (((unsigned char)name[len] & 0xc0) == 0x80)
		len++;
	buf_add_char(out, '"');
	if (*name && (unsigned char)*name >= 0x20 && *name != '"' && *name != '\\')
		buf_add(out, name, len);
	buf_add_str(out, "**\"");
}

void mask_number(const char *number, char ret[NUMBER_BYTES])
{
	size_t len = strlen(number), shown = len < 8 ? len / 2 : 4;

	snprintf(ret, NUMBER_BYTES, "%s", number);
	for (size_t i = len > 8 ? len - 8 : 0; i + shown < len; i++)
		ret[i] = '*';
}
