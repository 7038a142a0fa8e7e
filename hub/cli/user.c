#include <stdio.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "by_command.h"
#include "cli.h"
#include "flow/account.h"
#include "password.h"
#include "store_call.h"

#define TRIES 5

struct user_request {
	struct args args;
	const char *name, *role, *body, *phone;
	bool json;
	char hash[ACCOUNT_HASH_BYTES]; /* of a new password */
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

/* An account as it stands and as it is to be. */
struct edit {
	const char *was; /* NULL: there is nobody of that name */
	json_t *user;
	const char *lines; /* of the audit log, a line feed between; "" none */
	/* another account that must stand as it does; NULL: whatever stands */
	const struct named *witness;
};

/* Somebody new is without password and grants. ret->user: the caller's. */
static enum err load(struct store_call *c, const char *name, struct edit *ret)
{
	enum err e;

	*ret = (struct edit){.lines = ""};
	e = store_call_get(c, TABLE_USERS, name, &ret->was);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	ret->user = ret->was ? account_read(ret->was, strlen(ret->was)) : NULL;
	if (!ret->user)
		ret->user = account_new(name);
	return ERR_OK;
}

static void add_line(struct store_call *c, struct edit *d, const char *line)
{
	d->lines = *d->lines ? arena_printf(&c->arena, "%s\n%s", d->lines, line) : line;
}

/* Only as long as it is what it was: somebody may change it from the page meanwhile. */
static enum err save(struct store_call *c, const char *name, const struct edit *d)
{
	const struct named *w = d->witness;
	const char *text = account_write(d->user, &c->arena);

	return store_call_write(
		c, &(struct named_write){.table = TABLE_USERS,
					 .name = name,
					 .value = {text, strlen(text)},
					 .replaces = d->was != NULL,
					 .was = d->was,
					 .witness = w ? w->name : NULL,
					 .stands = w ? w->value.data : NULL,
					 .told = arena_printf(&c->arena, "X\tuser:%s", name),
					 .audit = d->lines});
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

/* A name stays with the person who had it: what they had in hand, and what they did, is kept under
 * it. */
static int refuse_disabled(const char *name)
{
	fprintf(stderr,
		"tandem user: %s was disabled, and a name stays with the person who had it: take another "
		"for somebody else; if it is the same person: tandem user enable %s\n",
		name, name);
	return 1;
}

static void grant(struct user_request *u, struct store_call *c, struct edit *d)
{
	const char *body = u->body ? u->body : "";

	if (account_grant(d->user, u->role, body))
		add_line(c, d,
			 by_command_line(c, d->was ? "user-grant" : "user-add", body,
					 arena_printf(&c->arena, "%s %s", u->name, u->role)));
}

static void set_phone(struct user_request *u, struct store_call *c, struct edit *d,
		      const char *phone)
{
	const char *stored = json_string_value(json_object_get(d->user, "phone"));

	if (stored && !strcmp(stored, phone))
		return;
	json_object_set_new(d->user, "phone", json_string(phone));
	if (d->was)
		add_line(c, d, by_command_line(c, "user-phone", NULL, u->name));
}

static int user_add(struct user_request *u, struct store_call *c)
{
	const char *phone = u->phone ? account_phone(u->phone, &c->arena) : NULL;
	int status = check_grant(u, c);
	struct edit d;
	enum err e;

	if (status)
		return status;
	if (u->phone && !phone)
		return refuse("--phone must be a mobile number, such as +8613…");
	e = load(c, u->name, &d);
	if (e)
		return store_call_failed(e);
	status = account_is_disabled(d.user) ? refuse_disabled(u->name)
					     : take_password(d.user, !d.was);
	if (status == 0) {
		grant(u, c, &d);
		if (phone)
			set_phone(u, c, &d, phone);
		e = save(c, u->name, &d);
		status = e ? store_call_failed(e) : 0;
	}
	json_decref(d.user);
	if (status == 0)
		printf("%s: %s %s\n", u->name, u->role, u->body ? u->body : "");
	return status;
}

/* Whoever runs the hub besides that one; NULL: nobody. */
static enum err find_other_admin(struct store_call *c, const char *name, const struct named **ret)
{
	const struct named *items = NULL;
	int count = 0;
	enum err e = store_call_list(c, TABLE_USERS, &items, &count);

	*ret = NULL;
	for (int i = 0; !e && i < count && !*ret; i++) {
		json_t *other = account_read(items[i].value.data, items[i].value.len);

		if (strcmp(items[i].name, name) != 0 && account_runs_hub(other))
			*ret = &items[i];
		json_decref(other);
	}
	return e;
}

/* The hub must not be left with nobody who runs it. Whoever does so besides must still do so when
 * it is written: two commands at once would shut out each other's witness. */
static int disable(struct user_request *u, struct store_call *c, struct edit *d)
{
	enum err e = ERR_OK;

	if (account_runs_hub(d->user)) {
		e = find_other_admin(c, u->name, &d->witness);
		if (!e && !d->witness) {
			fprintf(stderr,
				"tandem user: %s is the last who runs the hub; add another first "
				"(--role admin, without --body), or end what %s has open by a new "
				"password: tandem user password %s\n",
				u->name, u->name, u->name);
			return 1;
		}
	}
	if (e)
		return store_call_failed(e);
	account_set_disabled(d->user, true);
	return 0;
}

/* For a user that must be there: changes it and saves, again where somebody was in between. */
static int change(struct user_request *u, struct store_call *c, const char *act)
{
	enum err e = ERR_STALE;
	int status = 0;
	struct edit d;

	for (int i = 0; i < TRIES && status == 0 && e == ERR_STALE; i++) {
		e = load(c, u->name, &d);
		if (e)
			break;
		if (!d.was) {
			fprintf(stderr, "tandem user: there is no %s\n", u->name);
			status = 1;
		} else if (!strcmp(act, "user-disable")) {
			status = disable(u, c, &d);
		} else if (!strcmp(act, "user-enable")) {
			account_set_disabled(d.user, false);
		} else {
			account_set_password(d.user, u->hash);
		}
		d.lines = by_command_line(c, act, NULL, u->name);
		if (status == 0)
			e = save(c, u->name, &d);
		json_decref(d.user);
	}
	return status || !e ? status : store_call_failed(e);
}

static int user_disable(struct user_request *u, struct store_call *c)
{
	return change(u, c, "user-disable");
}

static int user_enable(struct user_request *u, struct store_call *c)
{
	return change(u, c, "user-enable");
}

static int user_password(struct user_request *u, struct store_call *c)
{
	char password[PASSWORD_BYTES + 1];
	bool good;

	if (!password_read("New password", password))
		return 2;
	good = password[0] && account_hash(password, u->hash);
	sodium_memzero(password, sizeof(password));
	if (!good)
		return refuse("the password is empty");
	return change(u, c, "user-password");
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
	{"add", 2, user_add},	    {"list", 1, user_list},	    {"disable", 2, user_disable},
	{"enable", 2, user_enable}, {"password", 2, user_password},
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
			"add NAME --role ROLE --body ID [--phone NUMBER] | list [--json] | disable NAME | enable NAME | password NAME");
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
