/*
 * system_keys.h: the keys by which other systems send events. Kept under the key's hash: what a key
 * is, nobody can be told later.
 *
 * The calls are for those who run the hub; for anybody else there is nothing here (404). Each
 * answers once.
 */
#ifndef TANDEM_SYSTEM_KEYS_H
#define TANDEM_SYSTEM_KEYS_H

#include "flow/flow.h"

#define SYSTEM_KEY_BYTES      48
#define SYSTEM_KEY_HASH_BYTES 65
#define SYSTEM_KEY_BODIES_MAX 16

/* A new one, and what it is kept under. */
void system_key_make(char ret_key[SYSTEM_KEY_BYTES], char ret_hash[SYSTEM_KEY_HASH_BYTES]);
bool system_key_name_is_good(const char *name);
/* The record that is kept: JSON. The bodies are borrowed. */
struct system_key {
	const char *name, *source; /* source: "" any */
	json_t *bodies;
	int64_t created_ms;
};
const char *system_key_record(const struct system_key *k, struct arena *arena);
/* What every record of that name begins with. */
const char *system_key_alone(const char *name, struct arena *arena);

/* 200 {items: [{name, bodies, source, created}], allowed} */
void system_keys_list(struct flow *f, const struct principal *who, reply_fn *fn, void *arg);
/* {name, bodies, source}: 201, and the only answer that has the key in it; 409 when there is one of
 * that name; 422. */
void system_keys_add(struct flow *f, const struct principal *who, const json_t *said, reply_fn *fn,
		     void *arg);
/* 200 {name, revoked} */
void system_keys_revoke(struct flow *f, const struct principal *who, const char *name, reply_fn *fn,
			void *arg);

#endif
