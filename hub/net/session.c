/* session.c: how long a session lasts, and the cookie that says so; see auth.h. */
#include <stdlib.h>
#include <string.h>

#include "net/auth_in.h"

#define TIMES_IN_ALL 11

char *lasting_write(const struct lasting *l)
{
	size_t size = strlen(l->user) + 64;
	char *text = mem_alloc(size);

	snprintf(text, size, "%lld %lld.%d %s", (long long)l->begun_ms, (long long)l->until_ms,
		 l->era, l->user);
	return text;
}

bool lasting_read(const char *text, struct lasting *ret)
{
	char *end;

	ret->begun_ms = strtoll(text, &end, 10);
	if (*end != ' ')
		return false;
	ret->until_ms = strtoll(end + 1, &end, 10);
	ret->era = *end == '.' ? (int)strtol(end + 1, &end, 10) : 0;
	ret->user = end + 1;
	return *end == ' ';
}

void auth_set_cookie(const struct auth *a, const char *token, size_t len, int64_t until_ms,
		     char ret[COOKIE_LINE_BYTES])
{
	snprintf(ret, COOKIE_LINE_BYTES,
		 "Set-Cookie: " COOKIE "%.*s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld\r\n",
		 (int)len, token,
		 (long long)(until_ms - clock_now_ms(&a->flow->clock) + 999) / 1000);
}

struct extension {
	struct auth *auth;
	struct http_request *req;
	auth_sign_in_fn *fn;
	void *arg;
	char hash[HASH_HEX];
};

static void on_extended(void *arg, enum err e, const char *text)
{
	struct extension *x = arg;
	struct auth *a = x->auth;
	char cookie[COOKIE_LINE_BYTES] = "";
	struct principal *who = NULL;
	struct lasting kept;
	const char *token;
	size_t len = 0;

	if (e == ERR_OK && lasting_read(text, &kept))
		who = auth_session_principal(a, x->hash, &kept, auth_remembered_until(a));
	if (e == ERR_NOT_FOUND || (e == ERR_OK && !who))
		e = ERR_UNAUTHENTICATED;
	token = e == ERR_OK ? auth_cookie_of(x->req, &len) : NULL;
	if (token)
		auth_set_cookie(a, token, len, who->until_ms, cookie);
	x->fn(x->arg, e, who, cookie);
	free(x);
}

void auth_extend(struct auth *a, struct http_request *req, const struct principal *who,
		 auth_sign_in_fn *fn, void *arg)
{
	struct extension *x;
	int64_t now_ms = clock_now_ms(&a->flow->clock), most_ms = a->config->session_ms;
	struct lasting l = {who->name, who->begun_ms, now_ms + most_ms, who->era};
	char *text;

	if (l.until_ms > l.begun_ms + TIMES_IN_ALL * most_ms)
		l.until_ms = l.begun_ms + TIMES_IN_ALL * most_ms;
	if (l.until_ms <= now_ms) {
		fn(arg, ERR_UNAUTHENTICATED, NULL, "");
		return;
	}
	x = mem_zalloc(sizeof(*x));
	*x = (struct extension){.auth = a, .req = req, .fn = fn, .arg = arg};
	snprintf(x->hash, sizeof(x->hash), "%s", who->session);
	text = lasting_write(&l);
	store_put_expiring(a->flow->store,
			   &(struct expiring){.kind = "session",
					      .name = x->hash,
					      .ttl_ms = l.until_ms - now_ms,
					      .value = {text, strlen(text)},
					      .only_if_there = true},
			   on_extended, x);
	free(text);
}
