/*
 * seals.h: the audit log sealed. Once a minute one hub of all reads what lines came since the last
 * seal and notes the hash that stands for all of them (evidence.h), in Redis, in the log and in the
 * figures, so that a line that is changed, taken out or put in later does not fit. The lines
 * themselves are written as they always are: nothing is hashed on the way of an event.
 */
#ifndef TANDEM_SEALS_H
#define TANDEM_SEALS_H

#include "evidence.h"
#include "flow/flow.h"

struct seals;
struct seals *seals_new(struct flow *f);
void seals_start(struct seals *s); /* once the cell's key is known */
void seals_stop(struct seals *s);
void seals_free(struct seals *s);

/* Of a line, by its number; not to be guessed without the cell's key. */
void seal_salt(const unsigned char key[32], int64_t n, unsigned char ret[EVIDENCE_SALT_BYTES]);
/* What stands in Redis; false: no seal. */
bool seal_read(const char *text, size_t len, struct evidence_chain *ret, int64_t *ret_at_ms);

#endif
