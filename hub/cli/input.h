/* input.h: a whole file, or standard input when the name is "-" or NULL. Says on standard error why
 * it cannot be read. */
#ifndef TANDEM_CLI_INPUT_H
#define TANDEM_CLI_INPUT_H

#include <stdbool.h>

#include "base/buf.h"

const char *input_name(const char *path); /* for people */
bool input_read(const char *path, struct buf *ret);
/* behind a text editor's mark of UTF-8 and what blanks there are */
const char *input_start(const struct buf *in);

#endif
