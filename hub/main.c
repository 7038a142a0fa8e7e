/* The commands, each a row; what a command does is in cli/. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/*
 * How jemalloc keeps memory, which it finds under this name. By itself it gives a batch's pages
 * back within seconds and takes them anew for the next one, a third of the hub's time under load;
 * large pages save the processor as much again, and each is cut up as soon as a piece of it is
 * given back: within five minutes, a hub with pauses of one took 118 us an event, that never
 * did 67.
 */
const char *malloc_conf = "dirty_decay_ms:14400000,thp:always";

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *help;
} commands[] = {
	{"serve", cli_serve,
	 "[--config FILE] [--port N] [--data DIR] [--demo] [--SETTING VALUE]...", "run the hub"},
	{"config", cli_config, "check [FILE] | show",
	 "check the settings and the policy they name; show those in force with their meaning"},
	{"policy", cli_policy,
	 "explain PACK [FILE] [--at TIME] [--body ID] | check PACK [--matrix] | diff OLD NEW [FILE]",
	 "decide events by a pack, and say why; prove the pack; compare two"},
	{"calendar", cli_calendar, "due PACK FROM DURATION [--explain] | import PACK FILE",
	 "the deadline, and the days counted; the yearly notice (JSON, iCalendar) put into a pack"},
	{"import", cli_import,
	 "permits|cases|items|bodies FILE [--to URL --key-file FILE] [--items PACK] [--bodies PACK] [--json]...",
	 "what other systems export, as events or as a pack's files"},
	{"user", cli_user,
	 "add NAME --role ROLE --body ID [--phone NUMBER] | list | disable NAME | enable NAME | password NAME",
	 "people; the password is read from standard input"},
	{"key", cli_key, "add NAME --body ID [--source PREFIX] | list | revoke NAME",
	 "keys of other systems"},
	{"evidence", cli_evidence, "verify FILE [--head HASH] [--log FILE] [--json]",
	 "check an exported audit log, or a case's evidence, without a server"},
	{"backup", cli_backup, "DIR [--json]",
	 "a copy of all that the hub keeps, also while it runs"},
	{"restore", cli_restore, "DIR [--json]", "such a copy into an empty data folder"},
	{"figures", cli_figures,
	 "[--from DATE] [--to DATE] [--region CODE] [--by body|region|item|day]",
	 "the figures of the board, counted anew from what is kept"},
	{"doctor", cli_doctor, "", "look whether everything the hub needs is there"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fprintf(out, "Tandem, the approval-supervision linkage and notification hub.\n\n"
		     "usage: tandem COMMAND [ARGUMENTS]\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %s %s\n      %s\n", commands[i].name, commands[i].arguments,
			commands[i].help);
	fprintf(out,
		"\nExit status: 0 all well; 1 it ran and found something; 2 wrong usage or unreadable input;\n"
		"3 it could not do its work.\n");
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int command_help(const struct command *c)
{
	printf("usage: tandem %s %s\n\n%s\n", c->name, c->arguments, c->help);
	return 0;
}

static int end(int status)
{
	/* A full disk or a closed pipe behind standard output must not look like success. */
	if (fflush(stdout) && status == 0)
		return 3;
	return status;
}

int main(int argc, char **argv)
{
	const struct command *c;

	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc < 2) {
		print_help(stderr);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return end(0);
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("tandem %s\n", TANDEM_VERSION);
		return end(0);
	}
	c = command_find(argv[1]);
	if (!c) {
		fprintf(stderr, "tandem: no such command; there are:");
		for (size_t i = 0; i < COMMAND_COUNT; i++)
			fprintf(stderr, " %s", commands[i].name);
		fprintf(stderr, "\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return end(command_help(c));
	return end(c->run(argc - 1, argv + 1));
}
