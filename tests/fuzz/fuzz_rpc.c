/*
 * Fuzz harness: a message of a WebSocket client that is signed in, through the words of socket.c.
 * Behind them stand calls that do nothing but look at what they are given. The first byte chooses
 * who it is. Each message is answered once at most, with JSON: a batch with an array.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/intake.h"
#include "flow/respond.h"
#include "net/inbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	struct inbox inbox;
	int answers, events, closed;
} run;

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* --- what stands around socket.c --- */

void *ws_user(const struct ws_conn *c)
{
	(void)c;
	return &run.inbox;
}

static void is_answer(const json_t *answer)
{
	must(json_is_object(answer), "an answer that is no JSON");
	must(!json_object_get(answer, "result") != !json_object_get(answer, "error"),
	     "neither result nor error");
	must(json_object_get(answer, "id") != NULL, "an answer that names no question");
}

void ws_send(struct ws_conn *c, const char *text, size_t len)
{
	json_t *answer = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *one;
	size_t i;

	(void)c;
	if (json_is_array(answer)) {
		must(json_array_size(answer) > 0, "an empty array of answers");
		json_array_foreach(answer, i, one)
			is_answer(one);
	} else {
		is_answer(answer);
	}
	json_decref(answer);
	run.answers++;
}

void ws_close(struct ws_conn *c, enum ws_close code, const char *reason)
{
	(void)c;
	must(code == WS_TOO_BIG && reason && *reason, "closed for another reason");
	run.closed++;
}

struct inbox *inbox_ref(struct inbox *b)
{
	b->refs++;
	return b;
}

void inbox_unref(struct inbox *b)
{
	must(--b->refs >= 1, "the connection's own reference is gone");
}

void inbox_open(struct inbox *b, const char *body, const char *since, inbox_opened_fn *fn,
		void *arg)
{
	(void)b;
	must(body != NULL, "no body");
	fn(arg, &(struct inbox_opened){
			.err = since ? ERR_NOT_FOUND : ERR_OK, .cursor = "1-0.0.0", .open = 1});
}

void board_open(struct inbox *b, const struct query_board *wish, reply_fn *fn, void *arg)
{
	(void)b;
	(void)wish;
	fn(arg, &(struct reply){.status = 200, .json = "{}", .len = 2, .etag = ""});
}

void respond(struct flow *f, const struct respond_in *in, reply_fn *fn, void *arg)
{
	(void)f;
	must(in->notice && in->who, "an act on nothing");
	fn(arg, &(struct reply){.err = ERR_CONFLICT,
				.status = 409,
				.json = "{\"status\":409}",
				.len = 14,
				.etag = ""});
}

void intake_submit_json(struct flow *f, struct principal *who, json_t *root, reply_fn *fn,
			void *arg)
{
	struct event event;
	struct arena arena;
	struct diag diag;
	char *text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);

	(void)f;
	must(who == run.inbox.who, "another's event");
	arena_init(&arena);
	diag_init(&diag, &arena);
	if (text && event_parse(text, strlen(text), &event_limits_default, &event, &diag) == ERR_OK)
		event_clear(&event);
	free(text);
	json_decref(root);
	arena_clear(&arena);
	run.events++;
	fn(arg, &(struct reply){.err = ERR_OK,
				.status = 201,
				.json = "{\"event\":\"e1\"}",
				.len = 14,
				.etag = ""});
}

void problem_json(struct buf *out, enum err e, int status, const char *detail,
		  const struct diag *diag)
{
	(void)e;
	(void)diag;
	must(detail && *detail, "a problem without a word");
	buf_printf(out, "{\"status\":%d}", status);
}

const char *store_is_short(const struct store *s, enum room from)
{
	(void)s;
	(void)from;
	return NULL;
}

void reply_problem(reply_fn *fn, void *arg, enum err e, const char *detail)
{
	(void)detail;
	fn(arg, &(struct reply){.err = e, .status = 503, .json = "{}", .len = 2, .etag = ""});
}

/* Only the handshake needs these, and none comes here. */
const char *ws_check_handshake(struct http_request *req, int *ret_status)
{
	(void)req;
	(void)ret_status;
	abort();
}

enum err ws_adopt(struct ws *w, struct http_request *req, void *user)
{
	(void)w;
	(void)req;
	(void)user;
	abort();
}

struct inbox *inbox_new(struct api *a, struct principal *who)
{
	(void)a;
	(void)who;
	abort();
}

void inbox_gone(struct inbox *b)
{
	(void)b;
	abort();
}

const char *api_not_ready(const struct api *a)
{
	(void)a;
	abort();
}

void call_problem(struct call *c, enum err e, const char *detail)
{
	(void)c;
	(void)e;
	(void)detail;
	abort();
}

void http_reply(struct http_request *req, int status, const char *headers, const char *body,
		size_t len)
{
	(void)req;
	(void)status;
	(void)headers;
	(void)body;
	(void)len;
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum who roles[] = {WHO_SUPERVISOR, WHO_APPROVER, WHO_SYSTEM, WHO_ADMIN};
	static struct flow flow;
	static struct api api;

	if (size == 0)
		return 0;
	flow.limits = event_limits_default;
	api.flow = &flow;
	run.inbox = (struct inbox){.api = &api, .refs = 1, .conn = (struct ws_conn *)&run};
	run.inbox.who = principal_new("fuzz", "", "session");
	principal_grant(run.inbox.who, roles[data[0] % (sizeof(roles) / sizeof(*roles))],
			"wjw-371302");
	run.answers = run.events = run.closed = 0;
	socket_message(&api, (struct ws_conn *)&run, (const char *)data + 1, size - 1);
	must(run.answers + run.closed <= 1, "answered twice");
	must(run.inbox.refs == 1, "a reference is kept");
	principal_unref(run.inbox.who);
	return 0;
}
