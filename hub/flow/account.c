/* account.c: see account.h. */
#include "flow/account.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "flow/principal.h"
#include "sms.h"

#define NAME_BYTES_MAX 64
#define PART	       5 /* of a password that was made: four characters, and what follows them */

static_assert(ACCOUNT_HASH_BYTES >= crypto_pwhash_STRBYTES, "libsodium writes more than that");

bool account_name_is_good(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_BYTES_MAX || utf8_valid_bytes(name, len) != len)
		return false;
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return false; /* no address can have it in it */
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 127)
			return false;
	return true;
}

bool account_role_is_good(const char *role)
{
	enum who who;

	return who_parse(role, &who) && who != WHO_SYSTEM;
}

bool account_role_needs_body(const char *role)
{
	return strcmp(role, who_name(WHO_ADMIN)) != 0;
}

const char *account_phone(const char *text, struct arena *arena)
{
	char number[NUMBER_BYTES];
	size_t len;

	if (!number_normalise(text, number) || number[0] != '+')
		return NULL;
	len = strlen(number + 1);
	return len >= 8 && len <= 15 ? arena_strdup(arena, number) : NULL;
}

json_t *account_new(const char *name)
{
	return json_pack("{s:s, s:s, s:[], s:b, s:s}", "name", name, "password", "", "grants",
			 "disabled", 0, "phone", "");
}

json_t *account_read(const char *text, size_t len)
{
	json_t *account = json_loadb(text, len, 0, NULL);

	if (json_is_object(account))
		return account;
	json_decref(account);
	return NULL;
}

const char *account_write(const json_t *account, struct arena *arena)
{
	char *text = json_dumps(account, JSON_COMPACT);
	const char *kept = arena_strdup(arena, text);

	sodium_memzero(text, strlen(text));
	free(text);
	return kept;
}

static bool is_text(const json_t *value, const char *text)
{
	const char *s = json_string_value(value);

	return s && !strcmp(s, text);
}

/* Its place, or as many as there are. */
static size_t find_grant(const json_t *grants, const char *role, const char *body)
{
	json_t *g;
	size_t i;

	json_array_foreach(grants, i, g) {
		if (is_text(json_object_get(g, "role"), role) &&
		    is_text(json_object_get(g, "body"), body))
			return i;
	}
	return json_array_size(grants);
}

bool account_grant(json_t *account, const char *role, const char *body)
{
	json_t *grants = json_object_get(account, "grants");

	if (find_grant(grants, role, body) < json_array_size(grants))
		return false;
	json_array_append_new(grants, json_pack("{s:s, s:s}", "role", role, "body", body));
	return true;
}

bool account_take_grant(json_t *account, const char *role, const char *body)
{
	json_t *grants = json_object_get(account, "grants");

	return json_array_remove(grants, find_grant(grants, role, body)) == 0;
}

int account_era(const json_t *account)
{
	return (int)json_integer_value(json_object_get(account, "era"));
}

static void begin_era(json_t *account)
{
	json_object_set_new(account, "era", json_integer(account_era(account) + 1));
}

bool account_is_disabled(const json_t *account)
{
	return json_is_true(json_object_get(account, "disabled"));
}

bool account_set_disabled(json_t *account, bool disabled)
{
	if (account_is_disabled(account) == disabled)
		return false;
	json_object_set_new(account, "disabled", json_boolean(disabled));
	if (disabled)
		begin_era(account);
	return true;
}

void account_set_password(json_t *account, const char *hash)
{
	json_object_set_new(account, "password", json_string(hash));
	begin_era(account);
}

bool account_runs_hub(const json_t *account)
{
	const json_t *grants = json_object_get(account, "grants");

	return !account_is_disabled(account) &&
	       find_grant(grants, who_name(WHO_ADMIN), "") < json_array_size(grants);
}

bool account_hash(const char *password, char ret[ACCOUNT_HASH_BYTES])
{
	return crypto_pwhash_str(ret, password, strlen(password),
				 crypto_pwhash_OPSLIMIT_INTERACTIVE,
				 crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
}

void account_make_password(char ret[ACCOUNT_MADE_BYTES])
{
	static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";

	for (size_t i = 0; i < ACCOUNT_MADE_BYTES - 1; i++)
		ret[i] = i % PART == PART - 1 ? '-'
					      : alphabet[randombytes_uniform(sizeof(alphabet) - 1)];
	ret[ACCOUNT_MADE_BYTES - 1] = '\0';
}
