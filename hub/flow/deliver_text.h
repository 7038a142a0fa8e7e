/* deliver_text.h: the words of a delivery, from the pack's templates. They carry no personal data
 * but the notice's own code. */
#ifndef TANDEM_DELIVER_TEXT_H
#define TANDEM_DELIVER_TEXT_H

#include "flow/change.h"

const char *deliver_text(struct change *c, const struct delivery *d); /* in the change's arena */

struct text_piece { /* what one notice brings into a text about several */
	const char *item, *code;
	int64_t due_ms;
};
struct text_piece deliver_piece(struct change *c, const struct delivery *d);
const char *deliver_text_joined(const struct flow *f, const struct text_piece *pieces, int count,
				struct arena *arena);

#endif
