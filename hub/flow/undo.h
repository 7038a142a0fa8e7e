/*
 * undo.h: taking back the last acknowledgement, claim or return of a notice, within a working day
 * and while nothing has been built on it.
 */
#ifndef TANDEM_UNDO_H
#define TANDEM_UNDO_H

#include "calendar.h"
#include "lifecycle.h"
#include "store/record.h"

struct undoing {
	enum act act; /* what is taken back */
	enum notice_state to;
};
/* NULL: it can be; otherwise why not */
const char *undo_refused(const struct record *r, int notice, const struct calendar *calendar,
			 int64_t now_ms, struct undoing *ret);

#endif
