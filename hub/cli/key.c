#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>
#include <sodium.h>

#include "by_command.h"
#include "cli.h"
#include "flow/system_keys.h"
#include "store_call.h"

struct key_request {
	struct args args;
	const char *name, *body, *source;
	bool json;
};

static int refuse(const char *what)
{
	fprintf(stderr, "tandem key: %s\n", what);
	return 2;
}

/* "spj-371302|spj-371300": each must be in the pack. NULL after saying which is not. */
static json_t *bodies_of(const char *list, struct store_call *c)
{
	json_t *bodies = json_array();

	while (list && *list) {
		size_t len = strcspn(list, "|");
		const char *body = arena_strndup(&c->arena, list, len);

		if (pack_find_body(c->pack, body) < 0 ||
		    json_array_size(bodies) == SYSTEM_KEY_BODIES_MAX)
			break;
		json_array_append_new(bodies, json_string(body));
		list += len + (list[len] == '|');
	}
	if (list && !*list && json_array_size(bodies))
		return bodies;
	json_decref(bodies);
	refuse("--body must name bodies of the pack, with | between");
	return NULL;
}

static json_t *record_of(const struct named *item)
{
	return json_loadb(item->value.data, item->value.len, 0, NULL);
}

static bool has_name(const json_t *record, const char *name)
{
	const char *own = json_string_value(json_object_get(record, "name"));

	return own && strcmp(own, name) == 0;
}

/* Together with what tells every hub, and its line in the audit log. */
static enum err write_key(struct store_call *c, const struct key_request *k, struct named_write *w)
{
	w->table = TABLE_KEYS;
	w->told = arena_printf(&c->arena, "X\tkey:%s", k->name);
	w->audit = by_command_line(c, w->value.data ? "key-add" : "key-revoke", NULL, k->name);
	return store_call_write(c, w);
}

/* The name is looked for where the key is written: of two commands at once one finds it taken. */
static enum err store_key(struct store_call *c, const struct key_request *k, json_t *bodies,
			  const char *hash)
{
	const struct system_key key = {k->name, k->source ? k->source : "", bodies,
				       (int64_t)time(NULL) * 1000};
	const char *record = system_key_record(&key, &c->arena);

	return write_key(c, k,
			 &(struct named_write){.name = hash,
					       .value = {record, strlen(record)},
					       .alone = system_key_alone(k->name, &c->arena)});
}

static int key_add(struct key_request *k, struct store_call *c)
{
	char key[SYSTEM_KEY_BYTES], hash[SYSTEM_KEY_HASH_BYTES];
	json_t *bodies;
	enum err e;

	if (!k->body)
		return refuse("--body is missing");
	bodies = bodies_of(k->body, c);
	if (!bodies)
		return 2;
	system_key_make(key, hash);
	e = store_key(c, k, bodies, hash);
	json_decref(bodies);
	if (e == ERR_CONFLICT) {
		fprintf(stderr, "tandem key: there is a key of that name; revoke it first\n");
		return 1;
	}
	if (e)
		return store_call_failed(e);
	fprintf(stderr, "The key is shown this once; only its hash is kept.\n");
	printf("%s\n", key);
	sodium_memzero(key, sizeof(key));
	return 0;
}

static void print_key(const json_t *record)
{
	const char *comma = "";
	json_t *body;
	size_t i;

	printf("%s\t", json_string_value(json_object_get(record, "name")));
	json_array_foreach(json_object_get(record, "bodies"), i, body) {
		printf("%s%s", comma, json_string_value(body));
		comma = "|";
	}
	printf("\t%s\t%s\n", json_string_value(json_object_get(record, "source")),
	       json_string_value(json_object_get(record, "created")));
}

static int key_list(struct key_request *k, struct store_call *c)
{
	const struct named *items = NULL;
	json_t *all = json_array();
	int count = 0;
	enum err e = store_call_list(c, TABLE_KEYS, &items, &count);

	for (int i = 0; !e && i < count; i++) {
		json_t *record = record_of(&items[i]);

		if (k->json)
			json_array_append(all, record);
		else if (json_is_object(record))
			print_key(record);
		json_decref(record);
	}
	if (!e && k->json && json_dumpf(all, stdout, JSON_COMPACT) == 0)
		printf("\n");
	json_decref(all);
	return e ? store_call_failed(e) : 0;
}

static int key_revoke(struct key_request *k, struct store_call *c)
{
	const struct named *items = NULL;
	int count = 0, revoked = 0;
	enum err e = store_call_list(c, TABLE_KEYS, &items, &count);

	for (int i = 0; !e && i < count; i++) {
		json_t *record = record_of(&items[i]);

		if (has_name(record, k->name)) {
			e = write_key(c, k, &(struct named_write){.name = items[i].name});
			revoked += !e;
			e = e == ERR_NOT_FOUND ? ERR_OK : e; /* somebody else did it just now */
		}
		json_decref(record);
	}
	if (e)
		return store_call_failed(e);
	if (!revoked)
		fprintf(stderr, "tandem key: there is no %s\n", k->name);
	return revoked ? 0 : 1;
}

static const struct verb {
	const char *name;
	int words;
	int (*run)(struct key_request *k, struct store_call *c);
} verbs[] = {
	{"add", 2, key_add},
	{"list", 1, key_list},
	{"revoke", 2, key_revoke},
};

static const struct verb *verb_find(const struct args *a)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (a->word_count == verbs[i].words && strcmp(verbs[i].name, a->words[0]) == 0)
			return &verbs[i];
	return NULL;
}

int cli_key(int argc, char **argv)
{
	struct key_request k = {0};
	const struct args_option options[] = {
		{"--body", &k.body, NULL},
		{"--source", &k.source, NULL},
		{"--json", NULL, &k.json},
		{NULL, NULL, NULL},
	};
	int status = args_read(argc, argv, options, &k.args);
	const struct verb *v;
	struct store_call c;

	if (status)
		return status;
	v = verb_find(&k.args);
	if (!v)
		return refuse(
			"add NAME --body ID[|ID] [--source PREFIX] | list [--json] | revoke NAME");
	k.name = v->words == 2 ? k.args.words[1] : "";
	if (v->words == 2 && !system_key_name_is_good(k.name))
		return refuse("a name has 1 to 64 letters, digits, dots, dashes and underscores");
	if (sodium_init() < 0)
		return 3;
	status = store_call_open(&c, &k.args);
	if (status == 0)
		status = v->run(&k, &c);
	store_call_close(&c);
	return status;
}
