#include "kannel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "later.h"
#include "settings.h"
#include "sms.h"
#include "text.h"

#define PARTS_MAX   10
#define MASK_ALL    "31"
#define ANSWER_TYPE "text/plain; charset=UTF-8"

struct kannel {
	struct http_client *http;
	struct later *later; /* for what is refused without asking the gateway */
	const char *url, *username, *password, *from, *token, *callback_base;
	struct connector_log log;
	const char *log_ctx;
	bool provider_signs;
	int width;
	connector_closed_fn *closed;
	void *closed_arg;
};

struct sending {
	struct kannel *kannel;
	const char *refused;
	int parts;
	connector_done_fn *done;
	void *arg;
};

static const struct setting_row setting_rows[] = {
	{"url", "url", NULL, "address of smsbox's sendsms, http://host:13013/cgi-bin/sendsms"},
	{"username", "text", NULL, "of Kannel's sendsms-user group"},
	{"password_file", "secret", NULL, "file with that user's password"},
	{"from", "text", NULL, "our number, as the carrier gave it"},
	{"dlr_token_file", "secret", NULL,
	 "file with the secret word Kannel's calls to us carry: letters, digits, '-' and '_', at "
	 "least 16"},
	{"signature", "text", "text",
	 "text: the text carries its own; provider: the provider adds it"},
	{"connections", "number", "12", "kept connections, 1 to 16"},
	{"timeout_ms", "number", "10000", "limit of one request"},
};

/* --- open --- */

static bool is_word(const char *s)
{
	size_t len = strlen(s);

	return len >= 16 && len <= 128 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == len;
}

static enum err choices_check(const struct settings_view *v, const struct kannel *k,
			      const char *signature, struct diag *diag)
{
	size_t before = diag->count;
	int64_t connections = settings_number(v, "connections");

	if (strlen(k->from) < 3 || strlen(k->from) > 20 ||
	    strspn(k->from, "+0123456789") != strlen(k->from))
		diag_add(diag, v->name, "from must be a number of 3 to 20 digits");
	if (!is_word(k->token))
		diag_add(diag, v->name,
			 "dlr_token_file must hold 16 to 128 letters, digits, '-' or '_'");
	if (strcmp(signature, "text") != 0 && strcmp(signature, "provider") != 0)
		diag_add(diag, v->name, "signature must be text or provider");
	if (connections < 1 || connections > HTTP_CONNECTIONS_MAX)
		diag_add(diag, v->name, "connections must be 1 to %d", HTTP_CONNECTIONS_MAX);
	/* Kannel reads '%' in the address as places to fill in. */
	if (strpbrk(k->callback_base, "%?# "))
		diag_add(diag, v->name, "the address for callbacks must be plain");
	return diag->count == before ? ERR_OK : ERR_INVALID;
}

static enum err kannel_fill(struct kannel *k, const struct settings_view *v, struct arena *arena,
			    struct diag *diag)
{
	const char *signature = settings_text(v, "signature");
	enum err e;

	e = settings_secret(v, "password_file", arena, &k->password, diag);
	if (e != ERR_OK)
		return e;
	e = settings_secret(v, "dlr_token_file", arena, &k->token, diag);
	if (e != ERR_OK)
		return e;
	k->url = arena_strdup(arena, settings_text(v, "url"));
	k->username = arena_strdup(arena, settings_text(v, "username"));
	k->from = arena_strdup(arena, settings_text(v, "from"));
	k->provider_signs = strcmp(signature, "provider") == 0;
	return choices_check(v, k, signature, diag);
}

static enum err kannel_open(const struct connector_env *env, const struct settings *s,
			    struct arena *arena, void **ret_self, struct diag *diag)
{
	const struct settings_view v = {&kannel_connector, env->name, s};
	struct kannel *k = arena_zalloc(arena, sizeof(*k));
	struct http_client_options options = {0};
	enum err e = settings_check(&v, diag);

	if (e != ERR_OK)
		return e;
	k->callback_base = arena_strdup(arena, env->callback_base);
	k->log = env->log;
	k->log_ctx = arena_printf(arena, "connector=%s", env->name);
	e = kannel_fill(k, &v, arena, diag);
	if (e != ERR_OK)
		return e;
	options.connections_max = k->width = (int)settings_number(&v, "connections");
	options.total_timeout_ms = settings_number(&v, "timeout_ms");
	e = http_client_open(env->uv_loop, &options, &k->http);
	if (e != ERR_OK) {
		diag_add(diag, v.name, "the HTTP client does not start");
		return e;
	}
	k->later = later_new(env->uv_loop);
	*ret_self = k;
	return ERR_OK;
}

/* --- send --- */

static enum err kannel_check(const struct message *msg, struct diag *diag)
{
	return message_check(msg, PARTS_MAX, diag);
}

static bool begins_with(const char *s, size_t len, const char *head)
{
	return len >= strlen(head) && memcmp(s, head, strlen(head)) == 0;
}

enum outcome kannel_outcome(const struct http_answer *a)
{
	if (!a->is_answer)
		return http_outcome(a);
	/*
	 * 0: the carrier's link has it; 3: stored until the link is back. Anything else with a 2xx
	 * is not Kannel speaking.
	 */
	if (a->status == 202)
		return begins_with(a->body, a->body_len, "0:") ||
				       begins_with(a->body, a->body_len, "3:")
			       ? OUTCOME_ACCEPTED
			       : OUTCOME_UNKNOWN;
	if (a->status >= 200 && a->status <= 299)
		return OUTCOME_UNKNOWN;
	/* smsbox says this only after the core has turned the message down for now. */
	if (a->status == 503)
		return OUTCOME_LATER;
	/* 403 is a wrong account, but also a number that no route or list lets through. */
	if (a->status == 403 && !begins_with(a->body, a->body_len, "Authorization"))
		return OUTCOME_REFUSED;
	return http_outcome(a);
}

static void on_answer(void *arg, const struct http_answer *a)
{
	struct sending *sg = arg;
	struct kannel *k = sg->kannel;
	char code[CODE_BYTES];
	struct send_result result = {.outcome = kannel_outcome(a),
				     .provider_id = "",
				     .code = code,
				     .retry_after_ms = a->retry_after_ms,
				     .parts = sg->parts};

	/* The gateway's own words can name the recipient, so only the status is passed on. */
	if (a->is_answer)
		(void)snprintf(code, sizeof(code), "%d", a->status);
	else
		code_clean(a->fault, code);
	if (result.outcome == OUTCOME_CHANNEL_DOWN && k->log.write)
		k->log.write(k->log.arg, 0, k->log_ctx,
			     "the gateway does not take our account or address");
	sg->done(sg->arg, &result);
	free(sg);
}

static void on_refused(void *arg, bool closing)
{
	struct sending *sg = arg;
	struct send_result result = {.outcome = OUTCOME_REFUSED,
				     .provider_id = "",
				     .code = sg->refused,
				     .parts = sg->parts};

	(void)closing;
	sg->done(sg->arg, &result);
	free(sg);
}

/* NULL, or why the gateway need not be asked. */
static const char *refusal(const struct kannel *k, const struct message *msg)
{
	struct arena arena;
	struct diag diag;
	bool good;

	arena_init(&arena);
	diag_init(&diag, &arena);
	good = kannel_check(msg, &diag) == ERR_OK;
	arena_clear(&arena);
	if (!good)
		return "malformed";
	if (k->provider_signs && (strstr(msg->text, "【") || strstr(msg->text, "】")))
		return "signature-in-text";
	return NULL;
}

static void message_post(struct kannel *k, const struct message *msg, struct sending *sg)
{
	struct buf dlr_url;

	buf_init(&dlr_url, 4096);
	(void)buf_printf(&dlr_url, "%s/receipt?id=%s&t=%s&d=%%d&f=%%F&a=%%A&to=%%p",
			 k->callback_base, msg->id, k->token);
	const struct http_header headers[] = {
		{"Content-Type", "text/plain; charset=UTF-8"},
		{"X-Kannel-Username", k->username},
		{"X-Kannel-Password", k->password},
		{"X-Kannel-From", k->from},
		{"X-Kannel-To", msg->to + 1},
		{"X-Kannel-Coding", "2"},
		{"X-Kannel-DLR-Mask", MASK_ALL},
		{"X-Kannel-DLR-Url", buf_cstr(&dlr_url)},
	};
	const struct http_call call = {
		.url = k->url,
		.headers = headers,
		.header_count = sizeof(headers) / sizeof(headers[0]),
		.body = msg->text,
		.body_len = strlen(msg->text),
	};

	http_client_post(k->http, &call, on_answer, sg);
	buf_clear(&dlr_url);
}

static int kannel_width(void *self)
{
	const struct kannel *k = self;

	return k->width;
}

static void kannel_send(void *self, const struct message *msg, connector_done_fn *done, void *arg)
{
	struct kannel *k = self;
	struct sending *sg = mem_zalloc(sizeof(*sg));

	sg->kannel = k;
	sg->parts = sms_parts(msg->text);
	sg->done = done;
	sg->arg = arg;
	sg->refused = refusal(k, msg);
	if (sg->refused)
		later_run(k->later, 0, on_refused, sg);
	else
		message_post(k, msg, sg);
}

/* --- receipts and replies --- */

bool kannel_report_kind(int mask, enum report_kind *ret)
{
	/*
	 * Several bits can stand together: 34 is expired (32) and failed (2). The strongest word
	 * comes first.
	 */
	static const struct mask_row {
		int bit;
		enum report_kind kind;
	} rows[] = {
		{1, REPORT_DELIVERED}, {32, REPORT_EXPIRED},	{2, REPORT_FAILED},
		{16, REPORT_FAILED},   {8, REPORT_HANDED_OVER}, {4, REPORT_BUFFERED},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (mask & rows[i].bit) {
			*ret = rows[i].kind;
			return true;
		}
	}
	return false;
}

/*
 * The carrier's raw receipt can repeat the message's first words; only the word for the end and the
 * error number are taken.
 */
static const char *answer_code(const char *answer, struct arena *arena)
{
	const char *stat = strstr(answer, "stat:"), *err = strstr(answer, "err:");
	char code[CODE_BYTES];

	if (strncmp(answer, "NACK/", 5) == 0) {
		code_clean(answer + 5, code);
		return arena_strdup(arena, code);
	}
	if (!stat)
		return "";
	code_clean(arena_printf(arena, "%.7s %.7s", stat + 5, err ? err : ""), code);
	return arena_strdup(arena, code);
}

/* 0: not a number Kannel would send. */
static int mask_read(const char *s)
{
	return strlen(s) <= 4 && strspn(s, "0123456789") == strlen(s) ? (int)strtol(s, NULL, 10)
								      : 0;
}

static enum err receipt_read(struct form f, struct arena *arena, struct reports *ret)
{
	struct report *r = arena_zalloc(arena, sizeof(*r));
	const char *mask = field_text(f, "d", arena);

	r->message_id = field_code(f, "id", arena);
	if (!*r->message_id || !*mask)
		return ERR_INVALID;
	ret->count = kannel_report_kind(mask_read(mask), &r->kind) ? 1 : 0;
	r->provider_id = field_code(f, "f", arena);
	r->from = "";
	r->to = field_number(f, "to", arena);
	r->text = "";
	r->code = answer_code(field_text(f, "a", arena), arena);
	r->dedupe = arena_printf(arena, "%s:%d:%s", r->message_id, mask_read(mask), r->provider_id);
	ret->items = r;
	return ERR_OK;
}

static enum err reply_read(struct form f, struct arena *arena, struct reports *ret)
{
	struct report *r = arena_zalloc(arena, sizeof(*r));
	struct form_value text = {.data = "", .len = 0};

	r->kind = REPORT_REPLY;
	r->message_id = "";
	r->from = field_number(f, "from", arena);
	if (!*r->from || !form_find(f, "text", arena, &text))
		return ERR_INVALID;
	r->to = field_number(f, "to", arena);
	r->provider_id = field_code(f, "id", arena);
	r->text = reply_normalise(text.data, text.len, field_text(f, "charset", arena), arena);
	r->code = "";
	r->dedupe = reply_dedupe(r, r->provider_id, arena);
	ret->items = r;
	ret->count = 1;
	return ERR_OK;
}

static enum err kannel_receipt(void *self, const struct http_in *in, struct arena *arena,
			       struct reports *ret)
{
	const struct kannel *k = self;
	struct form f = {.data = in->query, .len = strlen(in->query)};
	/*
	 * Kannel takes any 2xx for a receipt; after a reply it would send the answer's text back as
	 * an SMS.
	 */
	struct reports reports = {.status = 200, .answer = "", .content_type = ANSWER_TYPE};
	enum err e;

	if (!secret_equal(field_text(f, "t", arena), k->token))
		return ERR_NOT_FOUND;
	e = in->is_reply ? reply_read(f, arena, &reports) : receipt_read(f, arena, &reports);
	if (e != ERR_OK)
		return e;
	*ret = reports;
	return ERR_OK;
}

/* --- close --- */

static void on_later_closed(void *arg)
{
	struct kannel *k = arg;

	k->closed(k->closed_arg);
}

static void on_http_closed(void *arg)
{
	struct kannel *k = arg;

	later_close(k->later, on_later_closed, k);
}

static void kannel_close(void *self, connector_closed_fn *closed, void *arg)
{
	struct kannel *k = self;

	k->closed = closed;
	k->closed_arg = arg;
	http_client_close(k->http, on_http_closed, k);
}

const struct connector_kind kannel_connector = {
	.kind = "kannel",
	.settings = setting_rows,
	.setting_count = sizeof(setting_rows) / sizeof(setting_rows[0]),
	.open = kannel_open,
	.check = kannel_check,
	.width = kannel_width,
	.send = kannel_send,
	.receipt = kannel_receipt,
	.close = kannel_close,
};
