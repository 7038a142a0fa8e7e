/*
 * mask.h: personal data as those see it who need not know it. Pure, and the only place that masks:
 * what leaves the hub masked was masked here.
 */
#ifndef TANDEM_MASK_H
#define TANDEM_MASK_H

#include "base/buf.h"
#include "sms.h"

/* 张三丰 becomes "张**", a JSON string: the first character stays. */
void mask_name(struct buf *out, const char *name);
/* Of a number as number_normalise gives it the last four figures stay and what stands before the
 * last eight, but of a short one no more than half: +86139****0021. */
void mask_number(const char *number, char ret[NUMBER_BYTES]);

#endif
