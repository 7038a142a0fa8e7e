/* http_out.c: what waits to leave a connection: bytes of ours, with static bodies between them. */
#include <string.h>

#include "net/http_internal.h"

void out_reset(struct out *o)
{
	o->splice_count = 0;
	o->spliced_bytes = 0;
	if (o->bytes.cap > HTTP_KEPT_BYTES_MAX)
		buf_clear(&o->bytes);
	buf_reset(&o->bytes);
}

int out_bufs(const struct out *o, uv_buf_t bufs[static HTTP_BUFS_MAX])
{
	size_t at = 0;
	int count = 0;

	for (int i = 0; i < o->splice_count; i++) {
		const struct splice *s = &o->splices[i];

		if (s->at > at)
			bufs[count++] = uv_buf_init(o->bytes.data + at, (unsigned int)(s->at - at));
		bufs[count++] = uv_buf_init((char *)s->data, (unsigned int)s->len);
		at = s->at;
	}
	if (o->bytes.len > at)
		bufs[count++] = uv_buf_init(o->bytes.data + at, (unsigned int)(o->bytes.len - at));
	return count;
}

int bufs_skip(uv_buf_t *bufs, int count, size_t sent_bytes)
{
	int first = 0;

	while (first < count && sent_bytes >= bufs[first].len)
		sent_bytes -= bufs[first++].len;
	memmove(bufs, bufs + first, (size_t)(count - first) * sizeof(*bufs));
	count -= first;
	if (count) {
		bufs[0].base += sent_bytes;
		bufs[0].len -= sent_bytes;
	}
	return count;
}
