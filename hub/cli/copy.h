/*
 * copy.h: files and folders of a backup, for their owner only, on disk when it is said. What goes
 * wrong is told on standard error.
 */
#ifndef TANDEM_CLI_COPY_H
#define TANDEM_CLI_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "evidence.h"

struct copied {
	char hash[EVIDENCE_HEX_BYTES]; /* SHA-256 */
	int64_t bytes;
};
bool copy_file(const char *from, const char *to, struct copied *ret); /* `to` is new */
/* what stands there, on disk afterwards */
bool copy_look(const char *path, struct copied *ret);
bool copy_text(const char *path, const char *text, size_t len); /* a new file */
bool copy_folder(const char *path);				/* made, or there already */
bool copy_sync_folder(const char *path);
bool copy_is_empty(const char *path); /* or not there at all */

#endif
