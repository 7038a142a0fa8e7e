/* tandem calendar due | import: the deadline that a pack's calendar gives; the yearly notice put
 * into it. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "calendar.h"
#include "calendar_import.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "packdir.h"
#include "timefmt.h"

#define EXPLAIN_BYTES_MAX ((size_t)16 << 20)

struct due_options {
	bool explain, json;
};

static int usage(void)
{
	fputs("usage: tandem calendar due PACK FROM DURATION [--explain] [--json]\n"
	      "       tandem calendar import PACK FILE\n"
	      "FROM is a date or a time by RFC 3339; DURATION is like 2wd, 7d, 24h or 30m\n",
	      stderr);
	return 2;
}

static bool from_parse(const char *s, int64_t *ret_ms)
{
	int32_t day;

	if (time_parse_rfc3339(s, strlen(s), ret_ms))
		return true;
	if (!date_parse(s, strlen(s), &day))
		return false;
	*ret_ms = ms_of_day(day, SHANGHAI_MIN);
	return true;
}

struct due {
	char text[TIMEFMT_BYTES];
	bool provisional;
	struct buf days; /* a line each, when they were asked for */
};

/* The deadline is the last line, alone; what leads to it stands above. */
static void print_due(const struct due *d)
{
	if (d->days.len)
		fwrite(d->days.data, 1, d->days.len, stdout);
	puts(d->text);
	if (d->provisional)
		fputs("provisional: the calendar does not list every year on the way\n", stderr);
}

static void print_due_json(const struct due *d)
{
	const char *at = d->days.data, *end = at + d->days.len, *line_end;
	struct buf out;

	buf_init(&out, 2 * EXPLAIN_BYTES_MAX);
	buf_printf(&out, "{\"due\":\"%s\",\"provisional\":%s", d->text,
		   d->provisional ? "true" : "false");
	for (bool first = true; at < end && (line_end = memchr(at, '\n', (size_t)(end - at)));
	     at = line_end + 1, first = false) {
		buf_add_str(&out, first ? ",\"days\":[" : ",");
		buf_add_jsonn(&out, at, (size_t)(line_end - at));
	}
	buf_add_str(&out, d->days.len ? "]}\n" : "}\n");
	fwrite(out.data, 1, out.len, stdout);
	buf_clear(&out);
}

static void tell_due(const struct calendar *c, int64_t from_ms, struct duration duration,
		     const struct due_options *o)
{
	struct due d;

	time_format(calendar_due_ms(c, from_ms, duration, &d.provisional), SHANGHAI_MIN, d.text);
	buf_init(&d.days, EXPLAIN_BYTES_MAX);
	if (o->explain)
		calendar_explain(c, from_ms, duration, &d.days);
	if (o->json)
		print_due_json(&d);
	else
		print_due(&d);
	buf_clear(&d.days);
}

static int run_due(const struct args *args, const struct due_options *o, struct arena *arena)
{
	struct duration duration;
	struct pack *pack;
	struct diag diag;
	int64_t from_ms;
	enum err err;

	if (!from_parse(args->words[2], &from_ms) || !duration_parse(args->words[3], &duration))
		return usage();
	diag_init(&diag, arena);
	err = pack_read_dir(args->words[1], &pack, &diag);
	if (err) {
		args_print_faults(&diag);
		return err == ERR_NOT_FOUND ? 2 : 1;
	}
	tell_due(pack_calendar(pack), from_ms, duration, o);
	pack_unref(pack);
	return 0;
}

static bool write_all(int fd, const struct buf *text)
{
	size_t at = 0;

	while (at < text->len) {
		ssize_t n = write(fd, text->data + at, text->len - at);

		if (n < 0)
			return false;
		at += (size_t)n;
	}
	return fsync(fd) == 0;
}

/* Beside the old file and then in its place: whoever reads it meanwhile reads one or the other,
 * whole. */
static int replace_file(const char *path, const struct buf *text, struct arena *arena)
{
	const char *fresh = arena_printf(arena, "%s.new", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool good = fd >= 0 && write_all(fd, text);

	if (fd >= 0 && close(fd) != 0)
		good = false;
	if (good && rename(fresh, path) == 0)
		return 0;
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	if (fd >= 0)
		unlink(fresh);
	return 3;
}

static int merge_files(const char *path, const struct calendar_source *from, const struct buf *old,
		       struct arena *arena)
{
	struct calendar_notice notice;
	struct buf out, said;
	struct diag diag;
	int status = 1;

	diag_init(&diag, arena);
	buf_init(&out, EXPLAIN_BYTES_MAX);
	buf_init(&said, EXPLAIN_BYTES_MAX);
	if (calendar_notice_read(from, arena, &notice, &diag) == ERR_OK &&
	    calendar_merge(&(struct calendar_source){path, old->data, old->len}, &notice, &out,
			   &said, &diag) == ERR_OK) {
		status = replace_file(path, &out, arena);
		fwrite(said.data, 1, status ? 0 : said.len, stdout);
		if (notice.ignored)
			fprintf(stderr, "%d events are neither off nor work and were passed over\n",
				notice.ignored);
	}
	args_print_faults(&diag);
	buf_clear(&said);
	buf_clear(&out);
	return status;
}

static int run_import(const struct args *args, struct arena *arena)
{
	const char *path = arena_printf(arena, "%s/calendar.json", args->words[1]);
	struct calendar_source from = {.file = args->words[2]};
	struct buf text, old;
	int status = 2;

	buf_init(&text, EXPLAIN_BYTES_MAX);
	buf_init(&old, EXPLAIN_BYTES_MAX);
	if (input_read(from.file, &text) && input_read(path, &old)) {
		from.data = text.data ? text.data : "";
		from.len = text.len;
		status = merge_files(path, &from, &old, arena);
	}
	buf_clear(&old);
	buf_clear(&text);
	return status;
}

int cli_calendar(int argc, char **argv)
{
	struct due_options o = {0};
	const struct args_option known[] = {
		{"--explain", NULL, &o.explain}, {"--json", NULL, &o.json}, {0}};
	struct arena arena;
	struct args args;
	int status = args_read(argc, argv, known, &args);

	if (status)
		return status;
	if (args.over_count || args.config_file || !args.word_count)
		return usage();
	arena_init(&arena);
	if (strcmp(args.words[0], "due") == 0 && args.word_count == 4)
		status = run_due(&args, &o, &arena);
	else if (strcmp(args.words[0], "import") == 0 && args.word_count == 3 && !o.explain &&
		 !o.json)
		status = run_import(&args, &arena);
	else
		status = usage();
	arena_clear(&arena);
	return status;
}
