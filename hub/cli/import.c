/* tandem import: what other systems export, as events to standard output or to a hub; spreadsheets
 * as a pack's files. */
#include "import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/cli.h"
#include "cli/import_send.h"
#include "cli/input.h"
#include "packdir.h"

#define EXIT_FOUND  1
#define EXIT_USAGE  2
#define EXIT_FAILED 3
#define KEY_BYTES   512

static const char usage_text[] =
	"usage: tandem import permits|cases FILE [--source SOURCE] [--region CODE] [--items PACK] [--bodies PACK]\n"
	"                     [--rejected FILE] [--to URL --key KEY | --key-file FILE] [--json]\n"
	"       tandem import items|bodies FILE [--items PACK] [--rejected FILE] [--json]\n"
	"With --json all of it is one document: the events (unless they are sent) or the pack's file as text, what was refused and where, how many.\n"
	"The key can also stand in TANDEM_KEY, where other users of the machine do not see it.\n";

struct options {
	struct args args;
	const char *to, *key, *key_file, *source, *region, *items, *bodies, *rejected;
	bool json;
};
struct run {
	struct options o;
	struct arena arena;
	struct import_job job;
	struct pack *items, *bodies;
	const char *rejected_path;
	int rejected_fd; /* -1 until the first one comes */
	bool failed;	 /* standard output or the file of rejected rows cannot be written */
	bool sends;
	struct send_event *events;
	int event_count, event_room;
	struct send_counts sent;
	struct buf faults; /* for the document */
	int fault_count, printed;
};
static const struct kind {
	const char *name, *source;
	enum err (*read)(const struct import_job *job, struct import_counts *ret);
	enum import_table table;
} kinds[] = {
	{"permits", "/sources/permits", import_permits, IMPORT_ITEMS},
	{"cases", "/sources/cases", import_cases, IMPORT_ITEMS},
	{"items", "", NULL, IMPORT_ITEMS},
	{"bodies", "", NULL, IMPORT_BODIES},
};

static void on_event(void *arg, const char *where, const char *json, size_t len)
{
	struct run *r = arg;

	if (!r->sends) {
		r->failed |= (r->o.json && r->printed++ && putchar(',') == EOF) ||
			     fwrite(json, 1, len, stdout) != len || putchar('\n') == EOF;
		return;
	}
	if (r->event_count == r->event_room) {
		r->event_room = r->event_room ? r->event_room * 2 : 1024;
		r->events = mem_realloc(r->events, (size_t)r->event_room * sizeof(*r->events));
	}
	r->events[r->event_count++] = (struct send_event){arena_strdup(&r->arena, where),
							  arena_strndup(&r->arena, json, len), len};
}

static void on_say(void *arg, const char *where, const char *what)
{
	struct run *r = arg;

	if (!r->o.json) {
		fprintf(stderr, "%s: %s\n", where, what);
		return;
	}
	if (r->fault_count++)
		buf_add_char(&r->faults, ',');
	args_fault_json(where, what, &r->faults);
}

/* Rows hold personal data: the file is for its owner only. */
static void on_keep(void *arg, const char *text, size_t len)
{
	struct run *r = arg;

	if (!r->rejected_path || r->failed)
		return;
	if (r->rejected_fd < 0)
		r->rejected_fd =
			open(r->rejected_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	while (r->rejected_fd >= 0 && len) {
		ssize_t wrote = write(r->rejected_fd, text, len);

		if (wrote < 0)
			break;
		text += wrote;
		len -= (size_t)wrote;
	}
	if (len) {
		fprintf(stderr, "%s: %s\n", r->rejected_path, strerror(errno));
		r->failed = true;
	}
}

static int usage(void)
{
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}

static int options_read(int argc, char **argv, struct options *o)
{
	const struct args_option known[] = {{"--to", &o->to, NULL},
					    {"--key", &o->key, NULL},
					    {"--key-file", &o->key_file, NULL},
					    {"--source", &o->source, NULL},
					    {"--region", &o->region, NULL},
					    {"--items", &o->items, NULL},
					    {"--bodies", &o->bodies, NULL},
					    {"--rejected", &o->rejected, NULL},
					    {"--json", NULL, &o->json},
					    {0}};
	int status = args_read(argc, argv, known, &o->args);

	if (status)
		return status;
	if (o->args.over_count || o->args.config_file || o->args.word_count != 2)
		return usage();
	return 0;
}

static const struct kind *kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}

static int pack_open(struct run *r, const char *dir, struct pack **ret)
{
	struct diag diag;

	if (!dir)
		return 0;
	diag_init(&diag, &r->arena);
	if (pack_read_dir(dir, ret, &diag) == ERR_OK)
		return 0;
	args_print_faults(&diag);
	return EXIT_USAGE;
}

/* From the option, the file or the environment. Its copy on the command line is wiped, so that it
 * is not seen for long. */
static const char *key_read(struct run *r)
{
	char line[KEY_BYTES];
	const char *key = r->o.key, *env = getenv("TANDEM_KEY");
	FILE *f;

	if (key) {
		key = arena_strdup(&r->arena, key);
		memset((char *)(uintptr_t)r->o.key, '*', strlen(key));
		return key;
	}
	if (!r->o.key_file)
		return env;
	f = fopen(r->o.key_file, "re");
	if (!f || !fgets(line, sizeof(line), f))
		fprintf(stderr, "%s: %s\n", r->o.key_file, f ? "holds no key" : strerror(errno));
	else
		key = arena_strndup(&r->arena, line, strcspn(line, "\r\n"));
	if (f)
		fclose(f);
	return key;
}

static int send_all(struct run *r)
{
	struct send_job job = {.url = r->o.to,
			       .key = key_read(r),
			       .events = r->events,
			       .count = r->event_count,
			       .say = on_say,
			       .arg = r};
	int status;

	if (!job.key) {
		fputs("--to needs a key: --key KEY, --key-file FILE or TANDEM_KEY\n", stderr);
		return EXIT_USAGE;
	}
	status = import_send(&job, &r->sent);
	if (!r->o.json)
		fprintf(stderr, "%s: %d taken, %d known already, %d refused\n", r->o.to,
			r->sent.created, r->sent.repeated, r->sent.refused);
	return status ? status : r->sent.refused ? EXIT_FOUND : 0;
}

/* The document's beginning, up to where the events come, or the text. */
static void print_begin(struct run *r, const struct kind *kind)
{
	struct buf out;

	buf_init(&out, (size_t)1 << 20);
	buf_add_str(&out, "{\"file\":");
	buf_add_json(&out, r->job.file);
	buf_printf(&out, ",\"kind\":\"%s\",%s", kind->name,
		   !kind->read ? "\"text\":"
		   : r->sends  ? ""
			       : "\"events\":[\n");
	r->failed |= fwrite(out.data, 1, out.len, stdout) != out.len;
	buf_clear(&out);
}

static void print_end(struct run *r, const struct kind *kind, const struct import_counts *c)
{
	struct buf out;

	buf_init(&out, r->faults.len + ((size_t)1 << 20));
	if (!r->sends)
		buf_add_str(&out, kind->read ? "]," : ",");
	if (r->sends) {
		buf_add_str(&out, "\"sent\":{\"to\":");
		buf_add_json(&out, r->o.to);
		buf_printf(&out, ",\"taken\":%d,\"known\":%d,\"refused\":%d},", r->sent.created,
			   r->sent.repeated, r->sent.refused);
	}
	buf_printf(
		&out,
		"\"rows\":%d,\"made\":%d,\"repeats\":%d,\"rejected\":%d,\"doubtful\":%d,\"open\":%d,\"rejected_file\":",
		c->rows, c->events, c->repeats, c->rejected, c->doubtful, c->open);
	buf_add_json(&out, r->rejected_fd >= 0 ? r->rejected_path : NULL);
	buf_printf(&out, ",\"fault_count\":%d,\"faults\":[", r->fault_count);
	buf_add(&out, r->faults.data, r->faults.len);
	buf_add_str(&out, "]}\n");
	r->failed |= r->faults.overflow || fwrite(out.data, 1, out.len, stdout) != out.len;
	buf_clear(&out);
}

static void sum_up(const struct run *r, const struct import_counts *c, const char *made)
{
	if (r->o.json)
		return;
	fprintf(stderr, "%s: %d rows: %d %s", r->job.file, c->rows, c->events, made);
	if (c->doubtful)
		fprintf(stderr, " (%d rows doubtful)", c->doubtful);
	fprintf(stderr, ", %d repeats, %d rejected", c->repeats, c->rejected);
	if (c->open)
		fprintf(stderr, "; %d cases not done yet", c->open);
	fputc('\n', stderr);
	if (c->rejected && r->rejected_path)
		fprintf(stderr, "%s: the rejected rows as they stood\n", r->rejected_path);
}

static int run_table(struct run *r, const struct kind *kind)
{
	struct import_counts counts = {0};
	struct buf out, text;
	int status = EXIT_USAGE;

	buf_init(&out, IMPORT_BYTES_MAX * 3);
	buf_init(&text, IMPORT_BYTES_MAX * 4);
	if (import_table(&r->job, kind->table, &out, &counts) == ERR_OK) {
		status = counts.rejected ? EXIT_FOUND : 0;
		sum_up(r, &counts, "written");
	}
	if (!r->o.json) {
		r->failed |= out.len && fwrite(out.data, 1, out.len, stdout) != out.len;
	} else {
		print_begin(r, kind);
		buf_add_jsonn(&text, out.data ? out.data : "", out.len);
		r->failed |= text.overflow || fwrite(text.data, 1, text.len, stdout) != text.len;
		print_end(r, kind, &counts);
	}
	buf_clear(&text);
	buf_clear(&out);
	return r->failed ? EXIT_FAILED : status;
}

static int run_events(struct run *r, const struct kind *kind)
{
	struct import_counts counts = {0};
	int status = 0;

	if (r->o.json)
		print_begin(r, kind);
	if (kind->read(&r->job, &counts) != ERR_OK) {
		status = EXIT_USAGE;
	} else {
		sum_up(r, &counts, "events");
		if (r->sends)
			status = send_all(r);
	}
	if (r->o.json)
		print_end(r, kind, &counts);
	if (r->failed)
		return EXIT_FAILED;
	return status ? status : counts.rejected ? EXIT_FOUND : 0;
}

static bool looks_like_json(const struct buf *in)
{
	size_t i = 0;

	while (i < in->len && strchr("\xef\xbb\xbf \t\r\n", in->data[i]))
		i++;
	return i < in->len && (in->data[i] == '{' || in->data[i] == '[');
}

static int run(struct run *r, const struct kind *kind)
{
	const char *file = r->o.args.words[1];
	struct buf in;
	int status = EXIT_USAGE;

	buf_init(&in, IMPORT_BYTES_MAX);
	if (input_read(file, &in) && !pack_open(r, r->o.items, &r->items) &&
	    !pack_open(r, r->o.bodies, &r->bodies)) {
		r->rejected_path = r->o.rejected;
		if (!r->rejected_path && strcmp(file, "-") != 0)
			r->rejected_path = arena_printf(
				&r->arena, "%s.rejected.%s", file,
				kind->read == import_cases || looks_like_json(&in) ? "ndjson"
										   : "csv");
		r->job = (struct import_job){.file = file,
					     .data = in.data ? in.data : "",
					     .len = in.len,
					     .source = r->o.source ? r->o.source : kind->source,
					     .region = r->o.region,
					     .items = r->items,
					     .bodies = r->bodies,
					     .sink = {on_event, on_say, on_keep, r}};
		status = kind->read ? run_events(r, kind) : run_table(r, kind);
	}
	buf_clear(&in);
	return status;
}

int cli_import(int argc, char **argv)
{
	struct run r = {.rejected_fd = -1};
	const struct kind *kind;
	int status = options_read(argc, argv, &r.o);

	if (status)
		return status;
	kind = kind_find(r.o.args.words[0]);
	if (!kind || (!kind->read && (r.o.to || r.o.source || r.o.region || r.o.bodies)))
		return usage();
	arena_init(&r.arena);
	buf_init(&r.faults, IMPORT_BYTES_MAX);
	r.sends = r.o.to != NULL;
	status = run(&r, kind);
	if (r.rejected_fd >= 0 && close(r.rejected_fd) != 0)
		status = EXIT_FAILED;
	pack_unref(r.items);
	pack_unref(r.bodies);
	free(r.events);
	buf_clear(&r.faults);
	arena_clear(&r.arena);
	return status;
}
