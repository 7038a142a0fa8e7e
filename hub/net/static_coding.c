/* static_coding.c: see static_coding.h. */
#include "net/static_coding.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const names[STATIC_CODINGS] = {"identity", "br", "gzip"};

/* "0.5" is 500. What is not a weight counts as none at all, so that in doubt the plain file is
 * sent. */
static int weight_read(const char *s)
{
	int weight, place = 100;

	if (*s != '0' && *s != '1')
		return 0;
	weight = (*s++ - '0') * 1000;
	if (*s == '.')
		s++;
	for (; *s >= '0' && *s <= '9' && place; s++, place /= 10)
		weight += (*s - '0') * place;
	return weight > 1000 ? 1000 : weight;
}

/* The weight of one list element, "gzip;q=0.8". */
static int element_weight(const char *s, size_t len)
{
	const char *p = memchr(s, ';', len);

	while (p && p < s + len && (*p == ';' || *p == ' ' || *p == '\t'))
		p++;
	if (!p || p == s + len)
		return 1000;
	return strncasecmp(p, "q=", 2) == 0 ? weight_read(p + 2) : 0;
}

static bool element_is(const char *s, size_t len, const char *name)
{
	size_t word = 0;

	while (word < len && !strchr("; \t", s[word]))
		word++;
	return word == strlen(name) && strncasecmp(s, name, word) == 0;
}

int static_coding_weight(const char *accepts, enum static_coding coding)
{
	int any = 0;

	while (accepts && *accepts) {
		size_t len;

		accepts += strspn(accepts, " \t,");
		len = strcspn(accepts, ",");
		if (element_is(accepts, len, names[coding]))
			return element_weight(accepts, len);
		if (element_is(accepts, len, "*"))
			any = element_weight(accepts, len);
		accepts += len;
	}
	return any;
}

/* RFC 9110 13.1.2: compared weakly, so a "W/" a cache put before our tag does not hide it. */
bool static_tag_matches(const char *if_none_match, const char *tag)
{
	const char *p = if_none_match;
	size_t len = strlen(tag);

	if (!p)
		return false;
	if (strcmp(p, "*") == 0)
		return true;
	while (*p) {
		p += strspn(p, " \t,");
		if (strncmp(p, "W/", 2) == 0)
			p += 2;
		if (strncmp(p, tag, len) == 0 && strchr(" \t,", p[len]))
			return true;
		p += strcspn(p, ",");
	}
	return false;
}
