/* http_target.c: the request target, taken apart and decoded once; nothing behind it decodes a
 * second time. */
#include <string.h>
#include <strings.h>

#include "base/digits.h"
#include "base/utf8.h"
#include "net/http_exchange.h"

/* A NUL or other control character, or a backslash as it is, could mean another path to somebody
 * else. */
static bool path_byte_is_good(int c, bool was_escaped)
{
	return c >= ' ' && c != 0x7f && (was_escaped || c != '\\');
}

static bool has_dot_segment(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if ((len == 1 && path[0] == '.') || (len == 2 && path[0] == '.' && path[1] == '.'))
			return true;
		path += len;
		path += *path == '/';
	}
	return false;
}

static const char *path_decode(struct exchange *ex, const char *s, size_t len)
{
	char *out = arena_alloc(&ex->arena, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		bool is_escape = s[i] == '%';
		int c = is_escape ? digits_escaped(s + i, len - i) : (unsigned char)s[i];

		if (!path_byte_is_good(c, is_escape))
			return NULL;
		out[n++] = is_escape && c == '/' ? HTTP_ESCAPED_SLASH : (char)c;
		i += is_escape ? 2 : 0;
	}
	out[n] = '\0';
	if (utf8_valid_bytes(out, n) != n || has_dot_segment(out))
		return NULL;
	return out;
}

/* RFC 9112 3.2.2: the authority of an absolute target stands in for Host. */
static bool authority_take(struct exchange *ex, const char *s, size_t len, struct http_field *host)
{
	char *authority = arena_strndup(&ex->arena, s, len);

	if (!http_host_is_valid(authority))
		return exchange_refuse(ex, 400, "The target's host is not a host name");
	if (host) {
		host->value = authority;
		host->value_len = len;
	}
	return true;
}

/* Bytes of "http://" or "https://" at s, or 0. */
static size_t scheme_bytes(const char *s)
{
	if (strncasecmp(s, "http://", 7) == 0)
		return 7;
	return strncasecmp(s, "https://", 8) == 0 ? 8 : 0;
}

static bool target_is_plain(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c <= ' ' || c >= 0x7f || c == '#')
			return false;
	}
	return true;
}

bool exchange_read_target(struct exchange *ex, char *target, size_t len, struct http_field *host)
{
	size_t scheme = scheme_bytes(target), path_len;

	if (!target_is_plain(target, len))
		return exchange_refuse(ex, 400, "The target holds a byte that must be escaped");
	if (strcmp(target, "*") == 0 && strcmp(ex->req.method, "OPTIONS") == 0) {
		ex->req.path = target;
		ex->req.query = "";
		return true;
	}
	if (scheme) {
		target += scheme;
		path_len = strcspn(target, "/?");
		if (!authority_take(ex, target, path_len, host))
			return false;
		target += path_len;
	} else if (*target != '/') {
		return exchange_refuse(ex, 400, "The target is not a path");
	}
	path_len = strcspn(target, "?");
	ex->req.path = path_len ? path_decode(ex, target, path_len) : "/";
	ex->req.query = target[path_len] ? target + path_len + 1 : "";
	if (!ex->req.path)
		return exchange_refuse(ex, 400, "The path holds a bad escape or a dot segment");
	return true;
}

static const char *value_decode(struct arena *arena, const char *s, size_t len)
{
	char *out = arena_alloc(arena, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)s[i];

		if (c == '+')
			c = ' ';
		if (c == '%') {
			c = digits_escaped(s + i, len - i);
			i += 2;
		}
		if (c <= 0)
			return NULL;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return utf8_valid_bytes(out, n) == n ? out : NULL;
}

/* The name of the member, len bytes, that begins here; plain ones are compared where they stand. */
static bool name_is(struct arena *arena, const char *at, size_t len, const char *name)
{
	const char *text;

	if (!memchr(at, '%', len) && !memchr(at, '+', len))
		return len == strlen(name) && memcmp(at, name, len) == 0;
	text = value_decode(arena, at, len);
	return text && strcmp(text, name) == 0;
}

const char *http_query(struct http_request *req, const char *name)
{
	const char *at = req->query;

	while (*at) {
		size_t len = strcspn(at, "&"), name_len = strcspn(at, "=&");

		if (name_is(req->arena, at, name_len, name))
			return name_len == len ? ""
					       : value_decode(req->arena, at + name_len + 1,
							      len - name_len - 1);
		at += len;
		at += *at == '&';
	}
	return NULL;
}

const char *http_query_repeated(struct http_request *req)
{
	const char *names[HTTP_QUERY_MAX], *at = req->query;
	int count = 0;

	while (*at) {
		size_t len = strcspn(at, "&");

		if (len) {
			const char *name = value_decode(req->arena, at, strcspn(at, "=&"));

			for (int i = 0; name && i < count; i++) {
				if (strcmp(names[i], name) == 0)
					return name;
			}
			if (!name || count == HTTP_QUERY_MAX)
				return "";
			names[count++] = name;
		}
		at += len;
		at += *at == '&';
	}
	return NULL;
}

bool http_query_is_sound(struct http_request *req)
{
	const char *at = req->query;

	while (*at) {
		size_t len = strcspn(at, "&");

		if (!value_decode(req->arena, at, len))
			return false;
		at += len;
		at += *at == '&';
	}
	return true;
}
