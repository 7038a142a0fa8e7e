/*
 * secret.h: a secret out of the file that a setting names.
 */
#ifndef TANDEM_SECRET_H
#define TANDEM_SECRET_H

#include <stdbool.h>

#include "base/arena.h"

/* NULL, or what is wrong with the file: it is to hold one line of visible ASCII, whose end does not
 * count. */
const char *secret_read(const char *path, struct arena *arena, const char **ret);
bool text_is_visible(const char *s); /* ASCII only, and something to see in each place */

#endif
