#include "config.h"

#include <stdio.h>
#include <string.h>

#include "args.h"
#include "cli.h"
#include "hub_connectors.h"

static void print(struct buf *out)
{
	fwrite(out->data, 1, out->len, stdout);
	buf_clear(out);
}

static int config_check(const struct args *args)
{
	struct config_source from = {args->config_file, args->over, args->over_count};
	struct arena arena;
	struct config config;
	struct diag diag;
	enum err e;

	if (args->word_count > 1)
		from.file = args->words[1];
	arena_init(&arena);
	diag_init(&diag, &arena);
	e = config_read(&from, &arena, &config, &diag);
	if (e == ERR_OK)
		e = hub_connectors_check(&config, &arena, &diag);
	args_print_faults(&diag);
	arena_clear(&arena);
	if (e == ERR_NOT_FOUND)
		return 2;
	if (e)
		return 1;
	printf("%s: all well\n", from.file ? from.file : "settings");
	return 0;
}

static int config_print(const struct args *args)
{
	struct arena arena;
	struct config config;
	struct buf out;
	int status;

	arena_init(&arena);
	status = args_config(args, &arena, &config);
	if (status == 0) {
		buf_init(&out, CONFIG_TEXT_BYTES);
		config_show(&config, &out);
		print(&out);
	}
	arena_clear(&arena);
	return status;
}

static int config_table(const struct args *args)
{
	struct buf out;

	(void)args;
	buf_init(&out, CONFIG_TEXT_BYTES);
	config_markdown(&out);
	print(&out);
	return 0;
}

static const struct verb {
	const char *name;
	int (*run)(const struct args *args);
	int words_max;
} verbs[] = {
	{"check", config_check, 2},
	{"show", config_print, 1},
	{"markdown", config_table, 1},
};

int cli_config(int argc, char **argv)
{
	struct args args;
	int status = args_read(argc, argv, NULL, &args);

	if (status)
		return status;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (args.word_count && strcmp(args.words[0], verbs[i].name) == 0 &&
		    args.word_count <= verbs[i].words_max)
			return verbs[i].run(&args);
	fprintf(stderr, "usage: tandem config check [FILE]\n"
			"       tandem config show [--config FILE] [--SETTING VALUE]...\n"
			"       tandem config markdown\n");
	return 2;
}
