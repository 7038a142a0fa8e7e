/* calendar_notice_in.h: a notice while it is read, shared by its two readers. */
#ifndef TANDEM_CALENDAR_NOTICE_IN_H
#define TANDEM_CALENDAR_NOTICE_IN_H

#include "calendar_import.h"

struct notice_reading {
	const char *file;
	struct arena *arena;
	struct diag *diag;
	struct calendar_notice *notice;
};
/* The day joins, or a fault stands at its place. */
void notice_day_add(struct notice_reading *r, int32_t day, bool is_work, const char *where);
void notice_read_ics(struct notice_reading *r, const char *data, size_t len);

#endif
