#include "text.h"

#include <string.h>

#include "base/utf8.h"

/* All that there is a value for when it is sent. */
static const char *const notice_places[] = {
	"sign", "count", "item", "region", "due",    "code",
	"case", "body",	 "type", "what",   "permit", NULL,
};
static const char *const joined_places[] = {"sign", "count", "item", "due", "code", NULL};
static const char *const digest_places[] = {"sign", "body", "count", NULL};

static const char *const *places_of(const char *name)
{
	if (!strcmp(name, "sms-digest"))
		return digest_places;
	return strcmp(name, "sms-joined") == 0 ? joined_places : notice_places;
}

static bool is_place(const char *const *places, const char *name, size_t len)
{
	for (; *places; places++) {
		if (strlen(*places) == len && memcmp(*places, name, len) == 0)
			return true;
	}
	return false;
}

const char *text_check(const char *name, const char *tmpl, size_t len, size_t *ret_at)
{
	const char *const *places = places_of(name);
	const char *end = tmpl + len, *p, *close;

	for (p = tmpl; p < end; p++) {
		*ret_at = (size_t)(p - tmpl);
		if (*p == '}')
			return "a closing brace without an opening one";
		if (*p != '{')
			continue;
		close = memchr(p, '}', (size_t)(end - p));
		if (!close)
			return "an opening brace without a closing one";
		if (!is_place(places, p + 1, (size_t)(close - p - 1)))
			return "not a place that this text can have";
		p = close;
	}
	return NULL;
}

static const char *value_of(const struct text_value *values, int count, const char *name,
			    size_t len)
{
	int i;

	for (i = 0; i < count; i++) {
		if (strlen(values[i].name) == len && memcmp(values[i].name, name, len) == 0)
			return values[i].value ? values[i].value : "";
	}
	return NULL;
}

bool text_fill(const char *tmpl, const struct text_value *values, int count, struct buf *out)
{
	const char *open, *close, *value;

	for (;;) {
		open = strchr(tmpl, '{');
		if (!open)
			return buf_add_str(out, tmpl);
		close = strchr(open, '}');
		value = close ? value_of(values, count, open + 1, (size_t)(close - open - 1))
			      : NULL;
		if (!value)
			return false;
		buf_add(out, tmpl, (size_t)(open - tmpl));
		buf_add_str(out, value);
		tmpl = close + 1;
	}
}

int sms_parts(const char *text)
{
	size_t len = strlen(text), at = 0, step;
	int units = 0, parts = 0, in_part = 0, wide;

	while (at < len) {
		step = utf8_length(text + at, len - at);
		wide = step == 4 ? 2 : 1;
		at += step ? step : 1;
		units += wide;
		/* A character of two units is not cut in two. */
		if (!parts || in_part + wide > 67) {
			parts++;
			in_part = 0;
		}
		in_part += wide;
	}
	return units <= 70 ? units > 0 : parts;
}
