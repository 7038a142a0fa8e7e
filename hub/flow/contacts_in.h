/* contacts_in.h: a body's contacts, read from JSON. For contacts*.c only. */
#ifndef TANDEM_CONTACTS_IN_H
#define TANDEM_CONTACTS_IN_H

#include "flow/contacts.h"

#define CONTACTS_PEOPLE_MAX 100
#define CONTACTS_LEAVES_MAX 20

struct leave {
	int32_t from_day, to_day;
	const char *substitute; /* a name of the same body, "" nobody */
};
struct contact {
	const char *name, *post, *phone, *email;
	int from_minute, to_minute; /* of a working day; -1: always */
	int32_t checked_day;	    /* when the number was last known to be good; INT32_MIN never */
	struct leave *leaves;
	int leave_count;
	bool opted_out; /* the number wants no texts */
};
struct roster {
	const char *body, *by;
	int64_t at_ms;
	struct contact *people;
	int count;
	struct arena arena; /* holds all of it */
};
const struct roster *contacts_roster(const struct flow *f, const char *body); /* NULL: none kept */
/* Faults go to diag, each with its place; what was read lives in the arena. */
void contacts_read(const json_t *said, struct roster *ret, struct diag *diag);
/* the array of people; today INT32_MIN: as it is kept */
void contacts_print(const struct roster *r, int32_t today, struct buf *out);
bool contact_is_stale(const struct contact *k, int32_t today);
const struct leave *contact_leave(const struct contact *k, int32_t day); /* NULL: at work */

#endif
