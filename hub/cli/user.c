#include <stdio.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "cli.h"
#include "flow/account.h"
#include "password.h"
#include "store_call.h"

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

static int check_grant(const struct user_request *u, struct store_call *c)
{
	enum err e;

	if (!u->role || !account_role_is_good(u->role))
		return refuse("--role must be approver, supervisor, coordinator, auditor or admin");
	if (!u->body && account_role_needs_body(u->role))
		return refuse("--body is missing");
	e = u->body ? store_call_policy(c) : ERR_OK;
	if (e)
		return store_call_failed(e);
	if (u->body && pack_find_body(c->pack, u->body) < 0)
		return refuse("--body: the policy in force has no such body");
	return 0;
}

/* The user as stored, and as text, or a new one without password and grants, and NULL. NULL: the
 * store failed, see *ret_err. */
static json_t *load(struct store_call *c, const char *name, enum err *ret_err, const char **ret_was)
{
	json_t *user;

	*ret_was = NULL;
	*ret_err = store_call_get(c, TABLE_USERS, name, ret_was);
	if (*ret_err == ERR_NOT_FOUND)
		*ret_err = ERR_OK;
	if (*ret_err)
		return NULL;
	user = *ret_was ? account_read(*ret_was, strlen(*ret_was)) : NULL;
	return user ? user : account_new(name);
}

/* Only as long as it is what it was: somebody may change it from the page meanwhile. */
static int save(struct store_call *c, const char *name, const char *was, const json_t *user)
{
	const char *text = account_write(user, &c->arena);
	enum err e = store_call_write(
		c, &(struct named_write){.table = TABLE_USERS,
					 .name = name,
					 .value = {text, strlen(text)},
					 .replaces = was != NULL,
					 .was = was,
					 .told = arena_printf(&c->arena, "X\tuser:%s", name),
					 .audit = ""});

	return e ? store_call_failed(e) : 0;
}

/* A new user needs a password; one who has one may leave it out, and must not be given another by
 * the way. */
static int take_password(json_t *user, bool is_new)
{
	const char *stored = json_string_value(json_object_get(user, "password"));
	char password[PASSWORD_BYTES + 1], hash[ACCOUNT_HASH_BYTES];
	int status = 0;

	if (!password_read(is_new ? "Password" : "Password (empty: as it is)", password))
		return 2;
	if (is_new && !password[0])
		status = refuse("the password is empty");
	else if (is_new && !account_hash(password, hash))
		status = 3;
	else if (is_new)
		account_set_password(user, hash);
	else if (password[0] && stored &&
		 crypto_pwhash_str_verify(stored, password, strlen(password)) != 0)
		status = refuse("there is a user of that name with another password; "
				"leave it empty, or set a new one with: tandem user password NAME");
	sodium_memzero(password, sizeof(password));
	return status;
}

static int user_add(struct user_request *u, struct store_call *c)
{
	const char *phone = u->phone ? account_phone(u->phone, &c->arena) : NULL;
	int status = check_grant(u, c);
	const char *was;
	json_t *user;
	enum err e;

	if (status)
		return status;
	if (u->phone && !phone)
		return refuse("--phone must be a mobile number, such as +8613…");
	user = load(c, u->name, &e, &was);
	if (!user)
		return store_call_failed(e);
	status = take_password(user, !was);
	if (status == 0) {
		account_grant(user, u->role, u->body ? u->body : "");
		account_set_disabled(user, false);
		if (phone)
			json_object_set_new(user, "phone", json_string(phone));
		status = save(c, u->name, was, user);
	}
	json_decref(user);
	if (status == 0)
		printf("%s: %s %s\n", u->name, u->role, u->body ? u->body : "");
	return status;
}

/* For a user that must be there: changes it and saves. hash: NULL disables. */
static int change(struct user_request *u, struct store_call *c, const char *hash)
{
	const char *was;
	enum err e;
	json_t *user = load(c, u->name, &e, &was);
	int status;

	if (!user)
		return store_call_failed(e);
	if (hash)
		account_set_password(user, hash);
	else
		account_set_disabled(user, true);
	status = was ? save(c, u->name, was, user) : 1;
	if (!was)
		fprintf(stderr, "tandem user: there is no %s\n", u->name);
	json_decref(user);
	return status;
}

static int user_disable(struct user_request *u, struct store_call *c)
{
	return change(u, c, NULL);
}

static int user_password(struct user_request *u, struct store_call *c)
{
	char password[PASSWORD_BYTES + 1], hash[ACCOUNT_HASH_BYTES];
	bool good;

	if (!password_read("New password", password))
		return 2;
	good = password[0] && account_hash(password, hash);
	sodium_memzero(password, sizeof(password));
	if (!good)
		return refuse("the password is empty");
	return change(u, c, hash);
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
	printf("%s\n", account_is_disabled(user) ? "\tdisabled" : "");
}

static int user_list(struct user_request *u, struct store_call *c)
{
	const struct named *items = NULL;
	json_t *all = json_array();
	int count = 0;
	enum err e = store_call_list(c, TABLE_USERS, &items, &count);

	for (int i = 0; !e && i < count; i++) {
		json_t *user = account_read(items[i].value.data, items[i].value.len);

		json_object_del(user, "password");
		if (u->json)
			json_array_append(all, user);
		else if (user)
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
	if (v->words == 2 && !account_name_is_good(u.name))
		return refuse("a name has 1 to 64 bytes and no blanks");
	if (sodium_init() < 0)
		return 3;
	status = store_call_open(&c, &u.args);
	if (status == 0)
		status = v->run(&u, &c);
	store_call_close(&c);
	return status;
}
