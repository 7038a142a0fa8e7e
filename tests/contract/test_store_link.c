/*
 * The link to Redis when Redis is not as it should be: never there, killed, standing still, without its scripts, or set so that
 * answered writes could be lost. Every call is answered once, and in time.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

#define SHORT_MS 400

static struct heard heard;
static struct sample samples[4];

static int open_loop(void **state)
{
	struct harness *h = calloc(1, sizeof(*h));

	memset(&heard, 0, sizeof(heard));
	harness_loop(h);
	for (int i = 0; i < 4; i++)
		sample_event(&samples[i], i, "wjw");
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

	store_accept(h->store, &samples[0].in, heard_accept, &heard);
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

/* hiredis' own adapter never tells of a refused TCP connection: port 1 of this machine has nobody behind it. */
static void test_a_refused_connection(void **state)
{
	struct harness *h = *state;

	connect_in_vain(h, "redis://127.0.0.1:1");
	assert_non_null(strstr(h->why, "refused"));
	refused(h);
}

static void test_killed_under_way(void **state)
{
	struct harness *h = *state;

	harness_connect(h);
	kill(h->server.pid, SIGSTOP);
	store_accept(h->store, &samples[0].in, heard_accept, &heard);
	store_find_case(h->store, "case-0", heard_text, &heard);
	server_kill(&h->server);
	harness_until(h, &heard.count, 2);
	assert_int_equal(heard.e[0], ERR_UNAVAILABLE);
	assert_int_equal(heard.e[1], ERR_UNAVAILABLE);
	server_restart(&h->server);
	harness_until(h, &h->ups, 2);
	accept_samples(h, samples, 0, 1, &heard);
	assert_int_equal(heard.e[2], ERR_OK);
}

static void test_standing_still(void **state)
{
	struct harness *h = *state;

	h->timeout_ms = SHORT_MS;
	harness_connect(h);
	kill(h->server.pid, SIGSTOP);
	store_accept(h->store, &samples[0].in, heard_accept, &heard);
	harness_until(h, &heard.count, 1);
	assert_int_equal(heard.e[0], ERR_UNAVAILABLE);
	assert_non_null(strstr(h->why, "time limit"));
	assert_false(store_is_up(h->store));
	kill(h->server.pid, SIGCONT);
	harness_until(h, &h->ups, 2);
	/* The first may have been taken by Redis all the same: the same again is harmless. */
	accept_samples(h, samples, 0, 1, &heard);
	assert_int_equal(heard.e[1], ERR_OK);
	assert_int_equal(heard.seq[1], 1);
}

static void test_scripts_are_lost(void **state)
{
	struct harness *h = *state;

	harness_connect(h);
	accept_samples(h, samples, 0, 1, &heard);
	server_do(&h->server, "SCRIPT FLUSH");
	accept_samples(h, samples, 1, 1, &heard);
	assert_int_equal(heard.e[1], ERR_OK);
	assert_int_equal(heard.result[1], ACCEPT_NEW);
	assert_int_equal(heard.seq[1], 2);
	assert_int_equal(h->downs, 0);
}

static void test_set_otherwise(void **state)
{
	static const char *const wrong[][2] = {
		{ "appendfsync", "everysec" }, { "appendonly", "no" }, { "no-appendfsync-on-rewrite", "yes" },
		{ "aof-load-truncated", "yes" }, { "maxmemory-policy", "allkeys-lru" },
	};
	static const char *const right[] = { "always", "yes", "no", "no", "noeviction" };
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		server_do(&h->server, "CONFIG SET %s %s", wrong[i][0], wrong[i][1]);
		h->downs = 0;
		connect_in_vain(h, h->server.url);
		assert_non_null(strstr(h->why, wrong[i][0]));
		refused(h);
		harness_disconnect(h);
		server_do(&h->server, "CONFIG SET %s %s", wrong[i][0], right[i]);
	}
	assert_int_equal(server_number(&h->server, "DBSIZE"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nobody_there, open_loop, close_all),
		cmocka_unit_test_setup_teardown(test_a_refused_connection, open_loop, close_all),
		cmocka_unit_test_setup_teardown(test_killed_under_way, open_loop, close_all),
		cmocka_unit_test_setup_teardown(test_standing_still, open_loop, close_all),
		cmocka_unit_test_setup_teardown(test_scripts_are_lost, open_loop, close_all),
		cmocka_unit_test_setup_teardown(test_set_otherwise, open_loop, close_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
