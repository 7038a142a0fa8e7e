/*
 * api_idem.c: Idempotency-Key: the same key with the same request gets the same answer for a day.
 *
 * The key is taken before the work begins, in Redis, so that a second request on any hub finds it
 * and waits for the first one's answer instead of doing the work again. A hub that dies in between
 * leaves the key behind for half a minute. So does one that Redis was away from when the work was
 * over; but it knows its own mark, and that nothing is in hand under it any more: the next one with
 * the key does the work.
 */
#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/api.h"

#define KEPT_MS	       (24LL * 3600 * 1000)
#define TAKEN_MS       (30LL * 1000)
#define AGAIN_MS       50
#define WAIT_MS	       (10LL * 1000)
#define KEPT_BYTES_MAX (65u << 20) /* the longest answer, and what stands before it */
#define HASH_BYTES     16
#define HASH_HEX       33
#define HASHED_AT_ONCE (256u << 10) /* a longer body would hold up the loop */
#define AFTER_HASH     37	    /* "201 ", the hash, a space */

static void take_key(struct call *c);

/* --- what is in hand here --- */

struct keyed {
	struct keyed *next;
	char name[HASH_HEX];
};

/* Where it hangs, or the end of the list. */
static struct keyed **keyed_find(struct api *a, const char *name)
{
	struct keyed **at = &a->keyed;

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

static void keyed_begin(struct call *c)
{
	struct keyed *k = mem_zalloc(sizeof(*k));

	snprintf(k->name, sizeof(k->name), "%s", c->idem);
	k->next = c->api->keyed;
	c->api->keyed = k;
}

static void keyed_end(struct api *a, const char *name)
{
	struct keyed **at = keyed_find(a, name), *k = *at;

	if (k)
		*at = k->next;
	free(k);
}

/* --- the answer is kept, then given --- */

struct kept {
	struct call *call;
	struct buf value, json;
	const char *name; /* the request's */
	int status, retry_s;
	char etag[16];
};

static void on_kept(void *arg, enum err e, const char *text)
{
	struct kept *k = arg;
	struct call *c = k->call;
	struct reply r = {.status = k->status,
			  .json = buf_cstr(&k->json),
			  .len = k->json.len,
			  .etag = k->etag,
			  .retry_s = k->retry_s};

	(void)text;
	keyed_end(c->api, k->name);
	if (e != ERR_OK)
		call_problem(c, ERR_UNAVAILABLE, "The answer could not be kept; ask again");
	else
		call_reply(c, &r);
	buf_clear(&k->value);
	buf_clear(&k->json);
	free(k);
}

/* Nothing was done, and the same may be asked for in a better moment, or said in a better way. */
static bool says_try_again(int status)
{
	return status >= 500 || status == 429 || status == 412 || status == 415;
}

void idem_reply(struct call *c, const struct reply *r)
{
	struct kept *k = mem_zalloc(sizeof(*k));
	const char *name = c->idem;

	c->idem = NULL;
	k->call = c;
	k->name = name;
	k->status = r->status;
	k->retry_s = r->retry_s;
	snprintf(k->etag, sizeof(k->etag), "%s", r->etag);
	buf_init(&k->json, KEPT_BYTES_MAX);
	buf_add(&k->json, r->json, r->len);
	buf_init(&k->value, KEPT_BYTES_MAX);
	if (says_try_again(r->status)) {
		store_delete_expiring(c->api->flow->store, "idem", name, on_kept, k);
		return;
	}
	buf_printf(&k->value, "%03d %s %s\n", r->status, c->idem_hash, r->etag);
	buf_add(&k->value, r->json, r->len);
	store_put_expiring(c->api->flow->store,
			   &(struct expiring){.kind = "idem",
					      .name = name,
					      .ttl_ms = KEPT_MS,
					      .value = {k->value.data, k->value.len}},
			   on_kept, k);
}

/* --- the key is taken, or was --- */

struct taking {
	struct call *call;
	struct loop_timer *timer;
	char value[AFTER_HASH + HASH_HEX];
};

static void wait_over(void *arg)
{
	struct taking *t = arg;
	struct call *c = t->call;

	loop_timer_free(t->timer);
	free(t);
	take_key(c);
}

/* Somebody else works on it. Its answer is waited for, as long as a client may be thought to wait.
 */
static void wait_for_first(struct taking *t)
{
	struct call *c = t->call;

	c->idem_waited_ms += AGAIN_MS;
	if (c->idem_waited_ms > WAIT_MS) {
		free(t);
		c->idem = NULL;
		call_problem(
			c, ERR_UNAVAILABLE,
			"The first request with this Idempotency-Key is still worked on; ask again");
		return;
	}
	t->timer = loop_timer_new(c->api->flow->loop, wait_over, t);
	loop_timer_start(t->timer, AGAIN_MS, 0);
}

static void give_kept(struct call *c, const char *text)
{
	struct reply r = {.status = (int)strtol(text, NULL, 10)};
	const char *etag = text + AFTER_HASH, *end = strchr(etag, '\n');

	r.etag = arena_strndup(c->req->arena, etag, end ? (size_t)(end - etag) : 0);
	r.json = end ? end + 1 : "";
	r.len = strlen(r.json);
	c->idem = NULL;
	call_reply(c, &r);
}

static void do_work(struct taking *t)
{
	struct call *c = t->call;

	free(t);
	keyed_begin(c);
	c->route_handle(c);
}

/* Whatever is kept now was taken here, by a request that has ended without being able to say so. */
static bool is_left_behind(const struct call *c, const char *text)
{
	return strlen(text) > AFTER_HASH &&
	       !strncmp(text + AFTER_HASH, c->api->keyed_by, strlen(c->api->keyed_by)) &&
	       !*keyed_find(c->api, c->idem);
}

static void on_taken(void *arg, enum err e, const char *text)
{
	struct taking *t = arg;
	struct call *c = t->call;

	if (e == ERR_OK && strlen(text) > AFTER_HASH && !strcmp(text, t->value)) {
		do_work(t);
	} else if (e == ERR_OK && strlen(text) > AFTER_HASH &&
		   strncmp(text + 4, t->value + 4, 32) != 0) {
		free(t);
		c->idem = NULL;
		reply_invalid(call_on_reply, c, "Idempotency-Key",
			      "was used before, with another request");
	} else if (e == ERR_OK && !strncmp(text, "000 ", 4)) {
		if (is_left_behind(c, text))
			do_work(t);
		else
			wait_for_first(t);
	} else if (e == ERR_OK) {
		free(t);
		give_kept(c, text);
	} else {
		free(t);
		c->idem = NULL;
		call_problem(c, ERR_UNAVAILABLE, "Not available just now; ask again");
	}
}

static void take_key(struct call *c)
{
	struct taking *t = mem_zalloc(sizeof(*t));
	char mark[HASH_HEX / 2 + 1];
	unsigned char raw[8];

	t->call = c;
	randombytes_buf(raw, sizeof(raw));
	sodium_bin2hex(mark, sizeof(mark), raw, sizeof(raw));
	snprintf(t->value, sizeof(t->value), "000 %s %s%s", c->idem_hash, c->api->keyed_by, mark);
	store_put_expiring(c->api->flow->store,
			   &(struct expiring){.kind = "idem",
					      .name = c->idem,
					      .ttl_ms = TAKEN_MS,
					      .only_if_new = true,
					      .value = {t->value, strlen(t->value)}},
			   on_taken, t);
}

void idem_init(struct api *a)
{
	unsigned char raw[8];

	randombytes_buf(raw, sizeof(raw));
	sodium_bin2hex(a->keyed_by, sizeof(a->keyed_by), raw, sizeof(raw));
}

/* Whichever order they come in, and however the name is written. */
static void mix(unsigned char sum[HASH_BYTES], const char *name, const char *value)
{
	crypto_generichash_state st;
	unsigned char h[HASH_BYTES];

	crypto_generichash_init(&st, NULL, 0, sizeof(h));
	for (; *name; name++)
		crypto_generichash_update(
			&st, &(unsigned char){(unsigned char)tolower((unsigned char)*name)}, 1);
	crypto_generichash_update(&st, (const unsigned char *)"", 1);
	crypto_generichash_update(&st, (const unsigned char *)value, strlen(value));
	crypto_generichash_final(&st, h, sizeof(h));
	for (int i = 0; i < HASH_BYTES; i++)
		sum[i] ^= h[i];
}

/* What an event in binary mode or a file says outside of the body. */
static bool says_more(const char *header)
{
	return !strncasecmp(header, "ce-", 3) || !strcasecmp(header, "Content-Disposition");
}

/* Also on a thread of the pool: the request stays as it is until it is answered. */
static void hash_request(void *arg)
{
	struct call *c = arg;
	unsigned char sum[HASH_BYTES];
	const char *name, *value;

	crypto_generichash(sum, sizeof(sum), (const unsigned char *)c->req->body, c->req->body_len,
			   NULL, 0);
	if (*c->req->query)
		mix(sum, "?", c->req->query);
	for (int i = 0; http_header_at(c->req, i, &name, &value); i++) {
		if (says_more(name))
			mix(sum, name, value);
	}
	sodium_bin2hex(c->idem_hash, HASH_HEX, sum, sizeof(sum));
}

static void on_hashed(void *arg)
{
	take_key(arg);
}

/* One person's or one system's key for one call: nobody meets another's. */
void idem_begin(struct call *c, const char *key)
{
	crypto_generichash_state st;
	unsigned char h[16];
	char *name;

	if (!*key || strlen(key) > 255) {
		reply_invalid(call_on_reply, c, "Idempotency-Key", "must have 1 to 255 characters");
		return;
	}
	crypto_generichash_init(&st, NULL, 0, sizeof(h));
	crypto_generichash_update(&st, (const unsigned char *)c->who->name,
				  strlen(c->who->name) + 1);
	crypto_generichash_update(&st, (const unsigned char *)c->req->path,
				  strlen(c->req->path) + 1);
	if (!*c->who->session) /* a system's key may be called as somebody is */
		crypto_generichash_update(&st, (const unsigned char *)"", 1);
	crypto_generichash_update(&st, (const unsigned char *)key, strlen(key));
	crypto_generichash_final(&st, h, sizeof(h));
	name = arena_zalloc(c->req->arena, HASH_HEX);
	sodium_bin2hex(name, HASH_HEX, h, sizeof(h));
	c->idem = name;
	c->idem_hash = arena_zalloc(c->req->arena, HASH_HEX);
	if (c->req->body_len > HASHED_AT_ONCE) {
		loop_work(c->api->flow->loop, hash_request, on_hashed, c);
		return;
	}
	hash_request(c);
	take_key(c);
}
