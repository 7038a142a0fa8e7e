/* hub_connectors.h: the settings' connectors opened and given to the flow; closed again, with what
 * they hold finished. */
#ifndef TANDEM_HUB_CONNECTORS_H
#define TANDEM_HUB_CONNECTORS_H

#include "flow/flow.h"

MUST_CHECK enum err hub_connectors_open(struct flow *f, const struct config *cfg,
					struct arena *arena, struct diag *diag);
/* Every fault of every connector's settings, at its file and line; nothing stays open. */
MUST_CHECK enum err hub_connectors_check(const struct config *cfg, struct arena *arena,
					 struct diag *diag);
void hub_connectors_close(struct flow *f, loop_fn *done, void *arg);

#endif
