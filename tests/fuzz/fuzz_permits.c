/* Fuzz harness: permit sheets, CSV and JSON. What goes through is an event that the hub would take;
 * each row is accounted for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import_counts c;
	struct buf table;

	if (fuzz_import(import_permits, data, size, &c) &&
	    c.rows != c.events + c.repeats + c.rejected)
		abort();
	buf_init(&table, 1 << 22);
	(void)fuzz_import_table(data, size, &table);
	buf_clear(&table);
	return 0;
}
