/* The link to a Redis that was never there: it is told why, and every call is answered at once. The
 * rest: test_store_away.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

static struct heard heard;
static struct sample sample;

static int open_loop(void **state)
{
	struct harness *h = calloc(1, sizeof(*h));

	memset(&heard, 0, sizeof(heard));
	harness_loop(h);
	sample_event(&sample, 0, "wjw");
	*state = h;
	return 0;
}

static int close_all(void **state)
{
	harness_close(*state);
	free(*state);
	return 0;
}

/* Opens a store that will not come up, and waits for the word about it. */
static void connect_in_vain(struct harness *h, const char *url)
{
	char own[sizeof(h->server.url)];

	memcpy(own, h->server.url, sizeof(own));
	memmove(h->server.url, url, strlen(url) + 1);
	harness_try(h);
	memcpy(h->server.url, own, sizeof(own));
	harness_until(h, &h->downs, 1);
	assert_false(store_is_up(h->store));
	assert_int_equal(h->ups, 0);
}

static void refused(struct harness *h)
{
	int before = heard.count;

	store_accept(h->store, &sample.in, heard_accept, &heard);
	harness_until(h, &heard.count, before + 1);
	assert_int_equal(heard.e[before], ERR_UNAVAILABLE);
}

static void test_nobody_there(void **state)
{
	struct harness *h = *state;
	char url[sizeof(h->server.url)];

	snprintf(url, sizeof(url), "unix:%s/nobody", h->server.folder);
	connect_in_vain(h, url);
	assert_true(*h->why != '\0');
	refused(h);
}

/* hiredis' own adapter never tells of a refused TCP connection: port 1 of this machine has nobody
 * behind it. */
static void test_a_refused_connection(void **state)
{
	struct harness *h = *state;

	connect_in_vain(h, "redis://127.0.0.1:1");
	assert_non_null(strstr(h->why, "refused"));
	refused(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nobody_there, open_loop, close_all),
		cmocka_unit_test_setup_teardown(test_a_refused_connection, open_loop, close_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
