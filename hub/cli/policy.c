/* tandem policy: the table of its subcommands, and explain, which says what a pack decides. */
#include "cli/policy.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/input.h"
#include "packdir.h"
#include "timefmt.h"

#define INPUT_BYTES_MAX ((size_t)1 << 30)

static const char usage_text[] =
	"usage: tandem policy explain PACK [FILE] [--at TIME] [--holder ID] [--body ID] [--json]\n"
	"       tandem policy check PACK [--at DATE] [--json]\n"
	"       tandem policy check PACK --matrix [--item CODE] [--region CODE] [--json]\n"
	"       tandem policy diff OLD NEW [FILE] [--at DATE] [--json]\n";

/* One run of explain. */
struct run {
	const struct policy_options *options;
	struct pack *pack;
	bool has_at;
	int64_t at_ms;
	int faulty_count;
};

int policy_usage(void)
{
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}

static int options_read(int argc, char **argv, struct policy_options *o)
{
	const struct args_option known[] = {
		{"--at", &o->at, NULL},		{"--body", &o->body, NULL},
		{"--holder", &o->holder, NULL}, {"--item", &o->item, NULL},
		{"--region", &o->region, NULL}, {"--json", NULL, &o->json},
		{"--matrix", NULL, &o->matrix}, {0}};
	int status = args_read(argc, argv, known, &o->args);

	if (status)
		return status;
	if (o->args.over_count || o->args.config_file || o->args.word_count < 2)
		return policy_usage();
	return 0;
}

int policy_open(const char *dir, struct pack **ret, struct diag *diag)
{
	enum err err = pack_read_dir(dir, ret, diag);

	if (!err)
		return 0;
	return err == ERR_NOT_FOUND ? EXIT_USAGE : EXIT_FOUND;
}

int policy_print(const struct buf *out)
{
	if (out->overflow) {
		fputs("the answer is larger than it may be\n", stderr);
		return EXIT_NO_WORK;
	}
	return fwrite(out->data, 1, out->len, stdout) == out->len ? 0 : EXIT_NO_WORK;
}

void policy_print_faults_json(const char *pack, const struct diag *diag)
{
	struct buf out;

	buf_init(&out, OUTPUT_BYTES_MAX);
	buf_add_str(&out, "{\"pack\":");
	buf_add_json(&out, pack);
	buf_add_char(&out, ',');
	args_faults_json(diag, &out);
	buf_add_str(&out, "}\n");
	policy_print(&out);
	buf_clear(&out);
}

static bool is_document(const char *data, size_t len, const struct event_limits *lim)
{
	struct arena arena;
	struct diag diag;
	enum err err;

	arena_init(&arena);
	diag_init(&diag, &arena);
	err = json_scan(data, len, lim, &diag);
	arena_clear(&arena);
	return err != ERR_SYNTAX;
}

/*
 * Whether what is no single document is a document a line: the first line is one, or the second
 * begins like one. Anything else is one broken document, and its fault is told as a whole.
 */
static bool is_lines(const char *data, const char *end, const struct event_limits *lim)
{
	const char *lf = memchr(data, '\n', (size_t)(end - data));

	if (!lf || is_document(data, (size_t)(end - data), lim))
		return false;
	return is_document(data, (size_t)(lf - data), lim) || (lf + 1 < end && lf[1] == '{');
}

static enum err input_split(const struct buf *in, struct arena *arena,
			    struct event_part **ret_parts, size_t *ret_count, struct diag *diag)
{
	struct event_limits lim = event_limits_default;
	const char *end = in->data + in->len, *data = input_start(in);
	struct event_batch batch = {.lim = &lim, .arena = arena};

	lim.batch_bytes = lim.event_bytes = SIZE_MAX;
	lim.batch_count = INT32_MAX;
	batch.data = data;
	batch.len = (size_t)(end - data);
	batch.ndjson = data == end || *data != '[';
	if (!batch.len || !batch.ndjson || is_lines(data, end, &lim))
		return event_batch_split(&batch, ret_parts, ret_count, diag);
	*ret_parts = arena_alloc(arena, sizeof(**ret_parts));
	**ret_parts = (struct event_part){data, batch.len};
	*ret_count = 1;
	return ERR_OK;
}

int policy_events_read(const char *path, struct arena *arena, struct policy_events *ret)
{
	struct diag diag;

	if (!input_read(path, &ret->bytes))
		return EXIT_USAGE;
	diag_init(&diag, arena);
	if (!input_split(&ret->bytes, arena, &ret->parts, &ret->count, &diag))
		return 0;
	for (const struct fault *f = diag.first; f; f = f->next)
		fprintf(stderr, "%s: %s\n", *f->where ? f->where : input_name(path), f->what);
	return EXIT_USAGE;
}

bool policy_event_parse(const struct event_part *part, size_t number, struct event *ret)
{
	const struct fault *f;
	struct arena arena;
	struct diag diag;
	enum err err;

	arena_init(&arena);
	diag_init(&diag, &arena);
	err = event_parse(part->data, part->len, &event_limits_default, ret, &diag);
	for (f = diag.first; err && f; f = f->next)
		fprintf(stderr, "event %zu: %s: %s\n", number, *f->where ? f->where : "/", f->what);
	arena_clear(&arena);
	return !err;
}

static enum err explain_event(const struct run *r, const struct event *e, struct arena *arena,
			      struct buf *out)
{
	const struct policy_options *o = r->options;
	const struct decide_in in = {.at_ms = r->has_at ? r->at_ms : e->time_ms,
				     .holder = o->holder};
	const struct explain_ask ask = {&in, o->body, o->json};
	struct decision d;
	enum err err = ERR_OK;

	if (o->body) {
		err = explain_for_body(r->pack, e, &ask, out);
	} else {
		decide(r->pack, e, &in, arena, &d);
		decision_to_json(r->pack, e, &d, out);
	}
	if (!o->body || o->json)
		buf_add_char(out, '\n');
	return err;
}

/* With --json all decisions are one document: a list, unless the event came alone and not in one.
 */
static bool is_listed(const struct run *r, const struct policy_events *events)
{
	const char *start = input_start(&events->bytes);

	return r->options->json &&
	       !(events->count == 1 && start < events->bytes.data + events->bytes.len &&
		 *start != '[');
}

static int explain_all(struct run *r, const struct policy_events *events)
{
	bool list = is_listed(r, events);
	size_t told = 0;
	struct arena arena;
	struct event event;
	struct buf out;
	size_t i;
	int status = 0;

	arena_init(&arena);
	buf_init(&out, OUTPUT_BYTES_MAX);
	for (i = 0; i < events->count && !status; i++) {
		if (!policy_event_parse(&events->parts[i], i + 1, &event)) {
			r->faulty_count++;
			continue;
		}
		buf_reset(&out);
		if (list)
			buf_add_char(&out, told++ ? ',' : '[');
		status = explain_event(r, &event, &arena, &out) ? EXIT_NO_WORK : policy_print(&out);
		event_clear(&event);
		arena_reset(&arena);
	}
	if (list)
		puts(told ? "]" : "[]");
	buf_clear(&out);
	arena_clear(&arena);
	return status ? status : r->faulty_count ? EXIT_USAGE : 0;
}

static bool at_parse(const char *s, int64_t *ret_ms)
{
	int32_t day;

	if (time_parse_rfc3339(s, strlen(s), ret_ms))
		return true;
	if (!date_parse(s, strlen(s), &day))
		return false;
	*ret_ms = ms_of_day(day, SHANGHAI_MIN);
	return true;
}

bool policy_today(const struct policy_options *o, int32_t *ret_day)
{
	struct timespec now;
	int64_t at_ms;

	clock_gettime(CLOCK_REALTIME, &now);
	at_ms = (int64_t)now.tv_sec * 1000;
	if (o->at && !at_parse(o->at, &at_ms)) {
		fputs("--at: not a date, and not a time by RFC 3339 with an offset\n", stderr);
		return false;
	}
	*ret_day = day_of_ms(at_ms, SHANGHAI_MIN);
	return true;
}

static bool names_are_there(const struct policy_options *o, const struct pack *pack)
{
	if (o->body && pack_find_body(pack, o->body) < 0)
		fputs("--body: there is no such body in the pack\n", stderr);
	else if (o->holder && pack_find_body(pack, o->holder) < 0)
		fputs("--holder: there is no such body in the pack\n", stderr);
	else
		return true;
	return false;
}

static int policy_explain(const struct policy_options *o, struct arena *arena)
{
	struct run r = {.options = o, .has_at = o->at != NULL};
	struct policy_events events;
	struct diag diag;
	int status;

	if (o->args.word_count > 3 || o->matrix || o->item || o->region)
		return policy_usage();
	if (o->at && !at_parse(o->at, &r.at_ms)) {
		fputs("--at: not a date, and not a time by RFC 3339 with an offset\n", stderr);
		return EXIT_USAGE;
	}
	diag_init(&diag, arena);
	status = policy_open(o->args.words[1], &r.pack, &diag);
	if (status && o->json)
		policy_print_faults_json(o->args.words[1], &diag);
	else if (status)
		args_print_faults(&diag);
	if (status)
		return status;
	buf_init(&events.bytes, INPUT_BYTES_MAX);
	if (names_are_there(o, r.pack))
		status = policy_events_read(o->args.word_count > 2 ? o->args.words[2] : NULL, arena,
					    &events);
	else
		status = EXIT_USAGE;
	if (!status)
		status = explain_all(&r, &events);
	buf_clear(&events.bytes);
	pack_unref(r.pack);
	return status;
}

static const struct {
	const char *name;
	int (*run)(const struct policy_options *o, struct arena *arena);
} subcommands[] = {{"explain", policy_explain}, {"check", policy_check}, {"diff", policy_diff}};

int cli_policy(int argc, char **argv)
{
	struct policy_options o = {0};
	struct arena arena;
	int status = options_read(argc, argv, &o);
	size_t i;

	if (status)
		return status;
	arena_init(&arena);
	status = -1;
	for (i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]) && status < 0; i++) {
		if (strcmp(o.args.words[0], subcommands[i].name) == 0)
			status = subcommands[i].run(&o, &arena);
	}
	if (status < 0)
		status = policy_usage();
	arena_clear(&arena);
	return status;
}
