/* Settings: every fault at once with its place, the order of strength, units, and what is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

struct fixture {
	struct arena arena;
	struct diag diag;
	struct config c;
	char file[64];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	arena_init(&f->arena);
	diag_init(&f->diag, &f->arena);
	snprintf(f->file, sizeof(f->file), "/tmp/tandem-config-XXXXXX");
	fd = mkstemp(f->file);
	assert_true(fd >= 0);
	close(fd);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	unlink(f->file);
	arena_clear(&f->arena);
	free(f);
	return 0;
}

static enum err read_text(struct fixture *f, const char *text)
{
	FILE *out = fopen(f->file, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	return config_read(&(struct config_source){.file = f->file}, &f->arena, &f->c, &f->diag);
}

/* The fault of that line, without the folder of the file. */
static const char *fault_at(struct fixture *f, int line)
{
	char where[96];

	snprintf(where, sizeof(where), "%s:%d", f->file, line);
	for (const struct fault *x = f->diag.first; x; x = x->next)
		if (strcmp(x->where, where) == 0)
			return x->what;
	return "";
}

static void test_defaults(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(config_read(&(struct config_source){0}, &f->arena, &f->c, &f->diag),
			 ERR_OK);
	assert_string_equal(f->c.listen, "127.0.0.1:8080");
	assert_string_equal(f->c.data, "var");
	assert_string_equal(f->c.policy, "rules/packs/linyi");
	assert_string_equal(f->c.redis_url, "embedded");
	assert_int_equal(f->c.redis_timeout_ms, 2000);
	assert_int_equal(f->c.ping_ms, 25000);
	assert_int_equal(f->c.pong_ms, 10000);
	assert_int_equal(f->c.queue_bytes, 262144);
	assert_int_equal(f->c.session_ms, 12 * 3600000);
	assert_int_equal(f->c.event_bytes, 262144);
	assert_int_equal(f->c.batch_bytes, 16777216);
	assert_int_equal(f->c.batch_count, 10000);
	assert_int_equal(f->c.connector_count, 0);
	assert_false(f->c.demo);
	assert_int_equal(f->c.demo_pause_ms, 10000);
}

static void test_a_file_is_read(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		read_text(
			f,
			"\xef\xbb\xbf# comment\r\n  listen=127.0.0.1:9000  \n\nredis.timeout = 250ms # soon\n"
			"connector.sms1.kind = kannel\nconnector.sms1.url = http://127.0.0.1:1/#a\n"
			"event_size = 64KiB\ndemo = yes"),
		ERR_OK);
	assert_string_equal(f->c.listen, "127.0.0.1:9000");
	assert_int_equal(f->c.redis_timeout_ms, 250);
	assert_int_equal(f->c.event_bytes, 65536);
	assert_true(f->c.demo);
	assert_int_equal(f->c.connector_count, 1);
	assert_string_equal(f->c.connectors[0].name, "sms1");
	assert_string_equal(f->c.connectors[0].kind, "kannel");
	assert_string_equal(f->c.connectors[0].values[0].key, "url");
	assert_string_equal(f->c.connectors[0].values[0].value, "http://127.0.0.1:1/#a");
}

static void test_every_fault_at_once_with_its_line(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		read_text(
			f,
			"lsten = 127.0.0.1:1\nredis.timeout = 5\nsession = 12\n\nping = 1y\n"
			"event_size = 1000KB\nno value\ndemo = true\nping = 5s\nbatch_count = 10001\n"
			"connector.SMS.kind = x\nconnector.a.b c = x\nlisten = localhost:80\n"
			"redis.url = http://x\nlog_level = loud\nworkers =\nfrobnicate_it = 1\n"),
		ERR_INVALID);
	assert_string_equal(f->c.listen, "127.0.0.1:8080");
	assert_non_null(strstr(fault_at(f, 1), "did you mean listen?"));
	assert_non_null(strstr(fault_at(f, 2), "with its unit"));
	assert_non_null(strstr(fault_at(f, 3), "with its unit"));
	assert_non_null(strstr(fault_at(f, 5), "with its unit"));
	assert_non_null(strstr(fault_at(f, 6), "KiB"));
	assert_string_equal(fault_at(f, 7), "must be name = value");
	assert_string_equal(fault_at(f, 8), "demo must be yes or no");
	assert_string_equal(fault_at(f, 9), "ping stands in line 5 already");
	assert_string_equal(fault_at(f, 10), "batch_count must lie between 1 and 10000");
	assert_non_null(strstr(fault_at(f, 11), "lower-case"));
	assert_non_null(strstr(fault_at(f, 12), "connector.<name>.<key>"));
	assert_non_null(strstr(fault_at(f, 13), "address:port"));
	assert_non_null(strstr(fault_at(f, 14), "embedded"));
	assert_non_null(strstr(fault_at(f, 15), "debug"));
	assert_string_equal(fault_at(f, 16), "workers has no value");
	assert_string_equal(fault_at(f, 17), "unknown setting frobnicate_it");
	assert_int_equal(f->diag.count, 16);
}

static void test_order_of_strength(void **state)
{
	const struct config_override over[] = {{"session", "3h"}, {"port", "0"}};
	struct fixture *f = *state;
	FILE *out = fopen(f->file, "w");

	fputs("session = 1h\nping = 1s\nredis.timeout = 1s\nlisten = 127.0.0.2:99\n", out);
	fclose(out);
	setenv("TANDEM_SESSION", "2h", 1);
	setenv("TANDEM_PING", "2s", 1);
	setenv("TANDEM_REDIS_URL", "unix:/x", 1);
	setenv("TANDEM_CONNECTOR_SMS1_KIND", "sandbox", 1);
	setenv("TANDEM_CONNECTOR_SMS1_SECRET_FILE", "f", 1);
	assert_int_equal(
		config_read(&(struct config_source){f->file, over, 2}, &f->arena, &f->c, &f->diag),
		ERR_OK);
	unsetenv("TANDEM_SESSION");
	unsetenv("TANDEM_PING");
	unsetenv("TANDEM_REDIS_URL");
	unsetenv("TANDEM_CONNECTOR_SMS1_KIND");
	unsetenv("TANDEM_CONNECTOR_SMS1_SECRET_FILE");
	assert_int_equal(f->c.session_ms, 3 * 3600000);
	assert_int_equal(f->c.ping_ms, 2000);
	assert_int_equal(f->c.redis_timeout_ms, 1000);
	assert_string_equal(f->c.redis_url, "unix:/x");
	assert_string_equal(f->c.listen, "127.0.0.2:0");
	assert_string_equal(f->c.connectors[0].kind, "sandbox");
	assert_string_equal(f->c.connectors[0].values[0].key, "secret_file");
}

static void test_unknown_variable(void **state)
{
	struct fixture *f = *state;

	setenv("TANDEM_REDIS_ULR", "unix:/x", 1);
	assert_int_equal(config_read(&(struct config_source){0}, &f->arena, &f->c, &f->diag),
			 ERR_INVALID);
	unsetenv("TANDEM_REDIS_ULR");
	assert_string_equal(f->diag.first->where, "TANDEM_REDIS_ULR");
	assert_non_null(strstr(f->diag.first->what, "did you mean redis.url?"));
}

static void test_clear_text_stays_at_home(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "listen = 0.0.0.0:80\ninsecure_listen = no\n"), ERR_INVALID);
	assert_non_null(strstr(fault_at(f, 1), "insecure_listen = yes"));
	diag_init(&f->diag, &f->arena);
	assert_int_equal(read_text(f, "listen = [::]:80\ninsecure_listen = yes\n"), ERR_OK);
	assert_int_equal(read_text(f, "listen = [::1]:80\n"), ERR_OK);
	assert_int_equal(read_text(f, "listen = unix:/run/x\ndemo = yes\n"), ERR_OK);
	assert_int_equal(read_text(f, "listen = [::]:80\ninsecure_listen = yes\ndemo = yes\n"),
			 ERR_INVALID);
	assert_non_null(strstr(fault_at(f, 3), "loopback"));
}

static void test_a_connector_needs_its_kind(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "connector.a.url = x\n"), ERR_INVALID);
	assert_non_null(strstr(fault_at(f, 1), "connector.a.kind: is missing"));
}

static void test_a_file_that_is_not_there(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(config_read(&(struct config_source){.file = "/nowhere/tandem.conf"},
				     &f->arena, &f->c, &f->diag),
			 ERR_NOT_FOUND);
	assert_string_equal(f->diag.first->where, "/nowhere/tandem.conf");
}

/* What is shown can be read again and means the same; secrets are not in it. */
static void test_show_reads_back(void **state)
{
	struct fixture *f = *state;
	struct buf first, second;

	buf_init(&first, 65536);
	buf_init(&second, 65536);
	assert_int_equal(
		read_text(
			f,
			"session = 90m\nconnection_queue = 300KiB\nredis.url = redis://:hush@h:1\n"
			"drain = 0s\nconnector.a.kind = sandbox\nconnector.a.password = hush\n"
			"connector.a.password_file = f\n"),
		ERR_OK);
	config_show(&f->c, &first);
	assert_null(strstr(buf_cstr(&first), "hush"));
	assert_non_null(strstr(buf_cstr(&first), "\nsession = 90m\n"));
	assert_non_null(strstr(buf_cstr(&first), "\nconnection_queue = 300KiB\n"));
	assert_non_null(strstr(buf_cstr(&first), "\nconnector.a.password_file = f\n"));
	assert_int_equal(read_text(f, buf_cstr(&first)), ERR_OK);
	config_show(&f->c, &second);
	assert_string_equal(buf_cstr(&first), buf_cstr(&second));
	buf_clear(&first);
	buf_clear(&second);
}

static void test_the_ways_to_redis(void **state)
{
	struct fixture *f = *state;
	struct buf shown;

	buf_init(&shown, 65536);
	assert_int_equal(read_text(f, "redis.url = sentinel://hub:hush@a,b:2/city\n"), ERR_OK);
	config_show(&f->c, &shown);
	assert_non_null(strstr(buf_cstr(&shown), "redis.url = sentinel://***@a,b:2/city\n"));
	buf_reset(&shown);
	assert_int_equal(read_text(f, "redis.url = cluster://:hush@a,b:2\n"), ERR_OK);
	config_show(&f->c, &shown);
	assert_non_null(strstr(buf_cstr(&shown), "redis.url = cluster://***@a,b:2\n"));
	buf_clear(&shown);
	assert_int_equal(read_text(f, "\nredis.url = sentinel://a,b:2\n"), ERR_INVALID);
	assert_non_null(strstr(fault_at(f, 2), "name of the master"));
	assert_int_equal(read_text(f, "redis.url = cluster://a/1\n"), ERR_INVALID);
	assert_non_null(strstr(fault_at(f, 1), "one database"));
	assert_int_equal(read_text(f, "\n\nredis.password_file = /nowhere/secret\n"), ERR_INVALID);
	assert_string_equal(fault_at(f, 3), "redis.password_file names a file that cannot be read");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),
		TEST(test_a_file_is_read),
		TEST(test_every_fault_at_once_with_its_line),
		TEST(test_order_of_strength),
		TEST(test_unknown_variable),
		TEST(test_clear_text_stays_at_home),
		TEST(test_a_connector_needs_its_kind),
		TEST(test_a_file_that_is_not_there),
		TEST(test_show_reads_back),
		TEST(test_the_ways_to_redis),
	};

	unsetenv("TANDEM_BIN");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
