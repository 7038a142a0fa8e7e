#include "net/ws.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "net/ws_head.h"

/*
 * Everything RFC 6455 asks of the client's opening handshake, because libwebsockets 4.1.6 asks for
 * next to nothing: it would take version 8, a key of three bytes, a POST, a missing subprotocol.
 */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next element of a comma-separated list, blanks around it taken off; NULL at the end. */
static const char *list_next(const char **pos, size_t *ret_len)
{
	const char *start = *pos, *end;

	while (*start == ',' || is_blank(*start))
		start++;
	if (!*start)
		return NULL;
	end = start + strcspn(start, ",");
	*pos = end;
	while (end > start && is_blank(end[-1]))
		end--;
	*ret_len = (size_t)(end - start);
	return start;
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && !strncasecmp(s, word, len);
}

/* How often the word stands in all headers of that name, and how many other elements do. */
static int header_words(const struct http_request *req, const char *name, const char *word,
			int *ret_others)
{
	const char *n, *value, *item;
	int words = 0, others = 0;
	size_t len;

	for (int i = 0; http_header_at(req, i, &n, &value); i++) {
		if (strcasecmp(n, name) != 0)
			continue;
		while ((item = list_next(&value, &len)))
			*(is_word(item, len, word) ? &words : &others) += 1;
	}
	*ret_others = others;
	return words;
}

static bool is_key(const char *key)
{
	if (!key || strlen(key) != WS_KEY_CHARS || strcmp(key + 22, "==") != 0)
		return false;
	for (int i = 0; i < 22; i++)
		if (!isalnum((unsigned char)key[i]) && key[i] != '+' && key[i] != '/')
			return false;
	/* The last character carries two bits; the four behind them must be zero. */
	return strchr("AQgw", key[21]) != NULL;
}

static bool asks_for_tandem(const struct http_request *req)
{
	const char *n, *value, *item;
	size_t len;

	/* Subprotocol names are told apart by case. */
	for (int i = 0; http_header_at(req, i, &n, &value); i++) {
		if (strcasecmp(n, "Sec-WebSocket-Protocol") != 0)
			continue;
		while ((item = list_next(&value, &len)))
			if (len == strlen(WS_PROTOCOL_NAME) && !memcmp(item, WS_PROTOCOL_NAME, len))
				return true;
	}
	return false;
}

static const char *check_request(const struct http_request *req)
{
	const char *length = http_header(req, "Content-Length");

	if (strcmp(req->method, "GET") != 0)
		return "a WebSocket is opened with GET";
	if (http_header_count(req, "Host") != 1)
		return "exactly one Host is needed";
	if (req->body_len || http_header_count(req, "Transfer-Encoding") ||
	    (length && strcmp(length, "0") != 0))
		return "a WebSocket handshake has no body";
	return NULL;
}

static const char *check_upgrade(const struct http_request *req)
{
	int others;

	if (header_words(req, "Upgrade", "websocket", &others) != 1 || others)
		return "Upgrade must be websocket and nothing else";
	if (header_words(req, "Connection", "upgrade", &others) < 1 || !req->wants_upgrade)
		return "Connection must name Upgrade";
	if (http_header_count(req, "HTTP2-Settings"))
		return "HTTP/2 is not spoken here";
	return NULL;
}

static const char *check_socket(const struct http_request *req)
{
	if (http_header_count(req, "Sec-WebSocket-Key") != 1 ||
	    !is_key(http_header(req, "Sec-WebSocket-Key")))
		return "Sec-WebSocket-Key must be 16 bytes in base64";
	if (!asks_for_tandem(req))
		return "the subprotocol tandem.v1 must be offered";
	return NULL;
}

const char *ws_check_handshake(struct http_request *req, int *ret_status)
{
	const char *version = http_header(req, "Sec-WebSocket-Version"), *fault;

	*ret_status = 400;
	if ((fault = check_request(req)))
		return fault;
	if (!http_header(req, "Upgrade")) {
		*ret_status = 426;
		return "this address speaks WebSocket only";
	}
	if ((fault = check_upgrade(req)))
		return fault;
	if (http_header_count(req, "Sec-WebSocket-Version") != 1)
		return "exactly one Sec-WebSocket-Version is needed";
	if (strcmp(version, "13") != 0) {
		*ret_status = 426;
		return "only WebSocket version 13 is spoken here";
	}
	return check_socket(req);
}
