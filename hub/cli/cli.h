/*
 * cli.h: the subcommands of the binary, one file each. main.c has the table.
 *
 * argv[0] is the subcommand's own name, then what stood behind it; the exit status of the contract
 * comes back: 0 all well, 1 it ran and found something, 2 wrong usage or unreadable input, 3 it
 * could not do its work.
 */
#ifndef TANDEM_CLI_H
#define TANDEM_CLI_H

#define TANDEM_VERSION "0.1.0"

int cli_serve(int argc, char **argv);
int cli_config(int argc, char **argv);
int cli_policy(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_calendar(int argc, char **argv);
int cli_user(int argc, char **argv);
int cli_key(int argc, char **argv);
int cli_evidence(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_restore(int argc, char **argv);
int cli_figures(int argc, char **argv);
int cli_doctor(int argc, char **argv);

#endif
