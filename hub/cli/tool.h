/* tool.h: a program of the Redis package, run to its end. What it says, on either output, goes into
 * `out`. */
#ifndef TANDEM_CLI_TOOL_H
#define TANDEM_CLI_TOOL_H

#include "base/buf.h"

struct tool {
	const char *const *argv;	  /* NULL at the end */
	const char *secret_name, *secret; /* an environment variable only it gets; NULL none */
};
/* its exit status; -1: it could not be run, or was killed */
int tool_run(const struct tool *t, struct buf *out);

#endif
