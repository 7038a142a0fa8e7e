/*
 * stub.c: a server that stores and decides nothing: what the network alone costs. Only for
 * road_load, whose words it knows: a POST is answered 201 and its event sent to two of the sockets;
 * whatever a socket sends is answered. Usage: road_stub; prints its port, ends when its standard
 * input does.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "peer.h"

#define SOCKETS_MAX	20000
#define EVENTS_PER_TURN 256

struct stub {
	int epoll, listener;
	struct peer *sockets[SOCKETS_MAX];
	int socket_count;
	int64_t seq;
};

static void answer(struct peer *p, const char *head, const char *body)
{
	buf_printf(&p->out, "%sContent-Length: %zu\r\n\r\n%s", head, strlen(body), body);
}

static void frame(struct stub *s, struct peer *to, int notice, const struct http_piece *event)
{
	char text[8192];
	int len = snprintf(
		text, sizeof(text),
		"{\"jsonrpc\":\"2.0\",\"method\":\"notice\",\"params\":{\"notice\":{\"id\":\"n%lld.%d\",\"event\":%.*s}}}",
		(long long)s->seq, notice, (int)event->body_len, event->body);

	if (len > 0 && (size_t)len < sizeof(text))
		ws_put(to, WS_FROM_SERVER,
		       &(struct ws_piece){.opcode = 1, .data = text, .len = (size_t)len});
}

static void take_event(struct stub *s, struct peer *p, const struct http_piece *event)
{
	s->seq++;
	for (int k = 0; k < 2 && s->socket_count; k++) {
		struct peer *to = s->sockets[(s->seq * 7 + k * 13) % s->socket_count];

		frame(s, to, k, event);
		peer_flush(to);
	}
	answer(p, "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n",
	       "{\"event\":\"e1\",\"notices\":[]}");
}

static void take_http(struct stub *s, struct peer *p)
{
	struct http_piece piece;

	while (!p->is_socket && http_take(p, &piece)) {
		if (!memmem(piece.head, piece.head_len, "Upgrade:", 8)) {
			take_event(s, p, &piece);
		} else if (s->socket_count < SOCKETS_MAX) {
			answer(p,
			       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
			       "");
			p->is_socket = true;
			s->sockets[s->socket_count++] = p;
		}
	}
}

static void take_messages(struct peer *p)
{
	struct ws_piece piece;

	while (p->is_socket && ws_take(p, &piece)) {
		char text[128];
		int len = snprintf(text, sizeof(text),
				   "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{}}",
				   (long long)number_after(piece.data, piece.len, "\"id\":"));

		ws_put(p, WS_FROM_SERVER,
		       &(struct ws_piece){.opcode = 1, .data = text, .len = (size_t)len});
	}
}

static void forget(struct stub *s, struct peer *p)
{
	for (int i = 0; i < s->socket_count; i++) {
		if (s->sockets[i] == p)
			s->sockets[i--] = s->sockets[--s->socket_count];
	}
	peer_close(p);
	free(p);
}

static void serve(struct stub *s, struct peer *p)
{
	bool is_there = peer_fill(p);

	take_http(s, p);
	take_messages(p);
	if (!is_there || !peer_flush(p))
		forget(s, p);
}

static void welcome(struct stub *s)
{
	int fd;

	while ((fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct peer *p = mem_zalloc(sizeof(*p));

		if (!peer_adopt(p, s->epoll, fd, p))
			free(p);
	}
}

static int listen_anywhere(struct stub *s)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = s};
	socklen_t len = sizeof(at);

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(s->listener, (struct sockaddr *)&at, len) < 0 || listen(s->listener, 1024) < 0 ||
	    getsockname(s->listener, (struct sockaddr *)&at, &len) < 0 ||
	    epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &e) < 0)
		return 0;
	return ntohs(at.sin_port);
}

int main(void)
{
	struct stub *s = mem_zalloc(sizeof(*s));
	struct epoll_event events[EVENTS_PER_TURN], input = {.events = EPOLLIN | EPOLLHUP};
	int port, count;

	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	port = listen_anywhere(s);
	if (!port || epoll_ctl(s->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input) < 0)
		return 3;
	printf("%d\n", port);
	fflush(stdout);
	for (;;) {
		count = epoll_wait(s->epoll, events, EVENTS_PER_TURN, -1);
		for (int i = 0; i < count; i++) {
			if (!events[i].data.ptr)
				return 0;
			if (events[i].data.ptr == s)
				welcome(s);
			else
				serve(s, events[i].data.ptr);
		}
	}
}
