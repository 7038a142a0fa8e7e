/* Claiming what is due: each moment once, by one hub, and never by a clock that went backwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

static struct heard heard;
static struct sample samples[400];

static int open_all(void **state)
{
	memset(&heard, 0, sizeof(heard));
	return harness_setup(state);
}

static void claim(struct harness *h, struct store *s, int64_t now_ms, int limit, int end)
{
	store_claim_due(s, now_ms, 30000, limit, heard_load, &heard);
	harness_until(h, &heard.count, end);
}

static void test_claiming_what_is_due(void **state)
{
	struct harness *h = *state;

	for (int i = 0; i < 10; i++)
		sample_event(&samples[i], i, "wjw");
	samples[9].in.due_ms = -1;
	accept_samples(h, samples, 0, 10, &heard);
	heard.count = 0;
	claim(h, h->store, 999, 100, 1);
	assert_int_equal(heard.result[0], 0);
	assert_int_equal(server_number(&h->server, "EXISTS " KEY "clock"), 0);
	claim(h, h->store, 1004, 100, 1 + 6);
	assert_int_equal(heard.seq[1], 1);
	assert_int_equal(heard.seq[5], 5);
	assert_string_equal(heard.text[1], "-|1\tfirst record of 0\n");
	claim(h, h->store, 5000, 2, 1 + 6 + 3);
	assert_int_equal(heard.seq[7], 6);
	/* The clock of the cell does not go backwards: asked with an old time, what is due by the
	 * newest is given. */
	claim(h, h->store, 1, 100, 1 + 6 + 3 + 3);
	assert_int_equal(heard.seq[10], 8);
	claim(h, h->store, 1004 + 30000 - 1, 100, 1 + 6 + 3 + 3 + 1);
	claim(h, h->store, 1004 + 30000, 100, 1 + 6 + 3 + 3 + 1 + 6);
}

static void test_two_claimers_share(void **state)
{
	struct harness *h = *state;
	struct store *other, *first = h->store;
	int seen[401] = {0}, events = 0;

	for (int i = 0; i < 400; i++) {
		sample_event(&samples[i], i, "wjw");
		samples[i].in.due_ms = 5;
	}
	accept_samples(h, samples, 0, 400, &heard);
	heard.count = 0;
	harness_connect(h);
	other = h->store;
	for (int i = 0; i < 30; i++)
		store_claim_due(i % 2 ? first : other, 10, 1000, 20, heard_load, &heard);
	harness_until(h, &heard.count, 430);
	for (int i = 0; i < heard.count; i++) {
		events += heard.seq[i] != 0;
		assert_true(heard.seq[i] == 0 || seen[heard.seq[i]]++ == 0);
	}
	assert_int_equal(events, 400);
	harness_disconnect(h);
	h->store = first;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_claiming_what_is_due, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_two_claimers_share, open_all,
						harness_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
