/* world_in.h: what the files of a driven world have from each other. */
#ifndef TANDEM_TEST_WORLD_IN_H
#define TANDEM_TEST_WORLD_IN_H

#include "replay/world.h"

void world_read_pack(struct world *w, const char *folder); /* into w->pack */
void world_until_taken(struct world *w, int hub);	   /* until that hub works by w->pack */

#endif
