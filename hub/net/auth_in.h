/*
 * auth_in.h: what auth.c, who is asking, and sign_in.c, whose password is right, share. Internal to
 * them.
 */
#ifndef TANDEM_AUTH_IN_H
#define TANDEM_AUTH_IN_H

#include "net/auth.h"
#include "net/people.h"

#define HASH_HEX      65
#define SESSION_SLOTS 8192
#define SEEN_BYTES    16
#define COOKIE	      "tandem_session="

struct session {
	char hash[HASH_HEX];
	struct principal *as; /* NULL: the slot is free */
	int generation;	      /* of the users it was made from */
	int64_t until_ms;     /* own clock: until then the store need not be asked again */
};
struct auth {
	struct flow *flow;
	const struct config *config;
	struct people people;
	struct session sessions[SESSION_SLOTS];
	int checking; /* passwords */
	int generation;
	int64_t reread_ms;    /* own clock */
	bool keys_are_missed; /* when they were last asked for */
	struct again_job again;
	/* of what was read last: what stands as it was is not made anew */
	unsigned char users_seen[SEEN_BYTES], keys_seen[SEEN_BYTES];
};

void auth_hash_token(const char *token, size_t len, char ret[HASH_HEX]);
/* The user's principal with the session's name in it: made once for a slot and kept. NULL: there is
 * no such user any more. */
struct principal *auth_session_principal(struct auth *a, const char *hash, const char *user,
					 int64_t until_ms);
int64_t auth_remembered_until(const struct auth *a);

#endif
