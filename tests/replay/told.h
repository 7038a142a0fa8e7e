/* told.h: what a record says about one notice, or with -1 about the applicant, in the few words
 * that stories compare. */
#ifndef TANDEM_TEST_TOLD_H
#define TANDEM_TEST_TOLD_H

#include "store/record.h"

int told_receipts(const struct record *r, int notice, enum receipt_kind kind);
int told_pauses(const struct record *r, int notice);
/* "accepted waiting" */
const char *told_deliveries(const struct record *r, int notice, struct arena *arena);
/* the detail of the last delivery that has one */
const char *told_why(const struct record *r, int notice);

#endif
