/* send_file.c: a file as an answer, read beside the loop piece by piece and sent as fast as the
 * client reads. */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/api.h"

#define PIECE_BYTES	  ((size_t)64 << 10)
#define WAITING_BYTES_MAX ((size_t)256 << 10)
#define LOOK_AGAIN_MS	  10
/* each holds a file, and an exported one the room it takes on the disk */
#define SENDING_MAX 64

struct sending {
	/* not looked at once it is gone: what is being read may come back after the end of
	 * everything else */
	struct api *api;
	struct loop *loop;
	struct http_stream *stream;
	struct loop_timer *timer; /* while the client is behind */
	int fd;
	bool gone, reading;
	ssize_t got;
	char piece[PIECE_BYTES];
};

static void sending_free(struct sending *s)
{
	loop_timer_free(s->timer);
	close(s->fd);
	free(s);
}

static void on_gone(void *arg)
{
	struct sending *s = arg;

	s->gone = true;
	s->api->sending--;
	if (!s->reading)
		sending_free(s);
}

static void read_piece(void *arg)
{
	struct sending *s = arg;

	s->got = read(s->fd, s->piece, PIECE_BYTES);
}

static void piece_read(void *arg);

static void send_on(void *arg)
{
	struct sending *s = arg;

	if (http_stream_waiting(s->stream) > WAITING_BYTES_MAX - PIECE_BYTES - 64) {
		loop_timer_start(s->timer, LOOK_AGAIN_MS, 0);
		return;
	}
	s->reading = true;
	loop_work(s->loop, read_piece, piece_read, s);
}

static void piece_read(void *arg)
{
	struct sending *s = arg;

	s->reading = false;
	if (s->gone) {
		sending_free(s);
	} else if (s->got < 0) {
		http_stream_break(s->stream); /* and on_gone frees it */
	} else if (s->got == 0) {
		http_stream_end(s->stream);
		s->api->sending--;
		sending_free(s);
	} else {
		/* there is room: it was looked at */
		http_stream_write(s->stream, s->piece, (size_t)s->got, WAITING_BYTES_MAX);
		send_on(s);
	}
}

static void put_headers(const struct sent_file *file, struct buf *out)
{
	buf_printf(
		out,
		"Content-Type: %s\r\nCache-Control: no-store\r\nContent-Disposition: attachment; filename*=UTF-8''",
		file->type);
	for (const char *c = file->name; *c; c++) {
		bool plain = (unsigned char)*c < 0x80 &&
			     (isalnum((unsigned char)*c) || *c == '.' || *c == '-' || *c == '_');

		buf_printf(out, plain ? "%c" : "%%%02X", (unsigned char)*c);
	}
	buf_add_str(out, "\r\n");
}

bool call_may_send(struct call *c)
{
	if (c->api->sending < SENDING_MAX)
		return true;
	call_problem(c, ERR_UNAVAILABLE, "Many files are being sent; ask again");
	return false;
}

void call_send_file(struct call *c, const struct sent_file *file)
{
	struct sending *s = mem_zalloc(sizeof(*s));
	struct buf headers;

	buf_init(&headers, 8192);
	put_headers(file, &headers);
	s->api = c->api;
	s->api->sending++;
	s->loop = c->api->flow->loop;
	s->timer = loop_timer_new(s->loop, send_on, s);
	s->fd = file->fd;
	s->stream = http_stream_begin(c->req, buf_cstr(&headers), on_gone, s);
	http_stream_is_finite(s->stream);
	buf_clear(&headers);
	principal_unref(c->who);
	free(c);
	send_on(s);
}
