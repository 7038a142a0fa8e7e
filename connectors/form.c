#include "form.h"

#include <string.h>

#include "base/digits.h"

static bool value_decode(const char *s, size_t len, struct arena *arena, struct form_value *ret)
{
	char *out = arena_alloc(arena, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c;

		if (s[i] == '+') {
			out[n++] = ' ';
			continue;
		}
		if (s[i] != '%') {
			out[n++] = s[i];
			continue;
		}
		c = digits_escaped(s + i, len - i);
		if (c < 0)
			return false;
		out[n++] = (char)c;
		i += 2;
	}
	out[n] = '\0';
	*ret = (struct form_value){.data = out, .len = n};
	return true;
}

bool form_find(struct form f, const char *name, struct arena *arena, struct form_value *ret)
{
	size_t name_len = strlen(name);
	const char *pos = f.data, *end = f.data ? f.data + f.len : NULL;

	while (pos && pos < end) {
		const char *amp = memchr(pos, '&', (size_t)(end - pos));
		const char *stop = amp ? amp : end;

		if ((size_t)(stop - pos) > name_len && pos[name_len] == '=' &&
		    memcmp(pos, name, name_len) == 0)
			return value_decode(pos + name_len + 1, (size_t)(stop - pos) - name_len - 1,
					    arena, ret);
		pos = amp ? amp + 1 : end;
	}
	return false;
}

const char *form_text(struct form f, const char *name, struct arena *arena)
{
	struct form_value v;

	if (!form_find(f, name, arena, &v) || memchr(v.data, '\0', v.len))
		return NULL;
	return v.data;
}
