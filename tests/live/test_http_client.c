/*
 * connectors/http.c against a provider that does everything wrong: each POST arrives exactly once,
 * on a fresh and on a kept connection, and its end is told for what it is.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <uv.h>

#include "connectors/http.h"
#include "connectors/kannel.h"
#include "live/provider.h"

#define COUNT_OF(a) ((int)(sizeof(a) / sizeof((a)[0])))

struct bench {
	uv_loop_t loop;
	struct http_client *client;
	struct provider provider;
	int done, closed;
	int by_outcome[OUTCOME_COUNT];
	enum outcome last;
	int64_t last_retry_after_ms;
};

static void on_answer(void *arg, const struct http_answer *a)
{
	struct bench *b = arg;

	b->done++;
	b->last = kannel_outcome(a);
	b->by_outcome[b->last]++;
	b->last_retry_after_ms = a->retry_after_ms;
}

static void on_closed(void *arg)
{
	((struct bench *)arg)->closed++;
}

static void bench_open(struct bench *b, const struct http_client_options *options)
{
	memset(b, 0, sizeof(*b));
	provider_start(&b->provider);
	assert_int_equal(uv_loop_init(&b->loop), 0);
	assert_int_equal(http_client_open(&b->loop, options, &b->client), ERR_OK);
}

/* Ends the client and the provider; what the provider saw can be asked for after it. */
static void bench_close(struct bench *b)
{
	http_client_close(b->client, on_closed, b);
	assert_int_equal(b->closed, 0);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(b->closed, 1);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	provider_stop(&b->provider);
}

static void post_url(struct bench *b, const char *url, const char *body, size_t len)
{
	const struct http_header headers[] = {{"Content-Type", "text/plain; charset=UTF-8"}};
	const struct http_call call = {
		.url = url, .headers = headers, .header_count = 1, .body = body, .body_len = len};
	int before = b->done;

	http_client_post(b->client, &call, on_answer, b);
	assert_int_equal(b->done, before);
}

static void post(struct bench *b, const char *mode, const char *body)
{
	char url[64];

	provider_url(&b->provider, mode, url);
	post_url(b, url, body, strlen(body));
}

static void wait_done(struct bench *b, int count)
{
	while (b->done < count)
		uv_run(&b->loop, UV_RUN_ONCE);
	assert_int_equal(b->done, count);
}

static const struct mode_row {
	const char *mode;
	enum outcome want;
} mode_rows[] = {
	{"ok", OUTCOME_ACCEPTED},
	{"queued", OUTCOME_ACCEPTED},
	{"fin", OUTCOME_UNKNOWN},
	{"rst", OUTCOME_UNKNOWN},
	{"hang", OUTCOME_UNKNOWN},
	{"half", OUTCOME_UNKNOWN},
	{"huge", OUTCOME_UNKNOWN},
	{"heads", OUTCOME_UNKNOWN},
	{"hundreds", OUTCOME_UNKNOWN},
	{"noise", OUTCOME_UNKNOWN},
	{"garbage", OUTCOME_UNKNOWN},
	{"broken", OUTCOME_UNKNOWN},
	{"moved", OUTCOME_UNKNOWN},
	{"later", OUTCOME_LATER},
	{"toofast", OUTCOME_LATER},
	{"expectation", OUTCOME_REFUSED},
	{"forbidden", OUTCOME_CHANNEL_DOWN},
};

/* Every mode on a connection of its own, or on one that has served a request before. */
static void modes_run(bool reused)
{
	for (int i = 0; i < COUNT_OF(mode_rows); i++) {
		const struct mode_row *row = &mode_rows[i];
		bool hangs = strcmp(row->mode, "hang") == 0;
		const struct http_client_options options = {.connections_max = 1,
							    .total_timeout_ms = hangs ? 3000 : 0};
		struct provider_line line;
		struct bench b;

		bench_open(&b, &options);
		if (reused) {
			post(&b, "ok", "warm text");
			wait_done(&b, 1);
			assert_int_equal(b.last, OUTCOME_ACCEPTED);
		}
		post(&b, row->mode, "the-one text");
		wait_done(&b, reused ? 2 : 1);
		bench_close(&b);
		if (b.last != row->want || provider_count(&b.provider, "the-one") != 1)
			print_error("mode %s: %s, %d times\n", row->mode, outcome_name(b.last),
				    provider_count(&b.provider, "the-one"));
		assert_int_equal(b.last, row->want);
		assert_int_equal(provider_count(&b.provider, "the-one"), 1);
		assert_true(provider_line_at(&b.provider, reused, &line));
		assert_string_equal(line.path, row->mode);
		assert_int_equal(line.connection, 1);
		assert_int_equal(line.number, reused ? 2 : 1);
		assert_int_equal(b.last_retry_after_ms, strcmp(row->mode, "later") == 0 ? 7000
							: strcmp(row->mode, "toofast") == 0
								? 86400000
								: 0);
	}
}

static void test_modes_on_a_fresh_connection(void **state)
{
	(void)state;
	modes_run(false);
}

static void test_modes_on_a_kept_connection(void **state)
{
	(void)state;
	modes_run(true);
}

/*
 * The more idle connections, the more often libcurl would try: all of them die one after the other.
 */
static void test_once_with_many_idle_connections(void **state)
{
	static const char *const modes[] = {"fin", "rst"};
	const struct http_client_options options = {.connections_max = 4};
	struct provider_line line;
	struct bench b;

	(void)state;
	for (int m = 0; m < COUNT_OF(modes); m++) {
		bench_open(&b, &options);
		for (int i = 0; i < 4; i++)
			post(&b, "ok", "warm text");
		wait_done(&b, 4);
		for (int i = 0; i < 4; i++) {
			assert_true(b.last == OUTCOME_ACCEPTED || i > 0);
			post(&b, modes[m], "the-one text");
			wait_done(&b, 5 + i);
			assert_int_equal(b.last, OUTCOME_UNKNOWN);
		}
		bench_close(&b);
		assert_int_equal(provider_count(&b.provider, "the-one"), 4);
		assert_true(provider_line_at(&b.provider, 4, &line));
		assert_int_equal(line.number, 2);
	}
}

static void test_kept_connections_are_bounded(void **state)
{
	const struct http_client_options options = {.connections_max = 4};
	struct provider_line line;
	struct bench b;
	int connections = 0;

	(void)state;
	bench_open(&b, &options);
	for (int i = 0; i < 60; i++)
		post(&b, "ok", "many text");
	wait_done(&b, 60);
	bench_close(&b);
	assert_int_equal(b.by_outcome[OUTCOME_ACCEPTED], 60);
	assert_int_equal(provider_count(&b.provider, "many"), 60);
	for (int i = 0; provider_line_at(&b.provider, i, &line); i++)
		connections = line.connection > connections ? line.connection : connections;
	assert_in_range(connections, 1, 4);
}

static void test_large_body_without_expect(void **state)
{
	static char body[2 << 20];
	const struct http_client_options options = {0};
	struct provider_line line;
	struct bench b;
	char url[64];

	(void)state;
	memset(body, 'x', sizeof(body));
	memcpy(body, "large ", 6);
	bench_open(&b, &options);
	provider_url(&b.provider, "ok", url);
	post_url(&b, url, body, sizeof(body));
	wait_done(&b, 1);
	bench_close(&b);
	assert_int_equal(b.last, OUTCOME_ACCEPTED);
	assert_true(provider_line_at(&b.provider, 0, &line));
	assert_int_equal(line.body_bytes, sizeof(body));
	assert_false(line.expects);
}

/* A port whose queue of connections is full: SYNs are dropped, so nothing can have left. */
static void full_port_url(int fds[4], char ret[64])
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);

	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(fds[0], (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(fds[0], 0), 0);
	assert_int_equal(getsockname(fds[0], (struct sockaddr *)&a, &len), 0);
	for (int i = 1; i < 4; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fds[i], (struct sockaddr *)&a, len);
	}
	(void)snprintf(ret, 64, "http://127.0.0.1:%d/", ntohs(a.sin_port));
}

static void test_what_never_leaves(void **state)
{
	const struct http_client_options options = {.connect_timeout_ms = 300,
						    .total_timeout_ms = 600};
	struct bench b;
	char url[64];
	int fds[4];

	(void)state;
	bench_open(&b, &options);
	full_port_url(fds, url);
	post_url(&b, url, "a", 1);
	wait_done(&b, 1);
	assert_int_equal(b.last, OUTCOME_NOT_SENT);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	/* Now nobody listens there. */
	post_url(&b, url, "a", 1);
	wait_done(&b, 2);
	assert_int_equal(b.last, OUTCOME_NOT_SENT);
	post_url(&b, "file:///etc/hostname", "a", 1);
	post_url(&b, "ftp://127.0.0.1/", "a", 1);
	post_url(&b, "not a url", "a", 1);
	post(&b, "ok", "");
	wait_done(&b, 6);
	assert_int_equal(b.by_outcome[OUTCOME_NOT_SENT], 6);
	bench_close(&b);
}

static void test_headers_cannot_be_injected(void **state)
{
	const struct http_header headers[] = {{"X-Kannel-To", "138\r\nX-Kannel-From: 1"}};
	const struct http_client_options options = {0};
	struct http_call call = {
		.headers = headers, .header_count = 1, .body = "inject x", .body_len = 8};
	struct bench b;
	char url[64];

	(void)state;
	bench_open(&b, &options);
	provider_url(&b.provider, "ok", url);
	call.url = url;
	http_client_post(b.client, &call, on_answer, &b);
	wait_done(&b, 1);
	assert_int_equal(b.last, OUTCOME_NOT_SENT);
	bench_close(&b);
	assert_int_equal(provider_count(&b.provider, "inject"), 0);
}

static void test_waiting_is_bounded(void **state)
{
	const struct http_client_options options = {.connections_max = 1, .waiting_max = 3};
	struct bench b;

	(void)state;
	bench_open(&b, &options);
	for (int i = 0; i < 10; i++)
		post(&b, "ok", "many text");
	wait_done(&b, 10);
	bench_close(&b);
	assert_int_equal(b.by_outcome[OUTCOME_ACCEPTED], 3);
	assert_int_equal(b.by_outcome[OUTCOME_NOT_SENT], 7);
	assert_int_equal(provider_count(&b.provider, "many"), 3);
}

/*
 * A provider that holds on to its answer must not hold up the close, and what it has may have been
 * acted on.
 */
static void test_close_settles_everything(void **state)
{
	const struct http_client_options options = {.connections_max = 1};
	struct bench b;

	(void)state;
	bench_open(&b, &options);
	post(&b, "ok", "warm text");
	wait_done(&b, 1);
	post(&b, "hang", "held text");
	post(&b, "ok", "behind text");
	while (!provider_has_said(&b.provider, "held"))
		uv_run(&b.loop, UV_RUN_NOWAIT);
	bench_close(&b);
	assert_int_equal(b.done, 3);
	assert_int_equal(b.by_outcome[OUTCOME_UNKNOWN], 1);
	assert_int_equal(b.by_outcome[OUTCOME_NOT_SENT], 1);
	assert_int_equal(provider_count(&b.provider, "behind"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes_on_a_fresh_connection),
		cmocka_unit_test(test_modes_on_a_kept_connection),
		cmocka_unit_test(test_once_with_many_idle_connections),
		cmocka_unit_test(test_kept_connections_are_bounded),
		cmocka_unit_test(test_large_body_without_expect),
		cmocka_unit_test(test_what_never_leaves),
		cmocka_unit_test(test_headers_cannot_be_injected),
		cmocka_unit_test(test_waiting_is_bounded),
		cmocka_unit_test(test_close_settles_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
