/*
 * looks.h: what must hold whatever people did, seen over every record there is.
 */
#ifndef TANDEM_TEST_LOOKS_H
#define TANDEM_TEST_LOOKS_H

#include "replay/world.h"

#define LOOK_BODIES 12
extern const char *const look_bodies[LOOK_BODIES];

/* As the hub tells it; fails the test with what does not hold. */
void look_at_everything(struct world *w, int hub);

#endif
