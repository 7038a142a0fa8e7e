/* api_session.c: signing in and out, and who one is. */
#include <stdlib.h>
#include <string.h>

#include "flow/account.h"
#include "flow/view.h"
#include "net/api.h"

static void put_me(struct call *c, const struct principal *who, struct buf *out)
{
	const struct pack *pack = c->api->flow->pack;
	unsigned seen = 0;
	const char *comma = "";

	buf_add_str(out, "{\"user\":");
	buf_add_json(out, who->name);
	buf_add_str(out, ",\"name\":");
	buf_add_json(out, who->name);
	buf_add_str(out, ",\"roles\":[");
	for (int i = 0; i < who->grant_count; i++) {
		if (seen & (1u << who->grants[i].who))
			continue;
		seen |= 1u << who->grants[i].who;
		buf_add_str(out, comma);
		buf_add_json(out, who_name(who->grants[i].who));
		comma = ",";
	}
	buf_add_str(out, "],\"bodies\":[");
	for (int i = 0; i < who->grant_count; i++) {
		int b = pack_find_body(pack, who->grants[i].body);

		buf_add_str(out, i ? ",{\"id\":" : "{\"id\":");
		buf_add_json(out, who->grants[i].body);
		buf_add_str(out, ",\"name\":");
		buf_add_json(out, b < 0 ? NULL : pack_view(pack)->bodies[b].name);
		buf_add_str(out, ",\"role\":");
		buf_add_json(out, who_name(who->grants[i].who));
		buf_add_char(out, '}');
	}
	buf_add_str(out, "],\"policy\":");
	buf_add_json(out, pack_view(pack)->version);
	buf_add_str(out, ",\"title\":");
	buf_add_json(out, pack_view(pack)->title);
	buf_add_str(out, ",\"until\":");
	view_time(out, who->until_ms);
	buf_printf(out, ",\"watermark\":%s}", c->api->config->watermark ? "true" : "false");
}

void api_me(struct call *c)
{
	struct buf out;

	buf_init(&out, 64 << 10);
	put_me(c, c->who, &out);
	call_json(c, 200, buf_cstr(&out), out.len);
	buf_clear(&out);
}

/* who: with a session, given until then by the cookie. */
static void reply_session(struct call *c, const struct principal *who, const char *set_cookie)
{
	struct buf out, headers;

	buf_init(&out, 64 << 10);
	buf_init(&headers, 2048);
	put_me(c, who, &out);
	buf_printf(&headers, "Content-Type: application/json\r\nCache-Control: no-store\r\n%s",
		   set_cookie);
	http_reply(c->req, 200, buf_cstr(&headers), out.data, out.len);
	buf_clear(&out);
	buf_clear(&headers);
	principal_unref(c->who);
	free(c);
}

static void on_signed_in(void *arg, enum err e, struct principal *who, const char *set_cookie)
{
	struct call *c = arg;

	if (e == ERR_OK)
		reply_session(c, who, set_cookie);
	else
		call_problem(c, e,
			     e == ERR_TOO_MANY
				     ? "Too many failures for this name; wait a quarter of an hour"
			     : e == ERR_UNAVAILABLE ? "Nobody can sign in just now"
						    : "Name or password is wrong");
}

static void on_extended(void *arg, enum err e, struct principal *who, const char *set_cookie)
{
	struct call *c = arg;

	if (e == ERR_OK)
		reply_session(c, who, set_cookie);
	else
		call_problem(c, e, e == ERR_UNAUTHENTICATED ? "The session has ended" : NULL);
}

void api_extend(struct call *c)
{
	json_t *said;

	if (!*c->who->session) {
		call_problem(c, ERR_FORBIDDEN, "A key has no session");
		return;
	}
	if (!call_said(c, &said))
		return;
	auth_extend(c->api->auth, c->req, c->who, on_extended, c);
	json_decref(said);
}

void api_sign_in(struct call *c)
{
	json_t *o = call_object(c);
	const char *user, *password;
	struct diag diag;

	if (!o)
		return;
	diag_init(&diag, c->req->arena);
	user = json_string_value(json_object_get(o, "user"));
	password = json_string_value(json_object_get(o, "password"));
	if (!user || strlen(user) > 128)
		diag_add(&diag, "/user", "must be a string of at most 128 bytes");
	if (!password || strlen(password) > 1024)
		diag_add(&diag, "/password", "must be a string of at most 1024 bytes");
	if (diag.count)
		call_faults(c, ERR_INVALID, "user and password are needed", &diag);
	else if (!auth_origin_is_ours(c->api->auth, c->req))
		call_problem(c, ERR_FORBIDDEN, "The Origin is not ours");
	else
		auth_sign_in(c->api->auth, user, password, on_signed_in, c);
	json_decref(o);
}

#define FRESH_CHARACTERS_MIN 10

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void on_password_changed(void *arg, enum err e, struct principal *who,
				const char *set_cookie)
{
	struct call *c = arg;

	if (e == ERR_OK)
		reply_session(c, who, set_cookie);
	else if (e == ERR_UNAUTHENTICATED)
		reply_invalid(call_on_reply, c, "old", "is not the password");
	else
		call_problem(
			c, e,
			e == ERR_TOO_MANY
				? "Too many failures for this name; wait a quarter of an hour"
				: "Ask again; if it is not the password any more, sign in with the new one");
}

void api_own_password(struct call *c)
{
	struct credentials in = {.user = c->who->name};
	struct diag diag;
	json_t *o;

	if (!*c->who->session) {
		call_problem(c, ERR_FORBIDDEN, "A key has no password");
		return;
	}
	o = call_object(c);
	if (!o)
		return;
	diag_init(&diag, c->req->arena);
	in.password = json_string_value(json_object_get(o, "old"));
	in.fresh = json_string_value(json_object_get(o, "new"));
	if (!in.password || !*in.password || strlen(in.password) > 1024)
		diag_add(&diag, "/old", "is not the password");
	if (!in.fresh || characters(in.fresh) < FRESH_CHARACTERS_MIN ||
	    strlen(in.fresh) > ACCOUNT_PASSWORD_BYTES_MAX)
		diag_add(&diag, "/new", "must have 10 characters or more, and at most 256 bytes");
	else if (!strcmp(in.fresh, in.user) || (in.password && !strcmp(in.fresh, in.password)))
		diag_add(&diag, "/new", "must be another than the old one and the name");
	if (diag.count)
		call_faults(c, ERR_INVALID, "The password stays as it is", &diag);
	else
		auth_change_password(c->api->auth, &in, on_password_changed, c);
	json_decref(o);
}

/* The cookie goes in any case: the computer may be somebody else's next. */
#define COOKIE_GONE                                                                                \
	"Set-Cookie: tandem_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n"            \
	"Cache-Control: no-store\r\n"

static void on_signed_out(void *arg, enum err e)
{
	struct call *c = arg;
	struct buf problem;

	buf_init(&problem, 4096);
	if (e != ERR_OK)
		problem_json(&problem, ERR_UNAVAILABLE, 503,
			     "The session could not be ended; it lives on until it runs out", NULL);
	http_reply(c->req, e == ERR_OK ? 204 : 503,
		   e == ERR_OK ? COOKIE_GONE
			       : COOKIE_GONE "Content-Type: application/problem+json\r\n"
					     "Retry-After: 2\r\n",
		   buf_cstr(&problem), problem.len);
	buf_clear(&problem);
	principal_unref(c->who);
	free(c);
}

void api_sign_out(struct call *c)
{
	auth_sign_out(c->api->auth, c->who, on_signed_out, c);
}
