/* gzip.h: packs a long answer for a client that takes it so. Nothing else includes zlib. */
#ifndef TANDEM_GZIP_H
#define TANDEM_GZIP_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the whole as one gzip member, quickly rather than small: 66 KB, the benchmark's list of
 * much alike notices, were 2.6 KB after 0.8 ms of a busy machine. */
bool gzip_pack(struct buf *out, const char *data, size_t len);

#endif
