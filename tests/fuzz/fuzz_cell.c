/* Fuzz harness: one cell read as everything a cell can be: condition, list, duration, date, time.
 */
#include <stdint.h>
#include <stdlib.h>

#include "calendar.h"
#include "cell.h"
#include "timefmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_cond(const char *cell, enum cell_kind kind, struct arena *arena)
{
	struct cond c;
	int i;

	if (cond_parse(cell, kind, arena, &c))
		return;
	if (c.any != (c.count == 0))
		abort();
	for (i = 0; i < c.count; i++) {
		if (c.elems[i].kind == ELEM_RANGE && !(c.elems[i].lo <= c.elems[i].hi))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const *names;
	char text[TIMEFMT_BYTES];
	struct duration duration;
	struct arena arena;
	int32_t day;
	int64_t ms;
	char *cell;
	int count;

	arena_init(&arena);
	cell = arena_strndup(&arena, (const char *)data, size);
	read_cond(cell, CELL_NAMES, &arena);
	read_cond(cell, CELL_VALUES, &arena);
	if (!list_parse(cell, &arena, &names, &count) && (count > 0) != (*cell != '\0'))
		abort();
	if (duration_parse(cell, &duration) && duration.count < 1)
		abort();
	if (date_parse(cell, size, &day))
		date_format(day, text);
	if (time_parse_rfc3339(cell, size, &ms))
		time_format(ms, SHANGHAI_MIN, text);
	arena_clear(&arena);
	return 0;
}
