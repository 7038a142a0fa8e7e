/*
 * packdir.h: the one place of rules/ that reads a folder: loads a pack's files and gives them to
 * pack_read. Used at start-up, by the commands and beside the loop; never on it.
 */
#ifndef TANDEM_PACKDIR_H
#define TANDEM_PACKDIR_H

#include <stdbool.h>

#include "pack.h"

MUST_CHECK enum err pack_read_dir(const char *dir, struct pack **ret, struct diag *diag);
/* Whether a file of this name, relative to the folder, is one that a pack is made of. */
bool pack_file_is_known(const char *name);

#endif
