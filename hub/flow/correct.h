/*
 * correct.h: a higher version of a case's event takes the place of the lower ones: their notices are superseded, and the
 * bodies that had them are told by the change.
 */
#ifndef TANDEM_CORRECT_H
#define TANDEM_CORRECT_H

#include "flow/flow.h"

/* Supersedes every earlier event of the same case and type with a lower version, then marks the correction done. */
void correct_earlier(struct flow *f, int64_t seq, const struct event *e);

#endif
