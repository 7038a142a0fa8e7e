/* peer.c: see peer.h. */
#include "peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define IN_STEP	  65536
#define BYTES_MAX ((size_t)64 << 20)

int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t number_after(const char *text, size_t len, const char *name)
{
	const char *at = memmem(text, len, name, strlen(name)), *end = text + len;
	int64_t n = 0;

	if (!at)
		return -1;
	for (at += strlen(name); at < end && *at >= '0' && *at <= '9'; at++)
		n = n * 10 + (*at - '0');
	return n;
}

static bool watch(struct peer *p, int operation, uint32_t events, void *known_by)
{
	struct epoll_event e = {.events = events, .data.ptr = known_by};

	return epoll_ctl(p->epoll, operation, p->fd, &e) == 0;
}

bool peer_adopt(struct peer *p, int epoll, int fd, void *known_by)
{
	int one = 1;

	*p = (struct peer){.fd = fd, .epoll = epoll};
	buf_init(&p->in, BYTES_MAX);
	buf_init(&p->out, BYTES_MAX);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return watch(p, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT | EPOLLET, known_by);
}

bool peer_open(struct peer *p, int epoll, int port, void *known_by)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return false;
	return peer_adopt(p, epoll, fd, known_by);
}

void peer_close(struct peer *p)
{
	close(p->fd);
	buf_clear(&p->in);
	buf_clear(&p->out);
	p->fd = -1;
}

static void in_compact(struct peer *p)
{
	if (!p->in_at)
		return;
	memmove(p->in.data, p->in.data + p->in_at, p->in.len - p->in_at);
	p->in.len -= p->in_at;
	p->in_at = 0;
}

/* The edge is raised once, so everything there is is read. */
bool peer_fill(struct peer *p)
{
	ssize_t n;

	in_compact(p);
	do {
		if (!buf_reserve(&p->in, IN_STEP))
			return false;
		n = recv(p->fd, p->in.data + p->in.len, IN_STEP, MSG_DONTWAIT);
		if (n > 0)
			p->in.len += (size_t)n;
	} while (n == IN_STEP);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

bool peer_flush(struct peer *p)
{
	ssize_t n;

	if (p->out_at == p->out.len)
		return true;
	n = send(p->fd, p->out.data + p->out_at, p->out.len - p->out_at,
		 MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN;
	p->out_at += (size_t)n;
	if (p->out_at == p->out.len) {
		buf_reset(&p->out);
		p->out_at = 0;
	}
	return true;
}

bool http_take(struct peer *p, struct http_piece *ret)
{
	const char *from = p->in.data + p->in_at;
	size_t len = p->in.len - p->in_at;
	const char *end = len ? memmem(from, len, "\r\n\r\n", 4) : NULL;
	int64_t body;

	if (!end)
		return false;
	ret->head = from;
	ret->head_len = (size_t)(end + 4 - from);
	body = number_after(from, ret->head_len, "Content-Length: ");
	ret->body = end + 4;
	ret->body_len = body > 0 ? (size_t)body : 0;
	if (len - ret->head_len < ret->body_len)
		return false;
	ret->status = (int)number_after(from, ret->head_len, "HTTP/1.1 ");
	p->in_at += ret->head_len + ret->body_len;
	return true;
}

/* The head's length, and the payload's through ret_len; 0 when it is not all there. */
static size_t ws_head(const unsigned char *b, size_t have, size_t *ret_len)
{
	size_t more, mask, len;

	if (have < 2)
		return 0;
	len = b[1] & 0x7f;
	mask = b[1] & 0x80 ? 4 : 0;
	more = len == 126 ? 2 : len == 127 ? 8 : 0;
	if (have < 2 + more + mask)
		return 0;
	if (more)
		len = 0;
	for (size_t i = 0; i < more; i++)
		len = len << 8 | b[2 + i];
	*ret_len = len;
	return 2 + more + mask;
}

bool ws_take(struct peer *p, struct ws_piece *ret)
{
	unsigned char *b = (unsigned char *)p->in.data + p->in_at;
	size_t have = p->in.len - p->in_at, len, head = have ? ws_head(b, have, &len) : 0;

	if (!head || have - head < len)
		return false;
	if (b[1] & 0x80) {
		for (size_t i = 0; i < len; i++)
			b[head + i] ^= b[head - 4 + i % 4];
	}
	*ret = (struct ws_piece){.opcode = b[0] & 15, .data = (char *)b + head, .len = len};
	p->in_at += head + len;
	return true;
}

void ws_put(struct peer *p, enum ws_side from, const struct ws_piece *w)
{
	unsigned char head[8] = {(unsigned char)(0x80 | w->opcode)};
	size_t at = 2;

	head[1] = (unsigned char)(w->len < 126 ? w->len : 126);
	if (w->len >= 126) {
		head[2] = (unsigned char)(w->len >> 8);
		head[3] = (unsigned char)w->len;
		at = 4;
	}
	if (from == WS_FROM_CLIENT) {
		head[1] |= 0x80;
		at += 4;
	}
	buf_add(&p->out, head, at);
	buf_add(&p->out, w->data, w->len);
}
