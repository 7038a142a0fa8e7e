/*
 * policy.h: what the subcommands of `tandem policy` share: the options, opening a pack, reading
 * events. policy.c has the table of subcommands and explain; policy_check.c and policy_diff.c the
 * others. Used by hub/cli only.
 */
#ifndef TANDEM_CLI_POLICY_H
#define TANDEM_CLI_POLICY_H

#include "cli/args.h"
#include "decide.h"

#define EXIT_FOUND	 1
#define EXIT_USAGE	 2
#define EXIT_NO_WORK	 3
#define OUTPUT_BYTES_MAX ((size_t)512 << 20)

struct policy_options {
	struct args args;
	const char *at, *body, *holder, *item, *region;
	bool json, matrix;
};
int policy_usage(void);
int policy_check(const struct policy_options *o, struct arena *arena);
int policy_diff(const struct policy_options *o, struct arena *arena);

/* 0, or the exit status: a missing folder is unreadable input, faults are something found. */
int policy_open(const char *dir, struct pack **ret, struct diag *diag);
/* --at, or the local date of the machine's clock. False after a line on standard error. */
bool policy_today(const struct policy_options *o, int32_t *ret_day);
/* The whole file ("-" or NULL is standard input), and where its events begin and end. 0, or the
 * exit status. */
struct policy_events {
	struct buf bytes;
	struct event_part *parts;
	size_t count;
};
int policy_events_read(const char *path, struct arena *arena, struct policy_events *ret);
/* False after the faults have been printed, with the event's number. */
bool policy_event_parse(const struct event_part *part, size_t number, struct event *ret);
int policy_print(const struct buf *out);
/* The one document of --json for a pack that cannot be used. */
void policy_print_faults_json(const char *pack, const struct diag *diag);

#endif
