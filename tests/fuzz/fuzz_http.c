/*
 * Fuzz harness: requests as they come from a socket, through the parser, the fields, the target and
 * the body.
 *
 * The first byte chooses the size of the pieces. However the bytes are cut, the same requests come
 * out, and what is refused is refused; a request that comes out keeps every promise of http.h. A
 * WebSocket handshake that is found good is looked at by a second, slow reading.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "net/http_exchange.h"
#include "net/ws.h"
#include "net/ws_head.h"

#define HEADER_BYTES 4096
#define BODY_BYTES   8192
#define SMALL_BYTES  16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

static size_t limit_of(void *arg, const char *method, const char *path)
{
	(void)arg;
	(void)method;
	return strcmp(path, "/small") == 0 ? SMALL_BYTES : 0;
}

static const struct http_options options = {
	.header_bytes = HEADER_BYTES, .body_bytes = BODY_BYTES, .body_limit = limit_of};

static void check_fields(const struct http_request *req)
{
	const char *name, *value;

	for (int i = 0; http_header_at(req, i, &name, &value); i++) {
		must(i < HTTP_FIELDS_MAX, "too many fields");
		must(http_is_token(name, strlen(name)), "a name that is no token");
		must(!strpbrk(value, "\r\n"), "a value of two lines");
		must(*value != ' ' && *value != '\t', "a value with blanks before it");
		must(http_header_count(req, name) >= 1 && http_header(req, name),
		     "a field that is not found");
	}
	must(http_header_count(req, "Host") <= 1 && http_header_count(req, "Content-Length") <= 1 &&
		     http_header_count(req, "Transfer-Encoding") <= 1,
	     "a field there twice that must not be");
}

/* What RFC 6455 asks of a handshake, read once more in the plainest way. */
static void check_handshake(struct http_request *req)
{
	const char *key, *fault;
	int status = 0;

	fault = ws_check_handshake(req, &status);
	if (fault) {
		must(*fault && (status == 400 || status == 426), "a refusal that says nothing");
		return;
	}
	key = http_header(req, "Sec-WebSocket-Key");
	must(strcmp(req->method, "GET") == 0 && req->wants_upgrade && req->body_len == 0,
	     "no GET that asks for it");
	must(http_header_count(req, "Host") == 1, "not one Host");
	must(strcasecmp(http_header(req, "Upgrade"), "websocket") == 0 ||
		     strpbrk(http_header(req, "Upgrade"), ", \t"),
	     "another upgrade");
	must(strcmp(http_header(req, "Sec-WebSocket-Version"), "13") == 0, "another version");
	must(key && strlen(key) == WS_KEY_CHARS && strcmp(key + 22, "==") == 0,
	     "a key that is none");
	must(strcasestr(http_header(req, "Connection"), "upgrade") ||
		     http_header_count(req, "Connection") > 1,
	     "Connection does not name it");
	must(!http_header(req, "HTTP2-Settings") && !http_header(req, "Transfer-Encoding"),
	     "more than an upgrade");
}

static void check_request(struct exchange *ex)
{
	struct http_request *req = &ex->req;
	size_t limit = strcmp(req->path, "/small") == 0 ? SMALL_BYTES : BODY_BYTES;
	const char *q;

	must(*req->path == '/' || strcmp(req->path, "*") == 0, "a path that is none");
	must(utf8_valid_bytes(req->path, strlen(req->path)) == strlen(req->path),
	     "a path that is no text");
	must(!strstr(req->path, "/../") && !strstr(req->path, "/./"), "a path that climbs");
	must(req->body_len <= limit, "a body over the limit");
	must(req->body_len == 0 || req->body[req->body_len] == '\0', "no end behind the body");
	q = http_query(req, "q");
	must(!q || utf8_valid_bytes(q, strlen(q)) == strlen(q), "a query that is no text");
	check_fields(req);
	check_handshake(req);
}

static void write_down(const struct exchange *ex, struct buf *out)
{
	const struct http_request *req = &ex->req;
	const char *name, *value;

	buf_printf(out, "%s %s?%s %d%d %zu ", req->method, req->path, req->query, req->is_head,
		   req->wants_upgrade, req->body_len);
	buf_add(out, req->body, req->body_len);
	for (int i = 0; http_header_at(req, i, &name, &value); i++)
		buf_printf(out, "\n%s: %s", name, value);
	buf_add_str(out, "\n\n");
}

/* As a connection does it: what is not taken is given again with more behind it. */
static void feed(const char *data, size_t size, size_t step, struct buf *out)
{
	struct exchange *ex = mem_zalloc(sizeof(*ex));
	size_t held = 0, at = 0, end = 0, used;

	exchange_start(ex, &options, &held);
	while (ex->stage != EXCHANGE_REFUSED) {
		used = exchange_feed(ex, data + at, end - at);
		must(used <= end - at, "more taken than given");
		at += used;
		if (ex->stage == EXCHANGE_WHOLE) {
			check_request(ex);
			write_down(ex, out);
			exchange_clear(ex);
			must(held == 0, "a body that is still counted");
			exchange_start(ex, &options, &held);
			if (at < end)
				continue;
		}
		if (end == size)
			break;
		end = size - end < step ? size : end + step;
	}
	if (ex->stage == EXCHANGE_REFUSED) {
		must(ex->status >= 400 && ex->status < 600 && ex->detail && *ex->detail,
		     "a refusal that says nothing");
		buf_add_str(out, "refused");
	}
	exchange_free(ex);
	must(held == 0, "a body that is still counted");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, cut;
	char *text;

	if (size == 0)
		return 0;
	text = mem_alloc(size);
	memcpy(text, data + 1, size - 1);
	buf_init(&whole, 1 << 22);
	buf_init(&cut, 1 << 22);
	feed(text, size - 1, size, &whole);
	feed(text, size - 1, data[0] % 64 + 1u, &cut);
	must(whole.len == cut.len &&
		     (whole.len == 0 || memcmp(whole.data, cut.data, whole.len) == 0),
	     "another request when cut otherwise");
	buf_clear(&whole);
	buf_clear(&cut);
	free(text);
	return 0;
}
