/*
 * packdir.h: the one place of rules/ that reads a folder: loads a pack's files and gives them to pack_read.
 * Used at start-up and by the commands; never on the loop.
 */
#ifndef TANDEM_PACKDIR_H
#define TANDEM_PACKDIR_H

#include "pack.h"

MUST_CHECK enum err pack_read_dir(const char *dir, struct pack **ret, struct diag *diag);

#endif
