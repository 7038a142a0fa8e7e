/* Connectors that are open: the sandbox's magic addresses, Kannel's callbacks, closing with
 * something under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <uv.h>

#include "connector.h"
#include "text.h"

#define TOKEN	    "0123456789abcdef-TOKEN"
#define COUNT_OF(a) ((int)(sizeof(a) / sizeof((a)[0])))

struct bench {
	uv_loop_t loop;
	struct arena arena;
	struct diag diag;
	char secret[64];
	const struct connector_kind *kind;
	void *self;
	char reply[64];
	int closed, done, reports;
	struct send_result last;
	char seen[256]; /* letters of outcomes and reports in the order they came */
};

static void on_report(void *arg, const struct report *r)
{
	static const char letters[] = "hdfebr";
	struct bench *b = arg;
	size_t len = strlen(b->seen);

	b->seen[len] = letters[r->kind];
	b->seen[len + 1] = '\0';
	b->reports++;
	if (r->kind == REPORT_REPLY) {
		assert_string_equal(r->from, "+8613800000011");
		(void)snprintf(b->reply, sizeof(b->reply), "%s", r->text);
	} else
		assert_true(*r->message_id != '\0');
	assert_true(*r->dedupe != '\0');
}

static void on_done(void *arg, const struct send_result *result)
{
	struct bench *b = arg;

	b->last = *result;
	b->done++;
}

static void on_closed(void *arg)
{
	((struct bench *)arg)->closed++;
}

static void bench_open(struct bench *b, const char *kind, const struct setting_pair *pairs,
		       int count)
{
	const struct connector_env env = {.uv_loop = &b->loop,
					  .name = "sms1",
					  .callback_base =
						  "http://127.0.0.1:8080/api/v1/connectors/sms1",
					  .report = on_report,
					  .report_arg = b};
	const struct settings s = {pairs, count};

	assert_int_equal(uv_loop_init(&b->loop), 0);
	arena_init(&b->arena);
	diag_init(&b->diag, &b->arena);
	b->kind = connector_kind_find(kind);
	assert_int_equal(b->kind->open(&env, &s, &b->arena, &b->self, &b->diag), ERR_OK);
}

static void bench_close(struct bench *b)
{
	b->kind->close(b->self, on_closed, b);
	assert_int_equal(b->closed, 0);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(b->closed, 1);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	arena_clear(&b->arena);
	if (*b->secret)
		(void)unlink(b->secret);
}

static void secret_write(char path[64], const char *text)
{
	FILE *f;
	int fd;

	(void)snprintf(path, 64, "%s/tandem-secret-XXXXXX", P_tmpdir);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
}

static void sandbox_sends(const char *to, const char *id, enum outcome want, const char *reports)
{
	static const struct setting_pair pairs[] = {{"answer_ms", "1"}, {"receipt_ms", "1"}};
	struct bench b = {0};

	bench_open(&b, "sandbox", pairs, COUNT_OF(pairs));
	b.kind->send(b.self, &(struct message){id, to, "请签收"}, on_done, &b);
	assert_int_equal(b.done, 0);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.done, 1);
	assert_int_equal(b.last.outcome, want);
	assert_int_equal(b.last.parts, 1);
	assert_int_equal(b.last.retry_after_ms > 0, want == OUTCOME_LATER);
	assert_string_equal(b.seen, reports);
	bench_close(&b);
}

static void test_sandbox(void **state)
{
	static const struct {
		const char *to;
		enum outcome want;
		const char *reports;
	} rows[] = {
		{"+8613800000001", OUTCOME_ACCEPTED, "hd"},
		{"+8613800000002", OUTCOME_ACCEPTED, ""},
		{"+8613800000003", OUTCOME_ACCEPTED, "hf"},
		{"+8613800000004", OUTCOME_REFUSED, ""},
		{"+8613800000005", OUTCOME_LATER, ""},
		{"+8613800000006", OUTCOME_CHANNEL_DOWN, ""},
		{"+8613800000007", OUTCOME_NOT_SENT, ""},
		{"+8613800000008", OUTCOME_UNKNOWN, ""},
		{"+8613800000009", OUTCOME_UNKNOWN, "hd"},
		{"+8613800000010", OUTCOME_ACCEPTED, "he"},
		{"+8613800000011", OUTCOME_ACCEPTED, "hdr"},
		{"+8613800000012", OUTCOME_ACCEPTED, "dhdh"},
		{"+8613800000015", OUTCOME_LATER, ""},
		{"+8613800000017", OUTCOME_NOT_SENT, ""},
		{"+8613800138000", OUTCOME_ACCEPTED, "hd"},
	};

	(void)state;
	for (int i = 0; i < COUNT_OF(rows); i++)
		sandbox_sends(rows[i].to, "d1.0-1", rows[i].want, rows[i].reports);
	sandbox_sends("+8613800000015", "d1.0-2", OUTCOME_ACCEPTED, "hd");
}

static void test_sandbox_replies_with_the_code(void **state)
{
	static const struct setting_pair pairs[] = {{"answer_ms", "1"}, {"receipt_ms", "1"}};
	char code[SHORT_CODE_BYTES], text[128];
	struct bench b = {0};
	int64_t seq = 0;
	int notice = -1;

	(void)state;
	short_code_make(4711, 2, code);
	(void)snprintf(text, sizeof(text), "请签收,回复%s", code);
	bench_open(&b, "sandbox", pairs, COUNT_OF(pairs));
	b.kind->send(b.self, &(struct message){"d4711.2-1", "+8613800000011", text}, on_done, &b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_string_equal(b.seen, "hdr");
	assert_true(short_code_find(b.reply, &seq, &notice));
	assert_int_equal(seq, 4711);
	assert_int_equal(notice, 2);
	bench_close(&b);
}

/* Closing while a message is on its way settles it as unknown, once. */
static void test_sandbox_close(void **state)
{
	struct bench b = {0};

	(void)state;
	bench_open(&b, "sandbox", NULL, 0);
	b.kind->send(b.self, &(struct message){"d1.0-1", "+8613800138000", "请签收"}, on_done, &b);
	bench_close(&b);
	assert_int_equal(b.done, 1);
	assert_int_equal(b.last.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(b.reports, 0);
}

static enum err callback(struct bench *b, const char *query, bool is_reply, struct reports *ret)
{
	const struct http_in in = {.method = "GET",
				   .query = query,
				   .body = "",
				   .content_type = "",
				   .is_reply = is_reply};

	return b->kind->receipt(b->self, &in, &b->arena, ret);
}

static void test_sandbox_callbacks(void **state)
{
	struct bench b = {0};
	struct reports r;

	(void)state;
	bench_open(&b, "sandbox", NULL, 0);
	assert_int_equal(callback(&b, "id=d1.0-1&status=expired&to=13800138000", false, &r),
			 ERR_OK);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].kind, REPORT_EXPIRED);
	assert_string_equal(r.items[0].to, "+8613800138000");
	assert_int_equal(callback(&b, "from=13800138000&text=%E6%94%B6%E5%88%B0", true, &r),
			 ERR_OK);
	assert_string_equal(r.items[0].text, "收到");
	assert_int_equal(callback(&b, "id=d1.0-1&status=reply", false, &r), ERR_INVALID);
	assert_int_equal(callback(&b, "status=delivered", false, &r), ERR_INVALID);
	assert_int_equal(callback(&b, "from=13800138000", true, &r), ERR_INVALID);
	bench_close(&b);
}

static void kannel_bench_open(struct bench *b, const char *signature)
{
	secret_write(b->secret, TOKEN "\n");
	const struct setting_pair pairs[] = {
		{"url", "http://127.0.0.1:9/cgi-bin/sendsms"},
		{"username", "hub"},
		{"password_file", b->secret},
		{"from", "10690000"},
		{"dlr_token_file", b->secret},
		{"signature", signature},
	};
	bench_open(b, "kannel", pairs, COUNT_OF(pairs));
}

static void test_kannel_receipts(void **state)
{
	struct bench b = {0};
	struct reports r = {.status = -1}, again;

	(void)state;
	kannel_bench_open(&b, "text");
	assert_int_equal(callback(&b, "id=d1.0-1&d=1", false, &r), ERR_NOT_FOUND);
	assert_int_equal(callback(&b, "id=d1.0-1&d=1&t=" TOKEN "x", false, &r), ERR_NOT_FOUND);
	assert_int_equal(callback(&b, "d=1&t=" TOKEN, false, &r), ERR_INVALID);
	assert_int_equal(callback(&b, "id=d1.0-1&t=" TOKEN, false, &r), ERR_INVALID);
	assert_int_equal(r.status, -1);
	assert_int_equal(callback(&b,
				  "id=d1.0-1&t=" TOKEN "&d=1&f=c8-4&a=ACK%2F&to=%2B8613800138000",
				  false, &r),
			 ERR_OK);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].kind, REPORT_DELIVERED);
	assert_string_equal(r.items[0].message_id, "d1.0-1");
	assert_string_equal(r.items[0].provider_id, "c8-4");
	assert_string_equal(r.items[0].to, "+8613800138000");
	assert_string_equal(r.items[0].code, "");
	assert_int_equal(callback(&b, "id=d1.0-1&t=" TOKEN "&d=1&f=c8-4", false, &again), ERR_OK);
	assert_string_equal(r.items[0].dedupe, again.items[0].dedupe);
	assert_int_equal(callback(&b, "id=d1.0-1&t=" TOKEN "&d=34&f=c8-4", false, &again), ERR_OK);
	assert_int_equal(again.items[0].kind, REPORT_EXPIRED);
	assert_string_not_equal(r.items[0].dedupe, again.items[0].dedupe);
	assert_int_equal(
		callback(&b, "id=d1.0-1&t=" TOKEN "&d=16&a=NACK%2F0x0000000b%2FInvalid+Destination",
			 false, &r),
		ERR_OK);
	assert_string_equal(r.items[0].code, "0x0000000b/Invalid Destination");
	assert_int_equal(callback(&b,
				  "id=d1.0-1&t=" TOKEN
				  "&d=2&a=id%3A7+stat%3AUNDELIV+err%3A027+text%3Aprivate",
				  false, &r),
			 ERR_OK);
	assert_string_equal(r.items[0].code, "UNDELIV err:027");
	assert_int_equal(callback(&b, "id=d1.0-1&t=" TOKEN "&d=0", false, &r), ERR_OK);
	assert_int_equal(r.count, 0);
	assert_int_equal(callback(&b, "id=d1.0-1&t=" TOKEN "&d=99999999999999999999", false, &r),
			 ERR_OK);
	assert_int_equal(r.count, 0);
	bench_close(&b);
}

static void test_kannel_replies(void **state)
{
	static const char query[] =
		"t=" TOKEN "&from=%2B8613800138000&to=10690000"
		"&text=%E6%94%B6%E5%88%B0%EF%BC%A1%EF%BC%91&charset=UTF-8&id=0aa1-b";
	struct bench b = {0};
	struct reports r;

	(void)state;
	kannel_bench_open(&b, "text");
	assert_int_equal(callback(&b, query, true, &r), ERR_OK);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].kind, REPORT_REPLY);
	assert_string_equal(r.items[0].from, "+8613800138000");
	assert_string_equal(r.items[0].to, "10690000");
	assert_string_equal(r.items[0].text, "收到A1");
	assert_null(strstr(r.items[0].dedupe, "138"));
	assert_string_equal(r.answer, "");
	assert_int_equal(callback(&b, "t=" TOKEN "&from=x&text=1", true, &r), ERR_INVALID);
	assert_int_equal(callback(&b, "t=" TOKEN "&from=13800138000", true, &r), ERR_INVALID);
	assert_int_equal(callback(&b, "from=13800138000&text=1", true, &r), ERR_NOT_FOUND);
	bench_close(&b);
}

/*
 * What can be seen to be wrong here is refused without a request, and the refusal too waits for its
 * turn.
 */
static void test_kannel_refuses(void **state)
{
	struct bench b = {0};

	(void)state;
	kannel_bench_open(&b, "provider");
	b.kind->send(b.self, &(struct message){"d1.0-1", "+8613800138000", "【局】请签收"}, on_done,
		     &b);
	assert_int_equal(b.done, 0);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.done, 1);
	assert_int_equal(b.last.outcome, OUTCOME_REFUSED);
	b.kind->send(b.self, &(struct message){"d1.0-1&d=1", "+8613800138000", "请签收"}, on_done,
		     &b);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.last.outcome, OUTCOME_REFUSED);
	bench_close(&b);
	assert_int_equal(b.done, 2);
}

static void test_kannel_closes_while_sending(void **state)
{
	struct bench b = {0};

	(void)state;
	kannel_bench_open(&b, "text");
	b.kind->send(b.self, &(struct message){"d1.0-1", "+8613800138000", "【局】请签收"}, on_done,
		     &b);
	bench_close(&b);
	assert_int_equal(b.done, 1);
	assert_int_equal(b.last.outcome, OUTCOME_NOT_SENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sandbox),
		cmocka_unit_test(test_sandbox_replies_with_the_code),
		cmocka_unit_test(test_sandbox_close),
		cmocka_unit_test(test_sandbox_callbacks),
		cmocka_unit_test(test_kannel_receipts),
		cmocka_unit_test(test_kannel_replies),
		cmocka_unit_test(test_kannel_refuses),
		cmocka_unit_test(test_kannel_closes_while_sending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
