/* redis_url.c: the forms of redis.url that are understood, and a plain word about those that are not yet. */
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "store/redis.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Passwords hold characters that would end the part; those come as %xx. */
static char *unescape(struct arena *arena, const char *s, size_t len)
{
	char *out = arena_alloc(arena, len + 1), *to = out;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '%' && i + 2 < len && hex_value(s[i + 1]) >= 0 && hex_value(s[i + 2]) >= 0) {
			*to++ = (char)(hex_value(s[i + 1]) * 16 + hex_value(s[i + 2]));
			i += 2;
		} else {
			*to++ = s[i];
		}
	}
	*to = '\0';
	return out;
}

static bool take_number(const char *s, size_t len, int max, int *ret)
{
	int v = 0;

	if (!len || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (s[i] - '0');
	}
	if (v > max)
		return false;
	*ret = v;
	return true;
}

static enum err parse_unix(const char *path, struct arena *arena, struct redis_url *ret, const char **ret_why)
{
	struct sockaddr_un sun;

	if (!*path) {
		*ret_why = "unix: needs the path of a socket";
		return ERR_INVALID;
	}
	if (strlen(path) >= sizeof(sun.sun_path)) {
		*ret_why = "the path of the Redis socket is longer than a unix socket may have";
		return ERR_INVALID;
	}
	*ret = (struct redis_url){ .path = arena_strdup(arena, path) };
	return ERR_OK;
}

static void parse_user(const char *s, size_t len, struct arena *arena, struct redis_url *u)
{
	const char *colon = memchr(s, ':', len);

	if (!colon) {
		u->user = unescape(arena, s, len);
		return;
	}
	if (colon > s)
		u->user = unescape(arena, s, (size_t)(colon - s));
	u->password = unescape(arena, colon + 1, (size_t)(s + len - colon - 1));
}

/* What stands behind the user: host, [IPv6 address] or nothing, then the port. */
static bool parse_host(const char *s, size_t len, struct arena *arena, struct redis_url *u)
{
	const char *colon, *end = s + len, *host = s, *host_end;

	if (len && *s == '[') {
		host = s + 1;
		host_end = memchr(s, ']', len);
		if (!host_end)
			return false;
		colon = host_end + 1;
		if (colon < end && *colon != ':')
			return false;
	} else {
		colon = memchr(s, ':', len);
		if (!colon)
			colon = end;
		host_end = colon;
	}
	u->host = arena_strndup(arena, host, (size_t)(host_end - host));
	u->port = 6379;
	if (colon < end && !take_number(colon + 1, (size_t)(end - colon - 1), 65535, &u->port))
		return false;
	return *u->host && u->port > 0;
}

static enum err parse_tcp(const char *rest, struct arena *arena, struct redis_url *ret, const char **ret_why)
{
	struct redis_url u = { 0 };
	size_t len = strcspn(rest, "/");
	const char *slash = rest + len, *at = memrchr(rest, '@', len);

	*ret_why = "redis:// wants [user:password@]host[:port][/number of the database]";
	if (at) {
		parse_user(rest, (size_t)(at - rest), arena, &u);
		len -= (size_t)(at + 1 - rest);
		rest = at + 1;
	}
	if (!parse_host(rest, len, arena, &u))
		return ERR_INVALID;
	if (slash[0] && slash[1] && !take_number(slash + 1, strlen(slash + 1), 9999, &u.db))
		return ERR_INVALID;
	*ret = u;
	return ERR_OK;
}

static enum err parse_later(const char *rest, struct arena *arena, struct redis_url *ret, const char **ret_why)
{
	(void)rest;
	(void)arena;
	(void)ret;
	*ret_why = "Redis Sentinel and Redis Cluster are not supported yet; give redis:// or unix:";
	return ERR_INVALID;
}

static const struct {
	const char *scheme;
	enum err (*parse)(const char *rest, struct arena *arena, struct redis_url *ret, const char **ret_why);
} forms[] = {
	{ "unix:", parse_unix },
	{ "redis://", parse_tcp },
	{ "sentinel://", parse_later },
	{ "cluster://", parse_later },
};

enum err redis_url_parse(const char *url, struct arena *arena, struct redis_url *ret, const char **ret_why)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t len = strlen(forms[i].scheme);

		if (!strncmp(url, forms[i].scheme, len))
			return forms[i].parse(url + len, arena, ret, ret_why);
	}
	*ret_why = "must be embedded, unix:/path or redis://host:port";
	return ERR_INVALID;
}

enum err store_url_check(const char *url, struct diag *diag)
{
	struct redis_url ignored;
	const char *why;

	if (!strcmp(url, "embedded"))
		return ERR_OK;
	if (redis_url_parse(url, diag->arena, &ignored, &why) == ERR_OK)
		return ERR_OK;
	diag_add(diag, "redis.url", "%s", why);
	return ERR_INVALID;
}
