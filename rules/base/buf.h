/*
 * buf.h: a growing byte buffer with a ceiling.
 *
 * buf_init names the most it may ever hold; an append past that fails, marks the buffer as
 * overflowed and changes nothing. Check `overflow` once at the end instead of every append. The
 * content is not NUL-terminated unless buf_cstr is asked for it.
 */
#ifndef TANDEM_BUF_H
#define TANDEM_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

struct arena;
struct buf {
	char *data;
	size_t len, cap, max;
	/* what len may grow to at once, never less than it: within what there is and what is
	 * allowed; len after an overflow */
	size_t limit;
	bool overflow;
	/* where data lies: a page of mem_page_take, memory of the caller's */
	enum buf_home { BUF_HEAP, BUF_PAGE, BUF_LENT } home;
};

void buf_init(struct buf *b, size_t max_bytes);
/* The same for one that is filled and cleared at once: it begins with a page of its thread's. At
 * least a page may be asked for. */
void buf_init_brief(struct buf *b, size_t max_bytes);
/* The same in memory of the caller's, which outlives it; what does not fit goes to the heap. */
void buf_init_in(struct buf *b, void *room, size_t room_bytes, size_t max_bytes);
void buf_clear(struct buf *b);		      /* frees */
void buf_reset(struct buf *b);		      /* keeps the memory */
bool buf_reserve(struct buf *b, size_t more); /* room for `more` bytes behind len */

/* The appends stand here, because a text is made of hundreds and the length of a literal is known
 * when it is compiled. */
static inline bool buf_has_spare(const struct buf *b, size_t more) /* without growing */
{
	return more <= b->limit - b->len;
}

static inline bool buf_has_room(struct buf *b, size_t more)
{
	return buf_has_spare(b, more) || buf_reserve(b, more);
}

static inline bool buf_add(struct buf *b, const void *data, size_t len)
{
	if (!buf_has_room(b, len))
		return false;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	return true;
}

/* Always here, or the length of a literal would be counted again each time. */
__attribute__((always_inline)) static inline bool buf_add_str(struct buf *b, const char *s)
{
	size_t len = strlen(s);

	if (!buf_has_room(b, len))
		return false;
	if (len)
		memcpy(b->data + b->len, s, len);
	b->len += len;
	return true;
}

static inline bool buf_add_char(struct buf *b, char c)
{
	if (!buf_has_room(b, 1))
		return false;
	b->data[b->len++] = c;
	return true;
}

bool buf_add_digits(struct buf *b, int64_t v);

static inline bool buf_add_int(struct buf *b, int64_t v)
{
	return v >= 0 && v < 10 ? buf_add_char(b, (char)('0' + v)) : buf_add_digits(b, v);
}

bool buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* a JSON string with its quotes; NULL gives null */
bool buf_add_json(struct buf *b, const char *s);
bool buf_add_jsonn(struct buf *b, const char *s, size_t len);
/* the same in an arena: for what is written often and never changes */
const char *buf_json_text(struct arena *a, const char *s);
const char *buf_cstr(struct buf *b);
char *buf_take(struct buf *b, size_t *ret_len); /* the caller frees; the buffer is empty again */

#endif
