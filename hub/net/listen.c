/* listen.c: the listening socket, on a descriptor of our own, so that several processes can share
 * the port. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/http_internal.h"

#define BACKLOG 1024

static bool port_read(const char *s, int *ret_port)
{
	char *end;
	long port = strtol(s, &end, 10);

	if (*s < '0' || *s > '9' || *end || port > 65535)
		return false;
	*ret_port = (int)port;
	return true;
}

/* "127.0.0.1:8080" or "[::1]:8080" */
static bool address_read(const char *text, struct sockaddr_storage *ret, socklen_t *ret_len)
{
	const char *colon = strrchr(text, ':'), *start = text;
	char host[64];
	size_t len;
	int port;

	if (!colon || !port_read(colon + 1, &port))
		return false;
	len = (size_t)(colon - text);
	if (text[0] == '[') {
		if (len < 2 || text[len - 1] != ']')
			return false;
		start++;
		len -= 2;
	}
	if (len >= sizeof(host))
		return false;
	memcpy(host, start, len);
	host[len] = '\0';
	if (text[0] == '[') {
		*ret_len = sizeof(struct sockaddr_in6);
		return uv_ip6_addr(host, port, (struct sockaddr_in6 *)ret) == 0;
	}
	*ret_len = sizeof(struct sockaddr_in);
	return uv_ip4_addr(host, port, (struct sockaddr_in *)ret) == 0;
}

static bool unix_address(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(ret->sun_path) || *path == '\0')
		return false;
	memcpy(ret->sun_path, path, strlen(path) + 1);
	return true;
}

/* A socket file is left behind by a process that was killed; one that answers belongs to a living
 * one. */
static void remove_stale(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 && errno == ECONNREFUSED)
		unlink(addr->sun_path);
	close(fd);
}

static void option_set(int fd, int level, int name)
{
	int on = 1;

	(void)setsockopt(fd, level, name, &on, sizeof(on));
}

static int bound_socket(const struct sockaddr *addr, socklen_t len, bool is_shared)
{
	int fd = socket(addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (addr->sa_family != AF_UNIX) {
		option_set(fd, SOL_SOCKET, SO_REUSEADDR);
		if (is_shared)
			option_set(fd, SOL_SOCKET, SO_REUSEPORT);
		option_set(fd, IPPROTO_TCP, TCP_NODELAY); /* handed down to what is accepted */
	}
	if (addr->sa_family == AF_INET6)
		option_set(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	if (bind(fd, addr, len) < 0 || listen(fd, BACKLOG) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

static int port_of(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
		return 0;
	if (addr.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *)&addr)->sin_port);
	return addr.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&addr)->sin6_port) : 0;
}

/* On a descriptor that is bound already this only fails when libuv has no memory for it. */
static bool uv_attach(struct http *h, int fd, bool is_unix, uv_connection_cb on_connection)
{
	uv_loop_t *loop = loop_uv(h->loop);
	int rc;

	if (is_unix) {
		uv_pipe_init(loop, &h->listener.pipe, 0);
		rc = uv_pipe_open(&h->listener.pipe, fd);
	} else {
		uv_tcp_init(loop, &h->listener.tcp);
		rc = uv_tcp_open(&h->listener.tcp, fd);
	}
	if (rc == 0)
		rc = uv_listen(&h->listener.stream, BACKLOG, on_connection);
	return rc == 0;
}

bool http_listen(struct http *h, uv_connection_cb on_connection, struct diag *diag)
{
	const char *text = h->options.listen;
	bool is_unix = strncmp(text, "unix:", 5) == 0;
	struct sockaddr_storage addr;
	struct sockaddr_un local;
	socklen_t len;
	int fd;

	if (is_unix ? !unix_address(text + 5, &local) : !address_read(text, &addr, &len)) {
		diag_add(
			diag, "listen",
			"must be an address and port, like 127.0.0.1:8080 or [::1]:8080, or unix:/path");
		return false;
	}
	if (is_unix)
		remove_stale(&local);
	fd = is_unix ? bound_socket((struct sockaddr *)&local, sizeof(local), false)
		     : bound_socket((struct sockaddr *)&addr, len, h->options.is_shared);
	if (fd < 0) {
		diag_add(diag, "listen", "cannot listen on %s: %s%s", text, strerror(errno),
			 errno != EADDRINUSE
				 ? ""
				 : "; is a hub running already? Another port: --port N");
		return false;
	}
	if (!uv_attach(h, fd, is_unix, on_connection))
		abort();
	h->port = port_of(fd);
	h->unix_path = is_unix ? mem_strdup(text + 5) : NULL;
	return true;
}
