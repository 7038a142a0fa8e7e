#include "replay/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "timefmt.h"

const char *said_text(const json_t *o, const char *name, const char *otherwise)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : otherwise;
}

int said_number(const json_t *o, const char *name, int otherwise)
{
	const json_t *v = json_object_get(o, name);

	return json_is_integer(v) ? (int)json_integer_value(v) : otherwise;
}

int64_t said_moment(const char *s)
{
	int64_t ms;

	if (!time_parse_rfc3339(s, strlen(s), &ms))
		fail_msg("not a moment: %s", s);
	return ms;
}

void story_wrong(const struct story *s, const char *what, const char *is, const char *wanted)
{
	char *step = json_dumps(s->now, JSON_COMPACT);

	print_error("%s, step %zu: %s\n", s->name, s->step + 1, step);
	free(step);
	fail_msg("%s is %s, and should be %s", what, is, wanted);
}

void same_text(const struct story *s, const char *what, const char *is)
{
	const char *wanted = said_text(s->now, what, NULL);

	if (wanted && strcmp(is, wanted) != 0)
		story_wrong(s, what, is, wanted);
}

void same_number(const struct story *s, const char *what, int64_t is)
{
	char a[32], b[32];
	const json_t *wanted = json_object_get(s->now, what);

	if (!json_is_integer(wanted) || json_integer_value(wanted) == is)
		return;
	snprintf(a, sizeof(a), "%lld", (long long)is);
	snprintf(b, sizeof(b), "%lld", (long long)json_integer_value(wanted));
	story_wrong(s, what, a, b);
}
