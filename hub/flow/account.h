/*
 * account.h: what is kept of a person who may sign in, JSON under their name: {name, password,
 * grants: [{role, body}], disabled, phone, era}. Made and changed here, for commands and hub alike.
 *
 * Pure. A session is of the era it began in, and serves no more in a later one: a new password and
 * being shut out begin a new era, and no clock has to be right for it.
 */
#ifndef TANDEM_ACCOUNT_H
#define TANDEM_ACCOUNT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"

#define ACCOUNT_GRANTS_MAX	   32
#define ACCOUNT_PASSWORD_BYTES_MAX 256
#define ACCOUNT_MADE_BYTES	   20  /* a password made here, and its end */
#define ACCOUNT_HASH_BYTES	   128 /* as crypto_pwhash_str writes it */

/* The name stands in logs, lists, addresses and lines of the feed. */
bool account_name_is_good(const char *name);
/* A role of people's; only who runs the hub needs no body. */
bool account_role_is_good(const char *role);
bool account_role_needs_body(const char *role);
/* A number that texts can be sent to, as it is kept; NULL: it is none. */
const char *account_phone(const char *text, struct arena *arena);

/* Without password and grants: nobody signs in by it. */
json_t *account_new(const char *name);
/* NULL: it cannot be read. */
json_t *account_read(const char *text, size_t len);
const char *account_write(const json_t *account, struct arena *arena);

/* body: "" none. False: it is as it was. */
bool account_grant(json_t *account, const char *role, const char *body);
bool account_take_grant(json_t *account, const char *role, const char *body);
bool account_set_disabled(json_t *account, bool disabled);
void account_set_password(json_t *account, const char *hash);
bool account_is_disabled(const json_t *account);
bool account_runs_hub(const json_t *account);
int account_era(const json_t *account);

/* argon2id: takes a while and much memory. False: there was not so much. */
bool account_hash(const char *password, char ret[ACCOUNT_HASH_BYTES]);
/* By chance, in letters and figures that nobody takes for one another. */
void account_make_password(char ret[ACCOUNT_MADE_BYTES]);

#endif
