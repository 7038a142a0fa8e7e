/* decided.h: a decision turned into the record that is kept: notices with their first step,
 * deliveries that are due at once. */
#ifndef TANDEM_DECIDED_H
#define TANDEM_DECIDED_H

#include "flow/flow.h"

struct decided {
	struct pack *pack;
	const struct event *event;
	const struct decision *decision;
	const char *by;
	int64_t at_ms;
};
void decided_record(const struct flow *f, const struct decided *d, struct arena *arena,
		    struct record *ret);
const char *const *decided_bodies(const struct record *r, struct arena *arena);
/* The body that a row for the holder told when it was decided by this pack, so that it can be
 * decided again alike; NULL none. */
const char *decided_holder(const struct pack *pack, const struct record *r, struct arena *arena);
/* A keyed hash of a phone number or address: it can be compared, not read back. */
const char *decided_address_hash(const struct flow *f, const char *address, struct arena *arena);

#endif
