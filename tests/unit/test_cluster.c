/* The forms of redis.url that lead to sentinels and clusters; the slot of a cell; what nodes and
 * sentinels answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/cluster.h"
#include "store/keys.h"
#include "store/sentinel.h"

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

/* --- urls --- */

static struct redis_url parsed(const char *text)
{
	struct redis_url url;
	const char *why = NULL;

	assert_int_equal(redis_url_parse(text, &arena, &url, &why), ERR_OK);
	return url;
}

static void assert_seed(const struct redis_url *url, int i, const char *host, int port)
{
	assert_true(i < url->seed_count);
	assert_string_equal(url->seeds[i].host, host);
	assert_int_equal(url->seeds[i].port, port);
}

static void test_sentinel_url(void **state)
{
	struct redis_url url =
		parsed("sentinel://hub:a%2cb%40c%2fd@10.0.0.1:26380,s2,[::1]:5/city/3");

	(void)state;
	assert_int_equal(url.kind, REDIS_SENTINEL);
	assert_string_equal(url.user, "hub");
	assert_string_equal(url.password, "a,b@c/d");
	assert_int_equal(url.seed_count, 3);
	assert_seed(&url, 0, "10.0.0.1", 26380);
	assert_seed(&url, 1, "s2", 26379);
	assert_seed(&url, 2, "::1", 5);
	assert_string_equal(url.master, "city");
	assert_int_equal(url.db, 3);
	assert_null(url.host);
	assert_int_equal(parsed("sentinel://s/city").db, 0);
	assert_null(parsed("sentinel://s/city").password);
}

static void test_cluster_url(void **state)
{
	struct redis_url url = parsed("cluster://:hush@a,b:7001/");

	(void)state;
	assert_int_equal(url.kind, REDIS_CLUSTER);
	assert_null(url.user);
	assert_string_equal(url.password, "hush");
	assert_int_equal(url.seed_count, 2);
	assert_seed(&url, 0, "a", 6379);
	assert_seed(&url, 1, "b", 7001);
	assert_int_equal(parsed("redis://h:1/2").kind, REDIS_DIRECT);
}

static void test_malformed_urls(void **state)
{
	static const char *const wrong[] = {
		"sentinel://",
		"sentinel://s",
		"sentinel://s/",
		"sentinel:///city",
		"sentinel://s/city/x",
		"sentinel://s,/city",
		"sentinel://s:0/city",
		"sentinel://s:65536/city",
		"sentinel://s/%00",
		"sentinel://u@/city",
		"cluster://",
		"cluster://a,,b",
		"cluster://a:x",
		"cluster://a/1",
		"cluster://[::1",
		"cluster://a,b,",
		"cluster://1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
		"clusters://a",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct redis_url url;
		const char *why = NULL;

		if (redis_url_parse(wrong[i], &arena, &url, &why) != ERR_INVALID)
			fail_msg("%s was taken", wrong[i]);
		assert_non_null(why);
	}
}

/* --- slots --- */

static void test_slots(void **state)
{
	struct keys keys;

	(void)state;
	/* the check value of CRC16/XMODEM; below 16384 as it is */
	assert_int_equal(cluster_slot("123456789"), 0x31c3);
	assert_int_equal(cluster_slot(""), 0);
	assert_int_equal(cluster_slot("foo"), 12182);
	assert_int_equal(cluster_slot("{foo}.bar"), 12182);
	assert_int_equal(cluster_slot("x{foo}{zap}"), 12182);
	assert_int_equal(cluster_slot("foo{}{bar}"), 8363);
	assert_int_equal(cluster_slot("foo{{bar}}zap"), cluster_slot("{bar"));
	assert_int_not_equal(cluster_slot("foo{bar"), cluster_slot("bar"));
	keys_init(&keys, "371300", &arena);
	assert_int_equal(cluster_slot(keys.prefix), cluster_slot("371300"));
	assert_int_equal(cluster_slot(keys.intake_done), cluster_slot("371300"));
}

/* --- who answers what --- */

static void assert_redirect(const char *error, enum redirect kind, const char *host, int port)
{
	const struct spot from = {"here", 1};
	struct spot where = {"", 0};

	assert_int_equal(cluster_redirect(error, &from, &where), kind);
	assert_string_equal(where.host, host);
	assert_int_equal(where.port, port);
}

static void test_redirects(void **state)
{
	(void)state;
	assert_redirect("MOVED 3999 127.0.0.1:6381", REDIRECT_MOVED, "127.0.0.1", 6381);
	assert_redirect("ASK 3999 ::1:6381", REDIRECT_ASK, "::1", 6381);
	assert_redirect("MOVED 3999 :6380", REDIRECT_MOVED, "here", 6380);
	assert_redirect("MOVED 3999 h:0", REDIRECT_NONE, "", 0);
	assert_redirect("MOVED 3999 h:99999", REDIRECT_NONE, "", 0);
	assert_redirect("MOVED 3999", REDIRECT_NONE, "", 0);
	assert_redirect("ASK ", REDIRECT_NONE, "", 0);
	assert_redirect("MOVEDX 1 h:1", REDIRECT_NONE, "", 0);
	assert_redirect("ERR no", REDIRECT_NONE, "", 0);
}

#define TEXT(s)                                                                                    \
	{                                                                                          \
		.type = REDIS_STRING, .str = (s), .len = sizeof(s) - 1                             \
	}
#define NUMBER(n)                                                                                  \
	{                                                                                          \
		.type = REDIS_INTEGER, .integer = (n), .str = ""                                   \
	}
#define LIST(v)                                                                                    \
	{                                                                                          \
		.type = REDIS_ARRAY, .str = "", .items = (v),                                      \
		.count = (int)(sizeof(v) / sizeof(*(v)))                                           \
	}
#define NOTHING                                                                                    \
	{                                                                                          \
		.type = REDIS_NIL, .str = ""                                                       \
	}

static const struct spot asked = {"asked", 7};

static const char *judged(const struct dialect *d, int question, int slot,
			  const struct redis_reply *r, struct finding *ret)
{
	const struct seek seek = {.opt = {.slot = slot}};

	*ret = (struct finding){.epoch = 0};
	return d->questions[question].judge(&seek, &asked, r, ret);
}

static void test_the_slots_of_a_node(void **state)
{
	struct redis_reply first[] = {TEXT("10.0.0.1"), NUMBER(7001), TEXT("id")},
			   second[] = {NOTHING, NUMBER(7002), TEXT("id")};
	struct redis_reply unknown[] = {TEXT("?"), NUMBER(7003), TEXT("id")},
			   wrong[] = {TEXT("h"), NUMBER(0), TEXT("id")};
	struct redis_reply a[] = {NUMBER(0), NUMBER(99), LIST(first)},
			   b[] = {NUMBER(100), NUMBER(100), LIST(second), LIST(first)};
	struct redis_reply c[] = {NUMBER(101), NUMBER(200), LIST(unknown)},
			   d[] = {NUMBER(300), NUMBER(300), LIST(wrong)};
	struct redis_reply ranges[] = {LIST(a), LIST(b), LIST(c), LIST(d)}, all = LIST(ranges);
	struct redis_reply torn[] = {NUMBER(1)}, text = TEXT("no");
	struct finding f;

	(void)state;
	assert_null(judged(&cluster_dialect, 1, 99, &all, &f));
	assert_string_equal(f.place.host, "10.0.0.1");
	assert_int_equal(f.place.port, 7001);
	assert_int_equal(f.others.count, 3); /* each once, and not the one that cannot be */
	assert_int_equal(f.others.v[0].port, 7001);
	assert_string_equal(f.others.v[1].host, "asked");
	assert_int_equal(f.others.v[1].port, 7002);
	assert_int_equal(f.others.v[2].port, 7003);
	assert_null(judged(&cluster_dialect, 1, 100, &all, &f));
	assert_string_equal(f.place.host, "asked");
	assert_int_equal(f.place.port, 7002);
	assert_null(judged(&cluster_dialect, 1, 150, &all, &f));
	assert_string_equal(f.place.host, "asked");
	assert_non_null(strstr(judged(&cluster_dialect, 1, 201, &all, &f), "nobody serves"));
	assert_non_null(judged(&cluster_dialect, 1, 300, &all, &f));
	all = (struct redis_reply)LIST(torn);
	assert_non_null(judged(&cluster_dialect, 1, 1, &all, &f));
	assert_non_null(judged(&cluster_dialect, 1, 1, &text, &f));
}

static void test_a_node_that_sees_too_few_is_believed_last(void **state)
{
	struct redis_reply well = TEXT("cluster_state:ok\r\ncluster_current_epoch:12\r\n");
	struct redis_reply ill = TEXT("cluster_state:fail\r\ncluster_current_epoch:13\r\n"),
			   other = TEXT("hello");
	struct finding f;

	(void)state;
	assert_null(judged(&cluster_dialect, 0, 0, &well, &f));
	assert_int_equal(f.epoch, 12);
	assert_null(judged(&cluster_dialect, 0, 0, &ill, &f));
	assert_int_equal(f.epoch, -1);
	assert_non_null(judged(&cluster_dialect, 0, 0, &other, &f));
}

static void test_what_a_sentinel_says(void **state)
{
	struct redis_reply address[] = {TEXT("10.0.0.9"), TEXT("6379")},
			   about[] = {TEXT("name"), TEXT("city"), TEXT("config-epoch"), TEXT("4")};
	struct redis_reply at = LIST(address), all = LIST(about), nobody = NOTHING;
	struct finding f;

	(void)state;
	assert_null(judged(&sentinel_dialect, 0, 0, &at, &f));
	assert_string_equal(f.place.host, "10.0.0.9");
	assert_int_equal(f.place.port, 6379);
	assert_null(judged(&sentinel_dialect, 1, 0, &all, &f));
	assert_int_equal(f.epoch, 4);
	assert_non_null(strstr(judged(&sentinel_dialect, 0, 0, &nobody, &f), "no master"));
	all.count = 3;
	assert_non_null(judged(&sentinel_dialect, 1, 0, &all, &f));
	at.count = 1;
	assert_non_null(judged(&sentinel_dialect, 0, 0, &at, &f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentinel_url),
		cmocka_unit_test(test_cluster_url),
		cmocka_unit_test(test_malformed_urls),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_the_slots_of_a_node),
		cmocka_unit_test(test_a_node_that_sees_too_few_is_believed_last),
		cmocka_unit_test(test_what_a_sentinel_says),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
