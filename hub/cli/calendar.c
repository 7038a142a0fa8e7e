/* tandem calendar due: the deadline that a pack's calendar gives. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "packdir.h"
#include "timefmt.h"

#define EXPLAIN_BYTES_MAX ((size_t)16 << 20)

static int usage(void)
{
	fputs("usage: tandem calendar due PACK FROM DURATION [--explain]\n"
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

int cli_calendar(int argc, char **argv)
{
	bool explain = false;
	const struct args_option known[] = {{"--explain", NULL, &explain}, {0}};
	struct arena arena;
	struct args args;
	int status = args_read(argc, argv, known, &args);

	if (status)
		return status;
	if (args.over_count || args.config_file || args.word_count != 4 ||
	    strcmp(args.words[0], "due") != 0)
		return usage();
	arena_init(&arena);
	status = run_due(&args, explain, &arena);
	arena_clear(&arena);
	return status;
}
