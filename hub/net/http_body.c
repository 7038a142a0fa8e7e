/* http_body.c: a body by its length or by chunks. Chunk framing is read by a table, and anything
 * not in it is refused. */
#include <string.h>

#include "base/digits.h"
#include "net/http_exchange.h"

/* room made before a byte of an announced body has come */
#define FIRST_BYTES	((uint64_t)65536)
#define SIZE_DIGITS_MAX 15

enum byte_class {
	BYTE_HEX,
	BYTE_TOKEN,
	BYTE_SEMICOLON,
	BYTE_COLON,
	BYTE_TEXT,
	BYTE_CR,
	BYTE_LF,
	BYTE_BAD,
	BYTE_CLASSES
};

/* Where a byte leads; what is not named is not well-formed. */
#define TO(at) ((at) + 1)
static const unsigned char moves[CHUNK_END][BYTE_CLASSES] = {
	[CHUNK_SIZE_FIRST] = {[BYTE_HEX] = TO(CHUNK_SIZE)},
	[CHUNK_SIZE] = {[BYTE_HEX] = TO(CHUNK_SIZE),
			[BYTE_SEMICOLON] = TO(CHUNK_EXTENSION),
			[BYTE_CR] = TO(CHUNK_SIZE_LF)},
	[CHUNK_EXTENSION] = {[BYTE_HEX] = TO(CHUNK_EXTENSION),
			     [BYTE_TOKEN] = TO(CHUNK_EXTENSION),
			     [BYTE_SEMICOLON] = TO(CHUNK_EXTENSION),
			     [BYTE_COLON] = TO(CHUNK_EXTENSION),
			     [BYTE_TEXT] = TO(CHUNK_EXTENSION),
			     [BYTE_CR] = TO(CHUNK_SIZE_LF)},
	[CHUNK_SIZE_LF] = {[BYTE_LF] = TO(CHUNK_DATA)},
	[CHUNK_DATA_CR] = {[BYTE_CR] = TO(CHUNK_DATA_LF)},
	[CHUNK_DATA_LF] = {[BYTE_LF] = TO(CHUNK_SIZE_FIRST)},
	[TRAILER_LINE] = {[BYTE_HEX] = TO(TRAILER_NAME),
			  [BYTE_TOKEN] = TO(TRAILER_NAME),
			  [BYTE_CR] = TO(CHUNK_END_LF)},
	[TRAILER_NAME] = {[BYTE_HEX] = TO(TRAILER_NAME),
			  [BYTE_TOKEN] = TO(TRAILER_NAME),
			  [BYTE_COLON] = TO(TRAILER_VALUE)},
	[TRAILER_VALUE] = {[BYTE_HEX] = TO(TRAILER_VALUE),
			   [BYTE_TOKEN] = TO(TRAILER_VALUE),
			   [BYTE_SEMICOLON] = TO(TRAILER_VALUE),
			   [BYTE_COLON] = TO(TRAILER_VALUE),
			   [BYTE_TEXT] = TO(TRAILER_VALUE),
			   [BYTE_CR] = TO(TRAILER_LF)},
	[TRAILER_LF] = {[BYTE_LF] = TO(TRAILER_LINE)},
	[CHUNK_END_LF] = {[BYTE_LF] = TO(CHUNK_END)},
};

static enum byte_class byte_class(char c)
{
	if (digit_hex(c) >= 0)
		return BYTE_HEX;
	if (http_is_token(&c, 1))
		return BYTE_TOKEN;
	if (c == '\r')
		return BYTE_CR;
	if (c == '\n')
		return BYTE_LF;
	if (c == ';')
		return BYTE_SEMICOLON;
	if (c == ':')
		return BYTE_COLON;
	return c == '\t' || ((unsigned char)c >= ' ' && c != 0x7f) ? BYTE_TEXT : BYTE_BAD;
}

/* Memory follows what has really come, not what was announced, and all bodies share one ceiling. */
static bool body_reserve(struct exchange *ex, size_t more)
{
	struct buf *b = &ex->body;

	if (more > b->max - b->len)
		return exchange_refuse(ex, 413, exchange_too_large(ex));
	if (b->len + more + 1 > b->cap && *ex->held_bytes + b->len + more > HTTP_BODIES_BYTES_MAX)
		return exchange_refuse(ex, 503, "Too many large requests at once");
	buf_reserve(b, more);
	*ex->held_bytes += b->cap - ex->counted_bytes;
	ex->counted_bytes = b->cap;
	return true;
}

/* Takes body bytes as far as left_bytes goes. */
static size_t body_take(struct exchange *ex, const char *data, size_t len)
{
	size_t take = len < ex->left_bytes ? len : (size_t)ex->left_bytes;

	if (!body_reserve(ex, take))
		return 0;
	buf_add(&ex->body, data, take);
	ex->left_bytes -= take;
	return take;
}

static void body_finish(struct exchange *ex)
{
	ex->req.body = buf_cstr(&ex->body);
	ex->req.body_len = ex->body.len;
	ex->stage = EXCHANGE_WHOLE;
}

static bool chunk_begin(struct exchange *ex)
{
	ex->size_digits = 0;
	if (ex->left_bytes == 0)
		ex->chunk_at = TRAILER_LINE;
	if (ex->left_bytes > ex->body.max - ex->body.len)
		return exchange_refuse(ex, 413, exchange_too_large(ex));
	return true;
}

/* Framing may take some room of its own, but it cannot be the better part of a stream without end.
 */
static bool framing_count(struct exchange *ex)
{
	if (++ex->framing_bytes <= ex->options->header_bytes + 16 * ex->body.len)
		return true;
	if (ex->chunk_at >= TRAILER_LINE)
		return exchange_refuse(ex, 431, "The trailer is longer than the limit");
	return exchange_refuse(ex, 400, "More chunk framing than body");
}

static bool chunk_step(struct exchange *ex, char c)
{
	int led = moves[ex->chunk_at][byte_class(c)];
	enum chunk_at to = (enum chunk_at)(led - 1);

	if (!led)
		return exchange_refuse(ex, 400, "A chunk is not well-formed");
	if (!framing_count(ex))
		return false;
	ex->chunk_at = to;
	if (to == CHUNK_SIZE) {
		if (++ex->size_digits > SIZE_DIGITS_MAX)
			return exchange_refuse(ex, 400, "A chunk's size has too many digits");
		ex->left_bytes = ex->left_bytes << 4 | (uint64_t)digit_hex(c);
	}
	return to != CHUNK_DATA || chunk_begin(ex);
}

static size_t feed_chunks(struct exchange *ex, const char *data, size_t len)
{
	size_t at = 0;

	while (at < len && ex->stage == EXCHANGE_BODY && ex->chunk_at != CHUNK_END) {
		if (ex->chunk_at != CHUNK_DATA) {
			chunk_step(ex, data[at++]);
			continue;
		}
		at += body_take(ex, data + at, len - at);
		if (ex->left_bytes == 0)
			ex->chunk_at = CHUNK_DATA_CR;
	}
	return at;
}

size_t exchange_feed_body(struct exchange *ex, const char *data, size_t len)
{
	size_t used;
	bool is_whole;

	if (ex->is_chunked) {
		used = feed_chunks(ex, data, len);
		is_whole = ex->chunk_at == CHUNK_END;
	} else {
		if (len && ex->body.len == 0 && ex->left_bytes > len)
			body_reserve(ex, (size_t)(ex->left_bytes < FIRST_BYTES ? ex->left_bytes
									       : FIRST_BYTES));
		used = body_take(ex, data, len);
		is_whole = ex->left_bytes == 0;
	}
	if (is_whole && ex->stage == EXCHANGE_BODY)
		body_finish(ex);
	return used;
}
