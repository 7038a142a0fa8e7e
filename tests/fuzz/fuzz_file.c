/* Fuzz harness: what a file is, told from its bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file_type.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* of exactly this size, so that a byte too far is seen */
	uint8_t *copy = malloc(size ? size : 1);
	enum file_type t;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	t = file_type_of(copy, size);
	if ((*file_type_media(t) == '\0') != (t == FILE_TYPE_COUNT))
		abort();
	free(copy);
	return 0;
}
