/* Fuzz harness: case messages, joined in any order. No case gives more than one event. */
#include <stdint.h>
#include <stdlib.h>

#include "fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import_counts c;

	if (fuzz_import(import_cases, data, size, &c) &&
	    (c.events > c.rows || c.events < 0 || c.open < 0))
		abort();
	return 0;
}
