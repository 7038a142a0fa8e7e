/*
 * recount.h: the calendar in force, watched. A year that it lacks within two months stands in the
 * figures and in the log; when a calendar is new here, the provisional deadlines of live notices
 * are computed anew, in the background and a slice at a time, with a line each in the audit log.
 * Doing it twice, or from two hubs at once, changes nothing more.
 */
#ifndef TANDEM_RECOUNT_H
#define TANDEM_RECOUNT_H

#include "flow/flow.h"

struct recount;
struct recount *recount_new(struct flow *f);
/* at start and whenever the pack changes; afterwards once an hour by itself */
void recount_look(struct recount *r);
void recount_stop(struct recount *r);
void recount_free(struct recount *r);

#endif
