/* gzip.h: packs a long answer for a client that takes it so. Nothing else includes zlib. */
#ifndef TANDEM_GZIP_H
#define TANDEM_GZIP_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the whole as one gzip member, quickly rather than small: 65 KB of a list take half a
 * millisecond and a tenth of the line. */
bool gzip_pack(struct buf *out, const char *data, size_t len);

#endif
