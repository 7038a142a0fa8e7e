#include "import_send.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "http.h"
#include "loop.h"

#define BATCH_EVENTS	  200
#define BATCH_BYTES	  ((size_t)1 << 20)
#define ANSWER_BYTES	  ((size_t)32 << 20)
#define TRIES_MAX	  7
#define FIRST_WAIT_MS	  250
#define WAIT_MAX_MS	  60000
#define ANSWER_TIMEOUT_MS 60000

struct sending {
	const struct send_job *job;
	struct send_counts *counts;
	struct arena arena;
	struct loop *loop;
	struct loop_timer *timer;
	struct http_client *client;
	struct http_header headers[2];
	const char *url;
	struct buf body;
	int at, batch, batch_max; /* the first event of the batch in hand, and how many it has */
	int tries, status;
};

static void batch_post(struct sending *s);

static void on_closed(void *arg)
{
	struct sending *s = arg;

	loop_stop(s->loop);
}

static void give_up(struct sending *s, const char *why)
{
	s->job->say(s->job->arg, s->job->url,
		    arena_printf(&s->arena, "%s; %d of %d events are not sent", why,
				 s->job->count - s->at, s->job->count));
	s->status = 3;
	http_client_close(s->client, on_closed, s);
}

static void on_wait_over(void *arg)
{
	batch_post(arg);
}

static void try_again(struct sending *s, const struct http_answer *a)
{
	int64_t wait_ms = (int64_t)FIRST_WAIT_MS << s->tries;

	if (++s->tries == TRIES_MAX) {
		give_up(s, a->is_answer ? "the hub is busy or not fit to serve"
					: "there is no answer");
		return;
	}
	if (a->retry_after_ms > wait_ms)
		wait_ms = a->retry_after_ms;
	loop_timer_start(s->timer, wait_ms > WAIT_MAX_MS ? WAIT_MAX_MS : wait_ms, 0);
}

/* What the hub says is cut to a line, and holds no data of the event by its own rule. */
static void tell_refused(struct sending *s, const struct send_event *e, int status,
			 const json_t *result)
{
	const char *detail = json_string_value(json_object_get(result, "detail"));
	const json_t *errors = json_object_get(result, "errors"), *one;
	size_t i;

	s->job->say(
		s->job->arg, e->where,
		arena_printf(&s->arena, "the hub says %d: %.200s", status, detail ? detail : ""));
	json_array_foreach(errors, i, one) {
		const char *pointer = json_string_value(json_object_get(one, "pointer"));
		const char *what = json_string_value(json_object_get(one, "detail"));

		if (i < 5)
			s->job->say(s->job->arg, e->where,
				    arena_printf(&s->arena, "%.200s: %.200s",
						 pointer ? pointer : "", what ? what : ""));
	}
}

static int status_of(const json_t *results, int i)
{
	return (int)json_integer_value(
		json_object_get(json_array_get(results, (size_t)i), "status"));
}

static bool is_for_later(int status)
{
	return status == 429 || status == 500 || status == 503;
}

static void count_results(struct sending *s, const json_t *results)
{
	for (int i = 0; i < s->batch; i++) {
		int status = status_of(results, i);

		if (status == 201) {
			s->counts->created++;
		} else if (status == 200) {
			s->counts->repeated++;
		} else {
			s->counts->refused++;
			tell_refused(s, &s->job->events[s->at + i], status,
				     json_array_get(results, (size_t)i));
		}
	}
}

static void batch_next(struct sending *s)
{
	s->at += s->batch;
	s->tries = 0;
	if (s->at < s->job->count)
		batch_post(s);
	else
		http_client_close(s->client, on_closed, s);
}

/* A batch is counted when each of its events has a lasting answer; else the whole is sent again,
 * which repeats nothing. */
static void on_results(struct sending *s, const struct http_answer *a)
{
	json_t *root = json_loadb(a->body, a->body_len, 0, NULL);
	const json_t *results = json_object_get(root, "results");
	bool later = false;

	if ((int)json_array_size(results) != s->batch) {
		give_up(s, "the answer is not that of a hub");
	} else {
		for (int i = 0; i < s->batch; i++)
			later |= is_for_later(status_of(results, i));
		if (!later) {
			count_results(s, results);
			batch_next(s);
		} else {
			try_again(s, a);
		}
	}
	json_decref(root);
}

static void on_answer(void *arg, const struct http_answer *a)
{
	struct sending *s = arg;
	char why[80];

	if (!a->is_answer || is_for_later(a->status) || a->status == 502 || a->status == 504 ||
	    a->status == 408) {
		try_again(s, a);
	} else if (a->status == 200) {
		on_results(s, a);
	} else if (a->status == 413 && s->batch > 1) {
		s->batch_max = s->batch / 2;
		batch_post(s);
	} else {
		snprintf(why, sizeof(why), "the hub answers %d%s", a->status,
			 a->status == 401 || a->status == 403 ? ", so the key is not good here"
							      : "");
		give_up(s, why);
	}
}

static void batch_post(struct sending *s)
{
	struct http_call call = {.url = s->url, .headers = s->headers, .header_count = 2};

	buf_reset(&s->body);
	for (s->batch = 0; s->batch < s->batch_max && s->at + s->batch < s->job->count;
	     s->batch++) {
		const struct send_event *e = &s->job->events[s->at + s->batch];

		if (s->batch && s->body.len + e->len > BATCH_BYTES)
			break;
		buf_add(&s->body, e->json, e->len);
		buf_add_char(&s->body, '\n');
	}
	call.body = s->body.data;
	call.body_len = s->body.len;
	http_client_post(s->client, &call, on_answer, s);
}

int import_send(const struct send_job *job, struct send_counts *ret)
{
	const struct http_client_options options = {.connections_max = 1,
						    .total_timeout_ms = ANSWER_TIMEOUT_MS,
						    .answer_bytes_max = ANSWER_BYTES};
	struct sending s = {.job = job, .counts = ret, .batch_max = BATCH_EVENTS};
	size_t len = strlen(job->url);

	*ret = (struct send_counts){0};
	if (!job->count)
		return 0;
	arena_init(&s.arena);
	buf_init(&s.body, BATCH_BYTES * 2);
	while (len && job->url[len - 1] == '/')
		len--;
	s.url = arena_printf(&s.arena, "%.*s/api/v1/events", (int)len, job->url);
	s.headers[0] = (struct http_header){"Content-Type", "application/x-ndjson"};
	s.headers[1] = (struct http_header){"Authorization",
					    arena_printf(&s.arena, "Bearer %s", job->key)};
	s.loop = loop_new();
	s.timer = loop_timer_new(s.loop, on_wait_over, &s);
	if (http_client_open(loop_uv(s.loop), &options, &s.client)) {
		job->say(job->arg, job->url, "the HTTP client cannot be started");
		s.status = 3;
	} else {
		batch_post(&s);
		loop_run(s.loop);
	}
	loop_timer_free(s.timer);
	loop_run(s.loop);
	loop_free(s.loop);
	buf_clear(&s.body);
	arena_clear(&s.arena);
	return s.status;
}
