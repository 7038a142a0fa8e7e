#include <stdio.h>

#include "args.h"
#include "cli.h"
#include "hub.h"

static int read_again(void *arg, struct arena *arena, struct config *ret)
{
	return args_config(arg, arena, ret);
}

int cli_serve(int argc, char **argv)
{
	struct arena arena;
	struct config config;
	struct args args;
	int status;

	arena_init(&arena);
	status = args_read(argc, argv, NULL, &args);
	if (status == 0 && args.word_count) {
		fprintf(stderr, "tandem serve: %s: not an option\n", args.words[0]);
		status = 2;
	}
	if (status == 0)
		status = args_config(&args, &arena, &config);
	if (status == 0)
		status = hub_run(&config, &(struct config_again){read_again, &args});
	arena_clear(&arena);
	return status;
}
