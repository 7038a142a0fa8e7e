/* tandem policy explain | check: what a pack decides, and whether it can be read. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "decide.h"
#include "packdir.h"
#include "timefmt.h"

#define INPUT_BYTES_MAX ((size_t)1 << 30)
#define LINE_BYTES_MAX	((size_t)64 << 20)
#define EXIT_FOUND	1
#define EXIT_USAGE	2

static const char usage_text[] =
	"usage: tandem policy explain PACK [FILE] [--at TIME] [--body ID] [--json]\n"
	"       tandem policy check PACK [--json]\n";

struct options {
	struct args args;
	const char *at, *body;
	bool json;
};
/* One run of explain. */
struct run {
	const struct options *options;
	struct pack *pack;
	bool has_at;
	int64_t at_ms;
	int faulty_count;
};

static int usage(void)
{
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}

static int options_read(int argc, char **argv, struct options *o)
{
	const struct args_option known[] = {{"--at", &o->at, NULL},
					    {"--body", &o->body, NULL},
					    {"--json", NULL, &o->json},
					    {0}};
	int status = args_read(argc, argv, known, &o->args);

	if (status)
		return status;
	if (o->args.over_count || o->args.config_file || o->args.word_count < 2)
		return usage();
	return 0;
}

/* A pack that cannot be read: a missing folder is unreadable input, faults are something found. */
static int pack_open(const char *dir, struct pack **ret, struct diag *diag)
{
	enum err err = pack_read_dir(dir, ret, diag);

	if (!err)
		return 0;
	return err == ERR_NOT_FOUND ? EXIT_USAGE : EXIT_FOUND;
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
	const char *data = in->data ? in->data : "", *end = data + in->len;
	struct event_batch batch = {.lim = &lim, .arena = arena};

	lim.batch_bytes = lim.event_bytes = SIZE_MAX;
	lim.batch_count = INT32_MAX;
	while (data < end && (*data == ' ' || *data == '\t' || *data == '\r' || *data == '\n'))
		data++;
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

static bool print_decision(const struct run *r, const struct event *e, struct arena *arena,
			   struct buf *out)
{
	struct decide_in in = {.at_ms = r->has_at ? r->at_ms : e->time_ms};
	const struct options *o = r->options;
	struct decision d;

	if (o->body) {
		const struct explain_ask ask = {&in, o->body, o->json};

		if (explain_for_body(r->pack, e, &ask, out))
			return false;
		if (o->json)
			buf_add_char(out, '\n');
	} else {
		decide(r->pack, e, &in, arena, &d);
		decision_to_json(r->pack, e, &d, out);
		buf_add_char(out, '\n');
	}
	return fwrite(out->data, 1, out->len, stdout) == out->len;
}

static bool explain_part(struct run *r, const struct event_part *part, size_t number,
			 struct buf *out)
{
	struct arena arena;
	struct diag diag;
	struct event event;
	const struct fault *f;
	bool good = true;

	arena_init(&arena);
	diag_init(&diag, &arena);
	buf_reset(out);
	if (event_parse(part->data, part->len, &event_limits_default, &event, &diag)) {
		for (f = diag.first; f; f = f->next)
			fprintf(stderr, "event %zu: %s: %s\n", number, *f->where ? f->where : "/",
				f->what);
		r->faulty_count++;
	} else {
		good = print_decision(r, &event, &arena, out);
		event_clear(&event);
	}
	arena_clear(&arena);
	return good;
}

static int explain_all(struct run *r, const struct buf *in, struct arena *arena)
{
	struct event_part *parts;
	struct diag diag;
	struct buf out;
	size_t count, i;
	int status = 0;

	diag_init(&diag, arena);
	if (input_split(in, arena, &parts, &count, &diag)) {
		args_print_faults(&diag);
		return EXIT_USAGE;
	}
	buf_init(&out, LINE_BYTES_MAX);
	for (i = 0; i < count && !status; i++)
		status = explain_part(r, &parts[i], i + 1, &out) ? 0 : 3;
	buf_clear(&out);
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

static int run_explain(const struct options *o, struct arena *arena)
{
	struct run r = {.options = o, .has_at = o->at != NULL};
	struct diag diag;
	struct buf in;
	int status;

	if (o->args.word_count > 3)
		return usage();
	if (o->at && !at_parse(o->at, &r.at_ms)) {
		fputs("--at: not a date, and not a time by RFC 3339 with an offset\n", stderr);
		return EXIT_USAGE;
	}
	diag_init(&diag, arena);
	status = pack_open(o->args.words[1], &r.pack, &diag);
	if (status) {
		args_print_faults(&diag);
		return status;
	}
	buf_init(&in, INPUT_BYTES_MAX);
	if (o->body && pack_find_body(r.pack, o->body) < 0) {
		fputs("--body: there is no such body in the pack\n", stderr);
		status = EXIT_USAGE;
	} else if (!input_read(o->args.word_count > 2 ? o->args.words[2] : NULL, &in)) {
		status = EXIT_USAGE;
	} else {
		status = explain_all(&r, &in, arena);
	}
	buf_clear(&in);
	pack_unref(r.pack);
	return status;
}

static void add_faults_json(struct buf *out, const char *name, const struct fault *f)
{
	const char *comma = "";

	buf_printf(out, ",\"%s\":[", name);
	for (; f; f = f->next) {
		buf_printf(out, "%s{\"where\":", comma);
		buf_add_json(out, f->where);
		buf_add_str(out, ",\"what\":");
		buf_add_json(out, f->what);
		buf_add_char(out, '}');
		comma = ",";
	}
	buf_add_char(out, ']');
}

/* What was looked at is said as well, because a clean answer proves no more than that. */
static void print_check_json(const struct options *o, const struct pack *pack,
			     const struct diag *diag)
{
	struct buf out;

	buf_init(&out, LINE_BYTES_MAX);
	buf_add_str(&out, "{\"pack\":");
	buf_add_json(&out, o->args.words[1]);
	buf_add_str(&out, ",\"policy\":");
	buf_add_json(&out, pack ? pack_view(pack)->version : NULL);
	add_faults_json(&out, "faults", diag->first);
	add_faults_json(&out, "findings", pack ? pack_findings(pack) : NULL);
	buf_printf(&out,
		   ",\"fault_count\":%zu,\"checked\":[\"reading\",\"dangling-names\"],"
		   "\"not_checked\":[\"gaps\",\"overlaps\",\"shadowed-rows\"]}\n",
		   diag->count);
	fwrite(out.data, 1, out.len, stdout);
	buf_clear(&out);
}

static void print_faults(const char *dir, const struct fault *f)
{
	for (; f; f = f->next)
		printf("%s/%s: %s\n", dir, f->where, f->what);
}

static void print_check(const struct options *o, const struct pack *pack, const struct diag *diag)
{
	const char *dir = o->args.words[1];
	const struct fault *findings = pack ? pack_findings(pack) : NULL;

	print_faults(dir, diag->first);
	print_faults(dir, findings);
	if (!pack)
		printf("%zu faults; the pack cannot be used\n", diag->count);
	else
		printf("%s: %d rules, %d items, %d bodies, %d regions: %s\n",
		       pack_view(pack)->version, pack_view(pack)->rule_count,
		       pack_view(pack)->item_count, pack_view(pack)->body_count,
		       pack_view(pack)->region_count,
		       findings ? "readable, but names dangle" : "readable, no name dangles");
	puts("checked: every cell can be read, every name leads somewhere; "
	     "not checked yet: gaps, overlaps, shadowed rows");
}

static int run_check(const struct options *o, struct arena *arena)
{
	struct pack *pack = NULL;
	struct diag diag;
	int status;

	if (o->args.word_count > 2 || o->at || o->body)
		return usage();
	diag_init(&diag, arena);
	status = pack_open(o->args.words[1], &pack, &diag);
	if (status == EXIT_USAGE) {
		args_print_faults(&diag);
		return status;
	}
	if (o->json)
		print_check_json(o, pack, &diag);
	else
		print_check(o, pack, &diag);
	if (pack && pack_findings(pack))
		status = EXIT_FOUND;
	pack_unref(pack);
	return status;
}

int cli_policy(int argc, char **argv)
{
	struct options o = {0};
	struct arena arena;
	int status = options_read(argc, argv, &o);

	if (status)
		return status;
	arena_init(&arena);
	if (strcmp(o.args.words[0], "explain") == 0)
		status = run_explain(&o, &arena);
	else if (strcmp(o.args.words[0], "check") == 0)
		status = run_check(&o, &arena);
	else
		status = usage();
	arena_clear(&arena);
	return status;
}
