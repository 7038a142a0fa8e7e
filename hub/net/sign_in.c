/* sign_in.c: see auth.h. Passwords are checked on another thread, so many at a time and no more. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "flow/account.h"
#include "flow/accounts.h"
#include "flow/decided.h"
#include "net/auth_in.h"

#define TOKEN_BYTES  32
#define CHECKING_MAX 64 /* passwords at once; each takes a thread of the pool for a while */
#define WRONG_MAX    5
#define WRONG_MS     (15LL * 60 * 1000)

struct sign_in {
	struct auth *auth;
	char *user, *password, *stored;
	bool known, right;
	int era;	/* in which the password is this one */
	bool is_undone; /* there was no memory to hash with: whether it is right nobody knows */
	char *fresh;	/* the password to come; NULL: the one there is stays */
	char fresh_hash[ACCOUNT_HASH_BYTES];
	char token[TOKEN_BYTES * 2], hash[HASH_HEX];
	auth_sign_in_fn *fn;
	void *arg;
};

static void sign_in_end(struct sign_in *s, enum err e, struct principal *who)
{
	char cookie[COOKIE_LINE_BYTES] = "";

	if (e == ERR_OK)
		auth_set_cookie(s->auth, s->token, strlen(s->token), who->until_ms, cookie);
	s->fn(s->arg, e, who, cookie);
	sodium_memzero(s->password, strlen(s->password));
	sodium_memzero(s->token, sizeof(s->token));
	if (s->fresh)
		sodium_memzero(s->fresh, strlen(s->fresh));
	free(s->fresh);
	free(s->user);
	free(s->password);
	free(s->stored);
	free(s);
}

static void on_session_kept(void *arg, enum err e, const char *text)
{
	struct sign_in *s = arg;
	struct lasting kept;
	struct principal *who;

	who = e == ERR_OK && lasting_read(text, &kept)
		      ? auth_session_principal(s->auth, s->hash, &kept,
					       auth_remembered_until(s->auth))
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
	if (s->right && s->fresh)
		s->is_undone = !account_hash(s->fresh, s->fresh_hash);
}

/* All hubs count together; without the count nobody is told whether the password was right. */
static void guess(struct sign_in *s, enum guess how, store_number_fn *fn)
{
	struct arena arena;

	arena_init(&arena);
	store_guess(s->auth->flow->store,
		    &(struct guess_in){.kind = "wrong",
				       .name = decided_address_hash(s->auth->flow, s->user, &arena),
				       .how = how,
				       .max = WRONG_MAX,
				       .window_ms = WRONG_MS},
		    fn, s);
	arena_clear(&arena);
}

static void session_begin(struct sign_in *s)
{
	int64_t now_ms = clock_now_ms(&s->auth->flow->clock);
	const struct lasting l = {s->user, now_ms, now_ms + s->auth->config->session_ms, s->era};
	char *text = lasting_write(&l);
	unsigned char raw[TOKEN_BYTES];

	randombytes_buf(raw, sizeof(raw));
	sodium_bin2base64(s->token, sizeof(s->token), raw, sizeof(raw),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(raw, sizeof(raw));
	auth_hash_token(s->token, strlen(s->token), s->hash);
	store_put_expiring(s->auth->flow->store,
			   &(struct expiring){.kind = "session",
					      .name = s->hash,
					      .ttl_ms = s->auth->config->session_ms,
					      .value = {text, strlen(text)}},
			   on_session_kept, s);
	free(text);
}

/* The sessions of before are over with this; whoever asks goes on in a new one. */
static void on_changed(void *arg, enum err e, int era)
{
	struct sign_in *s = arg;

	s->era = era;
	if (e == ERR_OK)
		session_begin(s);
	else
		sign_in_end(s, e, NULL);
}

static void on_noted(void *arg, enum err e, int64_t too_often)
{
	struct sign_in *s = arg;

	if (e == ERR_OK && too_often)
		e = ERR_TOO_MANY; /* by guesses at the same time */
	else if (e == ERR_OK && !s->right)
		e = ERR_UNAUTHENTICATED;
	if (e == ERR_OK && s->fresh)
		accounts_own_password(s->auth->flow,
				      &(struct own_password){s->user, s->stored, s->fresh_hash},
				      on_changed, s);
	else if (e == ERR_OK)
		session_begin(s);
	else
		sign_in_end(s, e, NULL);
}

static void password_checked(void *arg)
{
	struct sign_in *s = arg;

	s->auth->checking--;
	if (s->is_undone)
		sign_in_end(s, ERR_UNAVAILABLE, NULL);
	else
		guess(s, s->right ? GUESS_RIGHT : GUESS_WRONG, on_noted);
}

static void on_looked(void *arg, enum err e, int64_t too_often)
{
	struct sign_in *s = arg;

	if (e == ERR_OK && !too_often) {
		loop_work(s->auth->flow->loop, check_password, password_checked, s);
		return;
	}
	s->auth->checking--;
	sign_in_end(s, e == ERR_OK ? ERR_TOO_MANY : e, NULL);
}

/* Somebody unknown costs the same time as somebody known: this is the hash of a password nobody
 * has. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
			     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static void begin(struct auth *a, const struct credentials *in, auth_sign_in_fn *fn, void *arg)
{
	const struct user *u = people_find_user(&a->people, in->user);
	struct sign_in *s;

	/* the users have not been read yet: nothing is known of this one, and nothing counts
	 * against the name */
	if (!a->generation || a->checking >= CHECKING_MAX) {
		fn(arg, ERR_UNAVAILABLE, NULL, "");
		return;
	}
	s = mem_zalloc(sizeof(*s));
	s->auth = a;
	s->user = mem_strdup(in->user);
	s->password = mem_strdup(in->password);
	s->fresh = in->fresh ? mem_strdup(in->fresh) : NULL;
	s->known = u && !u->disabled;
	s->stored = mem_strdup(s->known ? u->password : nobody);
	s->era = s->known ? u->era : 0;
	s->fn = fn;
	s->arg = arg;
	a->checking++;
	guess(s, GUESS_LOOK, on_looked);
}

void auth_sign_in(struct auth *a, const char *user, const char *password, auth_sign_in_fn *fn,
		  void *arg)
{
	begin(a, &(struct credentials){user, password, NULL}, fn, arg);
}

void auth_change_password(struct auth *a, const struct credentials *in, auth_sign_in_fn *fn,
			  void *arg)
{
	begin(a, in, fn, arg);
}
