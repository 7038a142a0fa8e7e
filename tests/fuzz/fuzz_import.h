/* fuzz_import.h: what the harnesses of the importers share: a sink that holds every event against
 * the event reader. */
#ifndef TANDEM_FUZZ_IMPORT_H
#define TANDEM_FUZZ_IMPORT_H

#include <stdint.h>

#include "import.h"

/* Whether the whole could be read; an event that the hub would refuse ends the process. */
bool fuzz_import(enum err (*read)(const struct import_job *job, struct import_counts *ret),
		 const uint8_t *data, size_t size, struct import_counts *ret);
bool fuzz_import_table(const uint8_t *data, size_t size, struct buf *out);

#endif
