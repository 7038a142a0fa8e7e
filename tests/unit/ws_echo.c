/*
 * A small WebSocket server out of hub/net for tests/live/ws_letter.py: it echoes, and knows a few
 * commands: "burst N" sends N small messages, "big N" one message of N bytes, "close CODE",
 * "everyone TEXT" goes to all connections. On SIGTERM it says bye
 * to all, takes everything down and frees the loop, which aborts when a handle is left. It prints
 * its port first, "sanitized" behind it when it was built so.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "base/arena.h"
#include "base/buf.h"
#include "net/http.h"
#include "net/ws.h"

struct echo {
	struct loop *loop;
	struct http *http;
	struct ws *ws;
	uv_signal_t term;
	struct session *sessions;
	int open_count, message_count;
	struct backlog backlog;
};

struct session {
	struct echo *echo;
	struct ws_conn *conn;
	struct session *prev, *next;
};

static void on_open(void *arg, struct ws_conn *c)
{
	struct session *s = ws_user(c);
	struct echo *e = arg;

	s->conn = c;
	s->next = e->sessions;
	if (s->next)
		s->next->prev = s;
	e->sessions = s;
	e->open_count++;
}

static void on_close(void *arg, struct ws_conn *c)
{
	struct session *s = ws_user(c);
	struct echo *e = arg;

	*(s->prev ? &s->prev->next : &e->sessions) = s->next;
	if (s->next)
		s->next->prev = s->prev;
	e->open_count--;
	free(s);
}

static void cmd_burst(struct session *s, const char *rest)
{
	char text[32];
	long count = strtol(rest, NULL, 10);

	for (long i = 0; i < count; i++)
		ws_send(s->conn, text, (size_t)snprintf(text, sizeof(text), "message %ld", i));
}

static void cmd_big(struct session *s, const char *rest)
{
	size_t len = strtoul(rest, NULL, 10);
	char *text = mem_alloc(len + 1);

	memset(text, 'x', len);
	ws_send(s->conn, text, len);
	free(text);
}

static void cmd_close(struct session *s, const char *rest)
{
	ws_close(s->conn, (enum ws_close)strtol(rest, NULL, 10), "as asked");
}

static void cmd_everyone(struct session *s, const char *rest)
{
	for (struct session *o = s->echo->sessions; o; o = o->next)
		ws_send(o->conn, rest, strlen(rest));
}

static void cmd_count(struct session *s, const char *rest)
{
	char text[64];

	(void)rest;
	ws_send(s->conn, text,
		(size_t)snprintf(text, sizeof(text), "%d open", s->echo->open_count));
}

static void cmd_waiting(struct session *s, const char *rest)
{
	char text[64];
	size_t most = 0;

	(void)rest;
	for (struct session *o = s->echo->sessions; o; o = o->next)
		most = ws_waiting(o->conn) > most ? ws_waiting(o->conn) : most;
	ws_send(s->conn, text, (size_t)snprintf(text, sizeof(text), "%zu bytes", most));
}

static const struct command {
	const char *word;
	void (*run)(struct session *s, const char *rest);
} commands[] = {
	{"burst ", cmd_burst},	     {"big ", cmd_big},	   {"close ", cmd_close},
	{"everyone ", cmd_everyone}, {"count", cmd_count}, {"waiting", cmd_waiting},
};

static void on_message(void *arg, struct ws_conn *c, const char *text, size_t len)
{
	struct session *s = ws_user(c);
	char line[512];

	(void)arg;
	if (len >= sizeof(line)) {
		ws_send(c, text, len);
		return;
	}
	memcpy(line, text, len);
	line[len] = 0;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		size_t n = strlen(commands[i].word);

		if (!strncmp(line, commands[i].word, n)) {
			commands[i].run(s, line + n);
			return;
		}
	}
	ws_send(c, text, len);
}

static void on_request(void *arg, struct http_request *req)
{
	struct echo *e = arg;
	struct session *s;
	int status;
	const char *fault = ws_check_handshake(req, &status);

	if (fault) {
		http_reply(req, status, "", fault, strlen(fault));
		return;
	}
	s = mem_zalloc(sizeof(*s));
	s->echo = e;
	if (ws_adopt(e->ws, req, s) != ERR_OK)
		free(s);
}

static void on_http_gone(void *arg)
{
	struct echo *e = arg;

	http_free(e->http);
	loop_stop(e->loop);
}

static void on_ws_gone(void *arg)
{
	struct echo *e = arg;

	http_drain(e->http, on_http_gone, e);
}

static void on_term(uv_signal_t *h, int signum)
{
	struct echo *e = h->data;

	(void)signum;
	uv_close((uv_handle_t *)h, NULL);
	for (struct session *s = e->sessions; s; s = s->next)
		ws_close(s->conn, WS_DRAINING, "draining");
	ws_free(e->ws, on_ws_gone, e);
}

static int64_t setting(const char *name, int64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoll(text, NULL, 10) : otherwise;
}

static int echo_open(struct echo *e, struct diag *diag)
{
	struct ws_options ws = {.backlog = &e->backlog,
				.message_bytes = 1 << 20,
				.fragments_max = 128,
				.ping_ms = setting("PING_MS", 25000),
				.pong_ms = setting("PONG_MS", 10000),
				.on_open = on_open,
				.on_message = on_message,
				.on_close = on_close,
				.arg = e};
	struct http_options http = {.listen = "127.0.0.1:0",
				    .header_bytes = 16384,
				    .body_bytes = 65536,
				    .request_timeout_ms = 10000,
				    .idle_timeout_ms = 10000,
				    .connections_max = 60000,
				    .handle = on_request,
				    .arg = e};

	e->backlog = (struct backlog){(size_t)setting("QUEUE_BYTES", 262144),
				      (size_t)setting("BACKLOG_BYTES", 64 << 20), 0};
	e->ws = ws_open(e->loop, &ws, diag);
	if (!e->ws)
		return -1;
	e->http = http_open(e->loop, &http, diag);
	return e->http ? 0 : -1;
}

int main(void)
{
	struct arena arena;
	struct diag diag;
	struct echo e = {0};

	arena_init(&arena);
	diag_init(&diag, &arena);
	e.loop = loop_new();
	if (echo_open(&e, &diag) < 0) {
		fprintf(stderr, "%s: %s\n", diag.first->where, diag.first->what);
		if (!e.ws)
			loop_free(e.loop);
		arena_clear(&arena);
		return 1;
	}
	uv_signal_init(loop_uv(e.loop), &e.term);
	e.term.data = &e;
	uv_signal_start(&e.term, on_term, SIGTERM);
#ifdef __SANITIZE_ADDRESS__
	printf("%d sanitized\n", http_port(e.http));
#else
	printf("%d\n", http_port(e.http));
#endif
	fflush(stdout);
	loop_run(e.loop);
	loop_free(e.loop);
	arena_clear(&arena);
	printf("clean\n");
	return 0;
}
