/*
 * accounts.h: who may sign in and as what, for those who run the hub; for anybody else there is
 * nothing here (404). Each call answers once.
 *
 * What is changed is written together with its line in the audit log and with what tells every hub,
 * and only as long as whoever asks still runs the hub. Nobody changes their own account here:
 * whoever runs the hub alone could shut everybody out.
 */
#ifndef TANDEM_ACCOUNTS_H
#define TANDEM_ACCOUNTS_H

#include "flow/flow.h"

/* In the order of their names. after: "" from the first on. */
struct accounts_ask {
	const struct principal *who;
	const char *after;
	int limit;
};
/* 200 {items: [account], next, allowed} with
 * account {name, grants: [{role, body, body_name}], disabled, phone, allowed} */
void accounts_list(struct flow *f, const struct accounts_ask *in, reply_fn *fn, void *arg);

/* said: {name, role, body, phone} to add, {role, body} to grant and to take; NULL: nothing. */
enum account_act {
	ACCOUNT_ADD, /* 201 with a password, which only this answer says */
	ACCOUNT_GRANT,
	ACCOUNT_TAKE,
	ACCOUNT_DISABLE,
	ACCOUNT_ENABLE,
	ACCOUNT_PASSWORD, /* with a new password, likewise */
};
struct account_asked {
	const struct principal *who;
	enum account_act act;
	const char *name; /* of whom; not to add */
	const json_t *said;
};
/* the account, as in the list; 404, 409, 422 */
void accounts_act(struct flow *f, const struct account_asked *in, reply_fn *fn, void *arg);

/* Of whoever signed in by the password that is kept as `was`: another one, hashed. era: of the
 * sessions that serve from then on. ERR_UNAUTHENTICATED: it is kept so no more. */
struct own_password {
	const char *name, *was, *hash;
};
typedef void own_password_fn(void *arg, enum err e, int era);
void accounts_own_password(struct flow *f, const struct own_password *in, own_password_fn *fn,
			   void *arg);

#endif
