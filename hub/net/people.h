/* people.h: the users and keys as they stand in the store, read into principals. Internal to auth.
 */
#ifndef TANDEM_PEOPLE_H
#define TANDEM_PEOPLE_H

#include "flow/flow.h"

struct user {
	char *name, *password, *phone; /* the argon2id text; phone: "" none */
	bool disabled;
	int era;	      /* account.h */
	struct principal *as; /* without a session */
};
struct key {
	char *hash; /* hex */
	struct principal *as;
};
struct people {
	struct user *users;
	int user_count;
	struct key *keys;
	int key_count;
};
void people_set_users(struct people *p, struct flow *f, const struct named *items, int count);
void people_set_keys(struct people *p, const struct named *items, int count);
void people_clear(struct people *p, struct flow *f);
const struct user *people_find_user(const struct people *p, const char *name);
struct principal *people_find_key(const struct people *p, const char *hash);
struct principal *people_find_key_named(const struct people *p, const char *name);

#endif
