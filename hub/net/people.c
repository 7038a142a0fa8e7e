/* people.c: see people.h. A record that cannot be read is left out and said so: it signs nobody in.
 */
#include "net/people.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "flow/account.h"

static const char *text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static void users_clear(struct people *p)
{
	for (int i = 0; i < p->user_count; i++) {
		free(p->users[i].name);
		free(p->users[i].password);
		free(p->users[i].phone);
		principal_unref(p->users[i].as);
	}
	free(p->users);
	p->users = NULL;
	p->user_count = 0;
}

static void keys_clear(struct people *p)
{
	for (int i = 0; i < p->key_count; i++) {
		free(p->keys[i].hash);
		principal_unref(p->keys[i].as);
	}
	free(p->keys);
	p->keys = NULL;
	p->key_count = 0;
}

static void take_grants(struct user *u, struct flow *f, const json_t *o)
{
	const char *phone = text_of(o, "phone");
	size_t i;
	json_t *g;

	json_array_foreach(json_object_get(o, "grants"), i, g) {
		enum who who;

		if (!who_parse(text_of(g, "role"), &who))
			continue;
		principal_grant(u->as, who, text_of(g, "body"));
		if (who == WHO_SUPERVISOR && *phone && !u->disabled)
			flow_add_person(f, text_of(g, "body"), u->name, phone);
	}
}

void people_set_users(struct people *p, struct flow *f, const struct named *items, int count)
{
	users_clear(p);
	flow_forget_people(f);
	p->users = mem_zalloc(sizeof(*p->users) * (size_t)(count + 1));
	for (int i = 0; i < count; i++) {
		json_t *o = account_read(items[i].value.data, items[i].value.len);
		struct user *u;

		if (!o) {
			log_at(LOG_ERROR, "", "a user's record cannot be read and is left out");
			continue;
		}
		u = &p->users[p->user_count++];
		u->name = mem_strdup(items[i].name);
		u->password = mem_strdup(text_of(o, "password"));
		u->phone = mem_strdup(text_of(o, "phone"));
		u->disabled = account_is_disabled(o);
		u->era = account_era(o);
		u->as = principal_new(u->name, "", "");
		take_grants(u, f, o);
		json_decref(o);
	}
}

void people_set_keys(struct people *p, const struct named *items, int count)
{
	keys_clear(p);
	p->keys = mem_zalloc(sizeof(*p->keys) * (size_t)(count + 1));
	for (int i = 0; i < count; i++) {
		json_t *o = json_loadb(items[i].value.data, items[i].value.len, 0, NULL), *body;
		struct key *k;
		size_t n;

		if (!json_is_object(o)) {
			json_decref(o);
			continue;
		}
		k = &p->keys[p->key_count++];
		k->hash = mem_strdup(items[i].name);
		k->as = principal_new(text_of(o, "name"), text_of(o, "source"), "");
		json_array_foreach(json_object_get(o, "bodies"), n, body)
			principal_grant(k->as, WHO_SYSTEM,
					json_is_string(body) ? json_string_value(body) : "");
		json_decref(o);
	}
}

void people_clear(struct people *p, struct flow *f)
{
	users_clear(p);
	keys_clear(p);
	flow_forget_people(f);
}

const struct user *people_find_user(const struct people *p, const char *name)
{
	for (int i = 0; i < p->user_count; i++) {
		if (!strcmp(p->users[i].name, name))
			return &p->users[i];
	}
	return NULL;
}

struct principal *people_find_key(const struct people *p, const char *hash)
{
	for (int i = 0; i < p->key_count; i++) {
		if (!strcmp(p->keys[i].hash, hash))
			return p->keys[i].as;
	}
	return NULL;
}

struct principal *people_find_key_named(const struct people *p, const char *name)
{
	for (int i = 0; i < p->key_count; i++) {
		if (!strcmp(p->keys[i].as->name, name))
			return p->keys[i].as;
	}
	return NULL;
}
