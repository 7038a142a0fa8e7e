/*
 * http_echo.c: a server for tests/live/http_letter.py and http_streams.py: the HTTP layer alone,
 * with a handler that tells what it was given.
 *
 * http_echo LISTEN [name=value …]; names: request_ms idle_ms header_bytes body_bytes connections
 * backlog static. Prints "port N" when it listens. SIGTERM drains it; it ends with 0 only if every
 * handle was closed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "metrics.h"
#include "net/http.h"
#include "net/static.h"

#define SMALL_BODY   16
#define STREAM_LIMIT 1000000
#define BIG_BYTES    20000000
#define TEXT	     "Content-Type: text/plain\r\n"

struct echo {
	struct loop *loop;
	struct http *http;
	struct static_files *files;
	uv_signal_t term;
	int handled, gone, late;
	struct http_request *held;  /* the request to /hold, until one comes to /let-go */
	struct http_stream *stream; /* the last one opened */
	struct backlog backlog;	    /* of all streams */
	char *big;
};
struct later {
	struct echo *echo;
	struct http_request *req;
	struct loop_timer *timer;
};

static const struct {
	const char *name;
	size_t at;
} numbers[] = {
	{"request_ms", offsetof(struct http_options, request_timeout_ms)},
	{"idle_ms", offsetof(struct http_options, idle_timeout_ms)},
	{"header_bytes", offsetof(struct http_options, header_bytes)},
	{"body_bytes", offsetof(struct http_options, body_bytes)},
};

static unsigned int hash_of(const char *s, size_t len)
{
	unsigned int h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u;
	return h;
}

static void answer(struct http_request *req, const char *text)
{
	http_reply(req, 200, TEXT, text, strlen(text));
}

static void do_echo(struct echo *e, struct http_request *req)
{
	const char *q = http_query(req, "q"), *host = http_header(req, "host");

	(void)e;
	answer(req,
	       arena_printf(req->arena,
			    "%s %s len=%zu hash=%08x q=%s host=%s upgrade=%d local=%d nul=%d\n",
			    req->method, req->path, req->body_len,
			    hash_of(req->body, req->body_len), q ? q : "-", host ? host : "-",
			    req->wants_upgrade, req->from_loopback,
			    req->body[req->body_len] == '\0'));
}

static void on_late(void *arg)
{
	struct later *l = arg;

	l->echo->late++;
	answer(l->req, "late\n");
	loop_timer_free(l->timer);
	free(l);
}

static void do_slow(struct echo *e, struct http_request *req)
{
	struct later *l = mem_zalloc(sizeof(*l));
	const char *ms = http_query(req, "ms");

	*l = (struct later){.echo = e, .req = req, .timer = loop_timer_new(e->loop, on_late, l)};
	loop_timer_start(l->timer, ms ? strtol(ms, NULL, 10) : 100, 0);
}

static void do_hold(struct echo *e, struct http_request *req)
{
	if (e->held)
		answer(req, "one is held already\n");
	else
		e->held = req;
}

static void do_let_go(struct echo *e, struct http_request *req)
{
	struct http_request *held = e->held;

	e->held = NULL;
	if (held)
		answer(held, "held\n");
	if (req)
		answer(req, held ? "let go\n" : "none\n");
}

static void on_gone(void *arg)
{
	struct echo *e = arg;

	e->gone++;
	e->stream = NULL;
}

static void do_stream(struct echo *e, struct http_request *req)
{
	e->stream = http_stream_begin(req, "Content-Type: text/event-stream\r\n", on_gone, e);
	http_stream_counts(e->stream, &e->backlog);
	http_stream_write(e->stream, "data: 1\n\n", 9, STREAM_LIMIT);
	http_stream_write(e->stream, "data: 2\n\n", 9, STREAM_LIMIT);
}

static void do_stream_waiting(struct echo *e, struct http_request *req)
{
	answer(req, arena_printf(req->arena, "one=%zu all=%zu\n",
				 e->stream ? http_stream_waiting(e->stream) : 0, e->backlog.bytes));
}

static void do_stream_end(struct echo *e, struct http_request *req)
{
	if (e->stream)
		http_stream_end(e->stream);
	e->stream = NULL;
	answer(req, "ended\n");
}

/* Fills the stream until it says that too much waits; with ?piece only goes on with that. */
static void do_stream_fill(struct echo *e, struct http_request *req)
{
	long pieces = http_query(req, "piece") ? 1 : 64;
	bool is_full = false;

	for (long i = 0; i < pieces && e->stream && !is_full; i++)
		is_full = !http_stream_write(e->stream, e->big, 100000, STREAM_LIMIT);
	answer(req, is_full ? "full\n" : "room\n");
}

/* In one turn more than may wait, to a reader whose socket takes it. */
static void do_stream_burst(struct echo *e, struct http_request *req)
{
	bool is_full = false;

	for (int i = 0; i < 20 && e->stream && !is_full; i++)
		is_full = !http_stream_write(e->stream, e->big, STREAM_LIMIT / 10, STREAM_LIMIT);
	answer(req, is_full ? "full\n" : "room\n");
}

/* Speaks no protocol: sends back what it was given, and closes. */
static void do_upgrade(struct echo *e, struct http_request *req)
{
	const char *bytes;
	size_t len;
	int fd;

	(void)e;
	if (!req->wants_upgrade) {
		http_reply(req, 426, TEXT, "upgrade\n", 8);
		return;
	}
	fd = http_take_over(req, &bytes, &len);
	if (fd < 0)
		return;
	(void)!write(fd, bytes, len);
	close(fd);
}

static void do_big(struct echo *e, struct http_request *req)
{
	const char *bytes = http_query(req, "bytes");
	size_t len = bytes ? strtoul(bytes, NULL, 10) : BIG_BYTES;

	if (http_query(req, "static"))
		http_reply_static(req, 200, TEXT, e->big, len);
	else
		http_reply(req, 200, TEXT, e->big, len);
}

static void do_status(struct echo *e, struct http_request *req)
{
	const char *code = http_query(req, "code");

	(void)e;
	http_reply(req, code ? (int)strtol(code, NULL, 10) : 200, TEXT, "body\n", 5);
}

static void do_counts(struct echo *e, struct http_request *req)
{
	answer(req, arena_printf(req->arena, "handled=%d gone=%d late=%d held=%d connections=%d\n",
				 e->handled, e->gone, e->late, e->held != NULL,
				 (int)metric_get(METRIC_CONNECTIONS)));
}

static void do_headers(struct echo *e, struct http_request *req)
{
	const char *name, *value, *all = "";

	(void)e;
	for (int i = 0; http_header_at(req, i, &name, &value); i++)
		all = arena_printf(req->arena, "%s[%s]=[%s]\n", all, name, value);
	answer(req, all);
}

static const struct {
	const char *path;
	void (*run)(struct echo *e, struct http_request *req);
} routes[] = {
	{"/slow", do_slow},
	{"/hold", do_hold},
	{"/let-go", do_let_go},
	{"/stream", do_stream},
	{"/stream/end", do_stream_end},
	{"/stream/fill", do_stream_fill},
	{"/stream/burst", do_stream_burst},
	{"/stream/waiting", do_stream_waiting},
	{"/upgrade", do_upgrade},
	{"/big", do_big},
	{"/status", do_status},
	{"/counts", do_counts},
	{"/headers", do_headers},
};

static void on_request(void *arg, struct http_request *req)
{
	struct echo *e = arg;

	e->handled++;
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		if (strcmp(routes[i].path, req->path) == 0) {
			routes[i].run(e, req);
			return;
		}
	}
	if (!e->files || strncmp(req->path, "/echo", 5) == 0 || !static_handle(e->files, req))
		do_echo(e, req);
}

static size_t body_limit(void *arg, const char *method, const char *path)
{
	(void)arg;
	(void)method;
	return strcmp(path, "/small") == 0 ? SMALL_BODY : 0;
}

static void on_drained(void *arg)
{
	struct echo *e = arg;

	http_free(e->http);
	loop_stop(e->loop);
}

static void on_term(uv_signal_t *handle, int number)
{
	struct echo *e = handle->data;

	(void)number;
	if (e->held)
		do_let_go(e, NULL);
	uv_close((uv_handle_t *)handle, NULL);
	http_drain(e->http, on_drained, e);
}

static void option_read(struct http_options *opt, struct echo *e, const char *text)
{
	const char *eq = strchr(text, '=');
	size_t len = eq ? (size_t)(eq - text) : 0;

	for (size_t i = 0; eq && i < sizeof(numbers) / sizeof(*numbers); i++) {
		int64_t value = strtol(eq + 1, NULL, 10);

		if (strlen(numbers[i].name) == len && memcmp(numbers[i].name, text, len) == 0)
			memcpy((char *)opt + numbers[i].at, &value, sizeof(value));
	}
	if (strncmp(text, "connections=", 12) == 0)
		opt->connections_max = (int)strtol(text + 12, NULL, 10);
	if (strncmp(text, "backlog=", 8) == 0)
		e->backlog.all_bytes = strtoul(text + 8, NULL, 10);
	if (strncmp(text, "static=", 7) == 0)
		e->files = static_load(text + 7);
}

int main(int argc, char **argv)
{
	struct arena arena;
	struct diag diag;
	struct echo e = {.loop = loop_new(),
			 .big = mem_alloc(BIG_BYTES),
			 .backlog = {STREAM_LIMIT, SIZE_MAX, 0}};
	struct http_options opt = {.listen = argc > 1 ? argv[1] : "127.0.0.1:0",
				   .header_bytes = 16384,
				   .body_bytes = 1 << 20,
				   .body_limit = body_limit,
				   .request_timeout_ms = 15000,
				   .idle_timeout_ms = 60000,
				   .connections_max = 1000,
				   .handle = on_request,
				   .arg = &e};

	memset(e.big, 'x', BIG_BYTES);
	arena_init(&arena);
	diag_init(&diag, &arena);
	for (int i = 2; i < argc; i++)
		option_read(&opt, &e, argv[i]);
	e.http = http_open(e.loop, &opt, &diag);
	if (!e.http) {
		fprintf(stderr, "%s: %s\n", diag.first->where, diag.first->what);
		return 3;
	}
	uv_signal_init(loop_uv(e.loop), &e.term);
	e.term.data = &e;
	uv_signal_start(&e.term, on_term, SIGTERM);
	printf("port %d\n", http_port(e.http));
	fflush(stdout);
	loop_run(e.loop);
	loop_free(e.loop);
	static_free(e.files);
	arena_clear(&arena);
	free(e.big);
	return 0;
}
