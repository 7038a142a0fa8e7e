/*
 * password.h: a password from standard input, without an echo where a person types it.
 * One line, at most PASSWORD_BYTES; the caller wipes it.
 */
#ifndef TANDEM_PASSWORD_H
#define TANDEM_PASSWORD_H

#include <stdbool.h>

#include "flow/account.h"

#define PASSWORD_BYTES ACCOUNT_PASSWORD_BYTES_MAX

/* False after saying what is wrong. An empty line gives "". */
bool password_read(const char *prompt, char ret[PASSWORD_BYTES + 1]);

#endif
