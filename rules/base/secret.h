/*
 * secret.h: a secret out of the file that a setting names.
 */
#ifndef TANDEM_SECRET_H
#define TANDEM_SECRET_H

#include "base/arena.h"

/* NULL, or what is wrong with the file: it is to hold one line of visible ASCII, whose end does not count. */
const char *secret_read(const char *path, struct arena *arena, const char **ret);

#endif
