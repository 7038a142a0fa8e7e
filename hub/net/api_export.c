/*
 * api_export.c: a list as a file for office programs. It is made whole before the first byte is sent, so that what cannot be made is
 * answered as any fault is; then it is sent piece by piece, as fast as the client reads.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flow/export.h"
#include "net/api.h"

#define PIECE_BYTES ((size_t)64 << 10)
#define WAITING_BYTES_MAX ((size_t)256 << 10)
#define LOOK_AGAIN_MS 10

struct sending {
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
		sending_free(s);
	} else {
		http_stream_write(s->stream, s->piece, (size_t)s->got, WAITING_BYTES_MAX); /* there is room: it was looked at */
		send_on(s);
	}
}

static void put_headers(const struct exported *sheet, enum book_format format, struct buf *out)
{
	buf_printf(out, "Content-Type: %s\r\nCache-Control: no-store\r\nContent-Disposition: attachment; filename*=UTF-8''",
		   format == BOOK_CSV ? "text/csv; charset=utf-8" :
					 "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
	for (const char *c = sheet->name; *c; c++)
		buf_printf(out, (unsigned char)*c < 0x80 ? "%c" : "%%%02X", (unsigned char)*c);
	buf_add_str(out, "\r\n");
}

static bool is_xlsx(const struct call *c)
{
	return !strcmp(strrchr(c->req->path, '.'), ".xlsx");
}

static void on_sheet(void *arg, const struct exported *sheet)
{
	struct call *c = arg;
	struct sending *s = mem_zalloc(sizeof(*s));
	struct buf headers;

	buf_init(&headers, 1024);
	put_headers(sheet, is_xlsx(c) ? BOOK_XLSX : BOOK_CSV, &headers);
	s->loop = c->api->flow->loop;
	s->timer = loop_timer_new(s->loop, send_on, s);
	s->fd = sheet->fd;
	s->stream = http_stream_begin(c->req, buf_cstr(&headers), on_gone, s);
	http_stream_is_finite(s->stream);
	buf_clear(&headers);
	principal_unref(c->who);
	free(c);
	send_on(s);
}

static const struct {
	const char *path;
	enum export_list list;
} lists[] = {
	{ "/api/v1/notices.", EXPORT_NOTICES },
	{ "/api/v1/pool.", EXPORT_POOL },
	{ "/api/v1/cases.", EXPORT_CASES },
	{ "/api/v1/disputes.", EXPORT_DISPUTES },
};

void api_export(struct call *c)
{
	struct export_in in = { .who = c->who, .format = is_xlsx(c) ? BOOK_XLSX : BOOK_CSV };
	const char *lang = call_query(c, "lang");
	const char *const *params;

	if (*lang && strcmp(lang, "zh") && strcmp(lang, "en")) {
		reply_invalid(call_on_reply, c, "lang", "must be zh or en");
		return;
	}
	in.english = !strcmp(lang, "en");
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!strncmp(c->req->path, lists[i].path, strlen(lists[i].path)))
			in.list = lists[i].list;
	}
	params = export_params(in.list);
	for (int i = 0; params[i]; i++)
		in.values[i] = call_query(c, params[i]);
	export_list_start(c->api->flow, &in, on_sheet, call_on_reply, c);
}
