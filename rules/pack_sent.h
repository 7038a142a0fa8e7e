/*
 * pack_sent.h: a pack as it is sent by a page: one JSON document with the files' texts and the
 * reason,
 * {"why":"…","files":{"pack.json":"…","rules.csv":"…","texts/sms-notice.txt":"…"}}.
 *
 * pack_sent_read gives the pack, or every fault at once: what is wrong with the document by its
 * pointer, what is wrong with a file by file, line and column. Pure, and bounded by
 * PACK_SENT_BYTES; called from another thread than the loop's.
 */
#ifndef TANDEM_PACK_SENT_H
#define TANDEM_PACK_SENT_H

#include "pack.h"

#define PACK_SENT_BYTES ((size_t)4 << 20)
#define WHY_CHARS	500

struct pack_sent {
	struct pack *pack; /* the caller's reference */
	const char *why;   /* in the arena of the diag */
};
/* ERR_SYNTAX: not JSON. ERR_TOO_LARGE: past a limit. ERR_INVALID: everything else. */
MUST_CHECK enum err pack_sent_read(const char *data, size_t len, struct pack_sent *ret,
				   struct diag *diag);

#endif
