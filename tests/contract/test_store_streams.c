/* The feed and the intake: nothing twice, nothing left out, and said where that cannot be kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

static struct heard heard, lines, given;

static int open_all(void **state)
{
	memset(&heard, 0, sizeof(heard));
	memset(&lines, 0, sizeof(lines));
	memset(&given, 0, sizeof(given));
	return harness_setup(state);
}

static void append(struct harness *h, const char *line)
{
	store_append_feed(h->store, line, heard_text, &heard);
	harness_until(h, &heard.count, heard.count + 1);
	assert_int_equal(heard.e[heard.count - 1], ERR_OK);
}

/* Cuts every connection of the store, and only those. */
static void cut(struct harness *h)
{
	server_do(&h->server, "CLIENT KILL TYPE normal SKIPME yes");
}

static void lines_are(const char *const *wanted, int count)
{
	assert_int_equal(lines.count, count);
	for (int i = 0; i < count; i++)
		assert_string_equal(lines.text[i], wanted[i]);
}

/* --- the feed --- */

static void test_backlog_then_all(void **state)
{
	struct harness *h = *state;
	const char *const wanted[] = {"X\ttwo", "X\tthree", "X\tfour", "X\tfive", "X\tsix"};

	append(h, "X\tone");
	server_do(&h->server, "XADD " KEY "feed * l %s", "X\ttwo\nX\tthree");
	append(h, "X\tfour");
	store_feed_start(h->store, 3, heard_feed, &lines);
	harness_until(h, &lines.count, 3);
	append(h, "X\tfive");
	append(h, "X\tsix\nX\tnot a line of its own");
	harness_until(h, &lines.count, 5);
	lines_are(wanted, 5);
}

static void test_backlog_begins_inside_an_entry(void **state)
{
	struct harness *h = *state;
	const char *const wanted[] = {"X\tthree"};

	server_do(&h->server, "XADD " KEY "feed * l %s", "X\tone\nX\ttwo\nX\tthree");
	store_feed_start(h->store, 1, heard_feed, &lines);
	harness_until(h, &lines.count, 1);
	lines_are(wanted, 1);
}

static void test_long_backlog(void **state)
{
	struct harness *h = *state;
	char line[32];

	for (int i = 0; i < 700; i++)
		server_do(&h->server, "XADD " KEY "feed * l line-%d", i);
	store_feed_start(h->store, 600, heard_feed, &lines);
	harness_until(h, &lines.count, 600);
	for (int i = 0; i < 600; i++) {
		snprintf(line, sizeof(line), "line-%d", 100 + i);
		assert_string_equal(lines.text[i], line);
	}
}

static void test_no_gap_over_reconnections(void **state)
{
	struct harness *h = *state;
	char line[32];

	store_feed_start(h->store, 10, heard_feed, &lines);
	harness_until(h, &lines.count, 1);
	assert_string_equal(lines.text[0], "nothing yet");
	lines.count = 0;
	for (int i = 0; i < 30; i++) {
		/* Half of them are written while nobody listens, each third time Redis itself is
		 * gone for a while. */
		server_do(&h->server, "XADD " KEY "feed * l line-%d", 2 * i);
		cut(h);
		server_do(&h->server, "XADD " KEY "feed * l line-%d", 2 * i + 1);
		if (i % 3 == 0) {
			server_kill(&h->server);
			server_restart(&h->server);
		}
		if (i % 4 == 0)
			harness_until(h, &lines.count, 2 * i + 2);
	}
	harness_until(h, &lines.count, 60);
	for (int i = 0; i < 60; i++) {
		snprintf(line, sizeof(line), "line-%d", i);
		assert_string_equal(lines.text[i], line);
	}
	assert_int_equal(lines.count, 60);
}

static void test_a_trimmed_gap_is_told(void **state)
{
	struct harness *h = *state;
	const char *const wanted[] = {"X\tone", "gap", "X\tfour"};

	append(h, "X\tone");
	store_feed_start(h->store, 10, heard_feed, &lines);
	harness_until(h, &lines.count, 1);
	server_do(&h->server, "MULTI");
	server_do(&h->server, "XADD " KEY "feed * l %s", "X\ttwo");
	server_do(&h->server, "XADD " KEY "feed * l %s", "X\tthree");
	server_do(&h->server, "XTRIM " KEY "feed MAXLEN 1");
	server_do(&h->server, "CLIENT KILL TYPE normal SKIPME yes");
	server_do(&h->server, "EXEC");
	harness_until(h, &lines.count, 2);
	assert_int_equal(lines.seq[1], -1);
	harness_until(h, &h->ups, 2);
	append(h, "X\tfour");
	harness_until(h, &lines.count, 3);
	lines_are(wanted, 3);
}

/* --- the intake --- */

static void write_entry(struct harness *h, const char *event)
{
	server_do(&h->server, "XADD " KEY "intake * event %s", event);
}

static void await_given(struct harness *h, int count)
{
	harness_until(h, &given.count, count);
	assert_int_equal(given.count, count);
}

/* The id of the entry given at this place, and with it that it was this event. */
static const char *id_given(int at, const char *event)
{
	static char id[64];
	size_t len = strcspn(given.text[at], " ");

	assert_string_equal(given.text[at] + len, event);
	snprintf(id, sizeof(id), "%.*s", (int)len, given.text[at]);
	return id;
}

/* Waits by asking the store something: what was sent before it has been answered then. Twice,
   because a script that Redis does not know yet is sent again. */
static void settle(struct harness *h)
{
	for (int i = 0; i < 2; i++) {
		store_get(h->store, TABLE_KEYS, "none", heard_text, &heard);
		harness_until(h, &heard.count, heard.count + 1);
		assert_int_equal(heard.e[heard.count - 1], ERR_OK);
	}
}

static void outcome_is(struct harness *h, int which, const char *outcome)
{
	redisReply *r = server_ask(&h->server, "XRANGE " KEY "intake:done - +");

	assert_true((int)r->elements > which);
	assert_string_equal(r->element[which]->element[1]->element[2]->str, "outcome");
	assert_string_equal(r->element[which]->element[1]->element[3]->str, outcome);
	freeReplyObject(r);
}

static void test_intake_and_outcome(void **state)
{
	struct harness *h = *state;

	write_entry(h, "before");
	store_intake_start(h->store, heard_intake, &given);
	await_given(h, 1);
	write_entry(h, "after");
	await_given(h, 2);
	assert_int_equal(server_number(&h->server, "XLEN " KEY "intake"), 2);
	store_intake_done(h->store, id_given(0, " before"), "good");
	store_intake_done(h->store, id_given(1, " after"), "bad");
	store_intake_done(h->store, id_given(1, " after"), "bad again");
	store_intake_done(h->store, "1-1", "of nothing");
	settle(h);
	outcome_is(h, 0, "good");
	outcome_is(h, 1, "bad");
	assert_int_equal(server_number(&h->server, "XLEN " KEY "intake:done"), 2);
	assert_int_equal(server_number(&h->server, "XLEN " KEY "intake"), 0);
}

static void test_entry_without_event(void **state)
{
	struct harness *h = *state;

	server_do(&h->server, "XADD " KEY "intake * Event x other y");
	write_entry(h, "good");
	store_intake_start(h->store, heard_intake, &given);
	await_given(h, 2);
	id_given(1, " good");
	store_intake_done(h->store, id_given(0, " "), "refused");
	settle(h);
	outcome_is(h, 0, "refused");
}

static void test_what_fails_for_ever_is_parked(void **state)
{
	struct harness *h = *state;
	const char *id;
	redisReply *r;

	server_do(&h->server, "XADD " KEY "intake * from somebody event bad");
	store_intake_start(h->store, heard_intake, &given);
	await_given(h, 1);
	id = id_given(0, " bad");
	for (int i = 1; i < STORE_INTAKE_TRIES; i++)
		store_intake_failed(h->store, id, "failed");
	settle(h);
	assert_int_equal(server_number(&h->server, "XLEN " KEY "intake"), 1);
	assert_int_equal(server_number(&h->server, "EXISTS " KEY "intake:parked"), 0);
	assert_in_range(server_number(&h->server, "PTTL " KEY "intake:failed"), 1, 3600000);

	store_intake_failed(h->store, id, "failed again");
	store_intake_failed(h->store, id, "failed twice at once");
	store_intake_failed(h->store, "1-1", "failed without an entry");
	settle(h);
	outcome_is(h, 0, "failed again");
	assert_int_equal(server_number(&h->server, "XLEN " KEY "intake:done"), 1);
	assert_int_equal(server_number(&h->server, "XLEN " KEY "intake"), 0);
	assert_int_equal(server_number(&h->server, "EXISTS " KEY "intake:failed"), 0);
	r = server_ask(&h->server, "XRANGE " KEY "intake:parked - +");
	assert_int_equal(r->elements, 1);
	const struct {
		const char *name, *value;
	} wanted[] = {
		{"entry", id}, {"outcome", "failed again"}, {"from", "somebody"}, {"event", "bad"}};

	assert_int_equal(r->element[0]->element[1]->elements, 8);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(r->element[0]->element[1]->element[2 * i]->str, wanted[i].name);
		assert_string_equal(r->element[0]->element[1]->element[2 * i + 1]->str,
				    wanted[i].value);
	}
	freeReplyObject(r);
	/* It gives its place to the next. */
	write_entry(h, "good");
	await_given(h, 2);
	id_given(1, " good");
}

static void test_own_entries_come_again(void **state)
{
	struct harness *h = *state;

	for (int i = 0; i < 100; i++)
		write_entry(h, "x");
	store_intake_start(h->store, heard_intake, &given);
	await_given(h, 100);
	for (int i = 0; i < 40; i++)
		store_intake_done(h->store, id_given(i, " x"), "good");
	settle(h);
	/* A lost connection is no reason to give again what the caller still has. */
	cut(h);
	harness_until(h, &h->ups, 2);
	write_entry(h, "y");
	await_given(h, 101);
	id_given(100, " y");
	/* A hub that ended has nothing any more. */
	harness_disconnect(h);
	given.count = 0;
	harness_connect(h);
	store_intake_start(h->store, heard_intake, &given);
	await_given(h, 61);
	id_given(0, " x");
	id_given(60, " y");
}

static void test_entries_of_a_dead_hub_are_taken_over(void **state)
{
	struct harness *h = *state;
	char of_dead[64], of_busy[64];

	server_do(&h->server, "XGROUP CREATE " KEY "intake tandem 0 MKSTREAM");
	write_entry(h, "of the dead");
	write_entry(h, "of the busy");
	server_do(&h->server, "XREADGROUP GROUP tandem hub-dead COUNT 1 STREAMS " KEY "intake >");
	server_do(&h->server, "XREADGROUP GROUP tandem hub-busy COUNT 1 STREAMS " KEY "intake >");
	redisReply *r = server_ask(&h->server, "XRANGE " KEY "intake - +");

	snprintf(of_dead, sizeof(of_dead), "%s", r->element[0]->element[0]->str);
	snprintf(of_busy, sizeof(of_busy), "%s", r->element[1]->element[0]->str);
	freeReplyObject(r);
	server_do(&h->server, "XCLAIM " KEY "intake tandem hub-dead 0 %s IDLE 3600000 JUSTID",
		  of_dead);
	store_intake_start(h->store, heard_intake, &given);
	await_given(h, 1);
	assert_string_equal(id_given(0, " of the dead"), of_dead);
	write_entry(h, "new");
	await_given(h, 2);
	id_given(1, " new");
	assert_int_equal(server_number(&h->server, "XACK " KEY "intake tandem %s", of_busy), 1);
}

/* What intake_tidy.lua relies on: whom it takes for gone and who only waits gets the next entry all
 * the same. */
static void test_a_forgotten_reader_gets_the_next_entry(void **state)
{
	struct harness *h = *state;

	store_intake_start(h->store, heard_intake, &given);
	write_entry(h, "first");
	await_given(h, 1);
	store_intake_done(h->store, id_given(0, " first"), "good");
	settle(h);
	assert_int_equal(server_number(&h->server, "XGROUP DELCONSUMER " KEY "intake tandem hub-a"),
			 0);
	write_entry(h, "second");
	await_given(h, 2);
	store_intake_done(h->store, id_given(1, " second"), "good");
	settle(h);
	assert_int_equal(server_number(&h->server, "XLEN " KEY "intake"), 0);
	outcome_is(h, 1, "good");
}

/* Somebody else's mistake with the key ends nothing: the rest works on, and the intake when it has
 * been put right. */
static void test_intake_of_another_type(void **state)
{
	struct harness *h = *state;

	server_do(&h->server, "SET " KEY "intake x");
	store_intake_start(h->store, heard_intake, &given);
	settle(h);
	server_do(&h->server, "DEL " KEY "intake");
	write_entry(h, "good");
	await_given(h, 1);
	server_do(&h->server, "DEL " KEY "intake");
	write_entry(h, "after the key was deleted");
	await_given(h, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_backlog_then_all, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_backlog_begins_inside_an_entry, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_long_backlog, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_no_gap_over_reconnections, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_a_trimmed_gap_is_told, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_intake_and_outcome, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_entry_without_event, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_what_fails_for_ever_is_parked, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_own_entries_come_again, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_entries_of_a_dead_hub_are_taken_over, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_a_forgotten_reader_gets_the_next_entry,
						open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_intake_of_another_type, open_all,
						harness_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
