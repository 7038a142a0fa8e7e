/*
 * event_fields.h: the members of an event that the hub knows, as one table: where they stand, what
 * they must be, and where in struct event they go. Used by event.c only.
 */
#ifndef TANDEM_EVENT_FIELDS_H
#define TANDEM_EVENT_FIELDS_H

#include "event.h"

struct field_check {
	const struct event_limits *lim;
	struct event *event;
	struct diag *diag;
};
/* Checks all members and fills the event; faults go to the diag. */
void event_fields_read(const struct field_check *c, const struct node *root);

#endif
