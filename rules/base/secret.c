#include "base/secret.h"

#include <stdio.h>
#include <string.h>

#define SECRET_BYTES_MAX 1024

bool text_is_visible(const char *s)
{
	for (; *s; s++) {
		if (*s <= ' ' || *s > '~')
			return false;
	}
	return true;
}

const char *secret_read(const char *path, struct arena *arena, const char **ret)
{
	char text[SECRET_BYTES_MAX + 2];
	size_t len;
	FILE *f = fopen(path, "re");

	if (!f)
		return "names a file that cannot be read";
	len = fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f);
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	text[len] = '\0';
	if (len == 0 || len > SECRET_BYTES_MAX || strlen(text) != len || !text_is_visible(text))
		return "names a file that must hold one line of visible ASCII";
	*ret = arena_strdup(arena, text);
	return NULL;
}
