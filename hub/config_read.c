#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/strmap.h"
#include "config_table.h"

extern char **environ;

#define FILE_BYTES	 (256 * 1024)
#define SLICE_BYTES	 4096
#define NAMES_MAX	 2000
#define VALUE_BYTES	 1024
#define ENV_PREFIX	 "TANDEM_"
#define CONNECTOR_PREFIX "connector."

struct reader {
	struct config *c;
	struct arena *arena;
	struct diag *diag;
	struct strmap seen; /* names of the file, with their lines */
	const char *listen_where, *demo_where;
};

/* Names that tell scripts where the program lies; they set nothing in it. */
static const char *const not_settings[] = {"TANDEM_BIN", "TANDEM_BUILD"};

static struct connector_settings *connector_of(struct reader *r, const char *name, size_t len,
					       const char *where)
{
	struct config *c = r->c;
	struct connector_settings *cs;

	for (int i = 0; i < c->connector_count; i++) {
		cs = &c->connectors[i];
		if (strlen(cs->name) == len && memcmp(cs->name, name, len) == 0)
			return cs;
	}
	if (c->connector_count == CONFIG_CONNECTORS_MAX) {
		diag_add(r->diag, where, "no more than %d connectors", CONFIG_CONNECTORS_MAX);
		return NULL;
	}
	cs = &c->connectors[c->connector_count++];
	*cs = (struct connector_settings){.name = arena_strndup(r->arena, name, len),
					  .kind_where = where};
	return cs;
}

/* A later source overrides an earlier one key by key. */
static void connector_put(struct reader *r, struct connector_settings *cs, const char *key,
			  const char *value, const char *where)
{
	int i = 0;

	if (strcmp(key, "kind") == 0) {
		cs->kind = value;
		cs->kind_where = where;
		return;
	}
	while (i < cs->count && strcmp(cs->values[i].key, key) != 0)
		i++;
	if (i == (int)(sizeof(cs->values) / sizeof(cs->values[0]))) {
		diag_add(r->diag, where, "connector %s has too many keys", cs->name);
		return;
	}
	if (i == cs->count)
		cs->count++;
	cs->values[i] = (struct connector_setting){arena_strdup(r->arena, key), value, where};
}

/* connector.<name>.<key>: the name stands in URLs and environment variables, so it is letters and
 * digits only. */
static void apply_connector(struct reader *r, const char *name, const char *value,
			    const char *where)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const char *start = name + strlen(CONNECTOR_PREFIX), *key;
	size_t len = strspn(start, letters);
	struct connector_settings *cs;

	key = start[len] == '.' ? start + len + 1 : "";
	if (len == 0 || len > 32 || memchr(start, '_', len)) {
		diag_add(r->diag, where,
			 "a connector's name is 1 to 32 lower-case letters and digits");
		return;
	}
	if (!key[0] || strlen(key) > 64 || key[strspn(key, letters)]) {
		diag_add(r->diag, where, "must be connector.<name>.<key>");
		return;
	}
	if (!value[0] || strlen(value) > VALUE_BYTES) {
		diag_add(r->diag, where, "needs a value of at most %d bytes", VALUE_BYTES);
		return;
	}
	cs = connector_of(r, start, len, where);
	if (cs)
		connector_put(r, cs, key, value, where);
}

static void add_unknown(struct reader *r, const char *name, const char *where)
{
	const char *near = config_name_nearest(name);

	if (near)
		diag_add(r->diag, where, "unknown setting %.64s; did you mean %s?", name, near);
	else
		diag_add(r->diag, where, "unknown setting %.64s", name);
}

static void apply_row(struct reader *r, const struct config_row *row, const char *value,
		      const char *where)
{
	if (strcmp(row->name, "listen") == 0)
		r->listen_where = where;
	if (strcmp(row->name, "demo") == 0)
		r->demo_where = where;
	if (strcmp(row->name, "policy") == 0)
		r->c->policy_where = where;
	if (config_value_read(row, value, where, r->c, r->diag))
		return; /* the list of faults has it, and config_read looks at the list */
}

static bool is_connector(const char *name)
{
	return strncmp(name, CONNECTOR_PREFIX, strlen(CONNECTOR_PREFIX)) == 0;
}

bool config_is_setting(const char *name)
{
	return is_connector(name) || config_row_find(name) || strcmp(name, "port") == 0;
}

static void apply(struct reader *r, const char *name, const char *value, const char *where)
{
	const struct config_row *row = config_row_find(name);

	if (is_connector(name)) {
		apply_connector(r, name, value, where);
		return;
	}
	if (row)
		apply_row(r, row, value, where);
	else
		add_unknown(r, name, where);
}

static void apply_defaults(struct reader *r)
{
	const struct config_row *row;

	for (int i = 0; (row = config_row_at(i)); i++)
		apply_row(r, row, row->fallback, row->name);
}

static char *trim(char *s, char *end)
{
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

/* A hash opens a comment at the start of a line or behind a blank, so that one inside a value can
 * stay. */
static void cut_comment(char *line)
{
	for (char *p = line; *p; p++) {
		if (*p == '#' && (p == line || isspace((unsigned char)p[-1]))) {
			*p = '\0';
			return;
		}
	}
}

static void read_line(struct reader *r, char *line, const char *file, int number)
{
	const char *where = arena_printf(r->arena, "%s:%d", file, number);
	char *eq, *name, *value;
	int first;

	cut_comment(line);
	line = trim(line, line + strlen(line));
	if (!*line)
		return;
	eq = strchr(line, '=');
	if (!eq) {
		diag_add(r->diag, where, "must be name = value");
		return;
	}
	value = trim(eq + 1, eq + strlen(eq));
	name = trim(line, eq);
	if (r->seen.count == NAMES_MAX) {
		diag_add(r->diag, where, "too many settings");
		return;
	}
	first = strmap_add(&r->seen, name, strlen(name), number);
	if (first != number) {
		diag_add(r->diag, where, "%.64s stands in line %d already", name, first);
		return;
	}
	apply(r, name, value, where);
}

static char *slurp(struct reader *r, const char *file, size_t *ret_len)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	struct buf read_yet;
	ssize_t n = -1;

	buf_init_brief(&read_yet, 2 * FILE_BYTES);
	while (fd >= 0 && read_yet.len <= FILE_BYTES && buf_reserve(&read_yet, SLICE_BYTES) &&
	       (n = read(fd, read_yet.data + read_yet.len, SLICE_BYTES)) > 0)
		read_yet.len += (size_t)n;
	if (n < 0)
		diag_add(r->diag, file, "cannot be read: %s", strerror(errno));
	else if (read_yet.len > FILE_BYTES)
		diag_add(r->diag, file, "is larger than %d bytes", FILE_BYTES);
	else
		text = arena_strndup(r->arena, read_yet.data, read_yet.len);
	if (fd >= 0)
		close(fd);
	*ret_len = read_yet.len;
	buf_clear(&read_yet);
	return text;
}

static enum err read_file(struct reader *r, const char *file)
{
	size_t len = 0;
	char *text = slurp(r, file, &len), *end, *next;
	int number = 1;

	if (!text)
		return ERR_NOT_FOUND;
	if (strlen(text) != len) {
		diag_add(r->diag, file, "holds a NUL byte");
		return ERR_INVALID;
	}
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	strmap_init(&r->seen, r->arena, 64);
	for (; text; text = next, number++) {
		end = strchr(text, '\n');
		next = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		read_line(r, text, file, number);
	}
	return ERR_OK;
}

/* TANDEM_REDIS_URL for redis.url: dots and underscores both are underscores there. */
static bool env_matches(const char *env, size_t len, const char *name)
{
	if (strlen(name) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (env[i] != (name[i] == '.' ? '_' : toupper((unsigned char)name[i])))
			return false;
	return true;
}

/* The setting that a variable (without its prefix) names; what is no row's name is told as it would
 * be written. */
static const char *env_setting(struct reader *r, const char *env, size_t len)
{
	const struct config_row *row;
	char *name;
	int dots = 0;

	for (int i = 0; (row = config_row_at(i)); i++)
		if (env_matches(env, len, row->name))
			return row->name;
	name = arena_strndup(r->arena, env, len);
	for (char *p = name; *p; p++) {
		*p = (char)tolower((unsigned char)*p);
		if (*p == '_' && strncmp(name, "connector", 9) == 0 && dots++ < 2)
			*p = '.';
	}
	return name;
}

static bool is_setting_variable(const char *entry, const char *eq)
{
	size_t len = (size_t)(eq - entry);

	for (size_t i = 0; i < sizeof(not_settings) / sizeof(not_settings[0]); i++)
		if (strlen(not_settings[i]) == len && memcmp(entry, not_settings[i], len) == 0)
			return false;
	return strncmp(entry, ENV_PREFIX, strlen(ENV_PREFIX)) == 0;
}

static void read_environment(struct reader *r)
{
	size_t prefix = strlen(ENV_PREFIX);

	for (char **e = environ; e && *e; e++) {
		const char *eq = strchr(*e, '=');
		const char *where;

		if (!eq || !is_setting_variable(*e, eq))
			continue;
		where = arena_strndup(r->arena, *e, (size_t)(eq - *e));
		apply(r, env_setting(r, *e + prefix, (size_t)(eq - *e) - prefix),
		      arena_strdup(r->arena, eq + 1), where);
	}
}

/* `port` is only known to the command line: it changes the port and keeps the address. */
static void apply_port(struct reader *r, const char *port)
{
	const char *listen = r->c->listen, *colon = strrchr(listen, ':');

	if (strncmp(listen, "unix:", 5) == 0) {
		diag_add(r->diag, "--port", "has no meaning while listening on a unix socket");
		return;
	}
	apply(r, "listen", arena_printf(r->arena, "%.*s:%s", (int)(colon - listen), listen, port),
	      "--port");
}

static void read_overrides(struct reader *r, const struct config_override *over, int count)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(over[i].name, "port") == 0)
			apply_port(r, over[i].value);
		else
			apply(r, arena_strdup(r->arena, over[i].name),
			      arena_strdup(r->arena, over[i].value),
			      arena_printf(r->arena, "--%s", over[i].name));
	}
}

/* What no value can say for itself. */
static void check_together(struct reader *r)
{
	const struct config *c = r->c;

	if (!config_listen_is_private(c->listen) && !c->insecure_listen)
		diag_add(r->diag, r->listen_where,
			 "listening in clear on more than loopback needs insecure_listen = yes");
	if (!config_listen_is_private(c->listen) && c->demo)
		diag_add(r->diag, r->demo_where,
			 "demo people must not be reachable from outside: listen on loopback");
	for (int i = 0; i < c->connector_count; i++)
		if (!c->connectors[i].kind)
			diag_add(r->diag, c->connectors[i].kind_where,
				 "connector.%s.kind: is missing", c->connectors[i].name);
}

enum err config_read(const struct config_source *from, struct arena *arena, struct config *ret,
		     struct diag *diag)
{
	struct config *c = arena_zalloc(arena, sizeof(*c));
	struct reader r = {.c = c, .arena = arena, .diag = diag};
	size_t before = diag->count;
	enum err e = ERR_OK;

	apply_defaults(&r);
	if (from->file)
		e = read_file(&r, from->file);
	read_environment(&r);
	read_overrides(&r, from->over, from->over_count);
	check_together(&r);
	if (e)
		return e;
	*ret = *c;
	return diag->count > before ? ERR_INVALID : ERR_OK;
}
