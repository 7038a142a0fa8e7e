/*
 * http_exchange.h: one request from its first byte to the handler, without a socket. Internal to
 * http*.c and the fuzz harness.
 *
 * exchange_start, then exchange_feed with everything that came since the last byte it consumed,
 * until the stage is WHOLE (the request may be handled) or REFUSED (status and detail say why; the
 * connection must close, because nobody knows where the next request begins). While the head is
 * incomplete nothing is consumed: the caller keeps the bytes and gives them again with more behind.
 * exchange_clear makes it ready for the next request and keeps a little memory.
 *
 * http_parser splits the head; every rule about what a head may hold is checked here again, because
 * the packaged build of it is the lenient one (it takes "A b: c" as a field).
 */
#ifndef TANDEM_HTTP_EXCHANGE_H
#define TANDEM_HTTP_EXCHANGE_H

#include "base/buf.h"
#include "net/http.h"

#define HTTP_FIELDS_MAX	      100
#define HTTP_TARGET_BYTES_MAX 8192
#define HTTP_BODIES_BYTES_MAX ((size_t)256 << 20) /* all bodies of one process together */

enum exchange_stage { EXCHANGE_HEAD, EXCHANGE_BODY, EXCHANGE_WHOLE, EXCHANGE_REFUSED };

/* The places in a chunked body; http_body.c has the table of moves. */
enum chunk_at {
	CHUNK_SIZE_FIRST,
	CHUNK_SIZE,
	CHUNK_EXTENSION,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	TRAILER_LINE,
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	CHUNK_END_LF,
	CHUNK_END
};

struct http_field {
	char *name, *value;
	size_t name_len, value_len;
};
struct http_stream {
	struct exchange *exchange;
	struct backlog *backlog; /* what waits is counted there, NULL: nowhere */
	size_t counted_bytes;
	void (*on_gone)(void *arg);
	void *arg;
};
struct conn;
struct exchange {
	struct http_request req; /* first, so that the handler's pointer is ours */
	/* NULL once the server is freed and only the handler still holds this */
	struct http *http;
	struct conn *conn; /* NULL: the client is gone */
	struct exchange *prev, *next, *next_gone;
	const struct http_options *options;
	size_t *held_bytes; /* of all bodies, against HTTP_BODIES_BYTES_MAX */

	enum exchange_stage stage;
	int status; /* when REFUSED */
	const char *detail;
	int64_t started_ms;
	size_t scanned_bytes; /* of the head; 0: the request has not begun */
	size_t line_bytes;    /* the request line without CR LF; 0: not seen whole */
	bool empty_line_skipped;

	struct arena arena;
	struct http_field fields[HTTP_FIELDS_MAX];
	int field_count;
	const char *raw; /* the head as it came, kept for upgrades only */
	size_t raw_bytes;
	int version_minor;
	bool keep_alive, upgrade_flag, has_body, expects_continue;
	/* of a method that brings a body, but neither a length nor chunks came */
	bool lacks_length;

	struct buf body;
	size_t counted_bytes; /* of it, in held_bytes */
	bool is_chunked;
	enum chunk_at chunk_at;
	uint64_t left_bytes;  /* of the body, or of the chunk */
	size_t framing_bytes; /* chunk sizes, extensions and trailers so far */
	int size_digits;

	bool is_streaming, is_stream_ended, is_stream_finite;
	struct http_stream stream;
};

void exchange_start(struct exchange *ex, const struct http_options *opt, size_t *held_bytes);
size_t exchange_feed(struct exchange *ex, const char *data, size_t len);
void exchange_clear(struct exchange *ex);
void exchange_free(struct exchange *ex);
/* Always false, so that a check can end with it. */
bool exchange_refuse(struct exchange *ex, int status, const char *detail);
const char *exchange_too_large(struct exchange *ex); /* a detail that names the limit */

/* The parts: http_parse.c calls them in this order. */
bool exchange_check_line(struct exchange *ex, const char *line, size_t len);
bool exchange_check_fields(struct exchange *ex);
bool exchange_read_target(struct exchange *ex, char *target, size_t len, struct http_field *host);
size_t exchange_feed_body(struct exchange *ex, const char *data, size_t len);
bool http_is_token(const char *s, size_t len);
bool http_host_is_valid(const char *s); /* name or literal, and a port */
/* Whether a comma-separated list holds the word, case-blind. */
bool http_list_has(const char *list, const char *word);

#endif
