/* gzip.c: see gzip.h. */
#define ZLIB_CONST
#include "net/gzip.h"

#include <zlib.h>

#define LEVEL	     1
#define WINDOW_BITS  (15 + 16) /* the largest window, and gzip's head and foot */
#define MEMORY_LEVEL 8

bool gzip_pack(struct buf *out, const char *data, size_t len)
{
	z_stream z = {.next_in = (const Bytef *)data, .avail_in = (uInt)len};
	size_t room;
	bool is_whole = false;

	if (deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return false;
	room = deflateBound(&z, len);
	if (buf_reserve(out, room)) {
		z.next_out = (Bytef *)out->data + out->len;
		z.avail_out = (uInt)room;
		is_whole = deflate(&z, Z_FINISH) == Z_STREAM_END;
		out->len += is_whole ? z.total_out : 0;
	}
	deflateEnd(&z);
	return is_whole;
}
