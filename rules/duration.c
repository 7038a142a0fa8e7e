#include "calendar.h"

#include <string.h>

#define COUNT_MAX 99999

static const struct {
	const char *suffix;
	enum duration_unit unit;
} units[] = {
	{"wd", DURATION_WORKING_DAYS},
	{"d", DURATION_DAYS},
	{"h", DURATION_HOURS},
	{"m", DURATION_MINUTES},
};

bool duration_parse(const char *s, struct duration *ret)
{
	int count = 0;
	size_t i;

	if (*s < '1' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		count = count * 10 + (*s - '0');
		if (count > COUNT_MAX)
			return false;
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(s, units[i].suffix) == 0) {
			*ret = (struct duration){count, units[i].unit};
			return true;
		}
	}
	return false;
}
