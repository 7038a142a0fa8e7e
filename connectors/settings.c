#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#define URL_BYTES_MAX	  1024
#define NUMBER_DIGITS_MAX 9

static const struct setting_row *row_find(const struct connector_kind *kind, const char *key)
{
	for (int i = 0; i < kind->setting_count; i++) {
		if (strcmp(kind->settings[i].key, key) == 0)
			return &kind->settings[i];
	}
	return NULL;
}

static const char *pair_find(const struct settings *s, const char *key)
{
	for (int i = 0; i < s->count; i++) {
		if (strcmp(s->pairs[i].key, key) == 0)
			return s->pairs[i].value;
	}
	return NULL;
}

/* Credentials in a URL would reach logs and proxies, so an '@' is not taken at all. */
static bool is_url(const char *s)
{
	const char *host = NULL;

	if (strlen(s) > URL_BYTES_MAX || !text_is_visible(s) || strpbrk(s, "@\"<>\\"))
		return false;
	if (strncmp(s, "http://", 7) == 0)
		host = s + 7;
	else if (strncmp(s, "https://", 8) == 0)
		host = s + 8;
	return host && *host && *host != '/' && *host != ':';
}

static bool is_number(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len <= NUMBER_DIGITS_MAX && strspn(s, "0123456789") == len;
}

static bool is_one_line(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < ' ' || *s == 127)
			return false;
	}
	return true;
}

static const struct value_kind {
	const char *kind;
	bool (*is_good)(const char *value);
	const char *fault;
} value_kinds[] = {
	{"text", is_one_line, "must be one line without control characters"},
	{"url", is_url, "must be an http:// or https:// address without a user in it"},
	{"secret", is_one_line, "must be the path of a file"},
	{"number", is_number, "must be a whole number of at most nine digits"},
};

/* NULL when the value will do. An empty value counts as not given. */
static const char *value_fault(const struct setting_row *row, const char *value)
{
	if (!value || !*value)
		return row->fallback ? NULL : "must be given";
	for (size_t i = 0; i < sizeof(value_kinds) / sizeof(value_kinds[0]); i++) {
		const struct value_kind *vk = &value_kinds[i];

		if (strcmp(vk->kind, row->kind) == 0)
			return vk->is_good(value) ? NULL : vk->fault;
	}
	return NULL;
}

static void fault_add(const struct settings_view *v, const char *key, const char *what,
		      struct diag *diag)
{
	diag_add(diag, arena_printf(diag->arena, "connector.%s.%s", v->name, key), "%s", what);
}

enum err settings_check(const struct settings_view *v, struct diag *diag)
{
	size_t before = diag->count;

	for (int i = 0; i < v->given->count; i++) {
		if (!row_find(v->kind, v->given->pairs[i].key))
			fault_add(v, v->given->pairs[i].key,
				  "is not a setting of this kind of connector", diag);
	}
	for (int i = 0; i < v->kind->setting_count; i++) {
		const struct setting_row *row = &v->kind->settings[i];
		const char *fault = value_fault(row, pair_find(v->given, row->key));

		if (fault)
			fault_add(v, row->key, fault, diag);
	}
	return diag->count == before ? ERR_OK : ERR_INVALID;
}

const char *settings_text(const struct settings_view *v, const char *key)
{
	const struct setting_row *row = row_find(v->kind, key);
	const char *value = pair_find(v->given, key);

	if (value && *value)
		return value;
	return row && row->fallback ? row->fallback : "";
}

int64_t settings_number(const struct settings_view *v, const char *key)
{
	return strtoll(settings_text(v, key), NULL, 10);
}

enum err settings_secret(const struct settings_view *v, const char *key, struct arena *arena,
			 const char **ret_secret, struct diag *diag)
{
	const char *path = settings_text(v, key), *fault;

	if (!*path) {
		*ret_secret = "";
		return ERR_OK;
	}
	fault = secret_read(path, arena, ret_secret);
	if (!fault)
		return ERR_OK;
	fault_add(v, key, fault, diag);
	return ERR_INVALID;
}

bool secret_equal(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	unsigned char differs = a_len != b_len;

	for (size_t i = 0; i < b_len; i++)
		differs |= (unsigned char)((a_len ? a[i % a_len] : 0) ^ b[i]);
	return differs == 0;
}
