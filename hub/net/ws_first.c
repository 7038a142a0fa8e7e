#include "net/ws_first.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>

#include "base/arena.h"

#define HEADER_BYTES 10 /* without the mask's four, which need no look */
#define TURN_EVENTS  64
#define DRAIN_READS  4
#define WANTED	     (EPOLLIN | EPOLLRDHUP | EPOLLET)

struct ws_first {
	uv_poll_t poll;
	int epoll;
	uint64_t message_bytes;
	ws_first_fn *fn;
	struct token *gone; /* removed in this turn; events of them may still be in hand */
	bool in_turn;
};

struct token {
	void *conn;
	int fd;
	bool draining, removed;
	struct token *next_gone;
};

enum ws_first_is ws_first_check(const unsigned char *bytes, size_t len, uint64_t message_bytes)
{
	size_t more;
	uint64_t length;

	if (len < 2)
		return WS_FIRST_MORE;
	if (!(bytes[1] & 0x80))
		return WS_FIRST_BAD;
	length = bytes[1] & 0x7f;
	more = length == 126 ? 2 : length == 127 ? 8 : 0;
	if (!more)
		return WS_FIRST_GOOD;
	if (len < 2 + more)
		return WS_FIRST_MORE;
	length = 0;
	for (size_t i = 0; i < more; i++)
		length = length << 8 | bytes[2 + i];
	return length > message_bytes ? WS_FIRST_BIG : WS_FIRST_GOOD;
}

/* True when the peer has closed or failed. */
static bool drain_is_over(struct ws_first *f, struct token *t)
{
	struct epoll_event again = {.events = WANTED, .data.ptr = t};
	char bytes[16384];

	for (int i = 0; i < DRAIN_READS; i++) {
		ssize_t n = recv(t->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n <= 0)
			return true;
	}
	/* There is more: others have their turn first, then the edge is raised again. */
	epoll_ctl(f->epoll, EPOLL_CTL_MOD, t->fd, &again);
	return false;
}

static void token_serve(struct ws_first *f, struct token *t, uint32_t events)
{
	unsigned char bytes[HEADER_BYTES];
	enum ws_first_is is = WS_FIRST_GOOD;
	ssize_t n;

	if (t->removed)
		return;
	if (t->draining) {
		if (drain_is_over(f, t))
			f->fn(t->conn, WS_FIRST_GOOD);
		return;
	}
	n = recv(t->fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
	/* An end or an error is for libwebsockets to find. */
	if (n > 0)
		is = ws_first_check(bytes, (size_t)n, f->message_bytes);
	if (is == WS_FIRST_MORE && !(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
		return;
	f->fn(t->conn, is == WS_FIRST_MORE ? WS_FIRST_GOOD : is);
}

static void on_readable(uv_poll_t *h, int status, int uv_events)
{
	struct ws_first *f = h->data;
	struct epoll_event events[TURN_EVENTS];
	struct token *t;
	int count;

	(void)status;
	(void)uv_events;
	count = epoll_wait(f->epoll, events, TURN_EVENTS, 0);
	f->in_turn = true;
	for (int i = 0; i < count; i++)
		token_serve(f, events[i].data.ptr, events[i].events);
	f->in_turn = false;
	while ((t = f->gone)) {
		f->gone = t->next_gone;
		free(t);
	}
}

struct ws_first *ws_first_open(struct loop *loop, uint64_t message_bytes, ws_first_fn *fn)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	struct ws_first *f;

	if (fd < 0)
		return NULL;
	f = mem_zalloc(sizeof(*f));
	f->epoll = fd;
	f->message_bytes = message_bytes;
	f->fn = fn;
	f->poll.data = f;
	if (uv_poll_init(loop_uv(loop), &f->poll, fd) < 0) {
		close(fd);
		free(f);
		return NULL;
	}
	uv_poll_start(&f->poll, UV_READABLE, on_readable);
	return f;
}

static void on_closed(uv_handle_t *h)
{
	struct ws_first *f = h->data;

	close(f->epoll);
	free(f);
}

void ws_first_close(struct ws_first *f)
{
	if (!f)
		return;
	uv_poll_stop(&f->poll);
	uv_close((uv_handle_t *)&f->poll, on_closed);
}

bool ws_first_add(struct ws_first *f, int fd, void *conn, void **ret_token)
{
	struct epoll_event want = {.events = WANTED};
	struct token *t = mem_zalloc(sizeof(*t));

	t->conn = conn;
	t->fd = fd;
	want.data.ptr = t;
	if (epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &want) < 0) {
		free(t);
		return false;
	}
	*ret_token = t;
	return true;
}

void ws_first_remove(struct ws_first *f, void *token)
{
	struct token *t = token;

	if (!t)
		return;
	epoll_ctl(f->epoll, EPOLL_CTL_DEL, t->fd, NULL);
	if (!f->in_turn) {
		free(t);
		return;
	}
	t->removed = true;
	t->next_gone = f->gone;
	f->gone = t;
}

void ws_first_drain(void *token)
{
	struct token *t = token;

	t->draining = true;
}
