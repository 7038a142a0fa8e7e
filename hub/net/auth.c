/* auth.c: see auth.h. */
#include "net/auth.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "net/auth_in.h"

/* The store may have dropped a session in the meantime without a word about it. */
#define REMEMBERED_MS 10000
/* Users and keys likewise: a line of the feed about one of them can be lost. */
#define REREAD_MS 10000

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

static bool seen_before(unsigned char seen[SEEN_BYTES], const struct named *items, int count)
{
	unsigned char now[SEEN_BYTES];
	crypto_generichash_state s;
	bool same;

	crypto_generichash_init(&s, NULL, 0, sizeof(now));
	for (int i = 0; i < count; i++) {
		const char *name = items[i].name;

		crypto_generichash_update(&s, (const unsigned char *)name, strlen(name) + 1);
		crypto_generichash_update(&s, (const unsigned char *)items[i].value.data,
					  items[i].value.len);
		crypto_generichash_update(&s, (const unsigned char *)"", 1);
	}
	crypto_generichash_final(&s, now, sizeof(now));
	same = !memcmp(seen, now, sizeof(now));
	memcpy(seen, now, sizeof(now));
	return same;
}

static void on_users(void *arg, enum err e, const struct named *items, int count)
{
	struct auth *a = arg;

	/* What is known stays meanwhile. */
	if (e != ERR_OK || a->keys_are_missed) {
		again_later(a->flow->again, &a->again);
		return;
	}
	if (seen_before(a->users_seen, items, count))
		return;
	people_set_users(&a->people, a->flow, items, count);
	a->generation++;
}

static void on_keys(void *arg, enum err e, const struct named *items, int count)
{
	struct auth *a = arg;

	a->keys_are_missed = e != ERR_OK;
	if (e == ERR_OK && !seen_before(a->keys_seen, items, count))
		people_set_keys(&a->people, items, count);
}

/* Keys first: once the users are there, both are. */
void auth_start(struct auth *a)
{
	store_list(a->flow->store, TABLE_KEYS, on_keys, a);
	store_list(a->flow->store, TABLE_USERS, on_users, a);
}

void auth_beat(struct auth *a)
{
	int64_t now_ms = loop_mono_ms(a->flow->loop);

	if (now_ms < a->reread_ms || !store_is_up(a->flow->store))
		return;
	a->reread_ms = now_ms + REREAD_MS;
	auth_start(a);
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

void auth_hash_token(const char *token, size_t len, char ret[HASH_HEX])
{
	unsigned char h[32];

	crypto_generichash(h, sizeof(h), (const unsigned char *)token, len, NULL, 0);
	sodium_bin2hex(ret, HASH_HEX, h, sizeof(h));
}

/* The user's principal with the session's name in it: made once for a slot and kept. */
struct principal *auth_session_principal(struct auth *a, const char *hash, const struct lasting *l,
					 int64_t remembered_ms)
{
	const struct user *u = people_find_user(&a->people, l->user);
	struct session *s = slot_of(a, hash);

	slot_clear(s);
	/* One of a later era than is known here is of an account that has yet to be read. */
	if (!u || u->disabled || l->era < u->era)
		return NULL;
	s->as = principal_new(u->name, "", hash);
	s->as->begun_ms = l->begun_ms;
	s->as->until_ms = l->until_ms;
	s->as->era = l->era;
	for (int i = 0; i < u->as->grant_count; i++)
		principal_grant(s->as, u->as->grants[i].who, u->as->grants[i].body);
	snprintf(s->hash, sizeof(s->hash), "%s", hash);
	s->generation = a->generation;
	s->remembered_ms = remembered_ms;
	return s->as;
}

struct lookup {
	struct auth *auth;
	auth_fn *fn;
	void *arg;
	char hash[HASH_HEX];
};

int64_t auth_remembered_until(const struct auth *a)
{
	return loop_mono_ms(a->flow->loop) + REMEMBERED_MS;
}

static void on_session(void *arg, enum err e, const char *text)
{
	struct lookup *l = arg;
	struct lasting kept;
	struct principal *who = e == ERR_OK && text && lasting_read(text, &kept)
					? auth_session_principal(l->auth, l->hash, &kept,
								 auth_remembered_until(l->auth))
					: NULL;

	if (e == ERR_OK && !who)
		e = ERR_UNAUTHENTICATED;
	l->fn(l->arg, e, who);
	free(l);
}

/* Until its end, which is the store's to say. */
static bool is_remembered(struct auth *a, const struct session *s, const char *hash)
{
	return s->as && !strcmp(s->hash, hash) && loop_mono_ms(a->flow->loop) < s->remembered_ms &&
	       clock_now_ms(&a->flow->clock) < s->as->until_ms;
}

/* Made anew from what the users have become meanwhile. */
static struct principal *made_anew(struct auth *a, const struct session *s, const char *hash)
{
	struct principal *old = principal_ref(s->as), *who;
	const struct lasting l = {old->name, old->begun_ms, old->until_ms, old->era};

	who = auth_session_principal(a, hash, &l, s->remembered_ms);
	principal_unref(old);
	return who;
}

static void identify_session(struct auth *a, const char *hash, auth_fn *fn, void *arg)
{
	struct session *s = slot_of(a, hash);
	struct lookup *l;

	if (!a->generation) {
		fn(arg, ERR_UNAVAILABLE, NULL); /* the users have not been read yet */
		return;
	}
	if (is_remembered(a, s, hash)) {
		struct principal *who =
			s->generation == a->generation ? s->as : made_anew(a, s, hash);

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
	struct principal *key;

	if (*who->session) {
		identify_session(a, who->session, fn, arg);
		return;
	}
	key = people_find_key_named(&a->people, who->name);
	fn(arg, key ? ERR_OK : ERR_UNAUTHENTICATED, key);
}

const char *auth_cookie_of(struct http_request *req, size_t *ret_len)
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

		auth_hash_token(key, len, hash);
		who = people_find_key(&a->people, hash);
		fn(arg, who ? ERR_OK : a->generation ? ERR_UNAUTHENTICATED : ERR_UNAVAILABLE, who);
		return;
	}
	key = auth_cookie_of(req, &len);
	if (!key || !len || len > 128) {
		fn(arg, ERR_UNAUTHENTICATED, NULL);
		return;
	}
	auth_hash_token(key, len, hash);
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

struct sign_out {
	struct auth *auth;
	char line[sizeof("X\tsession:") + HASH_HEX];
	auth_sign_out_fn *fn;
	void *arg;
};

/* A hub that is not told finds out when it asks for the session the next time. */
static void on_told(void *arg, enum err e, const char *text)
{
	(void)arg;
	(void)e;
	(void)text;
}

static void on_signed_out(void *arg, enum err e, const char *text)
{
	struct sign_out *s = arg;

	(void)text;
	if (e == ERR_OK) {
		store_append_feed(s->auth->flow->store, s->line, on_told, NULL);
		auth_reload(s->auth, s->line + 2);
	}
	s->fn(s->arg, e);
	free(s);
}

void auth_sign_out(struct auth *a, const struct principal *who, auth_sign_out_fn *fn, void *arg)
{
	struct sign_out *s;

	if (!*who->session) {
		fn(arg, ERR_OK);
		return;
	}
	s = mem_zalloc(sizeof(*s));
	s->auth = a;
	s->fn = fn;
	s->arg = arg;
	snprintf(s->line, sizeof(s->line), "X\tsession:%s", who->session);
	store_delete_expiring(a->flow->store, "session", who->session, on_signed_out, s);
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
