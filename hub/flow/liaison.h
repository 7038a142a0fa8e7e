/*
 * liaison.h: whom to call about a notice, as its page shows it. Names and numbers are masked for
 * everybody.
 */
#ifndef TANDEM_LIAISON_H
#define TANDEM_LIAISON_H

#include "flow/flow.h"

/* {"people":[…]}: the body's liaison now and who comes next (contacts.h); of nobody's it is empty
 */
void liaison_put(const struct flow *f, const char *body, struct buf *out);

#endif
