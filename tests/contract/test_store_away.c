/* A Redis that is away, slow, forgetful, full or set so that answered writes could be lost: nothing
   is half done, nothing is said that does not hold, and no answer goes to another question. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "contract/harness.h"

/* Long against what a busy machine keeps a Redis from that is there. */
#define TIMEOUT_MS 5000
#define SLACK_MS   2000

static struct heard heard, given;
static struct sample samples[64];

static int open_loop(void **state)
{
	struct harness *h = calloc(1, sizeof(*h));

	memset(&heard, 0, sizeof(heard));
	memset(&given, 0, sizeof(given));
	harness_loop(h);
	h->timeout_ms = TIMEOUT_MS;
	*state = h;
	return 0;
}

static int open_all(void **state)
{
	open_loop(state);
	harness_connect(*state);
	return 0;
}

static void put_values(struct harness *h, int count)
{
	char name[16];

	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		server_do(&h->server, "HSET " KEY "users %s value-of-%s", name, name);
	}
}

static void ask_values(struct harness *h, int count, enum err e)
{
	char name[16], value[32];

	heard.count = 0;
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		store_get(h->store, TABLE_USERS, name, heard_text, &heard);
	}
	harness_until(h, &heard.count, count);
	for (int i = 0; i < count; i++) {
		snprintf(value, sizeof(value), "value-of-n%d", i);
		assert_int_equal(heard.e[i], e);
		assert_string_equal(heard.text[i], e == ERR_OK ? value : "(null)");
	}
}

static void accept_one(struct harness *h, int i, enum err e, enum accept_result result)
{
	sample_event(&samples[i], i + 1, "wjw,zjj");
	heard.count = 0;
	accept_samples(h, samples, i, 1, &heard);
	assert_int_equal(heard.e[0], e);
	if (e == ERR_OK)
		assert_int_equal(heard.result[0], result);
}

/* The clock but for what a busy machine keeps this process waiting for a processor: that is not the
 * store's. */
static int64_t own_ms(struct harness *h)
{
	FILE *f = fopen("/proc/self/schedstat", "r");
	long long ran_ns = 0, waited_ns = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lld %lld", &ran_ns, &waited_ns), 2);
	fclose(f);
	return loop_mono_ms(h->loop) - waited_ns / 1000000;
}

/* What was asked of a Redis that stands still: nobody waits longer than promised, and late answers
 * go to nobody. */
static void stand_still(struct harness *h, void (*begin)(struct harness *h),
			void (*end)(struct harness *h))
{
	int64_t before_ms;

	put_values(h, 50);
	ask_values(h, 50, ERR_OK);
	for (int round = 1; round <= 2; round++) {
		begin(h);
		before_ms = own_ms(h);
		ask_values(h, 50, ERR_UNAVAILABLE);
		assert_true(own_ms(h) - before_ms <= TIMEOUT_MS + SLACK_MS);
		assert_false(store_is_up(h->store));
		/* And from now on at once: nobody waits for what is known to be away. */
		before_ms = own_ms(h);
		ask_values(h, 50, ERR_UNAVAILABLE);
		assert_true(own_ms(h) - before_ms <= TIMEOUT_MS / 4);
		end(h);
		harness_until(h, &h->ups, 1 + round);
		ask_values(h, 50, ERR_OK);
	}
}

static void stop_server(struct harness *h)
{
	kill(h->server.pid, SIGSTOP);
}

static void wake_server(struct harness *h)
{
	kill(h->server.pid, SIGCONT);
}

static void kill_server(struct harness *h)
{
	server_kill(&h->server);
}

static void restart_server(struct harness *h)
{
	server_restart(&h->server);
}

static void pause_clients(struct harness *h)
{
	server_do(&h->server, "CLIENT PAUSE 10000 ALL");
}

static void clients_go_on(struct harness *h)
{
	(void)h; /* by themselves */
}

static void test_server_stopped(void **state)
{
	stand_still(*state, stop_server, wake_server);
}

static void test_clients_paused(void **state)
{
	stand_still(*state, pause_clients, clients_go_on);
}

static void test_server_gone(void **state)
{
	stand_still(*state, kill_server, restart_server);
}

/* Outcome unknown, then asked again: whether or not the first call was carried out, the event is
 * there once. */
static void test_write_in_doubt(void **state)
{
	struct harness *h = *state;

	sample_event(&samples[0], 1, "wjw");
	stop_server(h);
	accept_samples(h, samples, 0, 1, &heard);
	assert_int_equal(heard.e[0], ERR_UNAVAILABLE);
	wake_server(h);
	harness_until(h, &h->ups, 2);
	accept_samples(h, samples, 0, 1, &heard);
	assert_int_equal(heard.e[1], ERR_OK);
	assert_int_equal(heard.seq[1], 1);
	accept_samples(h, samples, 0, 1, &heard);
	assert_int_equal(heard.result[2], ACCEPT_REPEAT);
	assert_int_equal(server_number(&h->server, "GET " KEY "seq"), 1);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "b:wjw:all"), 1);
}

static void flush_scripts(struct harness *h)
{
	server_do(&h->server, "SCRIPT FLUSH SYNC");
	heard.count = 0;
}

static void test_forgotten_scripts(void **state)
{
	struct harness *h = *state;
	const struct commit_in change = {
		.seq = 1, .expected_version = 1, .record = {"2\tx", 3}, .due_ms = 5, .feed = ""};
	const int64_t seq = 1;

	for (int round = 0; round < 2; round++) {
		flush_scripts(h);
		accept_one(h, 0, ERR_OK, round ? ACCEPT_REPEAT : ACCEPT_NEW);
		flush_scripts(h);
		store_commit(h->store, &change, heard_commit, &heard);
		harness_until(h, &heard.count, 1);
		assert_int_equal(heard.e[0], round ? ERR_STALE : ERR_OK);
		flush_scripts(h);
		store_claim_due(h->store, 10, 1000, 5, heard_load, &heard);
		store_load(h->store, &seq, 1, true, heard_load, &heard);
		store_body_list(h->store, &(struct list_in){"wjw", true, 0, 5}, heard_refs, &heard);
		store_scan(h->store, &(struct scan_in){.need = "", .limit = 5, .budget = 5},
			   heard_scan, &heard);
		harness_until(h, &heard.count, round ? 6 : 7);
		for (int i = 0; i < heard.count; i++)
			assert_int_equal(heard.e[i], ERR_OK);
	}
	store_intake_start(h->store, heard_intake, &given);
	server_do(&h->server, "XADD " KEY "intake 7-7 event x");
	harness_until(h, &given.count, 1);
	flush_scripts(h);
	store_intake_done(h->store, "7-7", "done");
	put_values(h, 1);
	/* the first answer sends the script again, the second comes after it */
	ask_values(h, 1, ERR_OK);
	ask_values(h, 1, ERR_OK);
	assert_int_equal(server_number(&h->server, "XLEN " KEY "intake:done"), 1);
	assert_int_equal(h->downs, 0);
}

/* Refused, with the setting named; taken as soon as it is right. */
static void test_unsafe_settings(void **state)
{
	static const char *const wrong[][3] = {
		{"appendonly", "no", "yes"},
		{"appendfsync", "everysec", "always"},
		{"no-appendfsync-on-rewrite", "yes", "no"},
		{"aof-load-truncated", "yes", "no"},
		{"maxmemory-policy", "allkeys-lru", "noeviction"},
	};
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		int downs = h->downs, ups = h->ups;

		server_do(&h->server, "CONFIG SET %s %s", wrong[i][0], wrong[i][1]);
		harness_try(h);
		harness_until(h, &h->downs, downs + 1);
		assert_non_null(strstr(h->why, wrong[i][0]));
		accept_one(h, 0, ERR_UNAVAILABLE, ACCEPT_NEW);
		/* the name of the data set, later on */
		assert_int_equal(server_number(&h->server, "DBSIZE"), i ? 1 : 0);
		server_do(&h->server, "CONFIG SET %s %s", wrong[i][0], wrong[i][2]);
		harness_until(h, &h->ups, ups + 1);
		harness_disconnect(h);
	}
}

static void test_replica_is_refused(void **state)
{
	struct harness *h = *state;

	server_do(&h->server, "REPLICAOF 127.0.0.1 1");
	harness_try(h);
	harness_until(h, &h->downs, 1);
	assert_non_null(strstr(h->why, "replica"));
	server_do(&h->server, "REPLICAOF NO ONE");
	harness_until(h, &h->ups, 1);
	/* One that becomes a replica under way says so with its first refusal. */
	server_do(&h->server, "REPLICAOF 127.0.0.1 1");
	accept_one(h, 0, ERR_UNAVAILABLE, ACCEPT_NEW);
	harness_until(h, &h->downs, 2);
	server_do(&h->server, "REPLICAOF NO ONE");
	harness_until(h, &h->ups, 2);
	accept_one(h, 0, ERR_OK, ACCEPT_NEW);
	/* Nor is one that forbids us to write a fault of ours. */
	server_do(&h->server, "ACL SETUSER default -@write");
	accept_one(h, 1, ERR_UNAVAILABLE, ACCEPT_NEW);
	server_do(&h->server, "ACL SETUSER default +@all");
	harness_until(h, &h->ups, 3);
	accept_one(h, 1, ERR_OK, ACCEPT_NEW);
}

static void test_memory_full(void **state)
{
	struct harness *h = *state;
	const struct commit_index done = {.body = "wjw", .notice = 0};
	const struct commit_in change = {.seq = 1,
					 .expected_version = 1,
					 .record = {"2\tx", 3},
					 .due_ms = -1,
					 .index = &done,
					 .index_count = 1,
					 .feed = "C\t1\n",
					 .holder_body = "wjw",
					 .holder_case = "case-1"};

	put_values(h, 1);
	accept_one(h, 0, ERR_OK, ACCEPT_NEW);
	server_do(&h->server, "CONFIG SET maxmemory 1");
	long long keys = server_number(&h->server, "DBSIZE");

	assert_null(store_is_short(h->store, ROOM_SCARCE));
	accept_one(h, 1, ERR_UNAVAILABLE, ACCEPT_NEW);
	/* at once, not with the next look */
	assert_non_null(store_is_short(h->store, ROOM_FOR_ENDS));
	heard.count = 0;
	store_commit(h->store, &change, heard_commit, &heard);
	harness_until(h, &heard.count, 1);
	assert_int_equal(heard.e[0], ERR_UNAVAILABLE);
	/* Nothing of either has happened, and what is there can be read. */
	ask_values(h, 1, ERR_OK);
	assert_int_equal(server_number(&h->server, "DBSIZE"), keys);
	assert_int_equal(server_number(&h->server, "GET " KEY "seq"), 1);
	assert_int_equal(server_number(&h->server, "XLEN " KEY "feed"), 1);
	assert_int_equal(server_number(&h->server, "HGET " KEY "r:0 1"), 1);
	assert_int_equal(server_number(&h->server, "ZCARD " KEY "b:wjw:open"), 1);
	assert_int_equal(server_number(&h->server, "ZCARD " KEY "due"), 1);
	harness_disconnect(h);
	harness_connect(h); /* also by whoever comes now */
	ask_values(h, 1, ERR_OK);
	/* Whoever reads is written down all the same. */
	heard.count = 0;
	store_audit(h->store, "{\"line\":1}", heard_text, &heard);
	store_audit(h->store, "{\"line\":2}", heard_text, &heard);
	harness_until(h, &heard.count, 2);
	assert_int_equal(heard.e[0], ERR_OK);
	assert_int_equal(server_number(&h->server, "LLEN " KEY "audit"), 2);
	server_do(&h->server, "CONFIG SET maxmemory 0");
	accept_one(h, 1, ERR_OK, ACCEPT_NEW);
	assert_int_equal(h->downs, 0);
}

/* Another data set under the same address is not taken for the old one. */
static void test_data_gone(void **state)
{
	struct harness *h = *state;

	accept_one(h, 0, ERR_OK, ACCEPT_NEW);
	server_kill(&h->server);
	server_wipe(&h->server);
	server_restart(&h->server);
	harness_until(h, &h->downs, 2); /* lost, then refused */
	assert_non_null(strstr(h->why, "other data"));
	accept_one(h, 0, ERR_UNAVAILABLE, ACCEPT_NEW);
	assert_int_equal(server_number(&h->server, "DBSIZE"), 0);
}

/* Nor is an older state of the same data, as a restored file brings it: numbers would be given out
 * twice. */
static void test_data_gone_back(void **state)
{
	struct harness *h = *state;

	accept_one(h, 0, ERR_OK, ACCEPT_NEW);
	accept_one(h, 1, ERR_OK, ACCEPT_NEW);
	server_do(&h->server, "SET " KEY "seq 1");
	server_do(&h->server, "CLIENT KILL TYPE normal SKIPME yes");
	harness_until(h, &h->downs, 2); /* lost, then refused */
	assert_non_null(strstr(h->why, "older state"));
	accept_one(h, 2, ERR_UNAVAILABLE, ACCEPT_NEW);
	server_do(&h->server, "SET " KEY "seq 2");
	harness_until(h, &h->ups, 2);
	accept_one(h, 2, ERR_OK, ACCEPT_NEW);
}

/* One that is emptied, or put back, while it is connected is left with the next look. */
static void test_data_gone_under_way(void **state)
{
	struct harness *h = *state;

	accept_one(h, 0, ERR_OK, ACCEPT_NEW);
	accept_one(h, 1, ERR_OK, ACCEPT_NEW);
	server_do(&h->server, "SET " KEY "seq 1");
	harness_until(h, &h->downs, 1);
	assert_non_null(strstr(h->why, "older state"));
	server_do(&h->server, "SET " KEY "seq 2");
	harness_until(h, &h->ups, 2);
	server_do(&h->server, "FLUSHALL");
	harness_until(h, &h->downs, h->downs + 1);
	assert_non_null(strstr(h->why, "other data"));
	accept_one(h, 2, ERR_UNAVAILABLE, ACCEPT_NEW);
	assert_int_equal(server_number(&h->server, "DBSIZE"), 0);
}

/* --- replicas --- */

static void await_replica(struct harness *h)
{
	for (int tries = 0; tries < 300; tries++) {
		server_do(&h->server, "SET other x"); /* something to have */
		if (server_number(&h->server, "WAIT 1 100") == 1)
			return;
	}
	fail_msg("the replica does not come");
}

static void another_hub_stays_down(struct harness *h)
{
	struct store *first = h->store;
	int downs = h->downs;

	harness_try(h);
	harness_until(h, &h->downs, downs + 1);
	accept_one(h, 1, ERR_UNAVAILABLE, ACCEPT_NEW);
	harness_disconnect(h);
	h->store = first;
}

/* A replica of the harness' server that has all of it, and a store that waits for it. */
static void with_replica(struct harness *h, struct redis_server *replica)
{
	int port = server_free_port();

	server_do(&h->server, "CONFIG SET port %d", port);
	server_do(&h->server, "CONFIG SET repl-diskless-sync-delay 0");
	server_start(replica);
	server_do(replica, "REPLICAOF 127.0.0.1 %d", port);
	await_replica(h);
	h->wait_replicas = 1;
	h->timeout_ms = 4 * TIMEOUT_MS; /* a quarter of it is a replica's */
	harness_connect(h);
}

static void test_too_few_replicas(void **state)
{
	struct harness *h = *state;
	struct redis_server replica;
	int downs, ups;

	with_replica(h, &replica);
	accept_one(h, 0, ERR_OK, ACCEPT_NEW);
	assert_int_equal(server_number(&replica, "EXISTS " KEY "seq"), 1);
	downs = h->downs;
	ups = h->ups;
	kill(replica.pid, SIGSTOP);
	accept_one(h, 1, ERR_UNAVAILABLE, ACCEPT_NEW);
	/* It is on the master only, and until it is elsewhere too nobody is told of it, over
	 * whichever connection. */
	/* the refusal, then what the next connection waits for */
	harness_until(h, &h->downs, downs + 2);
	assert_non_null(strstr(h->why, "too few replicas"));
	accept_one(h, 1, ERR_UNAVAILABLE, ACCEPT_NEW);
	ask_values(h, 1, ERR_UNAVAILABLE);
	another_hub_stays_down(h);
	kill(replica.pid, SIGCONT);
	harness_until(h, &h->ups, ups + 1);
	accept_one(h, 1, ERR_OK, ACCEPT_REPEAT);
	assert_int_equal(server_number(&replica, "GET " KEY "seq"), 2);
	server_kill(&replica);
	accept_one(h, 2, ERR_UNAVAILABLE, ACCEPT_NEW);
	server_stop(&replica);
}

/*
 * A repeat writes nothing, and is answered only when the replica has what it repeats: another hub
 * may have written that a moment ago and still be waiting for it.
 */
static void test_a_repeat_waits_too(void **state)
{
	struct harness *h = *state;
	struct redis_server replica;
	int ups;

	with_replica(h, &replica);
	accept_one(h, 0, ERR_OK, ACCEPT_NEW);
	accept_one(h, 0, ERR_OK, ACCEPT_REPEAT);
	ups = h->ups;
	kill(replica.pid, SIGSTOP);
	server_do(&h->server, "SET other y"); /* over a connection that is not ours */
	accept_one(h, 0, ERR_UNAVAILABLE, ACCEPT_REPEAT);
	kill(replica.pid, SIGCONT);
	harness_until(h, &h->ups, ups + 1);
	accept_one(h, 0, ERR_OK, ACCEPT_REPEAT);
	server_stop(&replica);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_server_stopped, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_clients_paused, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_server_gone, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_write_in_doubt, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_forgotten_scripts, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_unsafe_settings, open_loop, harness_teardown),
		cmocka_unit_test_setup_teardown(test_replica_is_refused, open_loop,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_memory_full, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_data_gone_back, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_data_gone_under_way, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_data_gone, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_too_few_replicas, open_loop, harness_teardown),
		cmocka_unit_test_setup_teardown(test_a_repeat_waits_too, open_loop,
						harness_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
