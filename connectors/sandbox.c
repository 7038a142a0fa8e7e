#include "sandbox.h"

#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "later.h"
#include "settings.h"
#include "sms.h"
#include "text.h"

#define PARTS_MAX  10
#define LATER_MS   5000
#define OUR_NUMBER "10690000"
#define STEPS_MAX  4
#define WIDTH	   64

struct plan {
	const char *ending; /* of the address; NULL: any */
	enum outcome outcome;
	const char *code;
	const char *reports; /* one letter each, in the order they come */
	bool first_attempt_only;
};

/* h handed over, d delivered, f failed, e expired, r a reply */
static const struct plan plans[] = {
	{"0001", OUTCOME_ACCEPTED, "", "hd", false},
	{"0002", OUTCOME_ACCEPTED, "", "", false},
	{"0003", OUTCOME_ACCEPTED, "", "hf", false},
	{"0004", OUTCOME_REFUSED, "refused", "", false},
	{"0005", OUTCOME_LATER, "throttled", "", false},
	{"0006", OUTCOME_CHANNEL_DOWN, "no-balance", "", false},
	{"0007", OUTCOME_NOT_SENT, "unreachable", "", false},
	{"0008", OUTCOME_UNKNOWN, "timeout", "", false},
	{"0009", OUTCOME_UNKNOWN, "timeout", "hd", false},
	{"0010", OUTCOME_ACCEPTED, "", "he", false},
	{"0011", OUTCOME_ACCEPTED, "", "hdr", false},
	{"0012", OUTCOME_ACCEPTED, "", "dhdh", false},
	{"0015", OUTCOME_LATER, "throttled", "", true},
	{"0016", OUTCOME_CHANNEL_DOWN, "no-balance", "", true},
	{"0017", OUTCOME_NOT_SENT, "unreachable", "", true},
	{NULL, OUTCOME_ACCEPTED, "", "hd", false},
};

static const struct report_row {
	char letter;
	const char *name;
	enum report_kind kind;
} report_rows[] = {
	{'h', "handed-over", REPORT_HANDED_OVER}, {'d', "delivered", REPORT_DELIVERED},
	{'f', "failed", REPORT_FAILED},		  {'e', "expired", REPORT_EXPIRED},
	{'b', "buffered", REPORT_BUFFERED},	  {'r', "reply", REPORT_REPLY},
};
#define REPORT_ROW_COUNT (sizeof(report_rows) / sizeof(report_rows[0]))

struct sandbox {
	struct connector_env env;
	struct later *later;
	int64_t answer_ms, receipt_ms;
	bool reports;
	const char *token;
	connector_closed_fn *closed;
	void *closed_arg;
};

struct sending {
	struct sandbox *sandbox;
	const struct plan *plan;
	char *id, *to, *reply;
	size_t reported_count;
	int parts;
	connector_done_fn *done;
	void *arg;
};

static const struct setting_row setting_rows[] = {
	{"answer_ms", "number", "20", "how long the answer to a message takes"},
	{"receipt_ms", "number", "300", "how long each report takes after that"},
	{"reports", "text", "yes", "no: receipts and replies only come from outside"},
	{"token_file", "secret", "",
	 "file with the word that receipts and replies from outside must carry as t"},
};

static enum err sandbox_open(const struct connector_env *env, const struct settings *s,
			     struct arena *arena, void **ret_self, struct diag *diag)
{
	const struct settings_view v = {&sandbox_connector, env->name, s};
	struct sandbox *sb;
	const char *token = "";

	if (settings_check(&v, diag) != ERR_OK)
		return ERR_INVALID;
	if (settings_secret(&v, "token_file", arena, &token, diag) != ERR_OK)
		return ERR_INVALID;
	sb = arena_zalloc(arena, sizeof(*sb));
	sb->env = *env;
	sb->token = token;
	sb->answer_ms = settings_number(&v, "answer_ms");
	sb->receipt_ms = settings_number(&v, "receipt_ms");
	sb->reports = strcmp(settings_text(&v, "reports"), "no") != 0;
	sb->later = later_new(env->uv_loop);
	*ret_self = sb;
	return ERR_OK;
}

static enum err sandbox_check(const struct message *msg, struct diag *diag)
{
	return message_check(msg, PARTS_MAX, diag);
}

static int sandbox_width(void *self)
{
	(void)self;
	return WIDTH;
}

static bool ends_with(const char *s, const char *ending)
{
	size_t len = strlen(s), ending_len = strlen(ending);

	return len >= ending_len && strcmp(s + len - ending_len, ending) == 0;
}

static const struct plan *plan_find(const struct message *msg)
{
	const struct plan *p = plans;

	while (p->ending && (!ends_with(msg->to, p->ending) ||
			     (p->first_attempt_only && !ends_with(msg->id, "-1"))))
		p++;
	return p;
}

static void sending_free(struct sending *sg)
{
	free(sg->id);
	free(sg->to);
	free(sg->reply);
	free(sg);
}

static const struct report_row *report_row_find(char letter, const char *name)
{
	for (size_t i = 0; i < REPORT_ROW_COUNT; i++) {
		if (name ? strcmp(report_rows[i].name, name) == 0 : report_rows[i].letter == letter)
			return &report_rows[i];
	}
	return NULL;
}

static void sending_report(struct sending *sg, const struct report_row *row)
{
	bool is_reply = row->kind == REPORT_REPLY;
	struct arena arena;
	struct report r;

	arena_init(&arena);
	r = (struct report){
		.kind = row->kind,
		.message_id = is_reply ? "" : sg->id,
		.provider_id = arena_printf(&arena, "sandbox-%s", sg->id),
		.from = is_reply ? sg->to : "",
		.to = is_reply ? OUR_NUMBER : sg->to,
		.text = is_reply ? sg->reply : "",
		.code = "",
		.dedupe = arena_printf(&arena, "%s:%s", sg->id, row->name),
	};
	sg->sandbox->env.report(sg->sandbox->env.report_arg, &r);
	arena_clear(&arena);
}

static void on_report_time(void *arg, bool closing)
{
	struct sending *sg = arg;
	struct sandbox *sb = sg->sandbox;

	if (closing || !sb->reports || !sb->env.report || !sg->plan->reports[sg->reported_count]) {
		sending_free(sg);
		return;
	}
	sending_report(sg, report_row_find(sg->plan->reports[sg->reported_count++], NULL));
	later_run(sb->later, sb->receipt_ms, on_report_time, sg);
}

static void on_answer_time(void *arg, bool closing)
{
	struct sending *sg = arg;
	struct send_result result = {
		.outcome = closing ? OUTCOME_UNKNOWN : sg->plan->outcome,
		.provider_id = "",
		.code = closing ? "closing" : sg->plan->code,
		.retry_after_ms = sg->plan->outcome == OUTCOME_LATER ? LATER_MS : 0,
		.parts = sg->parts,
	};

	if (!closing)
		later_run(sg->sandbox->later, sg->sandbox->receipt_ms, on_report_time, sg);
	sg->done(sg->arg, &result);
	if (closing)
		sending_free(sg);
}

/* The phone of 0011 answers as people do: the word, and the code it was asked for. */
static char *reply_make(const char *text)
{
	char code[SHORT_CODE_BYTES] = "";
	struct buf reply;
	int64_t seq;
	int notice;

	if (short_code_find(text, &seq, &notice))
		short_code_make(seq, notice, code);
	buf_init(&reply, 64);
	(void)buf_printf(&reply, "收到 %s", code);
	return buf_take(&reply, NULL);
}

static void sandbox_send(void *self, const struct message *msg, connector_done_fn *done, void *arg)
{
	struct sandbox *sb = self;
	struct sending *sg = mem_zalloc(sizeof(*sg));

	sg->sandbox = sb;
	sg->plan = plan_find(msg);
	sg->id = mem_strdup(msg->id);
	sg->to = mem_strdup(msg->to);
	sg->reply = reply_make(msg->text);
	sg->parts = sms_parts(msg->text);
	sg->done = done;
	sg->arg = arg;
	later_run(sb->later, sb->answer_ms, on_answer_time, sg);
}

/* A reply needs a sender and a text, a receipt an id and a status of the table. */
static bool report_read(struct form f, bool is_reply, struct arena *arena, struct report *ret)
{
	const struct report_row *row =
		report_row_find(0, is_reply ? "reply" : field_text(f, "status", arena));
	struct form_value text = {.data = "", .len = 0};
	const char *id = field_code(f, "id", arena);

	ret->provider_id = field_code(f, "provider_id", arena);
	ret->message_id = is_reply ? "" : id;
	ret->code = field_code(f, "code", arena);
	ret->from = field_number(f, "from", arena);
	ret->to = field_number(f, "to", arena);
	(void)form_find(f, "text", arena, &text);
	ret->text = is_reply ? reply_normalise(text.data, text.len, "UTF-8", arena) : "";
	if (!row || (row->kind == REPORT_REPLY) != is_reply)
		return false;
	ret->kind = row->kind;
	ret->dedupe = is_reply ? reply_dedupe(ret, id, arena)
			       : arena_printf(arena, "%s:%s", id, row->name);
	return is_reply ? *ret->from && *ret->text : *id != '\0';
}

static enum err sandbox_receipt(void *self, const struct http_in *in, struct arena *arena,
				struct reports *ret)
{
	const struct sandbox *sb = self;
	struct form f = {.data = in->query, .len = strlen(in->query)};
	struct report *r = arena_zalloc(arena, sizeof(*r));

	if (in->body_len > 0)
		f = (struct form){.data = in->body, .len = in->body_len};
	if (!secret_equal(field_text(f, "t", arena), sb->token))
		return ERR_NOT_FOUND;
	if (!report_read(f, in->is_reply, arena, r))
		return ERR_INVALID;
	*ret = (struct reports){.items = r,
				.count = 1,
				.status = 200,
				.answer = "",
				.content_type = "text/plain; charset=UTF-8"};
	return ERR_OK;
}

static void on_later_closed(void *arg)
{
	struct sandbox *sb = arg;

	sb->closed(sb->closed_arg);
}

static void sandbox_close(void *self, connector_closed_fn *closed, void *arg)
{
	struct sandbox *sb = self;

	sb->closed = closed;
	sb->closed_arg = arg;
	later_close(sb->later, on_later_closed, sb);
}

const struct connector_kind sandbox_connector = {
	.kind = "sandbox",
	.settings = setting_rows,
	.setting_count = sizeof(setting_rows) / sizeof(setting_rows[0]),
	.open = sandbox_open,
	.check = sandbox_check,
	.width = sandbox_width,
	.send = sandbox_send,
	.receipt = sandbox_receipt,
	.close = sandbox_close,
};
