/* Reading the feed from a place on: what a piece holds, and when something behind the place is
 * gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

static struct heard heard;
static struct sample samples[600];
/* Long lines, so that there are several pieces. */
#define MANY "wjw,zjj,scjg,yjj,sthj,jtj,zrzy,slj,nyj,wlj,jyj,mzj,swj,zhzf"

static int open_all(void **state)
{
	memset(&heard, 0, sizeof(heard));
	return harness_setup(state);
}

static void heard_piece(void *arg, enum err e, const struct feed_piece *piece)
{
	struct heard *to = arg;
	const char *last = piece->count ? piece->entries[piece->count - 1].cursor : "";

	to->e[to->count] = e;
	to->result[to->count] = piece->is_known;
	to->seq[to->count] = piece->count;
	snprintf(to->text[to->count++], sizeof(to->text[0]), "%s", last);
}

static void read_from(struct harness *h, const char *entry)
{
	heard.count = 0;
	store_feed_read(h->store, entry, heard_piece, &heard);
	harness_until(h, &heard.count, 1);
	assert_int_equal(heard.e[0], ERR_OK);
}

static void fill(struct harness *h, int first, int count)
{
	for (int i = first; i < first + count; i++)
		sample_event(&samples[i], i, MANY);
	heard.count = 0;
	accept_samples(h, samples, first, count, &heard);
}

static void test_an_untouched_stream_is_whole(void **state)
{
	struct harness *h = *state;

	read_from(h, "0-0");
	assert_true(heard.result[0]);
	assert_int_equal(heard.seq[0], 0);
	fill(h, 0, 3);
	read_from(h, "0-0");
	assert_true(heard.result[0]);
	assert_int_equal(heard.seq[0], 3);
}

static void test_pieces_join(void **state)
{
	struct harness *h = *state;
	char at[256] = "0-0";
	int lines = 0, pieces = 0;

	for (int i = 0; i < 6; i++)
		fill(h, i * 100, 100);
	for (;;) {
		char before[256];

		snprintf(before, sizeof(before), "%s", at);
		read_from(h, at);
		assert_true(heard.result[0]);
		snprintf(at, sizeof(at), "%.*s", (int)strcspn(heard.text[0], "."), heard.text[0]);
		/* The entry of the place comes again: its lines are taken off, as a reader skips
		 * them. */
		if (!strcmp(at, before))
			break;
		lines += (int)heard.seq[0] - (pieces++ ? 100 : 0);
	}
	assert_int_equal(lines, 600);
	assert_in_range(pieces, 2, 5);
}

static void test_what_was_trimmed_is_missed(void **state)
{
	struct harness *h = *state;
	char first[256];

	fill(h, 0, 1);
	read_from(h, "0-0");
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(heard.text[0], "."), heard.text[0]);
	fill(h, 1, 1);
	read_from(h, first);
	assert_true(heard.result[0]);
	assert_int_equal(heard.seq[0], 2);
	assert_int_equal(server_number(&h->server, "XTRIM " KEY "feed MAXLEN 1"), 1);
	read_from(h, first);
	assert_false(heard.result[0]);
	read_from(h, "0-0");
	assert_false(heard.result[0]);
	read_from(h, "99999999999999-0");
	assert_false(heard.result[0]);
	assert_int_equal(heard.seq[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_an_untouched_stream_is_whole, open_all,
						harness_teardown),
		cmocka_unit_test_setup_teardown(test_pieces_join, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_what_was_trimmed_is_missed, open_all,
						harness_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
