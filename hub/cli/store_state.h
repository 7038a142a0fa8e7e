/* store_state.h: how far what a hub keeps has come, for a command that copies it and one that looks
 * whether all of it is there. */
#ifndef TANDEM_CLI_STORE_STATE_H
#define TANDEM_CLI_STORE_STATE_H

#include "evidence.h"
#include "cli/store_call.h"

struct store_state {
	int64_t events; /* number of the newest */
	int64_t audit_lines;
	struct evidence_chain seal; /* the newest of the audit log; n 0: none */
};
MUST_CHECK enum err store_state_read(struct store_call *c, struct store_state *ret);
/* What lines 1 to n of the audit log stand for now; fewer when there are no more. */
MUST_CHECK enum err store_state_chain(struct store_call *c, int64_t n, struct evidence_chain *ret);
/* A line of the audit log about what this command does. */
MUST_CHECK enum err store_state_audit(struct store_call *c, const char *act, const char *detail);

#endif
