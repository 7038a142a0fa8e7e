/* auth.c: see auth.h. */
#include "net/auth.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "net/people.h"
#include "net/throttle.h"

#define TOKEN_BYTES   32
#define HASH_HEX      65
#define SESSION_SLOTS 8192
#define COOKIE	      "tandem_session="
/* The store may have dropped a session in the meantime without a word about it. */
#define REMEMBERED_MS 10000
#define CHECKING_MAX  64 /* passwords at once; each takes a thread of the pool for a while */

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
	struct throttle throttle;
	int checking; /* passwords */
	int generation;
	bool keys_are_missed; /* when they were last asked for */
	struct again_job again;
};

static void start_again(void *arg)
{
	auth_start(arg);
}

struct auth *auth_new(struct flow *f, const struct config *cfg)
{
	struct auth *a = mem_zalloc(sizeof(*a));

	a->flow = f;
	a->config = cfg;
	a->again = (struct again_job){.fn = start_again, .arg = a};
	return a;
}

static void on_users(void *arg, enum err e, const struct named *items, int count)
{
	struct auth *a = arg;

	/* What is known stays meanwhile. */
	if (e != ERR_OK || a->keys_are_missed) {
		again_later(a->flow->again, &a->again);
		return;
	}
	people_set_users(&a->people, a->flow, items, count);
	a->generation++;
}

static void on_keys(void *arg, enum err e, const struct named *items, int count)
{
	struct auth *a = arg;

	a->keys_are_missed = e != ERR_OK;
	if (e == ERR_OK)
		people_set_keys(&a->people, items, count);
}

/* Keys first: once the users are there, both are. */
void auth_start(struct auth *a)
{
	store_list(a->flow->store, TABLE_KEYS, on_keys, a);
	store_list(a->flow->store, TABLE_USERS, on_users, a);
}

static struct session *slot_of(struct auth *a, const char *hash)
{
	return &a->sessions[strtoul((char[]){hash[0], hash[1], hash[2], hash[3], '\0'}, NULL, 16) %
			    SESSION_SLOTS];
}

static void slot_clear(struct session *s)
{
	principal_unref(s->as);
	memset(s, 0, sizeof(*s));
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	for (int i = 0; i < SESSION_SLOTS; i++)
		slot_clear(&a->sessions[i]);
	people_clear(&a->people, a->flow);
	free(a);
}

void auth_reload(struct auth *a, const char *name)
{
	if (!strncmp(name, "session:", 8)) {
		struct session *s = strlen(name + 8) >= 4 ? slot_of(a, name + 8) : NULL;

		if (s && !strcmp(s->hash, name + 8))
			slot_clear(s);
		return;
	}
	auth_start(a);
}

bool auth_session_ended(const struct principal *who, const char *name)
{
	if (!strncmp(name, "session:", 8))
		return !strcmp(who->session, name + 8);
	if (!strncmp(name, "user:", 5))
		return *who->session && !strcmp(who->name, name + 5);
	return !strncmp(name, "key:", 4) && !*who->session && !strcmp(who->name, name + 4);
}

static void hash_token(const char *token, size_t len, char ret[HASH_HEX])
{
	unsigned char h[32];

	crypto_generichash(h, sizeof(h), (const unsigned char *)token, len, NULL, 0);
	sodium_bin2hex(ret, HASH_HEX, h, sizeof(h));
}

/* The user's principal with the session's name in it: made once for a slot and kept. */
static struct principal *session_principal(struct auth *a, const char *hash, const char *user,
					   int64_t until_ms)
{
	const struct user *u = people_find_user(&a->people, user);
	struct session *s = slot_of(a, hash);

	slot_clear(s);
	if (!u || u->disabled)
		return NULL;
	s->as = principal_new(u->name, "", hash);
	for (int i = 0; i < u->as->grant_count; i++)
		principal_grant(s->as, u->as->grants[i].who, u->as->grants[i].body);
	snprintf(s->hash, sizeof(s->hash), "%s", hash);
	s->generation = a->generation;
	s->until_ms = until_ms;
	return s->as;
}

struct lookup {
	struct auth *auth;
	auth_fn *fn;
	void *arg;
	char hash[HASH_HEX];
};

static int64_t remembered_until(const struct auth *a)
{
	return loop_mono_ms(a->flow->loop) + REMEMBERED_MS;
}

static void on_session(void *arg, enum err e, const char *user)
{
	struct lookup *l = arg;
	struct principal *who = e == ERR_OK && user ? session_principal(l->auth, l->hash, user,
									remembered_until(l->auth))
						    : NULL;

	if (e == ERR_OK && !who)
		e = ERR_UNAUTHENTICATED;
	l->fn(l->arg, e, who);
	free(l);
}

static void identify_session(struct auth *a, const char *hash, auth_fn *fn, void *arg)
{
	struct session *s = slot_of(a, hash);
	struct lookup *l;

	if (!a->generation) {
		fn(arg, ERR_UNAVAILABLE, NULL); /* the users have not been read yet */
		return;
	}
	if (s->as && !strcmp(s->hash, hash) && loop_mono_ms(a->flow->loop) < s->until_ms) {
		char *user = s->generation == a->generation ? NULL : mem_strdup(s->as->name);
		struct principal *who =
			user ? session_principal(a, hash, user, s->until_ms) : s->as;

		free(user);
		fn(arg, who ? ERR_OK : ERR_UNAUTHENTICATED, who);
		return;
	}
	l = mem_zalloc(sizeof(*l));
	l->auth = a;
	l->fn = fn;
	l->arg = arg;
	snprintf(l->hash, sizeof(l->hash), "%s", hash);
	store_get_expiring(a->flow->store, "session", l->hash, on_session, l);
}

void auth_ask_again(struct auth *a, const struct principal *who, auth_fn *fn, void *arg)
{
	identify_session(a, who->session, fn, arg);
}

static const char *cookie_of(struct http_request *req, size_t *ret_len)
{
	const char *c = http_header(req, "Cookie");

	while (c) {
		c += strspn(c, " ;");
		if (!strncmp(c, COOKIE, sizeof(COOKIE) - 1)) {
			c += sizeof(COOKIE) - 1;
			*ret_len = strcspn(c, "; ");
			return c;
		}
		c = strchr(c, ';');
	}
	return NULL;
}

/* A key comes as Authorization, or, for WebSocket clients that cannot set headers, as a second
 * subprotocol. */
static const char *bearer_of(struct http_request *req, size_t *ret_len)
{
	const char *h = http_header(req, "Authorization");

	if (h && !strncasecmp(h, "Bearer ", 7)) {
		h += 7 + strspn(h + 7, " ");
		*ret_len = strcspn(h, " \t");
		return h;
	}
	h = req->wants_upgrade ? http_header(req, "Sec-WebSocket-Protocol") : NULL;
	h = h ? strstr(h, "bearer.") : NULL;
	if (!h)
		return NULL;
	*ret_len = strcspn(h + 7, ", \t");
	return h + 7;
}

void auth_identify(struct auth *a, struct http_request *req, auth_fn *fn, void *arg)
{
	size_t len = 0;
	const char *key = bearer_of(req, &len);
	char hash[HASH_HEX];

	if (key) {
		struct principal *who;

		hash_token(key, len, hash);
		who = people_find_key(&a->people, hash);
		fn(arg, who ? ERR_OK : a->generation ? ERR_UNAUTHENTICATED : ERR_UNAVAILABLE, who);
		return;
	}
	key = cookie_of(req, &len);
	if (!key || !len || len > 128) {
		fn(arg, ERR_UNAUTHENTICATED, NULL);
		return;
	}
	hash_token(key, len, hash);
	identify_session(a, hash, fn, arg);
}

bool auth_origin_is_ours(const struct auth *a, struct http_request *req)
{
	const char *origin = http_header(req, "Origin"), *host = http_header(req, "Host"),
		   *list = a->config->origin;
	size_t len;

	if (!origin)
		return !req->wants_upgrade; /* browsers always name it on a WebSocket */
	if (host && !strncmp(origin, "http://", 7) && !strcmp(origin + 7, host))
		return true;
	if (host && !strncmp(origin, "https://", 8) && !strcmp(origin + 8, host))
		return true;
	for (; list && *list; list += len + (list[len] == '|')) {
		len = strcspn(list, "|");
		if (strlen(origin) == len && !strncmp(origin, list, len))
			return true;
	}
	return false;
}

/* --- signing in --- */

struct sign_in {
	struct auth *auth;
	char *user, *password, *stored;
	bool known, right;
	bool is_undone; /* there was no memory to hash with: whether it is right nobody knows */
	char token[TOKEN_BYTES * 2], hash[HASH_HEX];
	auth_sign_in_fn *fn;
	void *arg;
};

static void sign_in_end(struct sign_in *s, enum err e, struct principal *who)
{
	char cookie[512] = "";

	if (e == ERR_OK)
		snprintf(cookie, sizeof(cookie),
			 "Set-Cookie: " COOKIE
			 "%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld\r\n",
			 s->token, (long long)(s->auth->config->session_ms / 1000));
	s->fn(s->arg, e, who, cookie);
	sodium_memzero(s->password, strlen(s->password));
	sodium_memzero(s->token, sizeof(s->token));
	free(s->user);
	free(s->password);
	free(s->stored);
	free(s);
}

static void on_session_kept(void *arg, enum err e, const char *text)
{
	struct sign_in *s = arg;
	struct principal *who;

	(void)text;
	who = e == ERR_OK ? session_principal(s->auth, s->hash, s->user, remembered_until(s->auth))
			  : NULL;
	if (e == ERR_OK && !who)
		e = ERR_UNAUTHENTICATED;
	sign_in_end(s, e, who);
}

/* What crypto_pwhash_str wrote. */
struct hashed {
	unsigned long memory_kib, passes;
	unsigned char salt[crypto_pwhash_SALTBYTES], hash[32];
};

static bool take_bytes(const char *text, size_t text_len, unsigned char *ret, size_t len)
{
	size_t got;

	return sodium_base642bin(ret, len, text, text_len, NULL, &got, NULL,
				 sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
	       got == len;
}

/* Past the word and the number after it; NULL: it is something else. */
static const char *take_number(const char *s, const char *word, unsigned long *ret)
{
	size_t len = strlen(word);
	char *end;

	if (!s || strncmp(s, word, len) != 0)
		return NULL;
	*ret = strtoul(s + len, &end, 10);
	return end;
}

static bool read_hashed(const char *text, struct hashed *ret)
{
	unsigned long lanes;
	const char *s = take_number(text, "$argon2id$v=19$m=", &ret->memory_kib), *hash;

	s = take_number(s, ",t=", &ret->passes);
	s = take_number(s, ",p=", &lanes);
	hash = s && *s == '$' && lanes == 1 ? strchr(++s, '$') : NULL;
	return hash && take_bytes(s, (size_t)(hash - s), ret->salt, sizeof(ret->salt)) &&
	       take_bytes(hash + 1, strlen(hash + 1), ret->hash, sizeof(ret->hash));
}

/* On a thread of the pool: nothing but the stored text and the password is touched.
 * crypto_pwhash_str_verify would take a lack of memory for a wrong password. */
static void check_password(void *arg)
{
	struct sign_in *s = arg;
	unsigned char hash[sizeof(((struct hashed *)NULL)->hash)];
	struct hashed as;

	if (!read_hashed(s->stored, &as))
		return;
	s->is_undone =
		crypto_pwhash(hash, sizeof(hash), s->password, strlen(s->password), as.salt,
			      as.passes, as.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0;
	s->right = !s->is_undone && sodium_memcmp(hash, as.hash, sizeof(hash)) == 0 && s->known;
	sodium_memzero(hash, sizeof(hash));
}

static void password_checked(void *arg)
{
	struct sign_in *s = arg;
	int64_t now_ms = loop_mono_ms(s->auth->flow->loop);
	unsigned char raw[TOKEN_BYTES];

	s->auth->checking--;
	if (s->is_undone) {
		sign_in_end(s, ERR_UNAVAILABLE, NULL);
		return;
	}
	if (throttle_is_shut(&s->auth->throttle, s->user, now_ms)) {
		sign_in_end(s, ERR_TOO_MANY, NULL); /* by guesses at the same time */
		return;
	}
	throttle_note(&s->auth->throttle, s->user, now_ms, s->right);
	if (!s->right) {
		sign_in_end(s, ERR_UNAUTHENTICATED, NULL);
		return;
	}
	randombytes_buf(raw, sizeof(raw));
	sodium_bin2base64(s->token, sizeof(s->token), raw, sizeof(raw),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(raw, sizeof(raw));
	hash_token(s->token, strlen(s->token), s->hash);
	store_put_expiring(s->auth->flow->store,
			   &(struct expiring){.kind = "session",
					      .name = s->hash,
					      .ttl_ms = s->auth->config->session_ms,
					      .value = {s->user, strlen(s->user)}},
			   on_session_kept, s);
}

/* Somebody unknown costs the same time as somebody known: this is the hash of a password nobody
 * has. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
			     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

void auth_sign_in(struct auth *a, const char *user, const char *password, auth_sign_in_fn *fn,
		  void *arg)
{
	const struct user *u = people_find_user(&a->people, user);
	struct sign_in *s;

	/* the users have not been read yet: nothing is known of this one, and nothing counts
	 * against the name */
	if (!a->generation || a->checking >= CHECKING_MAX) {
		fn(arg, ERR_UNAVAILABLE, NULL, "");
		return;
	}
	if (throttle_is_shut(&a->throttle, user, loop_mono_ms(a->flow->loop))) {
		fn(arg, ERR_TOO_MANY, NULL, "");
		return;
	}
	s = mem_zalloc(sizeof(*s));
	s->auth = a;
	s->user = mem_strdup(user);
	s->password = mem_strdup(password);
	s->known = u && !u->disabled;
	s->stored = mem_strdup(s->known ? u->password : nobody);
	s->fn = fn;
	s->arg = arg;
	a->checking++;
	loop_work(a->flow->loop, check_password, password_checked, s);
}

static void on_signed_out(void *arg, enum err e, const char *text)
{
	(void)arg;
	(void)e;
	(void)text;
}

void auth_sign_out(struct auth *a, const struct principal *who)
{
	char line[128];

	if (!*who->session)
		return;
	store_delete_expiring(a->flow->store, "session", who->session, on_signed_out, NULL);
	snprintf(line, sizeof(line), "X\tsession:%s", who->session);
	store_append_feed(a->flow->store, line, on_signed_out, NULL);
	auth_reload(a, line + 2);
}

bool auth_answers(void *auth, const char *user, const char *body)
{
	const struct auth *a = auth;
	const struct user *u = people_find_user(&a->people, user);

	return u && !u->disabled && principal_answers(u->as, body);
}

const char *auth_phone(const struct auth *a, const char *user)
{
	const struct user *u = people_find_user(&a->people, user);

	return u ? u->phone : "";
}
