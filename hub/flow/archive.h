/*
 * archive.h: whose files go where. Of an item whose review was handed down (下放实质性审核权) the
 * county reviews and answers for it, the city seals; the county's bureau keeps the paper and hands
 * it over to the city's every half-year. On the mornings of 30 June and 31 December each such case
 * of the half-year comes onto the reviewing bureau's list, due that day: the list is what has to be
 * handed over, acknowledging says that it was.
 */
#ifndef TANDEM_ARCHIVE_H
#define TANDEM_ARCHIVE_H

#include "flow/change.h"

/* When an event decided now comes up for handing over; 0: nothing of it does. */
int64_t archive_moment(const struct event *e, enum devolution devolution, int64_t now_ms);
bool archive_due(struct change *c); /* what the clock brings; whether anything changed */
/* nobody else can have the files: it is not returned or transferred */
bool archive_allows(const struct notice *n, enum act act);

#endif
