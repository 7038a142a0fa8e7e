#include "store/private_wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int wire_connect(const char *socket_path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(socket_path) >= sizeof(sun.sun_path))
		return -1;
	memcpy(sun.sun_path, socket_path, strlen(socket_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool is_readable(int fd, int limit_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int rc;

	do {
		rc = poll(&p, 1, limit_ms);
	} while (rc < 0 && errno == EINTR);
	return rc > 0;
}

bool wire_ask(int fd, const char *command, int limit_ms)
{
	size_t len = strlen(command);
	char answer[512];

	if (send(fd, command, len, MSG_NOSIGNAL) != (ssize_t)len ||
	    send(fd, "\r\n", 2, MSG_NOSIGNAL) != 2)
		return false;
	return is_readable(fd, limit_ms) && recv(fd, answer, sizeof(answer), 0) > 0;
}

bool wire_wait_end(int fd, int limit_ms)
{
	char rest[512];

	while (is_readable(fd, limit_ms)) {
		if (recv(fd, rest, sizeof(rest), 0) <= 0)
			return true;
	}
	return false;
}

void wire_pause(int ms)
{
	const struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	nanosleep(&ts, NULL);
}
