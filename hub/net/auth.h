/*
 * auth.h: who is asking. Users and keys are read from the store at start and whenever the feed says
 * they changed; sessions live in the store, hashed, and are remembered here for a while. Passwords
 * are checked with argon2id on another thread.
 */
#ifndef TANDEM_AUTH_H
#define TANDEM_AUTH_H

#include "flow/flow.h"
#include "http.h"

struct auth;
struct auth *auth_new(struct flow *f, const struct config *cfg);
void auth_start(struct auth *a); /* store is up: read users and keys */
void auth_free(struct auth *a);
void auth_reload(struct auth *a, const char *name); /* the feed's "X" line */
/* Once a second: reads them again from time to time, because such a line may be lost. */
void auth_beat(struct auth *a);

/*
 * ERR_UNAUTHENTICATED: nobody; ERR_UNAVAILABLE: it cannot be known while the store is away. Called
 * back at once, from inside, when the answer is known here. The callee takes a reference if it
 * keeps who.
 */
typedef void auth_fn(void *arg, enum err e, struct principal *who);
void auth_identify(struct auth *a, struct http_request *req, auth_fn *fn, void *arg);
/* Whether the session or key that who was made from is still one. */
void auth_ask_again(struct auth *a, const struct principal *who, auth_fn *fn, void *arg);

/* ERR_OK with a cookie line; ERR_UNAUTHENTICATED for any mistake alike; ERR_TOO_MANY after five
 * failures in a quarter of an hour, at all hubs together; ERR_UNAVAILABLE when they cannot be
 * counted. */
typedef void auth_sign_in_fn(void *arg, enum err e, struct principal *who, const char *set_cookie);
void auth_sign_in(struct auth *a, const char *user, const char *password, auth_sign_in_fn *fn,
		  void *arg);
/* Of somebody who is signed in, by the password they have, which is checked and counted as for
 * signing in; the cookie line is of a new session, and all others of theirs are over. */
struct credentials {
	const char *user, *password, *fresh; /* fresh: what it is to be */
};
void auth_change_password(struct auth *a, const struct credentials *in, auth_sign_in_fn *fn,
			  void *arg);
/*
 * The session of who lasts from now as long as one that begins now, but never longer in all than
 * eleven of them: WCAG 2.2, 2.2.1, wants a limit of time that can be extended ten times at least,
 * and no session is for good. who has a session. ERR_UNAUTHENTICATED: it has ended meanwhile.
 */
void auth_extend(struct auth *a, struct http_request *req, const struct principal *who,
		 auth_sign_in_fn *fn, void *arg);
/* What has no session has none to end. Else it is ended for all hubs when fn has ERR_OK. */
typedef void auth_sign_out_fn(void *arg, enum err e);
void auth_sign_out(struct auth *a, const struct principal *who, auth_sign_out_fn *fn, void *arg);
/* whether such a user, not disabled, answers for the body */
bool auth_answers(void *auth, const char *user, const char *body);
const char *auth_phone(const struct auth *a, const char *user); /* "": none, or no such user */
/* Whether a request with a cookie comes from our own pages. */
bool auth_origin_is_ours(const struct auth *a, struct http_request *req);
/* does this "X" name end it */
bool auth_session_ended(const struct principal *who, const char *name);

#endif
