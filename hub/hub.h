/*
 * hub.h: the running hub: builds everything in order, owns it, frees it in reverse.
 *
 * hub_run returns when the hub has drained and stopped: 0, or an exit status of the contract (2 bad
 * input, 3 could not do its work).
 */
#ifndef TANDEM_HUB_H
#define TANDEM_HUB_H

#include "config.h"

/* The settings read anew on SIGHUP, as the start read them; with faults it has told them, and the
 * answer is not 0. */
struct config_again {
	int (*read)(void *arg, struct arena *arena, struct config *ret);
	void *arg;
};
int hub_run(const struct config *cfg, const struct config_again *again);

#endif
