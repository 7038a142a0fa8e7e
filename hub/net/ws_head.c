#include "net/ws_head.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"

size_t ws_head_length(const char *bytes, size_t len)
{
	const char *end = memmem(bytes, len, "\r\n\r\n", 4);
	const char *line_end = memchr(bytes, '\r', len);

	/* http.c takes HTTP/1.0 as well, and a request does not say which it was. */
	if (!end || line_end - bytes < 9 || memcmp(line_end - 9, " HTTP/1.1", 9) != 0)
		return 0;
	return (size_t)(end - bytes) + 4;
}

char *ws_head_make(const char *key, const char *rest, size_t rest_len, size_t *ret_len)
{
	static const char head[] = "GET / HTTP/1.1\r\n"
				   "Host: tandem\r\n"
				   "Upgrade: websocket\r\n"
				   "Connection: Upgrade\r\n"
				   "Sec-WebSocket-Version: 13\r\n"
				   "Sec-WebSocket-Protocol: " WS_PROTOCOL_NAME "\r\n"
				   "Sec-WebSocket-Key: ";
	size_t room = sizeof(head) + WS_KEY_CHARS + 4 + rest_len;
	char *made = mem_alloc(room);
	size_t len = (size_t)snprintf(made, room, "%s%.*s\r\n\r\n", head, WS_KEY_CHARS, key);

	if (rest_len)
		memcpy(made + len, rest, rest_len);
	*ret_len = len + rest_len;
	return made;
}

enum err ws_head_refuse(int fd)
{
	static const char answer[] = "HTTP/1.1 400 Bad Request\r\n"
				     "Content-Length: 0\r\n"
				     "Connection: close\r\n\r\n";

	/* A new connection's buffer takes it whole, or the peer is not worth more. */
	(void)!send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
	return ERR_SYNTAX;
}
