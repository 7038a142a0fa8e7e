/*
 * policies.h: every policy that was ever in force here, so that an old decision explains itself with the one that made it. The pack in
 * force is stored whole under its version at start; the earlier ones are read back.
 */
#ifndef TANDEM_POLICIES_H
#define TANDEM_POLICIES_H

#include "flow/flow.h"

void policies_keep(struct flow *f); /* stores the pack in force, reads the others */
void policies_keep_current(struct flow *f);
void policies_free(struct flow *f);

#endif
