/*
 * args.h: a subcommand's arguments and the settings that go with them.
 *
 * args_read sorts argv into the subcommand's own options, words, and `--setting value` pairs, which
 * become overrides of the settings; args_config then reads the settings and prints every fault. All
 * of it borrows from argv and the arena.
 */
#ifndef TANDEM_ARGS_H
#define TANDEM_ARGS_H

#include <stdbool.h>

#include "config.h"

#define ARGS_WORDS_MAX	   16
#define ARGS_OVERRIDES_MAX 64

struct args_option {
	const char *name;	/* "--role" */
	const char **ret_value; /* NULL: a flag */
	bool *ret_flag;
};
struct args {
	const char *words[ARGS_WORDS_MAX];
	int word_count;
	const char *config_file; /* --config FILE, or NULL */
	struct config_override over[ARGS_OVERRIDES_MAX];
	int over_count;
};
/* 0, or 2 after a line on standard error. The list of options ends with a row without a name; NULL:
 * none. */
int args_read(int argc, char **argv, const struct args_option *options, struct args *ret);
/* 0, or 2 with every fault on standard error. Folders of the source tree are found from anywhere.
 */
void args_find_folders(struct arena *arena, struct config *c); /* those that args_config finds */
int args_config(const struct args *args, struct arena *arena, struct config *ret);
void args_print_faults(const struct diag *diag);
/* The members fault_count and faults of a document, each fault with its place, its sentence and
 * what phrase.h knows of it. */
void args_fault_json(const char *where, const char *what, struct buf *out); /* one of them */
void args_faults_json(const struct diag *diag, struct buf *out);

#endif
