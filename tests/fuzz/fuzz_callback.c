/*
 * Bytes a provider (or somebody who pretends to be one) sends to …/receipt and …/reply.
 *
 * The first byte chooses, as a digit of bits: 1 a reply, 2 the sandbox instead of kannel, 4 in the
 * body instead of the query. The right secret word is put in front, because without it nothing else
 * is read.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/utf8.h"
#include "connector.h"
#include "sms.h"

#define TOKEN "fuzzing-callback-token"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void *kannel_open(uv_loop_t *loop, struct arena *arena)
{
	char path[] = P_tmpdir "/tandem-fuzz-XXXXXX";
	int fd = mkstemp(path);
	const struct connector_env env = {
		.uv_loop = loop, .name = "fuzz", .callback_base = "http://127.0.0.1/c"};
	const struct setting_pair pairs[] = {{"url", "http://127.0.0.1:9/"},
					     {"username", "u"},
					     {"password_file", path},
					     {"from", "10690000"},
					     {"dlr_token_file", path}};
	const struct settings s = {pairs, sizeof(pairs) / sizeof(pairs[0])};
	struct diag diag;
	void *self = NULL;

	must(fd >= 0 && write(fd, TOKEN, strlen(TOKEN)) == (ssize_t)strlen(TOKEN),
	     "temporary file");
	close(fd);
	diag_init(&diag, arena);
	must(connector_kind_find("kannel")->open(&env, &s, arena, &self, &diag) == ERR_OK, "open");
	(void)unlink(path);
	return self;
}

static void *sandbox_open(uv_loop_t *loop, struct arena *arena)
{
	const struct connector_env env = {.uv_loop = loop, .name = "fuzz", .callback_base = ""};
	const struct settings s = {NULL, 0};
	struct diag diag;
	void *self = NULL;

	diag_init(&diag, arena);
	must(connector_kind_find("sandbox")->open(&env, &s, arena, &self, &diag) == ERR_OK, "open");
	return self;
}

static void text_check(const char *s, size_t bytes_max)
{
	must(s != NULL, "a text is there");
	must(strlen(s) <= bytes_max, "a text is bounded");
}

static void report_check(const struct report *r)
{
	text_check(r->message_id, 256);
	text_check(r->provider_id, 256);
	text_check(r->from, NUMBER_BYTES);
	text_check(r->to, NUMBER_BYTES);
	text_check(r->text, REPLY_BYTES_MAX);
	text_check(r->code, CODE_BYTES - 1);
	text_check(r->dedupe, 1024);
	must(*r->dedupe != '\0', "a repeat can be told");
	must(utf8_valid_bytes(r->text, strlen(r->text)) == strlen(r->text), "the text is UTF-8");
	must((r->kind == REPORT_REPLY) == (*r->message_id == '\0'), "a receipt names its message");
	must(r->kind != REPORT_REPLY || *r->from, "a reply names its sender");
}

static void callback_feed(const struct connector_kind *kind, void *self, unsigned choice,
			  const char *form, size_t len)
{
	bool in_body = choice & 4;
	const struct http_in in = {.method = in_body ? "POST" : "GET",
				   .query = in_body ? "" : form,
				   .body = in_body ? form : "",
				   .body_len = in_body ? len : 0,
				   .content_type = "",
				   .is_reply = choice & 1};
	struct reports reports = {.status = -1};
	struct arena arena;
	enum err e;

	arena_init(&arena);
	e = kind->receipt(self, &in, &arena, &reports);
	if (e == ERR_OK) {
		must(reports.status == 200 && reports.answer && reports.content_type,
		     "an answer is given");
		must(reports.count == 0 || reports.count == 1, "one callback, one report");
		for (int i = 0; i < reports.count; i++)
			report_check(&reports.items[i]);
	} else {
		must(reports.status == -1, "nothing is written on failure");
	}
	arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uv_loop_t loop;
	static struct arena arena;
	static void *kannel, *sandbox;
	static const char head[] = "t=" TOKEN "&";
	unsigned choice;
	char *form;
	size_t len;

	if (!kannel) {
		must(uv_loop_init(&loop) == 0, "a loop");
		arena_init(&arena);
		kannel = kannel_open(&loop, &arena);
		sandbox = sandbox_open(&loop, &arena);
	}
	if (size == 0)
		return 0;
	choice = data[0] & 7u;
	len = choice & 2 ? 0 : strlen(head);
	form = malloc(len + size);
	must(form != NULL, "memory");
	memcpy(form, head, len);
	memcpy(form + len, data + 1, size - 1);
	len += size - 1;
	form[len] = '\0';
	if (choice & 2)
		callback_feed(connector_kind_find("sandbox"), sandbox, choice, form, len);
	else
		callback_feed(connector_kind_find("kannel"), kannel, choice, form, len);
	free(form);
	return 0;
}
