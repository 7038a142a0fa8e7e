/*
 * password.h: a password from standard input, without an echo where a person types it.
 * One line, at most PASSWORD_BYTES; the caller wipes it.
 */
#ifndef TANDEM_PASSWORD_H
#define TANDEM_PASSWORD_H

#include <stdbool.h>

#define PASSWORD_BYTES 256

/* False after saying what is wrong. An empty line gives "". */
bool password_read(const char *prompt, char ret[PASSWORD_BYTES + 1]);
/* argon2id, as crypto_pwhash_str writes it; ret has crypto_pwhash_STRBYTES. */
bool password_hash(const char *password, char *ret);

#endif
