/*
 * Why connectors/http.c feeds its bodies by a function that cannot go back: the same client, with
 * the body given to libcurl as a plain buffer instead, sends one POST twice and more. Should this
 * test fail after an upgrade of libcurl, the library has changed its mind about repeating, and the
 * guard has to be looked at again.
 *
 * The linker puts __wrap_curl_easy_setopt in the place of libcurl's own (see CMakeLists.txt).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>
#include <uv.h>

#include "connectors/http.h"
#include "live/provider.h"

#undef curl_easy_setopt
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLcode __real_curl_easy_setopt(CURL *easy, CURLoption option, ...);

static const char *plain_body; /* of the one request under way */

CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	CURLcode rc;
	va_list args;

	va_start(args, option);
	if (option == CURLOPT_READFUNCTION)
		rc = __real_curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, plain_body);
	else if (option == CURLOPT_SEEKFUNCTION || option == CURLOPT_READDATA ||
		 option == CURLOPT_SEEKDATA)
		rc = CURLE_OK;
	else if (option < CURLOPTTYPE_OBJECTPOINT)
		rc = __real_curl_easy_setopt(easy, option, va_arg(args, long));
	else if (option >= CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB)
		rc = __real_curl_easy_setopt(easy, option, va_arg(args, curl_off_t));
	else
		rc = __real_curl_easy_setopt(easy, option, va_arg(args, void *));
	va_end(args);
	return rc;
}

static void on_answer(void *arg, const struct http_answer *answer)
{
	(void)answer;
	++*(int *)arg;
}

static void on_closed(void *arg)
{
	++*(int *)arg;
}

static void post(struct http_client *c, const char *url, uv_loop_t *loop, const char *body)
{
	const struct http_call call = {.url = url, .body = body, .body_len = strlen(body)};
	int done = 0;

	plain_body = body;
	http_client_post(c, &call, on_answer, &done);
	while (!done)
		uv_run(loop, UV_RUN_ONCE);
}

/*
 * How often one POST on a kept connection arrives when the provider reads it and then ends the
 * connection that way.
 */
static int count_sent(const char *mode)
{
	const struct http_client_options options = {.connections_max = 1};
	struct http_client *client = NULL;
	static struct provider provider;
	char url[64];
	uv_loop_t loop;
	int closed = 0;

	provider_start(&provider);
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(http_client_open(&loop, &options, &client), ERR_OK);
	provider_url(&provider, "ok", url);
	post(client, url, &loop, "warm text");
	provider_url(&provider, mode, url);
	post(client, url, &loop, "the-one text");
	http_client_close(client, on_closed, &closed);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(closed, 1);
	assert_int_equal(uv_loop_close(&loop), 0);
	provider_stop(&provider);
	return provider_count(&provider, "the-one");
}

static void test_libcurl_repeats_a_post(void **state)
{
	(void)state;
	/* A reset does the same, but only when it is seen by a read and not by the poll. */
	assert_in_range(count_sent("fin"), 2, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_libcurl_repeats_a_post),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
