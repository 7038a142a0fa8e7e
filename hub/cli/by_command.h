/*
 * by_command.h: what is done at the command line, as the audit log has it: "command line: root", by
 * the operating system's name of whoever runs the command. No person's name in the hub has a blank
 * in it, so the two cannot be taken for one another.
 */
#ifndef TANDEM_BY_COMMAND_H
#define TANDEM_BY_COMMAND_H

#include "store_call.h"

/* body, detail: NULL or "" not said. It lives until c is closed. */
const char *by_command_line(struct store_call *c, const char *act, const char *body,
			    const char *detail);

#endif
