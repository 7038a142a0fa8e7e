/* deliver_text.h: the words of a delivery, from the pack's templates. They carry no personal data but the notice's own code. */
#ifndef TANDEM_DELIVER_TEXT_H
#define TANDEM_DELIVER_TEXT_H

#include "flow/change.h"

const char *deliver_text(struct change *c, const struct delivery *d); /* in the change's arena */

#endif
