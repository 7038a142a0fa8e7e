#include "config_redis.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/digits.h"

#define REDIS_PORT    6379
#define SENTINEL_PORT 26379
#define DB_MAX	      9999

/* Passwords hold characters that would end the part; those come as %xx. */
static char *unescape(struct arena *arena, const char *s, size_t len)
{
	char *out = arena_alloc(arena, len + 1), *to = out;

	for (size_t i = 0; i < len; i++) {
		int c = digits_escaped(s + i, len - i);

		*to++ = c < 0 ? s[i] : (char)c;
		i += c < 0 ? 0 : 2;
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

static enum err parse_unix(const char *path, struct arena *arena, struct redis_url *ret,
			   const char **ret_why)
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
	*ret = (struct redis_url){.path = arena_strdup(arena, path)};
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

/* Host, [IPv6 address] or nothing, then the port. */
static bool parse_host(const char *s, size_t len, int port, struct arena *arena,
		       struct redis_seed *ret)
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
	*ret = (struct redis_seed){.host = arena_strndup(arena, host, (size_t)(host_end - host)),
				   .port = port};
	if (colon < end && !take_number(colon + 1, (size_t)(end - colon - 1), 65535, &ret->port))
		return false;
	return *ret->host && ret->port > 0;
}

/* Cuts the user off; what is left of the part before the first slash. */
static const char *cut_user(const char *rest, size_t *len, struct arena *arena, struct redis_url *u)
{
	const char *at = memrchr(rest, '@', *len);

	if (!at)
		return rest;
	parse_user(rest, (size_t)(at - rest), arena, u);
	*len -= (size_t)(at + 1 - rest);
	return at + 1;
}

static bool parse_db(const char *slash, int *ret)
{
	return !slash[0] || !slash[1] || take_number(slash + 1, strlen(slash + 1), DB_MAX, ret);
}

static enum err parse_tcp(const char *rest, struct arena *arena, struct redis_url *ret,
			  const char **ret_why)
{
	struct redis_url u = {0};
	struct redis_seed at;
	size_t len = strcspn(rest, "/");
	const char *slash = rest + len;

	*ret_why = "redis:// wants [user:password@]host[:port][/number of the database]";
	rest = cut_user(rest, &len, arena, &u);
	if (!parse_host(rest, len, REDIS_PORT, arena, &at) || !parse_db(slash, &u.db))
		return ERR_INVALID;
	u.host = at.host;
	u.port = at.port;
	*ret = u;
	return ERR_OK;
}

static bool parse_seeds(const char *s, size_t len, int port, struct arena *arena,
			struct redis_url *u)
{
	const char *end = s + len, *comma;

	for (;; s = comma + 1) {
		comma = memchr(s, ',', (size_t)(end - s));
		if (u->seed_count == REDIS_SEEDS_MAX ||
		    !parse_host(s, (size_t)((comma ? comma : end) - s), port, arena,
				&u->seeds[u->seed_count]))
			return false;
		u->seed_count++;
		if (!comma)
			return true;
	}
}

static enum err parse_sentinel(const char *rest, struct arena *arena, struct redis_url *ret,
			       const char **ret_why)
{
	struct redis_url u = {.kind = REDIS_SENTINEL};
	size_t len = strcspn(rest, "/"), name_len;
	const char *name = rest + len;

	*ret_why =
		"sentinel:// wants [user:password@]host[:port][,host[:port]…]/name of the master[/number of the database], "
		"of 16 sentinels at most";
	rest = cut_user(rest, &len, arena, &u);
	if (!parse_seeds(rest, len, SENTINEL_PORT, arena, &u) || !*name++)
		return ERR_INVALID;
	name_len = strcspn(name, "/");
	if (!name_len || !parse_db(name + name_len, &u.db))
		return ERR_INVALID;
	u.master = unescape(arena, name, name_len);
	if (!*u.master)
		return ERR_INVALID;
	*ret = u;
	return ERR_OK;
}

static enum err parse_cluster(const char *rest, struct arena *arena, struct redis_url *ret,
			      const char **ret_why)
{
	struct redis_url u = {.kind = REDIS_CLUSTER};
	size_t len = strcspn(rest, "/");
	const char *slash = rest + len;

	*ret_why =
		"cluster:// wants [user:password@]host[:port][,host[:port]…], of 16 nodes at most; a cluster has one database";
	rest = cut_user(rest, &len, arena, &u);
	if (!parse_seeds(rest, len, REDIS_PORT, arena, &u) || (slash[0] && slash[1]))
		return ERR_INVALID;
	*ret = u;
	return ERR_OK;
}

static const struct {
	const char *scheme;
	enum err (*parse)(const char *rest, struct arena *arena, struct redis_url *ret,
			  const char **ret_why);
} forms[] = {
	{"unix:", parse_unix},
	{"redis://", parse_tcp},
	{"sentinel://", parse_sentinel},
	{"cluster://", parse_cluster},
};

enum err redis_url_parse(const char *url, struct arena *arena, struct redis_url *ret,
			 const char **ret_why)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t len = strlen(forms[i].scheme);

		if (!strncmp(url, forms[i].scheme, len))
			return forms[i].parse(url + len, arena, ret, ret_why);
	}
	*ret_why =
		"must be embedded, unix:/path, redis://host:port, sentinel://host:port/name or cluster://host:port";
	return ERR_INVALID;
}
