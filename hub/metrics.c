#include "metrics.h"

static int64_t values[METRIC_COUNT];

struct metric_row {
	const char *name, *type, *help;
};

static const struct metric_row rows[METRIC_COUNT] = {
#define X(id, name, type, help) [METRIC_##id] = {"tandem_" name, type, help},
	METRIC_TABLE(X)
#undef X
};

void metric_add(enum metric m, int64_t n)
{
	values[m] += n;
}

void metric_set(enum metric m, int64_t v)
{
	values[m] = v;
}

int64_t metric_get(enum metric m)
{
	return values[m];
}

void metrics_print(struct buf *out)
{
	for (int i = 0; i < METRIC_COUNT; i++) {
		buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s ", rows[i].name, rows[i].help,
			   rows[i].name, rows[i].type, rows[i].name);
		buf_add_int(out, values[i]);
		buf_add_char(out, '\n');
	}
}
