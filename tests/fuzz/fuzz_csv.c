/* Fuzz harness: the CSV reader. Every cell it gives is text, and its place lies in the file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct csv_source from = {"f.csv", (const char *)data, size};
	static struct csv csv;
	struct arena arena;
	struct diag diag;
	int i, line = 1;

	arena_init(&arena);
	diag_init(&diag, &arena);
	csv_init(&csv, &from, &arena, &diag);
	while (csv_next(&csv)) {
		for (i = 0; i < csv.count; i++) {
			const struct csv_cell *c = &csv.cells[i];
			size_t len = strlen(c->text);

			if (utf8_valid_bytes(c->text, len) != len || c->line < line ||
			    c->column < 1)
				abort();
			line = c->line;
		}
	}
	arena_clear(&arena);
	return 0;
}
