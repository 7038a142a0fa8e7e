#include <stdio.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "base/utf8.h"
#include "cli.h"
#include "flow/principal.h"
#include "password.h"
#include "store_call.h"

#define NAME_BYTES 64

struct user_request {
	struct args args;
	const char *name, *role, *body, *phone;
	bool json;
};

static int refuse(const char *what)
{
	fprintf(stderr, "tandem user: %s\n", what);
	return 2;
}

/* The name stands in logs, lists and lines of the feed. */
static bool name_is_good(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_BYTES || utf8_valid_bytes(name, len) != len)
		return false;
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 127)
			return false;
	return true;
}

/* "13812345678" and "+8613812345678" both become the latter; NULL: neither. */
static const char *phone_of(const char *text, struct arena *arena)
{
	const char *digits = text + (text[0] == '+');
	size_t len = strlen(digits);

	if (len < 8 || len > 15 || strspn(digits, "0123456789") != len)
		return NULL;
	if (text[0] == '+')
		return text;
	return len == 11 && text[0] == '1' ? arena_printf(arena, "+86%s", text) : NULL;
}

static int check_grant(const struct user_request *u, struct store_call *c)
{
	enum who who;
	enum err e;

	if (!u->role || !who_parse(u->role, &who) || who == WHO_SYSTEM)
		return refuse("--role must be approver, supervisor, coordinator, auditor or admin");
	if (!u->body && who != WHO_ADMIN)
		return refuse("--body is missing");
	e = u->body ? store_call_policy(c) : ERR_OK;
	if (e)
		return store_call_failed(e);
	if (u->body && pack_find_body(c->pack, u->body) < 0)
		return refuse("--body: the policy in force has no such body");
	return 0;
}

/* The user as stored, or a new one without password and grants. NULL: the store failed, see
 * *ret_err. */
static json_t *load(struct store_call *c, const char *name, enum err *ret_err, bool *ret_is_new)
{
	const char *text = NULL;
	json_t *user;

	*ret_err = store_call_get(c, TABLE_USERS, name, &text);
	if (*ret_err == ERR_NOT_FOUND)
		*ret_err = ERR_OK;
	if (*ret_err)
		return NULL;
	user = text ? json_loads(text, 0, NULL) : NULL;
	*ret_is_new = !json_is_object(user);
	if (!*ret_is_new)
		return user;
	json_decref(user);
	return json_pack("{s:s, s:s, s:[], s:b, s:s}", "name", name, "password", "", "grants",
			 "disabled", 0, "phone", "");
}

static int save(struct store_call *c, const char *name, json_t *user)
{
	char *text = json_dumps(user, JSON_COMPACT);
	enum err e = store_call_put(c, TABLE_USERS, name, text);

	sodium_memzero(text, strlen(text));
	free(text);
	if (!e)
		e = store_call_tell(c, arena_printf(&c->arena, "user:%s", name));
	return e ? store_call_failed(e) : 0;
}

static void add_grant(json_t *user, const char *role, const char *body)
{
	json_t *grants = json_object_get(user, "grants"), *g;
	size_t i;

	json_array_foreach(grants, i, g) {
		const char *r = json_string_value(json_object_get(g, "role"));
		const char *b = json_string_value(json_object_get(g, "body"));

		if (r && b && strcmp(r, role) == 0 && strcmp(b, body) == 0)
			return;
	}
	json_array_append_new(grants, json_pack("{s:s, s:s}", "role", role, "body", body));
}

/* A new user needs a password; one who has one may leave it out, and must not be given another by
 * the way. */
static int take_password(json_t *user, bool is_new)
{
	const char *stored = json_string_value(json_object_get(user, "password"));
	char password[PASSWORD_BYTES + 1], hash[crypto_pwhash_STRBYTES];
	int status = 0;

	if (!password_read(is_new ? "Password" : "Password (empty: as it is)", password))
		return 2;
	if (is_new && !password[0])
		status = refuse("the password is empty");
	else if (is_new && !password_hash(password, hash))
		status = 3;
	else if (is_new)
		json_object_set_new(user, "password", json_string(hash));
	else if (password[0] && stored &&
		 crypto_pwhash_str_verify(stored, password, strlen(password)) != 0)
		status = refuse("there is a user of that name with another password; "
				"leave it empty, or set a new one with: tandem user password NAME");
	sodium_memzero(password, sizeof(password));
	return status;
}

static int user_add(struct user_request *u, struct store_call *c)
{
	const char *phone = u->phone ? phone_of(u->phone, &c->arena) : NULL;
	int status = check_grant(u, c);
	bool is_new = false;
	json_t *user;
	enum err e;

	if (status)
		return status;
	if (u->phone && !phone)
		return refuse("--phone must be a mobile number, such as +8613…");
	user = load(c, u->name, &e, &is_new);
	if (!user)
		return store_call_failed(e);
	status = take_password(user, is_new);
	if (status == 0) {
		add_grant(user, u->role, u->body ? u->body : "");
		json_object_set_new(user, "disabled", json_false());
		if (phone)
			json_object_set_new(user, "phone", json_string(phone));
		status = save(c, u->name, user);
	}
	json_decref(user);
	if (status == 0)
		printf("%s: %s %s\n", u->name, u->role, u->body ? u->body : "");
	return status;
}

/* For a user that must be there: changes one member and saves. */
static int change(struct user_request *u, struct store_call *c, const char *member, json_t *value)
{
	bool is_new = false;
	enum err e;
	json_t *user = load(c, u->name, &e, &is_new);
	int status;

	if (!user) {
		json_decref(value);
		return store_call_failed(e);
	}
	json_object_set_new(user, member, value);
	status = is_new ? 1 : save(c, u->name, user);
	if (is_new)
		fprintf(stderr, "tandem user: there is no %s\n", u->name);
	json_decref(user);
	return status;
}

static int user_disable(struct user_request *u, struct store_call *c)
{
	return change(u, c, "disabled", json_true());
}

static int user_password(struct user_request *u, struct store_call *c)
{
	char password[PASSWORD_BYTES + 1], hash[crypto_pwhash_STRBYTES];
	bool good;

	if (!password_read("New password", password))
		return 2;
	good = password[0] && password_hash(password, hash);
	sodium_memzero(password, sizeof(password));
	if (!good)
		return refuse("the password is empty");
	return change(u, c, "password", json_string(hash));
}

static void print_user(const json_t *user)
{
	const char *comma = "";
	size_t i;
	json_t *g;

	printf("%s\t", json_string_value(json_object_get(user, "name")));
	json_array_foreach(json_object_get(user, "grants"), i, g) {
		printf("%s%s@%s", comma, json_string_value(json_object_get(g, "role")),
		       json_string_value(json_object_get(g, "body")));
		comma = ",";
	}
	printf("%s\n", json_is_true(json_object_get(user, "disabled")) ? "\tdisabled" : "");
}

static int user_list(struct user_request *u, struct store_call *c)
{
	const struct named *items = NULL;
	json_t *all = json_array();
	int count = 0;
	enum err e = store_call_list(c, TABLE_USERS, &items, &count);

	for (int i = 0; !e && i < count; i++) {
		json_t *user = json_loadb(items[i].value.data, items[i].value.len, 0, NULL);

		json_object_del(user, "password");
		if (u->json)
			json_array_append(all, user);
		else if (json_is_object(user))
			print_user(user);
		json_decref(user);
	}
	if (!e && u->json && json_dumpf(all, stdout, JSON_COMPACT) == 0)
		printf("\n");
	json_decref(all);
	return e ? store_call_failed(e) : 0;
}

static const struct verb {
	const char *name;
	int words;
	int (*run)(struct user_request *u, struct store_call *c);
} verbs[] = {
	{"add", 2, user_add},
	{"list", 1, user_list},
	{"disable", 2, user_disable},
	{"password", 2, user_password},
};

static const struct verb *verb_find(const struct args *a)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (a->word_count == verbs[i].words && strcmp(verbs[i].name, a->words[0]) == 0)
			return &verbs[i];
	return NULL;
}

int cli_user(int argc, char **argv)
{
	struct user_request u = {0};
	const struct args_option options[] = {
		{"--role", &u.role, NULL}, {"--body", &u.body, NULL}, {"--phone", &u.phone, NULL},
		{"--json", NULL, &u.json}, {NULL, NULL, NULL},
	};
	int status = args_read(argc, argv, options, &u.args);
	const struct verb *v;
	struct store_call c;

	if (status)
		return status;
	v = verb_find(&u.args);
	if (!v)
		return refuse(
			"add NAME --role ROLE --body ID [--phone NUMBER] | list [--json] | disable NAME | password NAME");
	u.name = v->words == 2 ? u.args.words[1] : "";
	if (v->words == 2 && !name_is_good(u.name))
		return refuse("a name has 1 to 64 bytes and no blanks");
	if (sodium_init() < 0)
		return 3;
	status = store_call_open(&c, &u.args);
	if (status == 0)
		status = v->run(&u, &c);
	store_call_close(&c);
	return status;
}
