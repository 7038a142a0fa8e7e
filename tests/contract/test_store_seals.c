/* The audit log read from its oldest line on, and what is noted about it: once, whoever comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "contract/harness.h"

static struct heard heard;
static char all[1024];

static void on_text(void *arg, enum err e, const char *text)
{
	(void)arg;
	heard.e[heard.count] = e;
	snprintf(heard.text[heard.count], sizeof(heard.text[0]), "%s", text ? text : "-");
	heard.count++;
}

static void on_lines(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	(void)arg;
	heard.e[heard.count] = e;
	heard.seq[heard.count] = total;
	all[0] = '\0';
	for (int i = 0; i < count; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%.*s ", (int)lines[i].len,
			 lines[i].data);
	heard.count++;
}

static int open_all(void **state)
{
	memset(&heard, 0, sizeof(heard));
	return harness_setup(state);
}

static void test_from_the_oldest(void **state)
{
	struct harness *h = *state;
	char line[16];

	for (int i = 1; i <= 5; i++) {
		snprintf(line, sizeof(line), "{\"n\":%d}", i);
		store_audit(h->store, line, on_text, NULL);
	}
	harness_until(h, &heard.count, 5);
	store_audit_from(h->store, 0, 2, on_lines, NULL);
	harness_until(h, &heard.count, 6);
	assert_string_equal(all, "{\"n\":1} {\"n\":2} ");
	assert_int_equal(heard.seq[5], 2);
	store_audit_from(h->store, 3, 10, on_lines, NULL);
	harness_until(h, &heard.count, 7);
	assert_string_equal(all, "{\"n\":4} {\"n\":5} ");
	store_audit_from(h->store, 5, 10, on_lines, NULL);
	harness_until(h, &heard.count, 8);
	assert_string_equal(all, "");
	assert_int_equal(heard.e[7], ERR_OK);
}

static enum err seal(struct harness *h, const char *before, const char *day, const char *text)
{
	int at = heard.count;

	store_seal(h->store, &(struct seal_in){before, day, text}, on_text, NULL);
	harness_until(h, &heard.count, at + 1);
	return heard.e[at];
}

static const char *sealed(struct harness *h, const char *name)
{
	int at = heard.count;

	store_get(h->store, TABLE_SEALS, name, on_text, NULL);
	harness_until(h, &heard.count, at + 1);
	return heard.text[at];
}

static void test_one_of_two_hubs_seals(void **state)
{
	struct harness *h = *state;

	assert_int_equal(seal(h, "", "2026-11-28", "one"), ERR_OK);
	assert_int_equal(seal(h, "", "2026-11-28", "other"), ERR_STALE);
	assert_string_equal(sealed(h, "last"), "one");
	assert_int_equal(seal(h, "one", "2026-11-28", "two"), ERR_OK);
	assert_int_equal(seal(h, "two", "2026-11-29", "three"), ERR_OK);
	assert_int_equal(seal(h, "two", "2026-11-29", "late"), ERR_STALE);
	assert_string_equal(sealed(h, "last"), "three");
	assert_string_equal(sealed(h, "2026-11-28"), "two");
	assert_string_equal(sealed(h, "2026-11-29"), "three");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_from_the_oldest, open_all, harness_teardown),
		cmocka_unit_test_setup_teardown(test_one_of_two_hubs_seals, open_all,
						harness_teardown),
	};

	return cmocka_run_group_tests_name("seals", tests, NULL, NULL);
}
