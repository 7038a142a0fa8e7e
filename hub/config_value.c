#include <arpa/inet.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "config_redis.h"
#include "config_table.h"

#define TEXT_BYTES 1024
#define DIGITS_MAX 15

struct unit {
	const char *name;
	int64_t factor;
};

/* The largest first: a value is shown in the first unit that divides it. */
static const struct unit durations[] = {
	{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}, {NULL, 0},
};
static const struct unit sizes[] = {
	{"GiB", 1073741824}, {"MiB", 1048576}, {"KiB", 1024}, {"B", 1}, {NULL, 0},
};
static const struct unit counts[] = {{"", 1}, {NULL, 0}};

static const char *const levels[] = {"error", "warn", "info", "debug", NULL};

/* Each says what is wrong with the text, or NULL after it has been put in its place. */
typedef const char *read_fn(const struct config_row *row, const char *text, void *ret);
typedef void show_fn(const struct config_row *row, const void *value, struct buf *out);

static const char *read_text(const struct config_row *row, const char *text, void *ret)
{
	(void)row;
	*(const char **)ret = text;
	return NULL;
}

static void show_text(const struct config_row *row, const void *value, struct buf *out)
{
	(void)row;
	buf_add_str(out, *(const char *const *)value);
}

/* The port behind the last colon, and how long the address in front of it is. */
static bool split_listen(const char *text, size_t *ret_host_len)
{
	const char *colon = strrchr(text, ':');
	int port = 0;

	if (!colon || !colon[1] || strlen(colon + 1) > 5)
		return false;
	for (const char *p = colon + 1; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		port = port * 10 + (*p - '0');
	}
	*ret_host_len = (size_t)(colon - text);
	return port <= 65535;
}

static bool read_address(const char *listen, struct in_addr *ret4, struct in6_addr *ret6,
			 bool *ret_is6)
{
	char host[INET6_ADDRSTRLEN + 2];
	size_t len;

	if (!split_listen(listen, &len) || len == 0 || len >= sizeof(host))
		return false;
	memcpy(host, listen, len);
	host[len] = '\0';
	*ret_is6 = host[0] == '[' && host[len - 1] == ']';
	if (!*ret_is6)
		return inet_pton(AF_INET, host, ret4) == 1;
	host[len - 1] = '\0';
	return inet_pton(AF_INET6, host + 1, ret6) == 1;
}

static bool is_socket(const char *text)
{
	return strncmp(text, "unix:", 5) == 0 && text[5];
}

bool config_listen_is_private(const char *listen)
{
	struct in6_addr a6;
	struct in_addr a4;
	bool is6;

	if (is_socket(listen))
		return true;
	if (!read_address(listen, &a4, &a6, &is6))
		return false;
	return is6 ? IN6_IS_ADDR_LOOPBACK(&a6) : ntohl(a4.s_addr) >> 24 == 127;
}

static const char *read_listen(const struct config_row *row, const char *text, void *ret)
{
	struct in6_addr a6;
	struct in_addr a4;
	bool is6;

	if (!is_socket(text) && !read_address(text, &a4, &a6, &is6))
		return "must be address:port, [address]:port or unix:/path";
	return read_text(row, text, ret);
}

static const char *read_redis(const struct config_row *row, const char *text, void *ret)
{
	struct redis_url ignored;
	struct arena arena;
	const char *why = NULL;

	arena_init(&arena);
	if (strcmp(text, "embedded") != 0 &&
	    redis_url_parse(text, &arena, &ignored, &why) == ERR_OK)
		why = NULL;
	arena_clear(&arena);
	return why ? why : read_text(row, text, ret);
}

/* What stands between "redis://" and the last "@" is a password. */
static void show_redis(const struct config_row *row, const void *value, struct buf *out)
{
	const char *url = *(const char *const *)value, *host = strstr(url, "://"),
		   *at = strrchr(url, '@');

	(void)row;
	if (host && at && host < at)
		buf_printf(out, "%.*s://***%s", (int)(host - url), url, at);
	else
		buf_add_str(out, url);
}

static const char *read_secret(const struct config_row *row, const char *text, void *ret)
{
	const char *ignored, *why = NULL;
	struct arena arena;

	arena_init(&arena);
	if (*text)
		why = secret_read(text, &arena, &ignored);
	arena_clear(&arena);
	return why ? why : read_text(row, text, ret);
}

static const char *read_level(const struct config_row *row, const char *text, void *ret)
{
	for (int i = 0; levels[i]; i++)
		if (strcmp(levels[i], text) == 0)
			return read_text(row, levels[i], ret);
	return "must be error, warn, info or debug";
}

static const char *read_yes_no(const struct config_row *row, const char *text, void *ret)
{
	(void)row;
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return "must be yes or no";
	*(bool *)ret = text[0] == 'y';
	return NULL;
}

static void show_yes_no(const struct config_row *row, const void *value, struct buf *out)
{
	(void)row;
	buf_add_str(out, *(const bool *)value ? "yes" : "no");
}

static const struct unit *units_of(enum setting_type type)
{
	if (type == SETTING_DURATION)
		return durations;
	return type == SETTING_SIZE ? sizes : counts;
}

static const char *const unit_faults[SETTING_TYPE_COUNT] = {
	[SETTING_COUNT] = "must be a whole number without a unit",
	[SETTING_DURATION] = "must be a whole number with its unit: ms, s, m, h or d, such as 15s",
	[SETTING_SIZE] = "must be a whole number with its unit: B, KiB, MiB or GiB, such as 256KiB",
};

static const char *read_number(const struct config_row *row, const char *text, void *ret)
{
	const struct unit *u = units_of(row->type);
	size_t digits = strspn(text, "0123456789");
	int64_t value = 0;

	if (digits == 0 || digits > DIGITS_MAX)
		return unit_faults[row->type];
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (text[i] - '0');
	while (u->name && strcmp(u->name, text + digits) != 0)
		u++;
	if (!u->name)
		return unit_faults[row->type];
	if (value > INT64_MAX / u->factor || value * u->factor < row->min ||
	    value * u->factor > row->max)
		return "";
	*(int64_t *)ret = value * u->factor;
	return NULL;
}

static void add_number(const struct config_row *row, int64_t value, struct buf *out)
{
	const struct unit *u = units_of(row->type);

	while (u[1].name && (value == 0 || value % u->factor != 0))
		u++;
	buf_add_int(out, value / u->factor);
	buf_add_str(out, u->name);
}

static void show_number(const struct config_row *row, const void *value, struct buf *out)
{
	add_number(row, *(const int64_t *)value, out);
}

struct type_row {
	read_fn *read;
	show_fn *show;
};
static const struct type_row types[SETTING_TYPE_COUNT] = {
	[SETTING_TEXT] = {read_text, show_text},
	[SETTING_LISTEN] = {read_listen, show_text},
	[SETTING_REDIS] = {read_redis, show_redis},
	[SETTING_SECRET] = {read_secret, show_text},
	[SETTING_LEVEL] = {read_level, show_text},
	[SETTING_YES_NO] = {read_yes_no, show_yes_no},
	[SETTING_COUNT] = {read_number, show_number},
	[SETTING_DURATION] = {read_number, show_number},
	[SETTING_SIZE] = {read_number, show_number},
};

static void add_bounds_fault(const struct config_row *row, const char *where, struct diag *diag)
{
	struct buf range;

	buf_init(&range, 128);
	add_number(row, row->min, &range);
	buf_add_str(&range, " and ");
	add_number(row, row->max, &range);
	diag_add(diag, where, "%s must lie between %s", row->name, buf_cstr(&range));
	buf_clear(&range);
}

enum err config_value_read(const struct config_row *row, const char *text, const char *where,
			   struct config *c, struct diag *diag)
{
	size_t len = strlen(text);
	const char *fault;

	if (len > TEXT_BYTES || utf8_valid_bytes(text, len) != len) {
		diag_add(diag, where, "%s must be at most %d bytes of UTF-8", row->name,
			 TEXT_BYTES);
		return ERR_INVALID;
	}
	if (len == 0 && row->fallback[0]) {
		diag_add(diag, where, "%s has no value", row->name);
		return ERR_INVALID;
	}
	fault = types[row->type].read(row, text, (char *)c + row->offset);
	if (!fault)
		return ERR_OK;
	if (fault[0])
		diag_add(diag, where, "%s %s", row->name, fault);
	else
		add_bounds_fault(row, where, diag);
	return ERR_INVALID;
}

void config_value_show(const struct config_row *row, const struct config *c, struct buf *out)
{
	types[row->type].show(row, (const char *)c + row->offset, out);
}
