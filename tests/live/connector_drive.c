/*
 * connector_drive KIND CALLBACK_BASE KEY=VALUE…: one connector under the hand of a test script,
 * line by line.
 *
 * In:  send ID TO TEXT | receipt QUERY | reply QUERY | quit Out: ready | done ID OUTCOME CODE PARTS
 * | report KIND MESSAGE_ID FROM TO DEDUPE TEXT | answer STATUS | closed Empty fields are printed as
 * "-".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "connector.h"

#define PAIRS_MAX 16

struct drive {
	uv_loop_t loop;
	uv_pipe_t in;
	char line[65536];
	size_t len;
	struct arena arena; /* of the connector */
	const struct connector_kind *kind;
	void *self;
};

struct sent {
	char id[65];
};

static const char *shown(const char *s)
{
	return *s ? s : "-";
}

static void on_report(void *arg, const struct report *r)
{
	static const char *const names[] = {"handed-over", "delivered", "failed",
					    "expired",	   "buffered",	"reply"};

	(void)arg;
	printf("report %s %s %s %s %s %s\n", names[r->kind], shown(r->message_id), shown(r->from),
	       shown(r->to), shown(r->dedupe), shown(r->text));
	(void)fflush(stdout);
}

static void on_done(void *arg, const struct send_result *result)
{
	struct sent *sent = arg;

	printf("done %s %s %s %d\n", sent->id, outcome_name(result->outcome), shown(result->code),
	       result->parts);
	(void)fflush(stdout);
	free(sent);
}

static void send_line(struct drive *d, char *rest)
{
	char *to = strchr(rest, ' '), *text = to ? strchr(to + 1, ' ') : NULL;
	struct sent *sent = mem_zalloc(sizeof(*sent));

	if (!text) {
		free(sent);
		return;
	}
	*to++ = '\0';
	*text++ = '\0';
	(void)snprintf(sent->id, sizeof(sent->id), "%s", rest);
	d->kind->send(d->self, &(struct message){rest, to, text}, on_done, sent);
}

static void callback_line(struct drive *d, const char *query, bool is_reply)
{
	const struct http_in in = {.method = "GET",
				   .query = query,
				   .body = "",
				   .content_type = "",
				   .is_reply = is_reply};
	struct reports reports = {0};
	struct arena arena;
	enum err e;

	arena_init(&arena);
	e = d->kind->receipt(d->self, &in, &arena, &reports);
	for (int i = 0; i < reports.count; i++)
		on_report(d, &reports.items[i]);
	printf("answer %d\n", e == ERR_OK ? reports.status : err_http_status(e));
	(void)fflush(stdout);
	arena_clear(&arena);
}

static void on_closed(void *arg)
{
	(void)arg;
	printf("closed\n");
	(void)fflush(stdout);
}

static void drive_end(struct drive *d)
{
	if (uv_is_closing((uv_handle_t *)&d->in))
		return;
	uv_close((uv_handle_t *)&d->in, NULL);
	d->kind->close(d->self, on_closed, d);
}

static void line_do(struct drive *d, char *line)
{
	if (strncmp(line, "send ", 5) == 0)
		send_line(d, line + 5);
	else if (strncmp(line, "receipt ", 8) == 0)
		callback_line(d, line + 8, false);
	else if (strncmp(line, "reply ", 6) == 0)
		callback_line(d, line + 6, true);
	else if (strcmp(line, "quit") == 0)
		drive_end(d);
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
	struct drive *d = handle->data;

	(void)wanted;
	*ret = uv_buf_init(d->line + d->len, (unsigned)(sizeof(d->line) - d->len));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct drive *d = stream->data;
	char *end;

	(void)buf;
	if (n < 0) {
		drive_end(d);
		return;
	}
	d->len += (size_t)n;
	while ((end = memchr(d->line, '\n', d->len))) {
		size_t used = (size_t)(end - d->line) + 1;

		*end = '\0';
		line_do(d, d->line);
		d->len -= used;
		memmove(d->line, d->line + used, d->len);
	}
}

static int drive_open(struct drive *d, int argc, char **argv)
{
	const struct connector_env env = {.uv_loop = &d->loop,
					  .name = "driven",
					  .callback_base = argv[2],
					  .report = on_report};
	struct setting_pair pairs[PAIRS_MAX];
	struct settings s = {pairs, 0};
	struct diag diag;

	diag_init(&diag, &d->arena);
	for (int i = 3; i < argc && s.count < PAIRS_MAX; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			return 2;
		pairs[s.count++] = (struct setting_pair){
			arena_strndup(&d->arena, argv[i], (size_t)(value - argv[i])), value + 1};
	}
	if (d->kind->open(&env, &s, &d->arena, &d->self, &diag) == ERR_OK)
		return 0;
	for (const struct fault *f = diag.first; f; f = f->next)
		(void)fprintf(stderr, "%s: %s\n", f->where, f->what);
	return 2;
}

int main(int argc, char **argv)
{
	static struct drive d;

	d.kind = argc >= 3 ? connector_kind_find(argv[1]) : NULL;
	if (!d.kind || uv_loop_init(&d.loop) != 0)
		return 2;
	arena_init(&d.arena);
	if (drive_open(&d, argc, argv) != 0)
		return 2;
	uv_pipe_init(&d.loop, &d.in, 0);
	d.in.data = &d;
	uv_pipe_open(&d.in, 0);
	uv_read_start((uv_stream_t *)&d.in, on_alloc, on_read);
	printf("ready\n");
	(void)fflush(stdout);
	uv_run(&d.loop, UV_RUN_DEFAULT);
	arena_clear(&d.arena);
	return uv_loop_close(&d.loop) == 0 ? 0 : 1;
}
