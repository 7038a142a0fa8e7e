/*
 * Bytes a WebSocket client sends behind its handshake, through libwebsockets and all that stands
 * before and behind it.
 *
 * The first byte chooses, as a digit of bits: 1 the bytes come together with the handshake, 2 they
 * come in two parts. Then the client half-closes. Whatever it was: each text handed over is valid
 * and within the limit, the connection ends with exactly one on_close, and nothing is left held.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "net/http.h"
#include "net/ws.h"

#define MESSAGE_BYTES 4096
#define HANG_MS	      20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char head[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/* Stands in for http.c: one request, whose socket and bytes are here. */
static struct given {
	int fd;
	struct buf bytes;
} given;

static struct {
	struct loop *loop;
	struct ws *ws;
	struct loop_timer *hang;
	int open_count, close_count;
} run;

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

const char *http_header(const struct http_request *req, const char *name)
{
	(void)req;
	return strcmp(name, "Sec-WebSocket-Key") == 0 ? "dGhlIHNhbXBsZSBub25jZQ==" : NULL;
}

int http_header_count(const struct http_request *req, const char *name)
{
	return http_header(req, name) != NULL;
}

bool http_header_at(const struct http_request *req, int i, const char **ret_name,
		    const char **ret_value)
{
	(void)req;
	(void)i;
	(void)ret_name;
	(void)ret_value;
	return false;
}

int http_take_over(struct http_request *req, const char **ret_bytes, size_t *ret_len)
{
	(void)req;
	*ret_bytes = given.bytes.data;
	*ret_len = given.bytes.len;
	return given.fd;
}

static void on_open(void *arg, struct ws_conn *c)
{
	(void)arg;
	(void)c;
	run.open_count++;
}

static void on_message(void *arg, struct ws_conn *c, const char *text, size_t len)
{
	(void)arg;
	must(len <= MESSAGE_BYTES, "a message over the limit");
	must(utf8_valid_bytes(text, len) == len, "a message that is not UTF-8");
	ws_send(c, text, len);
}

static void on_close(void *arg, struct ws_conn *c)
{
	(void)arg;
	(void)c;
	run.close_count++;
	loop_stop(run.loop);
}

static void on_hang(void *arg)
{
	(void)arg;
	must(false, "the connection does not end");
}

static void run_open(void)
{
	static struct backlog backlog = {.each_bytes = 65536};
	const struct ws_options opt = {.backlog = &backlog,
				       .message_bytes = MESSAGE_BYTES,
				       .fragments_max = 16,
				       .ping_ms = 600000,
				       .pong_ms = 600000,
				       .on_open = on_open,
				       .on_message = on_message,
				       .on_close = on_close};
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	run.loop = loop_new();
	run.ws = ws_open(run.loop, &opt, &diag);
	must(run.ws != NULL, "the service does not start");
	run.hang = loop_timer_new(run.loop, on_hang, NULL);
	arena_clear(&arena);
}

static void client_send(int fd, const uint8_t *data, size_t size)
{
	if (size)
		(void)!send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void adopt(int client, const uint8_t *data, size_t size, int how)
{
	struct http_request req = {0};
	size_t early = how & 1 ? size : 0;

	buf_init(&given.bytes, 1 << 20);
	buf_add(&given.bytes, head, sizeof(head) - 1);
	buf_add(&given.bytes, data, early);
	run.open_count = run.close_count = 0;
	if (ws_adopt(run.ws, &req, NULL) != ERR_OK) {
		must(run.open_count == 0, "refused, and opened");
		buf_clear(&given.bytes);
		return;
	}
	must(run.open_count == 1, "opened not once");
	client_send(client, data + early, (size - early) / 2);
	if (!(how & 2))
		client_send(client, data + early + (size - early) / 2,
			    size - early - (size - early) / 2);
	shutdown(client, SHUT_WR);
	loop_timer_start(run.hang, HANG_MS, 0);
	while (run.close_count == 0)
		loop_run(run.loop);
	loop_timer_stop(run.hang);
	must(run.close_count == 1, "closed not once");
	buf_clear(&given.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int pair[2];

	if (!run.ws)
		run_open();
	if (size == 0)
		return 0;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0,
	     "socketpair");
	given.fd = pair[0];
	adopt(pair[1], data + 1, size - 1, data[0]);
	close(pair[1]);
	return 0;
}
