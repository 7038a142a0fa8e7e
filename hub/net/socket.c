/* socket.c: the WebSocket's words: JSON-RPC 2.0 in, answers and pushes out. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "flow/gather.h"
#include "flow/intake.h"
#include "flow/respond.h"
#include "net/inbox.h"
#include "net/rpc_message.h"

#define MESSAGE_BYTES (64u << 10)
#define EVENTS_MAX    1000
#define ANSWER_BYTES  (8u << 20)

struct batch { /* several requests in one message, answered in one when all have been */
	struct inbox *inbox;
	int pending;
	struct buf out;
};
struct rpc { /* one request on its way */
	struct inbox *inbox;
	struct batch *batch;	 /* NULL: it came alone */
	char *id;		 /* as JSON text; NULL: a notification, nobody waits */
	const struct node *said; /* its params, only while it is being called; NULL: none */
	json_t *params;		 /* the same as an act reads them */
};

/* Nothing is said when all were notifications. */
static void batch_done(struct batch *b)
{
	if (--b->pending > 0)
		return;
	if (b->out.len && b->inbox->conn) {
		buf_add_char(&b->out, ']');
		if (b->out.overflow)
			ws_close(b->inbox->conn, WS_TOO_BIG,
				 "the answers to the batch are too large");
		else
			ws_send(b->inbox->conn, b->out.data, b->out.len);
	}
	buf_clear(&b->out);
	inbox_unref(b->inbox);
	free(b);
}

static void rpc_free(struct rpc *r)
{
	if (r->batch)
		batch_done(r->batch);
	json_decref(r->params);
	inbox_unref(r->inbox);
	free(r->id);
	free(r);
}

static void send_result(struct rpc *r, const char *kind, const char *json, size_t len)
{
	struct buf out;

	if (!r->id || !r->inbox->conn)
		return;
	buf_init_brief(&out, ANSWER_BYTES);
	buf_add_str(&out, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_add_str(&out, r->id);
	buf_add_str(&out, ",\"");
	buf_add_str(&out, kind);
	buf_add_str(&out, "\":");
	buf_add(&out, json, len);
	buf_add_char(&out, '}');
	if (out.overflow) {
		buf_reset(&out);
		buf_printf(
			&out,
			"{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":-32603,\"message\":\"The answer is too large\"}}",
			r->id);
	}
	if (r->batch) {
		buf_add_char(&r->batch->out, r->batch->out.len ? ',' : '[');
		buf_add(&r->batch->out, out.data, out.len);
	} else {
		ws_send(r->inbox->conn, out.data, out.len);
	}
	buf_clear(&out);
}

static void send_error(struct rpc *r, int code, const char *message, const struct reply *problem)
{
	struct buf out;

	buf_init(&out, 2u << 20);
	buf_printf(&out, "{\"code\":%d,\"message\":", code);
	buf_add_json(&out, message);
	if (problem) {
		buf_add_str(&out, ",\"data\":");
		buf_add(&out, problem->json, problem->len);
	}
	buf_add_char(&out, '}');
	send_result(r, "error", out.data, out.len);
	buf_clear(&out);
}

static void on_reply(void *arg, const struct reply *reply)
{
	struct rpc *r = arg;

	if (reply->status < 400)
		send_result(r, "result", reply->json, reply->len);
	else
		send_error(r, reply->status, err_title(reply->err), reply);
	rpc_free(r);
}

static const char *text_param(const struct rpc *r, const char *name)
{
	return node_text(node_member(r->said, name));
}

static void on_opened(void *arg, const struct inbox_opened *o)
{
	struct rpc *r = arg;
	struct buf out;

	if (o->err != ERR_OK) {
		send_error(r, err_http_status(o->err), err_title(o->err), NULL);
		rpc_free(r);
		return;
	}
	buf_init(&out, 4096);
	buf_add_str(&out, "{\"cursor\":");
	buf_add_json(&out, o->cursor);
	buf_printf(&out, ",\"recovered\":%s,\"open\":%lld}", o->recovered ? "true" : "false",
		   (long long)o->open);
	send_result(r, "result", out.data, out.len);
	buf_clear(&out);
	rpc_free(r);
}

static void rpc_inbox_open(struct rpc *r)
{
	const struct node *since = node_member(r->said, "since"),
			  *body_member = node_member(r->said, "body");
	const char *body = node_text(body_member);

	if ((!node_is_missing(body_member) && !body) ||
	    (!node_is_missing(since) && !node_text(since))) {
		send_error(r, -32602, "params.body and params.since must be strings", NULL);
		rpc_free(r);
		return;
	}
	inbox_open(r->inbox, body ? body : "", node_text(since), on_opened, r);
}

static const char *text_or_none(const struct rpc *r, const char *name)
{
	const char *s = text_param(r, name);

	return s ? s : "";
}

/* Put together by region unless asked otherwise, because that stays small and comes again with
 * every change. */
static void rpc_board_open(struct rpc *r)
{
	const struct query_board wish = {.from = text_or_none(r, "from"),
					 .to = text_or_none(r, "to"),
					 .region = text_or_none(r, "region"),
					 .by = *text_or_none(r, "by") ? text_or_none(r, "by")
								      : "region"};

	if (principal_is(r->inbox->who, WHO_ADMIN) && r->inbox->who->grant_count == 1) {
		send_error(r, 403, "Your role may not do this", NULL);
		rpc_free(r);
		return;
	}
	board_open(r->inbox, &wish, on_reply, r);
}

static void answer(struct rpc *r, enum answer a)
{
	struct respond_in in = {.who = r->inbox->who,
				.notice = text_param(r, "notice"),
				.answer = a,
				.channel = "ws"};
	const struct node *version = node_member(r->said, "version");
	const char *no_room = store_is_short(r->inbox->api->flow->store, ROOM_FOR_ENDS);
	bool is_on_clock = a == ANSWER_PAUSE || a == ANSWER_RESUME;

	if (!node_is_missing(version)) {
		in.if_match.is_asked = true;
		in.if_match.count = node_is(version, NODE_INTEGER) && version->integer <= INT_MAX;
		in.if_match.versions[0] = in.if_match.count ? (int)version->integer : 0;
	}
	if (answer_has_params(a))
		in.params = r->params = rpc_json(r->said);
	if (!in.notice) {
		send_error(r, -32602, "params.notice is needed", NULL);
		rpc_free(r);
	} else if (!principal_is(in.who, WHO_SUPERVISOR) && !principal_is(in.who, WHO_APPROVER) &&
		   !(is_on_clock && principal_is(in.who, WHO_COORDINATOR))) {
		send_error(r, 403, "Your role may not do this", NULL);
		rpc_free(r);
	} else if (no_room) {
		reply_problem(on_reply, r, ERR_UNAVAILABLE, no_room);
	} else {
		respond(r->inbox->api->flow, &in, on_reply, r);
	}
}

static void rpc_acknowledge(struct rpc *r)
{
	answer(r, ANSWER_ACKNOWLEDGE);
}

static void rpc_claim(struct rpc *r)
{
	answer(r, ANSWER_CLAIM);
}

static void rpc_shown(struct rpc *r)
{
	answer(r, ANSWER_SHOWN);
}

static void rpc_return(struct rpc *r)
{
	answer(r, ANSWER_RETURN);
}

static void rpc_transfer(struct rpc *r)
{
	answer(r, ANSWER_TRANSFER);
}

static void rpc_feedback(struct rpc *r)
{
	answer(r, ANSWER_FEEDBACK);
}

static void rpc_close(struct rpc *r)
{
	answer(r, ANSWER_CLOSE);
}

static void rpc_undo(struct rpc *r)
{
	answer(r, ANSWER_UNDO);
}

static void rpc_fulfil(struct rpc *r)
{
	answer(r, ANSWER_FULFIL);
}

static void rpc_pause(struct rpc *r)
{
	answer(r, ANSWER_PAUSE);
}

static void rpc_resume(struct rpc *r)
{
	answer(r, ANSWER_RESUME);
}

static void rpc_letter(struct rpc *r)
{
	answer(r, ANSWER_LETTER);
}

static void rpc_reply(struct rpc *r)
{
	answer(r, ANSWER_REPLY);
}

/* --- event.submit: one, or an array with a result each --- */

static void submit_array(struct rpc *r)
{
	struct flow *f = r->inbox->api->flow;
	struct gather *g;
	size_t i = 0;

	if (r->said->len > EVENTS_MAX) {
		send_error(r, -32602, "at most 1000 events at a time", NULL);
		rpc_free(r);
		return;
	}
	g = gather_new(r->said->len, on_reply, r);
	for (const struct node *one = r->said->first; one; one = one->next)
		intake_submit_json(f, r->inbox->who, rpc_json(one), gather_on_reply,
				   gather_slot(g, i++));
	gather_seal(g);
}

static void rpc_submit(struct rpc *r)
{
	if (!principal_is(r->inbox->who, WHO_APPROVER) &&
	    !principal_is(r->inbox->who, WHO_SYSTEM)) {
		send_error(r, 403, "Your role may not do this", NULL);
		rpc_free(r);
	} else if (node_is(r->said, NODE_ARRAY)) {
		submit_array(r);
	} else {
		intake_submit_json(r->inbox->api->flow, r->inbox->who, rpc_json(r->said), on_reply,
				   r);
	}
}

static const struct method {
	const char *name;
	void (*call)(struct rpc *r);
} methods[] = {
	{"inbox.open", rpc_inbox_open},
	{"board.open", rpc_board_open},
	{"notice.acknowledge", rpc_acknowledge},
	{"notice.claim", rpc_claim},
	{"notice.shown", rpc_shown},
	{"notice.return", rpc_return},
	{"notice.transfer", rpc_transfer},
	{"notice.feedback", rpc_feedback},
	{"notice.close", rpc_close},
	{"notice.undo", rpc_undo},
	{"notice.fulfil", rpc_fulfil},
	{"notice.letter", rpc_letter},
	{"notice.reply", rpc_reply},
	{"notice.pause", rpc_pause},
	{"notice.resume", rpc_resume},
	{"event.submit", rpc_submit},
};

static const struct method *method_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!strcmp(methods[i].name, name))
			return &methods[i];
	}
	return NULL;
}

static void dispatch(struct rpc *r, const struct node *message)
{
	const char *version = node_text(node_member(message, "jsonrpc")),
		   *name = node_text(node_member(message, "method"));
	const struct method *m = method_find(name);

	if (!version || strcmp(version, "2.0") != 0 || !name ||
	    !rpc_id_is_good(node_member(message, "id"))) {
		if (!r->id) /* what is no request is no notification either */
			r->id = mem_strdup("null");
		send_error(r, -32600, "Not a JSON-RPC 2.0 request", NULL);
	} else if (!m)
		send_error(r, -32601, "No such method", NULL);
	else if (r->said && !node_is(r->said, NODE_OBJECT) && m->call != rpc_submit)
		send_error(r, -32602, "params must be an object", NULL);
	else {
		m->call(r);
		return;
	}
	rpc_free(r);
}

static bool submits(const struct node *message)
{
	return method_find(node_text(node_member(message, "method"))) ==
	       method_find("event.submit");
}

static bool all_submit(const struct node *message)
{
	if (!node_is(message, NODE_ARRAY))
		return submits(message);
	for (const struct node *one = message->first; one; one = one->next) {
		if (!submits(one))
			return false;
	}
	return true;
}

static void take_one(struct inbox *inbox, struct batch *b, const struct node *message)
{
	struct rpc *r = mem_zalloc(sizeof(*r));

	r->inbox = inbox_ref(inbox);
	r->batch = b;
	r->id = rpc_id_text(node_member(message, "id"));
	r->said = node_member(message, "params");
	dispatch(r, message);
}

/* The batch itself counts as one that is pending until all have begun. */
static void take_batch(struct inbox *inbox, const struct node *message)
{
	struct batch *b = mem_zalloc(sizeof(*b));

	b->inbox = inbox_ref(inbox);
	buf_init(&b->out, ANSWER_BYTES);
	b->pending = 1 + (int)message->len;
	for (const struct node *one = message->first; one; one = one->next)
		take_one(inbox, b, one);
	batch_done(b);
}

static void refuse(struct inbox *inbox, int code, const char *why)
{
	struct rpc *r = mem_zalloc(sizeof(*r));

	r->inbox = inbox_ref(inbox);
	r->id = mem_strdup("null");
	send_error(r, code, why, NULL);
	rpc_free(r);
}

void socket_message(void *arg, struct ws_conn *c, const char *text, size_t len)
{
	const struct api *api = arg;
	struct inbox *inbox = ws_user(c);
	const struct node *message;
	struct arena arena;
	const char *why;
	int code;

	arena_init(&arena);
	message = rpc_message_read(&api->flow->limits, (struct bytes){text, len}, &arena, &code,
				   &why);
	if (!message)
		refuse(inbox, code, why);
	else if (len > MESSAGE_BYTES && !all_submit(message))
		ws_close(c, WS_TOO_BIG, "64 KiB for all but event.submit");
	else if (node_is(message, NODE_ARRAY))
		take_batch(inbox, message);
	else
		take_one(inbox, NULL, message);
	arena_clear(&arena);
}

void socket_push(struct inbox *b, const struct feed_message *m)
{
	ws_send(b->conn, m->text, m->text_len);
}

void api_socket(struct call *c)
{
	int status = 400;
	const char *wrong = ws_check_handshake(c->req, &status);
	struct inbox *b;

	if (api_not_ready(c->api)) {
		call_problem(c, ERR_UNAVAILABLE, api_not_ready(c->api));
		return;
	}
	if (wrong) {
		struct buf out;

		buf_init(&out, 4096);
		problem_json(&out, ERR_SYNTAX, status, wrong, NULL);
		http_reply(
			c->req, status,
			status == 426
				? "Content-Type: application/problem+json\r\nSec-WebSocket-Version: 13\r\n"
				: "Content-Type: application/problem+json\r\n",
			out.data, out.len);
		buf_clear(&out);
		principal_unref(c->who);
		free(c);
		return;
	}
	b = inbox_new(c->api, c->who);
	if (ws_adopt(c->api->ws, c->req, b) != ERR_OK)
		inbox_gone(b);
	principal_unref(c->who);
	free(c);
}
