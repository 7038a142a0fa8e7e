/*
 * auth_in.h: what auth.c, who is asking, sign_in.c, whose password is right, and session.c, for how
 * long, share. Internal to them.
 */
#ifndef TANDEM_AUTH_IN_H
#define TANDEM_AUTH_IN_H

#include "net/auth.h"
#include "net/people.h"

#define HASH_HEX	  65
#define SESSION_SLOTS	  8192
#define SEEN_BYTES	  16
#define COOKIE		  "tandem_session="
#define COOKIE_LINE_BYTES 512

struct session {
	char hash[HASH_HEX];
	struct principal *as;  /* NULL: the slot is free */
	int generation;	       /* of the users it was made from */
	int64_t remembered_ms; /* own clock: until then the store need not be asked again */
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

/* A session as the store keeps it under its hash, as text. Times are wall clock. */
struct lasting {
	const char *user; /* within the text */
	int64_t begun_ms, until_ms;
	int era; /* account.h */
};
char *lasting_write(const struct lasting *l); /* owned by the caller */
bool lasting_read(const char *text, struct lasting *ret);

void auth_hash_token(const char *token, size_t len, char ret[HASH_HEX]);
/* The user's principal with the session's name in it: made once for a slot and kept. NULL: there is
 * no such user any more. */
struct principal *auth_session_principal(struct auth *a, const char *hash, const struct lasting *l,
					 int64_t remembered_ms);
int64_t auth_remembered_until(const struct auth *a);
/* The line that gives a browser its session until then. */
void auth_set_cookie(const struct auth *a, const char *token, size_t len, int64_t until_ms,
		     char ret[COOKIE_LINE_BYTES]);
/* The session's token in the request's cookie; NULL: there is none. */
const char *auth_cookie_of(struct http_request *req, size_t *ret_len);

#endif
