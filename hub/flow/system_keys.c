/* system_keys.c: see system_keys.h. */
#include "flow/system_keys.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/respond_in.h"
#include "timefmt.h"

#define SECRET_BYTES 32
#define PREFIX	     "tdm_"
#define RECORD_BYTES 8192

void system_key_make(char ret_key[SYSTEM_KEY_BYTES], char ret_hash[SYSTEM_KEY_HASH_BYTES])
{
	unsigned char secret[SECRET_BYTES], hash[SECRET_BYTES];

	randombytes_buf(secret, sizeof(secret));
	memcpy(ret_key, PREFIX, sizeof(PREFIX));
	sodium_bin2base64(ret_key + strlen(PREFIX), SYSTEM_KEY_BYTES - strlen(PREFIX), secret,
			  sizeof(secret), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)ret_key, strlen(ret_key),
			   NULL, 0);
	sodium_bin2hex(ret_hash, SYSTEM_KEY_HASH_BYTES, hash, sizeof(hash));
	sodium_memzero(secret, sizeof(secret));
}

bool system_key_name_is_good(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= 64 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
		       len;
}

const char *system_key_record(const struct system_key *k, struct arena *arena)
{
	char created[TIMEFMT_BYTES], *text;
	const char *kept;
	json_t *record;

	time_format(k->created_ms, SHANGHAI_MIN, created);
	record = json_pack("{s:s, s:O, s:s, s:s}", "name", k->name, "bodies", k->bodies, "source",
			   k->source, "created", created);
	text = json_dumps(record, JSON_COMPACT);
	json_decref(record);
	kept = arena_strdup(arena, text);
	free(text);
	return kept;
}

const char *system_key_alone(const char *name, struct arena *arena)
{
	return arena_printf(arena, "{\"name\":\"%s\",", name);
}

/* --- the calls --- */

struct keeping {
	struct flow *flow;
	struct arena arena;
	struct diag diag;
	const char *who, *name;
	struct system_key key; /* of a new one */
	bool is_revoked;       /* one of the name at least */
	json_t *bodies;
	char secret[SYSTEM_KEY_BYTES], hash[SYSTEM_KEY_HASH_BYTES];
	reply_fn *fn;
	void *arg;
};

static struct keeping *keeping_new(struct flow *f, const struct principal *who, reply_fn *fn,
				   void *arg)
{
	struct keeping *k;

	if (!principal_administers(who, "")) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return NULL;
	}
	k = mem_zalloc(sizeof(*k));
	arena_init(&k->arena);
	diag_init(&k->diag, &k->arena);
	k->flow = f;
	k->who = arena_strdup(&k->arena, who->name);
	k->fn = fn;
	k->arg = arg;
	return k;
}

static void keeping_free(struct keeping *k)
{
	sodium_memzero(k->secret, sizeof(k->secret));
	json_decref(k->bodies);
	arena_clear(&k->arena);
	free(k);
}

static void refuse(struct keeping *k, enum err e, const char *detail)
{
	reply_problem(k->fn, k->arg, e, detail);
	keeping_free(k);
}

static void answer(struct keeping *k, int status, const struct buf *out)
{
	k->fn(k->arg, &(struct reply){.err = ERR_OK,
				      .status = status,
				      .json = out->data,
				      .len = out->len,
				      .etag = ""});
	keeping_free(k);
}

/* What is kept, or NULL when it cannot be read: whoever may sign in by it is not known either. */
static json_t *record_of(const struct named *item)
{
	json_t *o = json_loadb(item->value.data, item->value.len, 0, NULL);

	if (json_is_object(o) && json_string_value(json_object_get(o, "name")))
		return o;
	json_decref(o);
	return NULL;
}

static const struct named *find_named(const struct named *items, int count, const char *name)
{
	const struct named *found = NULL;

	for (int i = 0; i < count && !found; i++) {
		json_t *o = record_of(&items[i]);

		if (o && !strcmp(json_string_value(json_object_get(o, "name")), name))
			found = &items[i];
		json_decref(o);
	}
	return found;
}

static void print_bodies(const struct pack *pack, const json_t *bodies, struct buf *out)
{
	json_t *id;
	size_t i;

	buf_add_str(out, "\"bodies\":[");
	json_array_foreach(bodies, i, id) {
		int b = pack_find_body(pack, json_is_string(id) ? json_string_value(id) : "");

		buf_add_str(out, i ? ",{\"id\":" : "{\"id\":");
		buf_add_json(out, json_is_string(id) ? json_string_value(id) : "");
		buf_add_str(out, ",\"name\":");
		buf_add_json(out, b < 0 ? NULL : pack_view(pack)->bodies[b].name);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

/* The members of one, without braces. */
static void print_key(const struct pack *pack, const json_t *o, struct buf *out)
{
	const char *source = json_string_value(json_object_get(o, "source"));

	buf_add_str(out, "\"name\":");
	buf_add_json(out, json_string_value(json_object_get(o, "name")));
	buf_add_char(out, ',');
	print_bodies(pack, json_object_get(o, "bodies"), out);
	buf_add_str(out, ",\"source\":");
	buf_add_json(out, source ? source : "");
	buf_add_str(out, ",\"created\":");
	buf_add_json(out, json_string_value(json_object_get(o, "created")));
}

static void on_list(void *arg, enum err e, const struct named *items, int count)
{
	struct keeping *k = arg;
	const char *comma = "";
	struct buf out;

	if (e != ERR_OK) {
		refuse(k, e, err_title(e));
		return;
	}
	buf_init(&out, 16u << 20);
	buf_add_str(&out, "{\"items\":[");
	for (int i = 0; i < count; i++) {
		json_t *o = record_of(&items[i]);

		if (!o)
			continue;
		buf_printf(&out, "%s{", comma);
		print_key(k->flow->pack, o, &out);
		buf_add_char(&out, '}');
		comma = ",";
		json_decref(o);
	}
	buf_add_str(&out, "],\"allowed\":[\"add\",\"revoke\"]}");
	answer(k, 200, &out);
	buf_clear(&out);
}

void system_keys_list(struct flow *f, const struct principal *who, reply_fn *fn, void *arg)
{
	struct keeping *k = keeping_new(f, who, fn, arg);

	if (k)
		store_list(f->store, TABLE_KEYS, on_list, k);
}

/* Written together with who did it, and with what tells every hub to look again. */
static void write_key(struct keeping *k, struct named_write *w, store_text_fn *fn)
{
	struct audited a = {.at_ms = clock_now_ms(&k->flow->clock),
			    .who = k->who,
			    .act = w->value.data ? "key-add" : "key-revoke",
			    .notice = -1,
			    .detail = k->name};
	struct buf line;

	buf_init(&line, RECORD_BYTES);
	audit_line(&a, &line);
	w->table = TABLE_KEYS;
	w->audit = buf_cstr(&line);
	w->told = arena_printf(&k->arena, "X\tkey:%s", k->name);
	store_write_named(k->flow->store, w, fn, k);
	buf_clear(&line);
}

static void on_added(void *arg, enum err e, const char *text)
{
	struct keeping *k = arg;
	struct buf out;
	json_t *o;

	(void)text;
	if (e != ERR_OK) {
		refuse(k, e,
		       e == ERR_CONFLICT ? "There is a key of that name; revoke it first"
					 : err_title(e));
		return;
	}
	o = json_loads(system_key_record(&k->key, &k->arena), 0, NULL);
	buf_init(&out, RECORD_BYTES);
	buf_add_char(&out, '{');
	print_key(k->flow->pack, o, &out);
	buf_add_str(&out, ",\"key\":");
	buf_add_json(&out, k->secret);
	buf_add_char(&out, '}');
	json_decref(o);
	answer(k, 201, &out);
	sodium_memzero(out.data, out.len);
	buf_clear(&out);
}

/* Whoever asks for the same name at the same time finds it taken: the name is looked for where the
 * key is written. */
static void add(struct keeping *k)
{
	const char *record = system_key_record(&k->key, &k->arena);
	const char *alone = system_key_alone(k->name, &k->arena);

	system_key_make(k->secret, k->hash);
	write_key(k,
		  &(struct named_write){
			  .name = k->hash, .value = {record, strlen(record)}, .alone = alone},
		  on_added);
}

static void read_bodies(struct keeping *k, const json_t *said)
{
	const json_t *list = json_object_get(said, "bodies");
	const json_t *id;
	size_t i;

	k->bodies = json_array();
	if (json_array_size(list) < 1 || json_array_size(list) > SYSTEM_KEY_BODIES_MAX)
		diag_add(&k->diag, "/bodies", "must be a list of 1 to 16 bodies");
	json_array_foreach((json_t *)list, i, id) {
		if (json_is_string(id) && pack_find_body(k->flow->pack, json_string_value(id)) >= 0)
			json_array_append_new(k->bodies, json_string(json_string_value(id)));
		else
			diag_add(&k->diag, arena_printf(&k->arena, "/bodies/%zu", i),
				 "is no body of the policy in force");
	}
}

void system_keys_add(struct flow *f, const struct principal *who, const json_t *said, reply_fn *fn,
		     void *arg)
{
	struct keeping *k = keeping_new(f, who, fn, arg);

	if (!k)
		return;
	k->name = act_text(said, "name", true, &k->diag);
	if (!k->diag.first && !system_key_name_is_good(k->name))
		diag_add(&k->diag, "/name",
			 "must be 1 to 64 letters, digits, dots, dashes and underscores");
	read_bodies(k, said);
	k->key = (struct system_key){k->name, act_text(said, "source", false, &k->diag), k->bodies,
				     clock_now_ms(&f->clock)};
	if (!k->diag.first) {
		add(k);
		return;
	}
	reply_faults(fn, arg, "The key has faults; there is none", &k->diag);
	keeping_free(k);
}

static void revoke(struct keeping *k);

static void on_revoked(void *arg, enum err e, const char *text)
{
	struct keeping *k = arg;

	(void)text;
	if (e != ERR_OK && e != ERR_NOT_FOUND) {
		refuse(k, e, err_title(e));
		return;
	}
	k->is_revoked = k->is_revoked || e == ERR_OK;
	revoke(k);
}

static void answer_revoked(struct keeping *k)
{
	struct buf out;

	buf_init(&out, RECORD_BYTES);
	buf_add_str(&out, "{\"name\":");
	buf_add_json(&out, k->name);
	buf_add_str(&out, ",\"revoked\":true}");
	answer(k, 200, &out);
	buf_clear(&out);
}

static void on_revoking(void *arg, enum err e, const struct named *items, int count)
{
	struct keeping *k = arg;
	const struct named *one = e == ERR_OK ? find_named(items, count, k->name) : NULL;

	if (one)
		write_key(k, &(struct named_write){.name = one->name}, on_revoked);
	else if (e == ERR_OK && k->is_revoked)
		answer_revoked(k);
	else
		refuse(k, e == ERR_OK ? ERR_NOT_FOUND : e, "There is no key of that name");
}

/* All of the name, one after the other: commands on two machines can have made more than one. */
static void revoke(struct keeping *k)
{
	store_list(k->flow->store, TABLE_KEYS, on_revoking, k);
}

void system_keys_revoke(struct flow *f, const struct principal *who, const char *name, reply_fn *fn,
			void *arg)
{
	struct keeping *k = keeping_new(f, who, fn, arg);

	if (!k)
		return;
	k->name = arena_strdup(&k->arena, name);
	revoke(k);
}
