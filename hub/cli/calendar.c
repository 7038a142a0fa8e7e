/* tandem calendar due | import: the deadline that a pack's calendar gives; the yearly notice put into it. */
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

static int usage(void)
{
	fputs("usage: tandem calendar due PACK FROM DURATION [--explain]\n"
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

/* The deadline is the last line, alone; what leads to it stands above. */
static void print_due(const struct calendar *c, int64_t from_ms, struct duration d, bool explain)
{
	char text[TIMEFMT_BYTES];
	struct buf days;
	bool provisional;
	int64_t due_ms = calendar_due_ms(c, from_ms, d, &provisional);

	if (explain) {
		buf_init(&days, EXPLAIN_BYTES_MAX);
		calendar_explain(c, from_ms, d, &days);
		fwrite(days.data, 1, days.len, stdout);
		buf_clear(&days);
	}
	time_format(due_ms, SHANGHAI_MIN, text);
	puts(text);
	if (provisional)
		fputs("provisional: the calendar does not list every year on the way\n", stderr);
}

static int run_due(const struct args *args, bool explain, struct arena *arena)
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
	print_due(pack_calendar(pack), from_ms, duration, explain);
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

/* Beside the old file and then in its place: whoever reads it meanwhile reads one or the other, whole. */
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

static int merge_files(const char *path, const struct calendar_source *from, const struct buf *old, struct arena *arena)
{
	struct calendar_notice notice;
	struct buf out, said;
	struct diag diag;
	int status = 1;

	diag_init(&diag, arena);
	buf_init(&out, EXPLAIN_BYTES_MAX);
	buf_init(&said, EXPLAIN_BYTES_MAX);
	if (calendar_notice_read(from, arena, &notice, &diag) == ERR_OK &&
	    calendar_merge(&(struct calendar_source){path, old->data, old->len}, &notice, &out, &said, &diag) == ERR_OK) {
		status = replace_file(path, &out, arena);
		fwrite(said.data, 1, status ? 0 : said.len, stdout);
		if (notice.ignored)
			fprintf(stderr, "%d events are neither off nor work and were passed over\n", notice.ignored);
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
	bool explain = false;
	const struct args_option known[] = {{"--explain", NULL, &explain}, {0}};
	struct arena arena;
	struct args args;
	int status = args_read(argc, argv, known, &args);

	if (status)
		return status;
	if (args.over_count || args.config_file || !args.word_count)
		return usage();
	arena_init(&arena);
	if (strcmp(args.words[0], "due") == 0 && args.word_count == 4)
		status = run_due(&args, explain, &arena);
	else if (strcmp(args.words[0], "import") == 0 && args.word_count == 3 && !explain)
		status = run_import(&args, &arena);
	else
		status = usage();
	arena_clear(&arena);
	return status;
}
